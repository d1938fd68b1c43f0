import { FormatError } from "@hml/guard";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failure } from "../test/failure.ts";
import { arenstorf, lorenz } from "../test/problems.ts";
import {
  automatic,
  bdf,
  dop853,
  dopri5,
  euler,
  eulerMaruyama,
  fixed,
  type Method,
  normal,
  type Problem,
  type Restart,
  radau,
  random,
  restartFromJson,
  restartToJson,
  rk4,
  rosenbrock,
  type Solution,
  type SolveOptions,
  solve,
  tsit5,
  type Vec,
} from "./index.ts";

/** Van der Pol with mu = 50: smooth stretches, fast ones, rejections, new Jacobians and all orders of bdf. */
const vanDerPol: Problem = {
  size: 2,
  rhs(_t, [x, y], out) {
    out[0] = y!;
    out[1] = 50 * (1 - x! * x!) * y! - x!;
  },
};
/** mu = 1000, over the first jump: `automatic` switches there and back. */
const stiffVanDerPol: Problem = {
  size: 2,
  rhs(_t, [x, y], out) {
    out[0] = y!;
    out[1] = 1000 * (1 - x! * x!) * y! - x!;
  },
};
const methods: [name: string, method: () => Method, problem: Problem, u0: number[], end: number][] = [
  ["dopri5", () => dopri5(), arenstorf, [0.994, 0, 0, -2.0015851063790824], 8],
  ["tsit5", () => tsit5(), arenstorf, [0.994, 0, 0, -2.0015851063790824], 8],
  ["dop853", () => dop853(), arenstorf, [0.994, 0, 0, -2.0015851063790824], 8],
  ["fixed(rk4)", () => fixed(rk4, 0.01), lorenz, [1, 1, 1], 2],
  ["bdf", () => bdf(), vanDerPol, [2, 0], 60],
  ["bdf without modification, to order 3", () => bdf({ ndf: false, maxOrder: 3 }), vanDerPol, [2, 0], 60],
  ["bdf with GMRES", () => bdf({ jacobian: { krylov: "gmres" } }), vanDerPol, [2, 0], 60],
  ["radau", () => radau(), vanDerPol, [2, 0], 60],
  ["rosenbrock", () => rosenbrock(), vanDerPol, [2, 0], 60],
  ["automatic", () => automatic(), stiffVanDerPol, [2, 0], 900],
];

/** Frames of two parts, of which the second repeats the last of the first. */
function joined(first: Solution, second: Solution): { t: number[]; u: number[] } {
  const size = first.shape[1];
  return { t: [...first.t, ...second.t.subarray(1)], u: [...first.u, ...second.u.subarray(size)] };
}

const bits = ({ t, u }: { t: ArrayLike<number>; u: ArrayLike<number> }) => ({ t: Array.from(t), u: Array.from(u) });

describe.each(methods)("a run of %s that was stopped", (_name, method, problem, u0, end) => {
  const run = (options: Partial<SolveOptions> = {}, system = problem): Solution =>
    solve(system, u0, [0, end], { method: method(), throw: false, ...options });
  const whole = run();
  const steps = whole.stats.steps;

  it("goes on with the same bits and counters after any number of steps", () => {
    expect(whole.status).toBe("done");
    for (let maxSteps = 1; maxSteps < steps; maxSteps += Math.max(1, Math.floor(steps / 40))) {
      const first = run({ maxSteps });
      expect(first.status).toBe("max-steps");
      const second = run({ resume: first.restart });
      expect(second.status).toBe("done");
      expect(second.stats).toEqual(whole.stats);
      expect(joined(first, second)).toEqual(bits(whole));
    }
  });

  it("goes on in many parts, each through a clone or text", () => {
    const frames = { t: [0], u: [...u0] };
    let restart: Restart | undefined;
    for (let part = 0; part < steps; part++) {
      const { t, u, status, restart: next }: Solution = run({ resume: restart, maxSteps: 3 });
      frames.t.push(...t.subarray(1));
      frames.u.push(...u.subarray(u0.length));
      if (status === "done") break;
      restart = part % 2 ? structuredClone(next!) : restartFromJson(restartToJson(next!));
    }
    expect(frames).toEqual(bits(whole));
  });

  it("goes on with frames asked for, interpolated in the step where it stopped", () => {
    const saveAt = Array.from({ length: 301 }, (_, k) => (end * k) / 300);
    const fine = run({ saveAt });
    for (const maxSteps of [1, 2, 5, Math.floor(steps / 2), steps - 1]) {
      const first = run({ saveAt, maxSteps });
      const second = run({ saveAt, resume: first.restart });
      // The state reached comes first in the second part.
      expect([...first.t, ...second.t.subarray(1)]).toEqual(saveAt);
      expect([...first.u, ...second.u.subarray(u0.length)]).toEqual(Array.from(fine.u));
      expect(second.stats).toEqual(fine.stats);
    }
  });

  it("goes on after a signal, and after onStep asked to stop", () => {
    const controller = new AbortController();
    const half = Math.floor(steps / 2);
    let count = 0;
    const aborted = run({ signal: controller.signal, onStep: () => ++count === half && controller.abort() });
    expect(aborted.status).toBe("aborted");
    expect(joined(aborted, run({ resume: aborted.restart }))).toEqual(bits(whole));
    count = 0;
    const stopped = run({ onStep: () => ++count === half && "stop" });
    expect(stopped.status).toBe("stopped");
    expect(stopped.error).toBeUndefined();
    expect(joined(stopped, run({ resume: stopped.restart }))).toEqual(bits(whole));
  });

  it("goes on with the same bits when the right-hand side threw once, wherever in a step", () => {
    const total = whole.stats.rhs + whole.stats.rhsForJacobian;
    for (let n = 3; n < total; n += Math.max(1, Math.floor(total / 60))) {
      let calls = 0;
      const once: Problem = {
        size: problem.size,
        rhs(t, u, out) {
          if (++calls === n) throw new Error("once");
          problem.rhs(t, u, out);
        },
      };
      const first = run({}, once);
      expect(first.status).toBe("callback-threw");
      const second = run({ resume: first.restart }, once);
      expect(second.status).toBe("done");
      if (!first.restart) continue;
      expect(joined(first, second)).toEqual(bits(whole));
    }
  });

  it("finds after a terminal event what it would have found without", () => {
    const level = (value: number) => ({ g: (_t: number, u: Vec) => u[0]! - value });
    const events = [level(u0[0]! * 0.7), level(u0[0]! * 0.69), level(u0[0]! * 0.3)];
    const all = run({ events });
    const stops = events.map(({ g }) => ({ g, terminal: true }));
    const found: number[][] = [[], [], []];
    const states: number[] = [];
    let restart: Restart | undefined;
    let ends = 0;
    for (let part = 0; part < 1000; part++) {
      const solution: Solution = run({ events: stops, resume: restart });
      solution.events.forEach(({ t }, k) => found[k]!.push(...t));
      states.push(...solution.u.subarray((solution.shape[0] - 1) * u0.length));
      restart = structuredClone(solution.restart);
      if (solution.status === "done") break;
      expect(solution.status).toBe("event");
      ends++;
    }
    expect(found).toEqual(all.events.map(({ t }) => Array.from(t)));
    expect(ends).toBe(found.flat().length);
    expect(states.slice(-u0.length)).toEqual(Array.from(whole.u.subarray(-u0.length)));
  });

  it("goes on past its end, and stands still at it", () => {
    const again = run({ resume: whole.restart });
    expect(again.status).toBe("done");
    expect(Array.from(again.t)).toEqual([end]);
    expect(again.stats).toEqual(whole.stats);
    const longer = solve(problem, u0, [0, end * 1.25], { method: method(), resume: whole.restart });
    expect(longer.status).toBe("done");
    expect(longer.t[0]).toBe(end);
    expect(longer.stats.steps).toBeGreaterThan(steps);
  });

  it("is refused by another method, size, start, version, or with parts missing", () => {
    const { restart } = run({ maxSteps: 5 });
    const refused = (resume: unknown, options: object = {}): unknown =>
      thrown(() => run({ resume: resume as Restart, ...options }));
    expect(refused(restart, { method: fixed(euler, 0.5) })).toBeInstanceOf(RangeError);
    expect(refused({ ...restart, version: 2 })).toBeInstanceOf(RangeError);
    expect(refused({ ...restart, size: 7 })).toBeInstanceOf(RangeError);
    expect(refused({ ...restart, t0: 1 })).toBeInstanceOf(RangeError);
    expect(refused({ ...restart, state: { numbers: {}, vectors: {} } })).toBeInstanceOf(RangeError);
    expect(refused({ ...restart, state: undefined })).toBeInstanceOf(RangeError);
    expect(refused(restart, { events: [{ g: () => 1 }] })).toBeInstanceOf(RangeError);
    expect(refused("restart")).toBeInstanceOf(TypeError);
    expect(refused(null)).toBeInstanceOf(TypeError);
    const [vector] = Object.keys((restart!.state.inner ?? restart!.state).vectors);
    const state = restart!.state;
    const cut = (v: Readonly<Record<string, Vec>>) => ({ ...v, [vector!]: new Float64Array(99) });
    const broken = state.inner
      ? { ...state, inner: { ...state.inner, vectors: cut(state.inner.vectors) } }
      : { ...state, vectors: cut(state.vectors) };
    expect(refused({ ...restart, state: broken })).toBeInstanceOf(RangeError);
    const back = () => solve(problem, u0, [0, whole.t[3]!], { method: method(), resume: restart });
    expect(back).toThrow(RangeError);
  });
});

describe("a run of a bound stepper that was stopped", () => {
  it("goes on with the same bits, with frames asked for too", () => {
    for (const saveAt of [undefined, [0.35, 0.8, 1]]) {
      const options = { dt: 0.1, throw: false, ...(saveAt && { saveAt }) };
      const whole = solve(rk4(lorenz.rhs, 3), [1, 1, 1], [0, 1], options);
      for (let maxSteps = 1; maxSteps < whole.stats.steps; maxSteps++) {
        const first = solve(rk4(lorenz.rhs, 3), [1, 1, 1], [0, 1], { ...options, maxSteps });
        const second = solve(rk4(lorenz.rhs, 3), [1, 1, 1], [0, 1], { ...options, resume: first.restart });
        expect(joined(first, second)).toEqual(bits(whole));
      }
    }
  });

  it("goes on along the same random path when its stepper, which holds the generator, goes on", () => {
    const stepper = () => eulerMaruyama({ size: 2, drift: -1, diffusion: 0.5 }, normal(random(3)));
    const whole = solve(stepper(), [1, 2], [0, 1], { dt: 0.05 });
    const kept = stepper();
    const first = solve(kept, [1, 2], [0, 1], { dt: 0.05, onStep: (t) => t > 0.4 && "stop" });
    expect(first.status).toBe("stopped");
    const second = solve(kept, [1, 2], [0, 1], { dt: 0.05, resume: first.restart });
    expect(joined(first, second)).toEqual(bits(whole));
  });

  it("refuses other stretches of equal steps", () => {
    const options = { dt: 0.1, throw: false };
    const { restart } = solve(rk4(lorenz.rhs, 3), [1, 1, 1], [0, 1], { ...options, maxSteps: 3 });
    expect(() => solve(rk4(lorenz.rhs, 3), [1, 1, 1], [0, 2], { ...options, resume: restart })).toThrow(
      "give the same span",
    );
    expect(() => solve(lorenz, [1, 1, 1], [0, 1], { method: fixed(rk4, 0.1), resume: restart })).toThrow(
      'resume is of the method "stepper", not of "fixed"',
    );
  });
});

describe("restartToJson and restartFromJson", () => {
  it("keep every bit of every number", () => {
    const number = fc.double();
    fc.assert(
      fc.property(fc.array(number), number, number, (values, t, x) => {
        const restart: Restart = {
          version: 1,
          method: "m",
          size: 2,
          t0: 0,
          t,
          stats: { steps: 1, rejected: 0, rhs: 2, rhsForJacobian: 0, jacobians: 0, factorisations: 0 },
          state: { numbers: { x }, vectors: { v: Float64Array.from(values) }, inner: { numbers: {}, vectors: {} } },
        };
        expect(restartFromJson(restartToJson(restart))).toEqual(restart);
      }),
    );
  });

  it("refuse what is no restart with a code", () => {
    const code = (text: string): unknown => {
      const error = thrown(() => restartFromJson(text));
      return error instanceof FormatError ? error.code : error;
    };
    for (const text of ["", "{", "3", "null", "[]", "{}", '{"version":1}', '{"version":1,"method":"m","size":1}']) {
      expect(code(text)).toBe("header");
    }
    expect(code('{"version":2}')).toBe("version");
  });
});

describe("restarts", () => {
  it("are absent for a run that took no step", () => {
    const controller = new AbortController();
    controller.abort();
    const options = { method: dopri5(), throw: false, signal: controller.signal };
    expect(solve(lorenz, [1, 1, 1], [0, 1], options).restart).toBeUndefined();
    expect(solve(lorenz, [1, 1, 1], [1, 1], { method: dopri5() }).restart).toBeUndefined();
  });

  it("stay where they are when the signal is still aborted", () => {
    const first = solve(lorenz, [1, 1, 1], [0, 1], { method: dopri5(), throw: false, maxSteps: 4 });
    const signal = AbortSignal.abort();
    const again = solve(lorenz, [1, 1, 1], [0, 1], { method: dopri5(), throw: false, resume: first.restart, signal });
    expect(again.status).toBe("aborted");
    expect(again.restart).toEqual(first.restart);
  });

  it("go on after a g that failed, which loses nothing of its step", () => {
    let fail = true;
    const g = (t: number, u: Vec): number => (fail && t > 0.3 ? Number.NaN : u[0]! - 2);
    const run = (resume?: Restart) =>
      solve(lorenz, [1, 1, 1], [0, 1], { method: dopri5(), throw: false, events: [{ g }], resume });
    const first = run();
    expect(first.error).toBe(
      failure(() => {
        throw first.error;
      }),
    );
    fail = false;
    const whole = run();
    const second = run(first.restart);
    expect(second.status).toBe("done");
    expect([...first.events[0]!.t, ...second.events[0]!.t]).toEqual(Array.from(whole.events[0]!.t));
    expect(Array.from(second.u.subarray(-3))).toEqual(Array.from(whole.u.subarray(-3)));
  });
});

function thrown(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
