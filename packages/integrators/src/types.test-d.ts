import { describe, expectTypeOf, it } from "vitest";
import {
  adaptive,
  type ButcherTableau,
  dopri5,
  ensemble,
  type FailureCode,
  fixed,
  IntegrationError,
  normal,
  type Problem,
  projective,
  type RandomSource,
  random,
  rk4,
  type Scheme,
  type Solution,
  type SolveOptions,
  type Stepper,
  solve,
  type TimeStepper,
  timeStepper,
  type Vec,
} from "./index.ts";

const problem: Problem = { size: 1, rhs: (_t, u, out) => void (out[0] = -u[0]!) };
const stepper: Stepper = rk4(problem.rhs, 1);

describe("types", () => {
  it("compose: scheme, stepper, flow, projective, flow again", () => {
    expectTypeOf(rk4).toEqualTypeOf<Scheme>();
    expectTypeOf(rk4(problem.rhs, 1)).toEqualTypeOf<Stepper>();
    expectTypeOf(timeStepper(projective(timeStepper(stepper, 0.1), { burst: 0.3 }), 1)).toEqualTypeOf<TimeStepper>();
    expectTypeOf(ensemble(adaptive(problem, { method: dopri5() }), 3)).toEqualTypeOf<TimeStepper>();
  });

  it("take a user's own objects, with more members than ours", () => {
    const mine = {
      size: 2,
      label: "mine",
      advance(u: Vec, t0: number, t1: number): void {
        u[0]! += t1 - t0;
      },
    };
    projective(mine, { burst: 1 });
    const gapTooth = { rhs: problem.rhs, size: 1, restriction: {} };
    expectTypeOf(solve(gapTooth, [1], [0, 1], { method: dopri5() })).toEqualTypeOf<Solution>();
    expectTypeOf(solve(stepper, [1], [0, 1], { dt: 0.1 })).toEqualTypeOf<Solution>();
  });

  it("let initial values and times be any array of numbers, and the signal an AbortSignal", () => {
    solve(problem, new Float32Array(1), [0, 1], { method: fixed(rk4, 0.1), saveAt: new Float32Array(2), atol: [1e-9] });
    solve(problem, [1], [0, 1], { method: dopri5(), signal: new AbortController().signal });
  });

  it("refuse what cannot work", () => {
    // @ts-expect-error a method is required
    solve(problem, [1], [0, 1], {});
    // @ts-expect-error a bound stepper needs its step
    solve(stepper, [1], [0, 1], { method: dopri5() });
    // @ts-expect-error a method must be called
    solve(problem, [1], [0, 1], { method: dopri5 });
    // @ts-expect-error misspelt option
    solve(problem, [1], [0, 1], { method: dopri5(), rtoll: 1e-6 });
    // @ts-expect-error hot paths take Float64Array only
    stepper.step(0, 0.1, [1], new Float64Array(1));
    // @ts-expect-error a burst is required
    projective(timeStepper(stepper, 0.1), {});
    // @ts-expect-error seeds are numbers
    random("abc");
  });

  it("keep results read-only", () => {
    const solution = solve(problem, [1], [0, 1], { method: dopri5() });
    // @ts-expect-error frozen
    solution.status = "done";
    // @ts-expect-error frozen
    solution.stats.steps = 3;
    expectTypeOf(solution.error).toEqualTypeOf<IntegrationError | undefined>();
    expectTypeOf(new IntegrationError("aborted", 0, 0, "").code).toEqualTypeOf<FailureCode>();
    expectTypeOf<SolveOptions["throw"]>().toEqualTypeOf<boolean | undefined>();
    expectTypeOf<ButcherTableau["b"]>().toEqualTypeOf<readonly number[]>();
  });

  it("let chance be any function of no arguments to a number", () => {
    expectTypeOf(random(1)).toExtend<RandomSource>();
    expectTypeOf(random(1).fork(2).fork).toBeFunction();
    expectTypeOf(normal(Math.random)).toEqualTypeOf<() => number>();
  });
});
