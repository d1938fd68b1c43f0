import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failure } from "../test/failure.ts";
import { distance, exactProblems, kepler, lastFrame } from "../test/problems.ts";
import {
  dopri5,
  euler,
  fixed,
  type Method,
  type Problem,
  type Rhs,
  rk4,
  type SolveOptions,
  type Stepper,
  solve,
  timeStepper,
} from "./index.ts";

const decay: Problem = { size: 1, rhs: (_t, u, out) => void (out[0] = -u[0]!) };
const method = dopri5();

/** For calls that plain JavaScript can make. */
const anySolve = solve as (...args: unknown[]) => ReturnType<typeof solve>;

describe("solve, frames", () => {
  it("keeps the initial state and every accepted step", () => {
    const times: number[] = [0];
    const solution = solve(decay, [1], [0, 5], { method, onStep: (t) => times.push(t) });
    expect([...solution.t]).toEqual(times);
    expect(solution.shape).toEqual([solution.stats.steps + 1, 1]);
    expect(solution.u.length).toBe(solution.t.length);
    expect(solution.u[0]).toBe(1);
    expect(solution.status).toBe("done");
    expect("error" in solution).toBe(false);
    solution.t.forEach((t, k) => expect(Math.abs(solution.u[k]! - Math.exp(-t))).toBeLessThan(5e-6));
  });

  it("gives exactly the times asked for, forwards and backwards, exact at both ends", () => {
    for (const [t0, t1] of [
      [0, 3],
      [3, 0],
      [-0.1, 0.2],
    ] as const) {
      const saveAt = Float64Array.from({ length: 31 }, (_, k) => (k === 30 ? t1 : t0 + ((t1 - t0) * k) / 30));
      const steps = solve(decay, [1], [t0, t1], { method });
      const { t, u, shape, stats } = solve(decay, [1], [t0, t1], { method, saveAt });
      expect(t).toEqual(saveAt);
      expect(shape).toEqual([31, 1]);
      expect(u[0]).toBe(1);
      expect(u[30]).toBe(lastFrame(steps)[0]);
      expect(stats).toEqual(steps.stats);
      // Quartic interpolation at rtol 1e-6 adds no more than the tolerance.
      saveAt.forEach((time, k) => expect(Math.abs(u[k]! * Math.exp(time - t0) - 1)).toBeLessThan(1e-5));
    }
  });

  it("gives the frames of steps, bit for bit, at the times of steps", () => {
    const free = solve(kepler, [0.4, 0, 0, 2], [0, 6], { method });
    const asked = solve(kepler, [0.4, 0, 0, 2], [0, 6], { method, saveAt: free.t });
    expect(asked.u).toEqual(free.u);
  });

  it("keeps no frame before the first time asked for, and none at all when none is", () => {
    expect(solve(decay, [1], [0, 1], { method, saveAt: [0.5] }).shape).toEqual([1, 1]);
    const nothing = solve(decay, [1], [0, 1], { method, saveAt: [] });
    expect(nothing.shape).toEqual([0, 1]);
    expect(nothing.status).toBe("done");
  });

  it("gives one frame and calls nothing on an empty span", () => {
    const rhs = (): never => {
      throw new Error("called");
    };
    const solution = solve({ size: 2, rhs }, [1, 2], [3, 3], { method, dense: true });
    expect(solution).toMatchObject({ status: "done", shape: [1, 2] });
    expect([...solution.t, ...solution.u]).toEqual([3, 1, 2]);
    expect(solution.stats.rhs).toBe(0);
    expect(solve({ size: 1, rhs }, [1], [3, 3], { method: fixed(rk4, 0.1), saveAt: [3] }).shape).toEqual([1, 1]);
    expect(solve({ size: 1, order: 1, step: rhs }, [1], [3, 3], { dt: 0.1 }).shape).toEqual([1, 1]);
  });

  it("answers at any time when dense, at frames otherwise, and refuses times it has not reached", () => {
    for (const problem of exactProblems) {
      for (const [t0, t1] of [problem.span, [problem.span[1], problem.span[0]]] as const) {
        const options: SolveOptions = { method, rtol: 1e-8, atol: 1e-10 };
        const dense = solve(problem, problem.exact(t0), [t0, t1], { ...options, dense: true });
        const out = new Float64Array(problem.size);
        for (let k = 0; k <= 100; k++) {
          const t = t0 + ((t1 - t0) * k) / 100;
          dense.at(t, out);
          // The step error of 1e-8 grows by the flow, backwards tenfold; the interpolant adds its own like it.
          expect(distance(out, problem.exact(t))).toBeLessThan(3e-7);
        }
        const beyond = t1 > t0 ? 1e-9 : -1e-9;
        expect(() => dense.at(t1 + beyond, out)).toThrow(RangeError);
        expect(() => dense.at(t0 - beyond, out)).toThrow(RangeError);
        expect(() => dense.at(Number.NaN, out)).toThrow(RangeError);
        dense.at(dense.t[2]!, out);
        expect(out).toEqual(dense.u.subarray(2 * problem.size, 3 * problem.size));
        const sparse = solve(problem, problem.exact(t0), [t0, t1], options);
        sparse.at(sparse.t[1]!, out);
        expect(out).toEqual(sparse.u.subarray(problem.size, 2 * problem.size));
        expect(() => sparse.at((t0 + t1) / 2 + 1e-5, out)).toThrow("pass dense: true");
      }
    }
    const out = new Float64Array(2);
    expect(() => solve(decay, [1], [0, 1], { method }).at(0, out)).toThrow("out must have length 1, got 2");
  });

  it("is frozen, and independent of what it was given", () => {
    const u0 = [1];
    const saveAt = [0, 1];
    const options = { method, saveAt, onStep: () => void (saveAt[1] = 99) };
    const solution = solve(decay, u0, [0, 1], options);
    u0[0] = 7;
    expect([...solution.t]).toEqual([0, 1]);
    expect(solution.u[0]).toBe(1);
    expect(Object.isFrozen(solution) && Object.isFrozen(solution.stats) && Object.isFrozen(solution.shape)).toBe(true);
  });

  it("finds the solution on [a, c] from [a, b] then [b, c] to the tolerance", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1.99, noNaN: true }), (b) => {
        const options: SolveOptions = { method, rtol: 1e-9, atol: 1e-12 };
        const first = solve(kepler, [0.4, 0, 0, 2], [0, b], options);
        const second = solve(kepler, lastFrame(first), [b, 2], options);
        const whole = solve(kepler, [0.4, 0, 0, 2], [0, 2], options);
        expect(distance(lastFrame(second), lastFrame(whole))).toBeLessThan(1e-7);
      }),
      { numRuns: 30 },
    );
  });
});

describe("solve, a bound stepper", () => {
  it("cuts each stretch between frames into equal steps and hits every frame exactly", () => {
    const seen: [number, number][] = [];
    const spy: Stepper = {
      size: 1,
      order: 1,
      step(t, dt, u, out) {
        seen.push([t, dt]);
        out[0] = u[0]! + dt;
      },
    };
    const { t, u, stats } = solve(spy, [0], [0, 1], { dt: 0.25, saveAt: [0, 0.1, 0.7] });
    expect([...t]).toEqual([0, 0.1, 0.7]);
    expect(stats.steps).toBe(1 + 3 + 2);
    expect(seen.map(([time]) => time)).toEqual([0, 0.1, 0.1 + 0.6 / 3, 0.1 + 2 * (0.6 / 3), 0.7, 0.85].map(closeTo));
    expect(Math.max(...seen.map(([, dt]) => dt))).toBeLessThanOrEqual(0.25);
    expect(distance(u, [0, 0.1, 0.7])).toBeLessThan(4 * Number.EPSILON);
  });

  it("moves as a time-stepper does, and back", () => {
    const [, , spiral] = exactProblems;
    const u = Float64Array.from(spiral!.exact(0));
    timeStepper(rk4(spiral!.rhs, 2), 0.1).advance(u, 0, 2.05);
    expect(lastFrame(solve(rk4(spiral!.rhs, 2), spiral!.exact(0), [0, 2.05], { dt: 0.1 }))).toEqual(u);
    const back = solve(rk4(spiral!.rhs, 2), u, [2.05, 0], { dt: 0.1 });
    expect(distance(lastFrame(back), spiral!.exact(0))).toBeLessThan(1e-3);
  });

  it("fails at once on a state that is not finite, and on what the stepper throws", () => {
    const bad: Stepper = {
      size: 2,
      order: 1,
      step: (t, dt, u, out) => void (out[0] = out[1] = t > 0.35 ? Number.NaN : u[0]! + dt),
    };
    const solution = solve(bad, [0, 0], [0, 1], { dt: 0.1, throw: false });
    expect(solution.status).toBe("nonfinite-state");
    expect(solution.error!.message).toMatch(/^solve: component 0 became NaN in the step from t = 0\.4/);
    expect(solution.stats.steps).toBe(4);
    expect(solution.u.every(Number.isFinite)).toBe(true);
    const broken = failure(() =>
      solve(
        {
          ...bad,
          step: () => {
            throw new RangeError("too short");
          },
        },
        [0, 0],
        [0, 1],
        { dt: 0.1 },
      ),
    );
    expect(broken.code).toBe("callback-threw");
    expect(broken.message).toContain("too short");
  });

  it("refuses steppers, steps and options that make no sense", () => {
    const stepper = euler(decay.rhs, 1);
    expect(() => solve(stepper, [1], [0, 1], { dt: 0 })).toThrow(RangeError);
    expect(() => solve(stepper, [1], [1, 2], { dt: 1e-20 })).toThrow(/^solve: dt must move time/);
    expect(() => solve(stepper, [1, 2], [0, 1], { dt: 0.1 })).toThrow("solve: u0 must have length 1, got 2");
    expect(() => anySolve(stepper, [1], [0, 1], { dt: 0.1, method })).toThrow("unknown option method");
    expect(() => anySolve({ ...stepper, step: 3 }, [1], [0, 1], { dt: 0.1 })).toThrow(TypeError);
    expect(() => anySolve({ ...stepper, size: 0 }, [], [0, 1], { dt: 0.1 })).toThrow(RangeError);
  });
});

describe("solve, arguments", () => {
  const refused: [what: string, args: unknown[], error: typeof RangeError | typeof TypeError, message: string][] = [
    ["a NaN in u0", [decay, [Number.NaN], [0, 1], { method }], RangeError, "solve: u0[0] must be finite, got NaN"],
    [
      "a u0 of wrong length",
      [{ ...decay, size: 3 }, [1, 2], [0, 1], { method }],
      RangeError,
      "u0 must have length 3, got 2",
    ],
    ["a u0 that is no array", [decay, "1", [0, 1], { method }], TypeError, "u0 must be an array of numbers"],
    [
      "a NaN in the span",
      [decay, [1], [0, Number.NaN], { method }],
      RangeError,
      "solve: span[1] must be finite, got NaN",
    ],
    ["an endless span", [decay, [1], [0, Infinity], { method }], RangeError, "span[1] must be finite, got Infinity"],
    ["a span of three", [decay, [1], [0, 1, 2], { method }], RangeError, "span must have length 2, got 3"],
    ["no span", [decay, [1], 5, { method }], TypeError, "span must be an array"],
    [
      "rtol and atol 0",
      [decay, [1], [0, 1], { method, rtol: 0, atol: 0 }],
      RangeError,
      "rtol and atol must not both be 0",
    ],
    [
      "rtol 0, one atol 0",
      [decay, [1], [0, 1], { method, rtol: 0, atol: [0] }],
      RangeError,
      "rtol and atol[0] must not",
    ],
    ["rtol -1", [decay, [1], [0, 1], { method, rtol: -1 }], RangeError, "solve: rtol must not be negative, got -1"],
    ["rtol NaN", [decay, [1], [0, 1], { method, rtol: Number.NaN }], RangeError, "rtol must be finite"],
    ["atol -1", [decay, [1], [0, 1], { method, atol: [-1] }], RangeError, "atol[0] must not be negative, got -1"],
    [
      "an atol of wrong length",
      [decay, [1], [0, 1], { method, atol: [1, 1] }],
      RangeError,
      "atol must have length 1, got 2",
    ],
    [
      "a misspelt option",
      [decay, [1], [0, 1], { method, rtoll: 1e-6 }],
      TypeError,
      "solve: unknown option rtoll; did you mean rtol?",
    ],
    ["no options", [decay, [1], [0, 1]], TypeError, "options must be an object"],
    ["no method", [decay, [1], [0, 1], {}], TypeError, "method must be a method such as dopri5()"],
    ["an uncalled method", [decay, [1], [0, 1], { method: dopri5 }], TypeError, "call it, dopri5()"],
    [
      "an unsorted saveAt",
      [decay, [1], [0, 1], { method, saveAt: [0, 0.5, 0.4] }],
      RangeError,
      "saveAt[2] must come after saveAt[1] = 0.5, got 0.4",
    ],
    ["a repeated time", [decay, [1], [0, 1], { method, saveAt: [0.5, 0.5] }], RangeError, "saveAt[1] must come after"],
    [
      "an ascending saveAt in a descending span",
      [decay, [1], [1, 0], { method, saveAt: [0, 1] }],
      RangeError,
      "saveAt[1] must come after",
    ],
    [
      "a saveAt outside the span",
      [decay, [1], [0, 1], { method, saveAt: [0, 1.1] }],
      RangeError,
      "saveAt[1] must lie in the span [0, 1], got 1.1",
    ],
    ["a NaN in saveAt", [decay, [1], [0, 1], { method, saveAt: [Number.NaN] }], RangeError, "saveAt[0] must be finite"],
    ["firstStep 0", [decay, [1], [0, 1], { method, firstStep: 0 }], RangeError, "firstStep must be positive"],
    ["maxStep -1", [decay, [1], [0, 1], { method, maxStep: -1 }], RangeError, "maxStep must be positive"],
    ["maxSteps 0", [decay, [1], [0, 1], { method, maxSteps: 0 }], RangeError, "maxSteps must be an integer at least 1"],
    ["a signal that is none", [decay, [1], [0, 1], { method, signal: {} }], TypeError, "signal must be an AbortSignal"],
    ["an onStep that is none", [decay, [1], [0, 1], { method, onStep: 1 }], TypeError, "onStep must be a function"],
    [
      "a throw that is no switch",
      [decay, [1], [0, 1], { method, throw: "no" }],
      TypeError,
      "throw must be true or false",
    ],
    ["a dense that is no switch", [decay, [1], [0, 1], { method, dense: 1 }], TypeError, "dense must be true or false"],
    [
      "no problem",
      [null, [1], [0, 1], { method }],
      TypeError,
      "the first argument must be a problem { rhs, size } or a stepper",
    ],
    ["a problem without rhs", [{ size: 1 }, [1], [0, 1], { method }], TypeError, "problem.rhs must be a function"],
    ["size 1.5", [{ ...decay, size: 1.5 }, [1], [0, 1], { method }], RangeError, "problem.size must be an integer"],
    [
      "a Jacobian that cannot",
      [{ ...decay, jacobian: {} }, [1], [0, 1], { method }],
      TypeError,
      "problem.jacobian.evaluate must be",
    ],
  ];

  it.each(refused)("refuses %s before calling anything", (_what, args, error, message) => {
    const [system, ...rest] = args;
    const problem = system as Problem | null;
    const calls: number[] = [];
    const counted = problem?.rhs
      ? { ...problem, rhs: (...call: Parameters<Rhs>) => (calls.push(1), problem.rhs(...call)) }
      : system;
    expect(() => anySolve(counted, ...rest)).toThrow(error);
    expect(() => anySolve(counted, ...rest)).toThrow(message);
    expect(calls).toEqual([]);
  });

  it("refuses frames that would not fit, before allocating them", () => {
    const saveAt = { length: 2 ** 26 + 1 } as ArrayLike<number>;
    expect(() => solve({ size: 3, rhs: decay.rhs }, [1, 1, 1], [0, 1], { method, saveAt })).toThrow(
      /^solve: saveAt asks for 67108865 frames of 3/,
    );
  });

  it("never does anything but work or refuse, whatever the options", () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(
            "rtol",
            "atol",
            "saveAt",
            "maxSteps",
            "throw",
            "dense",
            "firstStep",
            "maxStep",
            "onStep",
            "signal",
            "x",
          ),
          fc.anything(),
        ),
        (options) => {
          try {
            const { status } = anySolve(decay, [1], [0, 1], { ...options, method, maxSteps: 50 });
            expect(["done", "max-steps", "step-too-small", "aborted"]).toContain(status);
          } catch (error) {
            expect((error as Error).message).toMatch(/^(solve|dopri5): /);
            expect(["TypeError", "RangeError", "IntegrationError"]).toContain((error as Error).name);
          }
        },
      ),
    );
  });
});

describe("solve, the first call of the right-hand side", () => {
  const first =
    (rhs: unknown): (() => unknown) =>
    () =>
      anySolve({ size: 2, rhs }, [1, 2], [0, 1], { method });

  it("refuses one that returns its result or a promise", () => {
    expect(first((_t: number, u: number[]) => [-u[0]!, -u[1]!])).toThrow(
      new TypeError("solve: rhs must write out; it returned an array of length 2"),
    );
    expect(first(async (_t: number, _u: number[], out: Float64Array) => void out.fill(0))).toThrow(
      new TypeError("solve: rhs must write out; it returned a promise"),
    );
  });

  it("accepts the harmless values of arrow bodies", () => {
    expect(first((_t: number, _u: unknown, out: Float64Array) => out.fill(0))).not.toThrow();
    expect(first((_t: number, _u: unknown, out: Float64Array) => (out[0] = out[1] = 1))).not.toThrow();
  });

  it("refuses one that leaves part of out unset or writes u", () => {
    expect(first((_t: number, _u: unknown, out: Float64Array) => void (out[0] = 1))).toThrow(
      new TypeError("solve: rhs must write every component of out; component 1 was left unset"),
    );
    expect(first(() => undefined)).toThrow("component 0 was left unset");
    expect(
      first((_t: number, u: Float64Array, out: Float64Array) => {
        out.fill(0);
        u[1] = 5;
      }),
    ).toThrow(new TypeError("solve: rhs must not write u; u[1] changed from 2 to 5"));
  });

  it("reports one that is not finite, or throws, as a failed run that keeps the initial state", () => {
    const nan = anySolve(
      { size: 2, rhs: (_t: number, _u: unknown, out: Float64Array) => void (out[0] = out[1] = Number.NaN) },
      [1, 2],
      [0, 1],
      {
        method,
        throw: false,
      },
    );
    expect(nan.status).toBe("nonfinite-rhs");
    expect(nan.error!.message).toBe("solve: rhs gave NaN in component 0 at t = 0");
    expect([...nan.u]).toEqual([1, 2]);
    const error = failure(
      first(() => {
        throw new TypeError("mine");
      }),
    );
    expect(error.code).toBe("callback-threw");
    expect((error.cause as Error).message).toBe("mine");
  });
});

describe("solve, ends of a run", () => {
  it("stops at a signal before the start and between steps, keeping its reason", () => {
    const controller = new AbortController();
    controller.abort("enough");
    const before = solve(decay, [1], [0, 1], { method, signal: controller.signal, throw: false });
    expect(before).toMatchObject({ status: "aborted", shape: [1, 1] });
    expect(before.stats.rhs).toBe(0);
    expect(before.error!.cause).toBe("enough");

    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), (after) => {
        const during = new AbortController();
        let steps = 0;
        const onStep = (): void => {
          if (++steps === after) during.abort();
        };
        const options = { method: fixed(rk4, 0.01), signal: during.signal, onStep };
        const error = failure(() => solve(decay, [1], [0, 1], options));
        expect(error).toMatchObject({ code: "aborted", step: after });
        expect(steps).toBe(after);
      }),
    );
  });

  it("finishes when the signal comes with the last step", () => {
    const controller = new AbortController();
    const onStep = (t: number): void => {
      if (t === 1) controller.abort();
    };
    expect(solve(decay, [1], [0, 1], { method, signal: controller.signal, onStep }).status).toBe("done");
  });

  it("stops at maxSteps with the frames so far", () => {
    const solution = solve(decay, [1], [0, 1], { method: fixed(rk4, 0.01), maxSteps: 7, throw: false });
    expect(solution.status).toBe("max-steps");
    expect(solution.shape[0]).toBe(8);
    expect(solution.error).toMatchObject({ code: "max-steps", step: 7 });
    expect(solve(decay, [1], [0, 1], { method: fixed(rk4, 0.25), maxSteps: 4 }).status).toBe("done");
  });

  it("keeps in cause whatever onStep throws, even what cannot be read", () => {
    const hostile = Object.defineProperty(new Error("x"), "message", {
      get() {
        throw new Error("trap");
      },
    });
    for (const cause of [new Error("mine"), "text", undefined, null, hostile]) {
      const onStep = (): never => {
        throw cause;
      };
      const error = failure(() => solve(decay, [1], [0, 1], { method, onStep }));
      expect(error.code).toBe("callback-threw");
      expect(error.cause).toBe(cause);
      expect(error.step).toBe(1);
    }
  });

  it("passes on the failure of a run inside a callback unchanged", () => {
    const blowUp: Problem = { size: 1, rhs: (_t, u, out) => void (out[0] = u[0]! * u[0]!) };
    const onStep = (): void => void solve(blowUp, [1], [0, 2], { method });
    expect(failure(() => solve(decay, [1], [0, 1], { method, onStep })).cause).toMatchObject({
      code: "step-too-small",
    });
  });

  it("calls a method that never arrives to order by the cap on steps", () => {
    const lost: Method = {
      name: "lost",
      start: ({ t0, u0 }) => ({
        t: t0,
        u: u0,
        tPrevious: t0,
        step() {},
        at() {},
        keep: () => () => {},
        save: () => ({ numbers: {}, vectors: {} }),
        restore() {},
      }),
    };
    expect(failure(() => solve(decay, [1], [0, 1], { method: lost, maxSteps: 100, saveAt: [1] })).code).toBe(
      "max-steps",
    );
  });
});

function closeTo(value: number): unknown {
  return expect.closeTo(value, 14);
}
