import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failure } from "../../test/failure.ts";
import { fittedOrder, lastFrame, michaelisMenten } from "../../test/problems.ts";
import {
  adaptive,
  type ButcherTableau,
  dopri5Tableau,
  ensemble,
  euler,
  eulerTableau,
  heunTableau,
  leastSquaresSlope,
  midpointTableau,
  type ProjectiveOptions,
  projective,
  type Rhs,
  radau,
  rk4,
  rk4Tableau,
  type SlopeEstimator,
  solve,
  type TimeStepper,
  timeStepper,
} from "../index.ts";

const outers: [name: "PFE" | "PRK2" | "PRK4", outer: ButcherTableau][] = [
  ["PFE", eulerTableau],
  ["PRK2", midpointTableau],
  ["PRK4", rk4Tableau],
];

/** u' = lambda u. */
const linear =
  (lambda: number): Rhs =>
  (_t, u, out) =>
    void (out[0] = lambda * u[0]!);

/** Forward Euler with step `h` on u' = lambda u: a flow that multiplies by 1 + h lambda a step. */
const linearFlow = (lambda: number, h: number): TimeStepper => timeStepper(euler(linear(lambda), 1), h);

/** What one macro step of `D` multiplies a mode by. */
function amplification(flow: TimeStepper, D: number, options: ProjectiveOptions): number {
  const u = Float64Array.of(1);
  projective(flow, options).step(0, D, u, u);
  return u[0]!;
}

describe("projective, one step", () => {
  it("multiplies a mode by sigma(rho) = ((M + 1) rho - M) rho^k in its Euler form", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 50 }),
        fc.double({ min: -0.5, max: 1, noNaN: true }),
        (k, M, rho) => {
          const h = 1 / 64;
          const sigma = ((M + 1) * rho - M) * rho ** k;
          const value = amplification(linearFlow((rho - 1) / h, h), (k + 1 + M) * h, { burst: (k + 1) * h });
          expect(Math.abs(value - sigma)).toBeLessThan(100 * (M + 1) * Number.EPSILON);
        },
      ),
    );
  });

  it("takes the chord of the flow's own step, or a quarter of the burst", () => {
    const seen: [number, number][] = [];
    const spied: SlopeEstimator = (t0, t1, _before, _after, out) => {
      seen.push([t0, t1]);
      out.fill(0);
    };
    const still: TimeStepper = { size: 1, advance() {} };
    const u = Float64Array.of(1);
    const options = { burst: 0.5, slope: spied };
    projective({ ...still, dt: 0.0625 }, options).step(1, 4, u, u);
    projective(still, options).step(1, 4, u, u);
    projective({ ...still, dt: 0.75 }, options).step(1, 4, u, u);
    projective({ ...still, dt: 0.0625 }, { ...options, chord: 0.5 }).step(1, 4, u, u);
    expect(seen).toEqual([
      [1.4375, 1.5],
      [1.375, 1.5],
      [1.375, 1.5],
      [1, 1.5],
    ]);
  });

  it("starts its stages where the formula says", () => {
    const spans: [number, number][] = [];
    const flow: TimeStepper = { size: 1, advance: (_u, t0, t1) => void spans.push([t0, t1]) };
    const u = Float64Array.of(1);
    projective(flow, { burst: 0.25, chord: 0.125, outer: rk4Tableau }).step(2, 4, u, u);
    expect(spans).toEqual(
      [2, 4, 4, 6].flatMap((t) => [
        [t, t + 0.125],
        [t + 0.125, t + 0.25],
      ]),
    );
  });

  it("runs the flow itself when bursts leave no gap, and so equals the inner solver", () => {
    for (const [outer, gap] of [
      [eulerTableau, 1],
      [midpointTableau, 0.5],
      [rk4Tableau, 0.5],
      [heunTableau, 1],
    ] as const) {
      const flow = linearFlow(-3, 0.01);
      const D = 0.32;
      const u = Float64Array.of(1);
      flow.advance(u, 0, D);
      expect(amplification(flow, D, { burst: gap * D, outer })).toBe(u[0]);
      expect(amplification(flow, D, { burst: gap * D - 0.01, outer })).not.toBe(u[0]);
    }
  });

  it("is exact for a state that moves at constant speed, whatever the tableau", () => {
    const drift: TimeStepper = { size: 2, advance: (u, t0, t1) => void ((u[0]! += 3 * (t1 - t0)), (u[1]! -= t1 - t0)) };
    for (const [, outer] of [...outers, ["dopri5", dopri5Tableau] as const]) {
      const u = Float64Array.of(1, 2);
      const out = new Float64Array(2);
      projective(drift, { burst: 0.05, outer }).step(0, 1, u, out);
      // Slopes carry eps / chord = 2e-14.
      expect(Math.abs(out[0]! - 4)).toBeLessThan(1e-12);
      expect(Math.abs(out[1]! - 1)).toBeLessThan(1e-12);
      expect([...u]).toEqual([1, 2]);
    }
  });

  it("leaves the state alone at dt = 0 and refuses a macro step shorter than the burst", () => {
    const stepper = projective(linearFlow(-1, 0.01), { burst: 0.03 });
    const u = Float64Array.of(2);
    const out = new Float64Array(1);
    stepper.step(0, 0, u, out);
    expect(out[0]).toBe(2);
    for (const dt of [0.0299, Infinity, Number.NaN]) {
      expect(() => stepper.step(0, dt, u, u)).toThrow(RangeError);
      expect(() => stepper.step(0, dt, u, u)).toThrow(`projective: dt must be at least the burst of 0.03, got ${dt}`);
    }
    expect(u[0]).toBe(2);
  });

  it("commutes with a permutation of the members of an ensemble", () => {
    const relax: Rhs = (_t, [x, y], out) => {
      out[0] = -x!;
      out[1] = -(y! - x! * x!) / 1e-3;
    };
    const stepper = projective(ensemble(timeStepper(euler(relax, 2), 1e-3), 3), {
      burst: 4e-3,
      outer: midpointTableau,
    });
    const u = Float64Array.of(1, 0, 0.5, 2, -0.3, 0.1);
    const v = Float64Array.of(-0.3, 0.1, 1, 0, 0.5, 2);
    stepper.step(0, 0.1, u, u);
    stepper.step(0, 0.1, v, v);
    expect([...v]).toEqual([u[4], u[5], u[0], u[1], u[2], u[3]]);
  });
});

describe("projective, stability", () => {
  it("keeps fast modes down and slow modes right across a spectral gap of a thousand", () => {
    // k = 3, M = 97, rates 1 and 1000: rho = 0 for the fast mode at h = 1e-3.
    const two: Rhs = (_t, [x, y], out) => {
      out[0] = -x!;
      out[1] = -1000 * y!;
    };
    const stepper = projective(timeStepper(euler(two, 2), 1e-3), { burst: 4e-3, outer: rk4Tableau });
    const [x, y] = lastFrame(solve(stepper, [1, 1], [0, 2], { dt: 0.1 }));
    // Slopes are taken up to a burst of 4e-3 late, which sets the floor; RK4 itself is at 1e-7 here.
    expect(Math.abs(x! / Math.exp(-2) - 1)).toBeLessThan(4e-3);
    expect(Math.abs(y!)).toBeLessThan(1e-12);
  });
});

describe("projective, backwards in time", () => {
  /** A point of the slow orbit at t = 0 and the one it came from at t = -5. */
  function orbit(eps: number): { now: Float64Array; before: Float64Array } {
    const exact = adaptive(michaelisMenten(eps), { method: radau(), rtol: 1e-11, atol: 1e-13 });
    const before = Float64Array.of(1, 0.5);
    exact.advance(before, -6, -5);
    const now = before.slice();
    exact.advance(now, -5, 0);
    return { now, before };
  }

  function errors(eps: number, options: Omit<ProjectiveOptions, "burst">, burst: number, steps: number[]): number[] {
    const { now, before } = orbit(eps);
    return steps.map((dt) => {
      const flow = timeStepper(rk4(michaelisMenten(eps).rhs, 2), burst / 60);
      const u = lastFrame(solve(projective(flow, { burst, ...options }), now, [0, -5], { dt }));
      return Math.abs(u[0]! - before[0]!);
    });
  }

  it("goes back along the slow orbit where the flow itself would blow up like exp(5e6), at its order", () => {
    const eps = 1e-6;
    const steps = [0.5, 0.25, 0.125];
    // A delay of T = 1.2e-5 moves x by 4e-6 or so; the errors of order 2 are 50 times that or more.
    const second = errors(eps, { outer: midpointTableau }, 12 * eps, steps);
    expect(Math.abs(fittedOrder(steps, second) - 2)).toBeLessThan(0.1);
    expect(Math.abs(fittedOrder(steps, errors(eps, { outer: eulerTableau }, 12 * eps, steps)) - 1)).toBeLessThan(0.1);
  });

  it("keeps order 4 with slopes that are looked back", () => {
    const eps = 1e-3;
    const steps = [1, 0.5, 0.25, 0.125];
    const found = errors(eps, { outer: rk4Tableau, lookBack: 4, chord: 6 * eps }, 12 * eps, steps);
    expect(found.at(-1)).toBeLessThan(1e-7);
    expect(Math.abs(fittedOrder(steps, found) - 4)).toBeLessThan(0.4);
  });

  it("only asks the flow to run forwards, from the times of the stages", () => {
    const spans: [number, number][] = [];
    const flow: TimeStepper = { size: 1, advance: (_u, t0, t1) => void spans.push([t0, t1]) };
    const u = Float64Array.of(1);
    projective(flow, { burst: 0.25, chord: 0.25, outer: rk4Tableau }).step(2, -4, u, u);
    expect(spans).toEqual([2, 0, 0, -2].map((t) => [t, t + 0.25]));
    spans.length = 0;
    // Looking back, the tableau spans what the first burst leaves: from 2.25 to -2.
    projective(flow, { burst: 0.25, chord: 0.25, lookBack: 2, outer: rk4Tableau }).step(2, -4, u, u);
    expect(spans).toEqual([2, 0.125, 0.125, -2].map((t) => [t, t + 0.25]));
  });
});

describe("projective, slopes that are looked back", () => {
  it("are those of polynomials in time without delay: RK4 is exact on u' = 4 t^3, 3 t^2, ...", () => {
    const path = (t: number): number => t * t * t * t - 2 * t * t * t + t;
    const flow: TimeStepper = { size: 1, advance: (u, t0, t1) => void (u[0] = u[0]! + path(t1) - path(t0)) };
    const options = { burst: 0.1, chord: 0.05, outer: rk4Tableau };
    const u = Float64Array.of(path(1));
    const out = new Float64Array(1);
    projective(flow, { ...options, lookBack: 5 }).step(1, 2, u, out);
    // Differences of values of size 30 over a chord of 0.05, amplified by weights of sum 600: 1e-10.
    expect(Math.abs(out[0]! - path(3))).toBeLessThan(1e-9);
    projective(flow, options).step(1, 2, u, out);
    expect(Math.abs(out[0]! - path(3))).toBeGreaterThan(0.1);
  });

  it("leave the flow to run where the bursts of all stages cover the step", () => {
    const D = 0.32;
    const flow = linearFlow(-3, 0.01);
    const u = Float64Array.of(1);
    flow.advance(u, 0, D);
    expect(amplification(flow, D, { burst: D / 4, outer: rk4Tableau, lookBack: 3 })).toBe(u[0]);
    expect(amplification(flow, D, { burst: D / 4 - 0.01, outer: rk4Tableau, lookBack: 3 })).not.toBe(u[0]);
  });

  it("exclude a slope of one's own", () => {
    const both = { burst: 0.1, lookBack: 3, slope: leastSquaresSlope(3) };
    expect(() => projective(linearFlow(-1, 0.01), both)).toThrow(
      "projective: give slope or lookBack, not both; lookBack has slopes of its own",
    );
    expect(() => projective(linearFlow(-1, 0.01), { burst: 0.1, lookBack: 1 })).toThrow(RangeError);
  });
});

describe("projective, work and failures", () => {
  it("counts bursts, the time of the flow, and the steps that the flow itself took", () => {
    const stepper = projective(linearFlow(-1, 0.01), { burst: 0.1, outer: midpointTableau });
    const u = Float64Array.of(1);
    stepper.step(0, 1, u, u);
    stepper.step(1, 0.2, u, u);
    stepper.step(1.2, -1, u, u);
    const { flowTime, ...counts } = stepper.stats;
    expect(counts).toEqual({ steps: 3, rejected: 0, bursts: 4, flowSteps: 1 });
    expect(flowTime).toBeCloseTo(0.6, 12);
  });

  it("says in which stage a burst left the finite numbers, and solve keeps the frames before", () => {
    // The third stage of the second step starts from t = 1.5.
    let calls = 0;
    const flow: TimeStepper = {
      size: 2,
      advance(u, t0) {
        if (t0 >= 1.5 && ++calls > 1) u[1] = Number.NaN;
      },
    };
    const stepper = projective(flow, { burst: 0.125, chord: 0.125, outer: rk4Tableau });
    const run = solve(stepper, [1, 2], [0, 3], { dt: 1, throw: false });
    expect(run.status).toBe("nonfinite-state");
    expect([...run.t]).toEqual([0, 1]);
    expect(run.error!.t).toBe(1);
    expect(run.error!.message).toBe(
      "projective: component 1 became NaN in the burst of stage 3 from t = 1.5, in the macro step from t = 1",
    );
    calls = 1;
    const error = failure(() => stepper.step(1.5, 0.2, Float64Array.of(1, 1), new Float64Array(2)));
    expect(error.message).toContain("in the flow from t = 1.5 to 1.7");
    expect(error.code).toBe("nonfinite-state");
    expect(error.step).toBe(1);
  });
});

describe("projective, arguments", () => {
  const flow = linearFlow(-1, 0.01);
  const build =
    (options: unknown, of: unknown = flow) =>
    () =>
      projective(of as TimeStepper, options as ProjectiveOptions);

  it("refuses options that make no sense when built", () => {
    expect(build({ burst: 0 })).toThrow(new RangeError("projective: burst must be positive, got 0"));
    expect(build({ burst: -1 })).toThrow(RangeError);
    expect(build({})).toThrow(new TypeError("projective: burst must be a number, got undefined"));
    expect(build({ burst: 1, chord: 0 })).toThrow(RangeError);
    expect(build({ burst: 1, chord: 1.5 })).toThrow(
      "projective: chord must not be longer than the burst of 1, got 1.5",
    );
    expect(build({ burst: 1, cord: 0.5 })).toThrow(
      new TypeError("projective: unknown option cord; did you mean chord?"),
    );
    expect(build({ burst: 1, slope: 3 })).toThrow(TypeError);
    expect(build({ burst: 1 }, { size: 2 })).toThrow("projective: flow.advance must be a function");
    expect(build({ burst: 1 }, null)).toThrow(TypeError);
    expect(build({ burst: 1 }, { size: 0.5, advance() {} })).toThrow("projective: flow.size must be an integer");
    const still: ButcherTableau = { order: 1, a: [[], [0]], b: [0, 1], c: [0, 0] };
    expect(build({ burst: 1, outer: still })).toThrow("projective: c[1] of the tableau must be positive, got 0");
    expect(build({ burst: 1, outer: { ...rk4Tableau, order: 5 } })).toThrow(/^projective: sum of b_i c_i\^4/);
  });

  it("tells solve's caller when a stretch is shorter than the burst", () => {
    const stepper = projective(flow, { burst: 0.03 });
    const run = () => solve(stepper, [1], [0, 1], { dt: 0.1, saveAt: [0, 0.01, 1] });
    expect(run).toThrow("projective: dt must be at least the burst of 0.03, got 0.01");
  });
});
