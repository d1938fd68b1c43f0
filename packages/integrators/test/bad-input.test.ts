import { describe, expect, it } from "vitest";
import {
  adaptive,
  adviseBurst,
  automatic,
  bdf,
  dop853,
  dopri5,
  etdrk4,
  euler,
  type FailureCode,
  fixed,
  IntegrationError,
  type Jacobian,
  type Method,
  parareal,
  type Problem,
  projective,
  projectiveAdams,
  projectiveGeneral,
  type Rhs,
  radau,
  random,
  rk4,
  rosenbrock,
  type Solution,
  type SolveOptions,
  solve,
  solveProjective,
  telescopic,
  timeStepper,
  tsit5,
} from "../src/index.ts";
import { failure } from "./failure.ts";
import { lastFrame } from "./problems.ts";

/* Bad arguments, and functions of the user's that misbehave, each with the error that it must give. */

type ErrorName = "TypeError" | "RangeError" | FailureCode;
type Row = readonly [what: string, act: () => unknown, error: ErrorName, message: string];

const decay: Problem = { size: 1, rhs: (_t, u, out) => void (out[0] = -u[0]!) };
const pair: Problem = {
  size: 2,
  rhs(_t, u, out) {
    out[0] = -1e4 * u[0]!;
    out[1] = -u[1]!;
  },
};
const method = dopri5();
const implicit: readonly (readonly [name: string, method: () => Method])[] = [
  ["bdf", bdf],
  ["radau", radau],
  ["rosenbrock", rosenbrock],
];
const methods: readonly (readonly [name: string, method: () => Method])[] = [
  ["dopri5", dopri5],
  ["tsit5", tsit5],
  ["dop853", dop853],
  ...implicit,
  ["automatic", automatic],
];
const flow = timeStepper(euler(decay.rhs, 1), 0.01);

const thrower = (what: string): never => {
  throw new Error(what);
};

/** Calls that the types forbid. */
const loose = <Result>(act: (...args: never[]) => Result, ...args: unknown[]): Result =>
  (act as unknown as (...given: unknown[]) => Result)(...args);
const run = (problem: unknown, u0: unknown, span: unknown, options: object): Solution =>
  loose<Solution>(solve as never, problem, u0, span, { method, ...options });

function expectError([, act, error, message]: Row): void {
  let thrown: unknown;
  try {
    act();
  } catch (cause) {
    thrown = cause;
  }
  expect(thrown).toBeInstanceOf(Error);
  const found = thrown instanceof IntegrationError ? thrown.code : (thrown as Error).name;
  expect([found, (thrown as Error).message]).toEqual([error, expect.stringContaining(message)]);
}

describe("arguments that make no sense", () => {
  const rows: readonly Row[] = [
    ["u0 with a NaN", () => run(pair, [1, Number.NaN], [0, 1], {}), "RangeError", "u0[1] must be finite, got NaN"],
    ["a span with a NaN", () => run(decay, [1], [0, Number.NaN], {}), "RangeError", "span[1] must be finite"],
    ["an endless span", () => run(decay, [1], [0, Infinity], {}), "RangeError", "span[1] must be finite, got Infinity"],
    ["u0 of wrong length", () => run(pair, [1], [0, 1], {}), "RangeError", "u0 must have length 2, got 1"],
    ["rtol and atol 0", () => run(decay, [1], [0, 1], { rtol: 0, atol: 0 }), "RangeError", "must not both be 0"],
    ["a negative rtol", () => run(decay, [1], [0, 1], { rtol: -1 }), "RangeError", "rtol must not be negative, got -1"],
    ["a negative atol", () => run(decay, [1], [0, 1], { atol: -1 }), "RangeError", "atol must not be negative, got -1"],
    [
      "an atol of wrong length",
      () => run(decay, [1], [0, 1], { atol: [1, 1] }),
      "RangeError",
      "atol must have length 1",
    ],
    ["a misspelt option", () => run(decay, [1], [0, 1], { rtoll: 1 }), "TypeError", "rtoll; did you mean rtol?"],
    [
      "an unsorted saveAt",
      () => run(decay, [1], [0, 1], { saveAt: [0.5, 0.2] }),
      "RangeError",
      "saveAt[1] must come after saveAt[0] = 0.5, got 0.2",
    ],
    [
      "a saveAt outside",
      () => run(decay, [1], [0, 1], { saveAt: [2] }),
      "RangeError",
      "saveAt[0] must lie in the span",
    ],
    ["a saveAt with a NaN", () => run(decay, [1], [0, 1], { saveAt: [Number.NaN] }), "RangeError", "saveAt[0]"],
    [
      "a dt that cannot move time",
      () => run(decay, [1], [1, 2], { method: fixed(rk4, 1e-20) }),
      "RangeError",
      "t + dt",
    ],
    ["negative tolerances of adaptive", () => adaptive(decay, { method, rtol: -1 }), "RangeError", "adaptive: rtol"],
    [
      "negative tolerances of solveProjective",
      () => solveProjective(flow, [1], [0, 1], { burst: 0.05, rtol: -1 }),
      "RangeError",
      "solveProjective: rtol must not be negative",
    ],
    [
      "an unsorted saveAt of solveProjective",
      () => solveProjective(flow, [1], [0, 1], { burst: 0.05, saveAt: [0.5, 0.2] }),
      "RangeError",
      "saveAt[1] must come after",
    ],
    [
      "u0 of solveProjective of wrong length",
      () => solveProjective(flow, [1, 2], [0, 1], { burst: 0.05 }),
      "RangeError",
      "u0 must have length 1, got 2",
    ],
    [
      "negative tolerances of parareal",
      () => parareal({ fine: flow, coarse: flow, slices: 2, rtol: -1 }),
      "RangeError",
      "rtol",
    ],
    [
      "a linear part of wrong length",
      () => etdrk4({ size: 4, scalars: "real", linear: new Float64Array(3), nonlinear: () => {} }),
      "RangeError",
      "problem.linear must have length 4, got 3",
    ],
    ["a burst of 0", () => projective(flow, { burst: 0 }), "RangeError", "burst must be positive, got 0"],
    [
      "a chord longer than the burst",
      () => projective(flow, { burst: 0.1, chord: 0.2 }),
      "RangeError",
      "chord must not be longer than the burst of 0.1, got 0.2",
    ],
    [
      "a burst longer than the macro step",
      () => projective(flow, { burst: 0.5 }).step(0, 0.1, Float64Array.of(1), new Float64Array(1)),
      "RangeError",
      "dt must be at least the burst of 0.5, got 0.1",
    ],
    [
      "the same of projectiveAdams",
      () => projectiveAdams(flow, { burst: 0.5 }).step(0, 0.1, Float64Array.of(1), new Float64Array(1)),
      "RangeError",
      "dt must be at least the burst of 0.5, got 0.1",
    ],
    [
      "the same of solve, where it shows in a step",
      () => solve(projective(flow, { burst: 0.5 }), [1], [0, 1], { dt: 0.1 }),
      "callback-threw",
      "dt must be at least the burst of 0.5, got 0.1",
    ],
    [
      "a bound of adaptive macro steps below the burst",
      () => solveProjective(flow, [1], [0, 1], { burst: 0.5, maxStep: 0.1 }),
      "RangeError",
      "maxStep must be at least the burst of 0.5, got 0.1",
    ],
    [
      "an unstable telescopic choice, with the largest stable one",
      () => telescopic(flow, { damping: 1, skip: 3, levels: 2 }),
      "RangeError",
      "skip must be at most 2 for damping = 1, got 3",
    ],
    ["bursts of projectiveGeneral of 0", () => projectiveGeneral(flow, { burst: 0 }), "RangeError", "burst"],
    ["a seed that is no number", () => loose(random, "abc"), "RangeError", "seed must be an integer between 0 and"],
    ["a seed that is no integer", () => random(1.5), "RangeError", "got 1.5"],
    ["a negative seed", () => random(-1), "RangeError", "got -1"],
    ["a stream beyond the safe integers", () => random(1).fork(2 ** 53), "RangeError", "fork: stream must be"],
  ];
  it.each(rows)("%s", (...row) => expectError(row));

  it("advice for a macro step outside the stable range says that it is not stable", () => {
    const twoRates: Rhs = (_t, u, out) => {
      out[0] = -u[0]!;
      out[1] = -1000 * u[1]!;
    };
    const advice = adviseBurst(timeStepper(euler(twoRates, 2), 5e-4), [1, 1], { macroStep: 5 });
    expect(advice.stable).toBe(false);
    expect(advice.largestMacroStep).toBeLessThan(5);
  });
});

describe("a right-hand side that misbehaves", () => {
  const rows: readonly Row[] = [
    ["returns its result", () => run({ size: 1, rhs: () => [1] }, [1], [0, 1], {}), "TypeError", "rhs must write out"],
    ["is async", () => run({ size: 1, rhs: async () => {} }, [1], [0, 1], {}), "TypeError", "returned a promise"],
    [
      "writes into u",
      () => run({ size: 1, rhs: (_t: number, u: number[], out: number[]) => (u[0] = out[0] = 2) }, [1], [0, 1], {}),
      "TypeError",
      "rhs must not write u",
    ],
    [
      "leaves a component unset",
      () => run({ size: 2, rhs: (_t: number, _u: unknown, out: number[]) => void (out[0] = 1) }, [1, 1], [0, 1], {}),
      "TypeError",
      "component 1 was left unset",
    ],
    [
      "has an event function that gives NaN",
      () => run(decay, [1], [0, 1], { events: [{ g: () => Number.NaN }] }),
      "nonfinite-rhs",
      "events[0]",
    ],
  ];
  it.each(rows)("%s", (...row) => expectError(row));

  it.each(methods)(
    "%s: NaN from t = 0.5 on is met by halving, at most ten times, then named with its time",
    (_name, of) => {
      const broken: Problem = { size: 1, rhs: (t, u, out) => void (out[0] = t < 0.5 ? -u[0]! : Number.NaN) };
      const error = failure(() => solve(broken, [1], [0, 1], { method: of() }));
      expect(error.code).toBe("nonfinite-rhs");
      // Halving brings the run nearer than the step that first met it would.
      expect(error.t).toBeGreaterThan(0.45);
      expect(error.t).toBeLessThanOrEqual(0.5);
      expect(error.partial!.stats).toEqual(solve(broken, [1], [0, 1], { method: of(), throw: false }).stats);
      const { stats } = error.partial as Solution;
      expect(stats.rejected).toBeGreaterThanOrEqual(10);
    },
  );

  it.each(methods)("%s: one NaN alone is survived", (_name, of) => {
    let spoilt = false;
    const once: Problem = {
      size: 1,
      rhs(t, u, out) {
        out[0] = t > 0.5 && !spoilt ? Number.NaN : -u[0]!;
        spoilt ||= t > 0.5;
      },
    };
    const solution = solve(once, [1], [0, 1], { method: of() });
    expect(solution.stats.rejected).toBeGreaterThan(0);
    expect(Math.abs(lastFrame(solution)[0]! - Math.exp(-1))).toBeLessThan(2e-5);
  });

  it.each(methods)("%s: a singularity at t = 1 ends with step-too-small there", (name, of) => {
    const square: Problem = { size: 1, rhs: (_t, u, out) => void (out[0] = u[0]! * u[0]!) };
    const error = failure(() => solve(square, [1], [0, 2], { method: of() }));
    expect(error.code).toBe("step-too-small");
    // The pole of the computed solution: errors of 1e-6 a unit of time move it. That of bdf is 1.2e-5 away.
    expect(Math.abs(error.t - 1)).toBeLessThan(name === "bdf" ? 2e-5 : 1e-6);
  });
});

describe("steps that cannot move time", () => {
  it.each(methods)("%s: a maxStep of 1e-20 at t = 1 is step-too-small, at once", (_name, of) => {
    const error = failure(() => solve(decay, [1], [1, 2], { method: of(), maxStep: 1e-20 }));
    expect([error.code, error.t, error.step]).toEqual(["step-too-small", 1, 0]);
  });

  it.each(implicit)("%s: a firstStep of 1e-20 at t = 1 is lifted, and steps grow from there", (_name, of) => {
    const solution = solve(decay, [1], [1, 2], { method: of(), firstStep: 1e-20 });
    expect(solution.stats.steps).toBeLessThan(200);
    expect(Math.abs(lastFrame(solution)[0]! - Math.exp(-1))).toBeLessThan(2e-5);
  });

  it.each([
    ["dopri5", dopri5],
    ["tsit5", tsit5],
    ["dop853", dop853],
    ["automatic", automatic],
  ])("%s: a firstStep of 1e-20 at t = 1 is step-too-small", (_name, of) => {
    expect(failure(() => solve(decay, [1], [1, 2], { method: of(), firstStep: 1e-20 })).code).toBe("step-too-small");
  });

  it.each(methods)("%s: an empty span is one frame and done", (_name, of) => {
    const { t, u, status } = solve(decay, [3], [1, 1], { method: of() });
    expect([[...t], [...u], status]).toEqual([[1], [3], "done"]);
  });
});

describe.each(implicit)("a Jacobian that misbehaves, %s", (name, of) => {
  const evaluated = (evaluate: unknown, shape: object = {}): (() => unknown) => {
    const jacobian = { ...shape, evaluate } as Jacobian;
    return () => solve({ ...pair, jacobian }, [1, 1], [0, 1], { method: of() });
  };
  const nothing = (): void => {};
  const rows: readonly Row[] = [
    [
      "returns its rows",
      evaluated(() => [
        [-1e4, 0],
        [0, -1],
      ]),
      "callback-threw",
      "problem.jacobian.evaluate must write out",
    ],
    ["is async", evaluated(async () => {}), "callback-threw", "returned a promise"],
    [
      "writes into u",
      evaluated((_t: number, u: number[]) => void (u[1] = 7)),
      "callback-threw",
      "must not write u; u[1]",
    ],
    ["throws", evaluated(() => thrower("mine")), "callback-threw", "mine"],
    [
      "sets more than its band",
      evaluated((_t: number, _u: unknown, out: Float64Array) => out.set([1, 2, 3, 4]), { lower: 0, upper: 0 }),
      "callback-threw",
      "out of bounds",
    ],
    ["has a band wider than the problem", evaluated(nothing, { lower: 2, upper: 0 }), "RangeError", "jacobian.lower"],
    ["has half a band", evaluated(nothing, { lower: 1 }), "TypeError", "must have both lower and upper"],
    [
      "has a ring too short for its band",
      evaluated(nothing, { lower: 1, upper: 0, periodic: true }),
      "RangeError",
      "give a dense one",
    ],
    [
      "is not finite",
      evaluated((_t: number, _u: unknown, out: Float64Array) => void out.fill(Number.NaN)),
      "nonfinite-rhs",
      "the Jacobian is not finite",
    ],
  ];
  it.each(rows)("%s", (...row) => expectError(row));

  it("has a band that does not fit, which automatic tells before any work too", () => {
    const jacobian: Jacobian = { lower: 2, upper: 0, evaluate: nothing };
    const act = (): unknown => solve({ ...pair, jacobian }, [1, 1], [0, 1], { method: automatic({ stiff: of() }) });
    expectError(["", act, "RangeError", "problem.jacobian.lower must be an integer between 0 and 1, got 2"]);
  });

  it("is told with the method's name", () => {
    expect(failure(evaluated(() => [1])).message).toContain(`${name}: problem.jacobian.evaluate`);
  });
});

describe("a partial solution is never lost", () => {
  const late: Rhs = (t, u, out) => {
    if (t > 0.7) throw new TypeError("mine");
    out[0] = -u[0]!;
  };
  const failing: readonly (readonly [code: FailureCode, rhs: Rhs, options: Partial<SolveOptions>])[] = [
    ["nonfinite-rhs", (t, u, out) => void (out[0] = t > 0.7 ? Number.NaN : -u[0]!), {}],
    ["step-too-small", (t, u, out) => void (out[0] = (u[0]! * u[0]!) / (t < 2 ? 0.7 : 1)), {}],
    ["callback-threw", late, {}],
    ["max-steps", decay.rhs, { maxSteps: 5 }],
    ["aborted", decay.rhs, { signal: AbortSignal.abort("enough") }],
  ];
  it.each(failing)("%s: the error that is thrown holds the frames that throw: false gives", (code, rhs, options) => {
    for (const [, of] of methods) {
      const given = { method: of(), maxStep: 0.1, ...options };
      const returned = solve({ size: 1, rhs }, [1], [0, 5], { ...given, throw: false });
      const error = failure(() => solve({ size: 1, rhs }, [1], [0, 5], given));
      const partial = error.partial as Solution;
      expect([error.code, partial.status, returned.status]).toEqual([code, code, code]);
      expect(partial.t).toEqual(returned.t);
      expect(partial.u).toEqual(returned.u);
      expect(partial.stats).toEqual(returned.stats);
      expect(partial.restart).toEqual(returned.restart);
      expect(partial.error).toBe(error);
      expect(partial.t.length).toBe(code === "aborted" ? 1 : partial.stats.steps + 1);
      if (code === "max-steps") {
        const rest = solve({ size: 1, rhs }, [1], [0, 5], { ...given, maxSteps: 1000, resume: partial.restart });
        expect(Math.abs(lastFrame(rest)[0]! - Math.exp(-5))).toBeLessThan(2e-5);
      }
    }
  });

  it("of a bound stepper, and of solveProjective", () => {
    const broken = euler(late, 1);
    const error = failure(() => solve(broken, [1], [0, 1], { dt: 1 / 64 }));
    expect(error.partial!.t.length).toBe(error.step + 1);
    expect(error.partial!.t.at(-1)).toBe(error.t);
    const macro = failure(() =>
      solveProjective(timeStepper(broken, 0.001), [1], [0, 1], { burst: 0.003, maxStep: 0.1 }),
    );
    expect(macro.partial!.t.length).toBeGreaterThan(3);
    expect(macro.partial!.status).toBe("callback-threw");
  });

  it("of runs within runs, the outermost", () => {
    const inner = adaptive({ size: 1, rhs: late }, { method: dopri5() });
    const error = failure(() =>
      solve(
        { size: 1, order: 1, step: (t: number, dt: number, u, out) => (out.set(u), inner.advance(out, t, t + dt)) },
        [1],
        [0, 1],
        { dt: 0.25 },
      ),
    );
    expect([...error.partial!.t]).toEqual([0, 0.25, 0.5]);
  });

  it("does not print with the error", () => {
    const error = failure(() => solve(decay, [1], [0, 1], { method, maxSteps: 1 }));
    expect(Object.keys(error)).not.toContain("partial");
  });
});
