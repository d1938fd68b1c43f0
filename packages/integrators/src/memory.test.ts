import { describe, expect, it } from "vitest";
import { arrayBytesPerStep, expectSteadyMemory, heapAfterCollection, retainedBytesPerStep } from "../test/memory.ts";
import { michaelisMenten } from "../test/problems.ts";
import {
  adaptive,
  automatic,
  dop853,
  dopri5,
  dopri5Tableau,
  ensemble,
  euler,
  eulerMaruyama,
  fixed,
  heun,
  heunStratonovich,
  type Method,
  midpoint,
  milstein,
  parareal,
  type Problem,
  projective,
  type Rhs,
  reflecting,
  rk4,
  rk4Tableau,
  rungeKutta,
  solve,
  type Scheme,
  type Stepper,
  timeStepper,
  tsit5,
  bdf,
  radau,
  rosenbrock,
} from "./index.ts";

const size = 64;
const rhs: Rhs = (_t, u, out) => {
  for (let i = 0; i < size; i++) out[i] = -0.1 * u[i]!;
};

function stepperLoop(stepper: Stepper, dt: number): () => void {
  const u = new Float64Array(stepper.size).fill(1);
  let t = 0;
  return () => {
    stepper.step(t, dt, u, u);
    t += dt;
    if (t > 10) {
      u.fill(1);
      t = 0;
    }
  };
}

function methodLoop(method: Method, problem: Problem = { size, rhs }): () => void {
  const stats = { steps: 0, rejected: 0, rhs: 0, rhsForJacobian: 0, jacobians: 0, factorisations: 0 };
  const run = method.start({
    problem,
    t0: 0,
    t1: 1e9,
    u0: new Float64Array(problem.size).fill(1),
    rtol: 1e-6,
    atol: new Float64Array(problem.size).fill(1e-9),
    maxStep: 0.1,
    stats,
  });
  const out = new Float64Array(problem.size);
  return () => {
    run.step();
    run.at((run.t + run.tPrevious) / 2, out);
  };
}

const schemes: [string, Scheme][] = [
  ["euler", euler],
  ["heun", heun],
  ["midpoint", midpoint],
  ["rk4", rk4],
  ["dopri5 tableau", rungeKutta(dopri5Tableau)],
];
/** Follows cos t with |lambda| = 1e4: `automatic` is in its implicit method after some twenty steps. */
const stiff: Problem = {
  size,
  rhs(t, u, out) {
    const target = Math.cos(t);
    for (let i = 0; i < size; i++) out[i] = 1e4 * (target - u[i]!);
  },
};
/** The same for methods whose dense factorisations would take a minute. */
const small: Problem = {
  size: 4,
  rhs(t, u, out) {
    const target = Math.cos(t);
    for (let i = 0; i < 4; i++) out[i] = 1e4 * (target - u[i]!);
  },
};
const nearest = { lower: 1, upper: 1 };
const coefficients = { size, drift: rhs, diffusion: rhs };
// Any numbers will do, and cheap ones are quicker than normal ones.
let sign = 1;
const noise = (): number => (sign = -sign);
const inner = timeStepper(rk4(rhs, size), 0.001);
const loops: [string, () => () => void][] = [
  ...schemes.map(([name, scheme]): [string, () => () => void] => [name, () => stepperLoop(scheme(rhs, size), 0.01)]),
  ["dopri5", () => methodLoop(dopri5())],
  ["tsit5", () => methodLoop(tsit5())],
  ["dop853", () => methodLoop(dop853())],
  ["fixed(rk4)", () => methodLoop(fixed(rk4, 0.1))],
  ["automatic, not stiff", () => methodLoop(automatic())],
  ["automatic, stiff", () => methodLoop(automatic(), stiff)],
  ["bdf, dense", () => methodLoop(bdf(), stiff)],
  ["bdf, band", () => methodLoop(bdf({ jacobian: nearest }), stiff)],
  ["bdf, ring", () => methodLoop(bdf({ jacobian: { ...nearest, periodic: true } }), stiff)],
  ["bdf, GMRES", () => methodLoop(bdf({ jacobian: { krylov: "gmres" } }), stiff)],
  ["radau, dense", () => methodLoop(radau(), small)],
  ["radau, band", () => methodLoop(radau({ jacobian: nearest }), stiff)],
  ["radau, ring", () => methodLoop(radau({ jacobian: { ...nearest, periodic: true } }), stiff)],
  ["rosenbrock, dense", () => methodLoop(rosenbrock(), small)],
  ["rosenbrock, ring", () => methodLoop(rosenbrock({ jacobian: { ...nearest, periodic: true } }), stiff)],
  ["rosenbrock, band", () => methodLoop(rosenbrock({ jacobian: nearest }), stiff)],
  ["Euler-Maruyama", () => stepperLoop(eulerMaruyama(coefficients, noise), 0.01)],
  ["Milstein", () => stepperLoop(milstein(coefficients, noise), 0.01)],
  ["Heun-Stratonovich", () => stepperLoop(heunStratonovich(coefficients, noise), 0.01)],
  [
    "reflecting, a source a member",
    () => {
      const free = eulerMaruyama(
        coefficients,
        Array.from({ length: 32 }, () => noise),
      );
      return stepperLoop(reflecting(free, { lower: -5, upper: 5 }), 0.01);
    },
  ],
  ["projective", () => stepperLoop(projective(inner, { burst: 0.003, outer: rk4Tableau }), 0.1)],
  [
    "projective of an ensemble",
    () => stepperLoop(projective(ensemble(timeStepper(euler(rhs, size), 0.001), 4), { burst: 0.003 }), 0.1),
  ],
  [
    "parareal",
    () => {
      const flow = parareal({
        fine: timeStepper(rk4(rhs, size), 0.05),
        coarse: timeStepper(euler(rhs, size), 0.1),
        slices: 2,
      });
      const u = new Float64Array(size);
      return () => flow.advance(u.fill(1), 0, 0.2);
    },
  ],
];

describe("memory", () => {
  it("is seen by the measurement: an array a step shows", () => {
    let kept = new Float64Array(size);
    const leak = arrayBytesPerStep(10_000, () => {
      kept = new Float64Array(size);
    });
    expect(kept.length).toBe(size);
    expect(leak).toBeGreaterThan(100);
  });

  it.each(loops)("%s makes no arrays and keeps nothing over 1e5 steps", (_name, loop) => {
    expectSteadyMemory(loop());
  });

  it.each([
    ["fixed(rk4)", fixed(rk4, 1e-4)],
    ["automatic", automatic()],
  ])("solve with %s, an event that never comes and no frames keeps nothing over 1e5 steps", (_name, method) => {
    let count = 0;
    let early = 0;
    let late = 0;
    const onStep = (): unknown => {
      count++;
      if (count === 20_000) early = heapAfterCollection();
      if (count === 120_000) late = heapAfterCollection();
      return count === 120_000 && "stop";
    };
    const events = [{ g: (_t: number, v: Float64Array) => v[0]! + 1 }];
    const { status } = solve(small, [1, 1, 1, 1], [0, 1e6], { method, events, saveAt: [], onStep, maxStep: 0.1 });
    expect([status, count]).toEqual(["stopped", 120_000]);
    expect((late - early) / 100_000).toBeLessThan(1);
  });

  it("an adaptive flow keeps nothing of its advances", () => {
    const flow = adaptive(michaelisMenten(0.1), { method: dopri5() });
    const u = new Float64Array(2);
    const step = (): void => {
      u.set([1, 0.5]);
      flow.advance(u, 0, 0.01);
    };
    // Code compiled in the first run is no leak.
    retainedBytesPerStep(20_000, step);
    expect(retainedBytesPerStep(20_000, step)).toBeLessThan(5);
  });
});
