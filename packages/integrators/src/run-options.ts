import { callable, finite, finiteVector, integer, lengthOf, nonNegative, positive, show } from "@hml/guard";
import type { Jacobian, Method, Problem } from "./method.ts";
import type { Vec } from "./rhs.ts";
import type { Restart } from "./restart.ts";
import { checkSize, MAX_VALUES } from "./state-size.ts";

/** Refuses what is no problem: `rhs` must be a function, `size` a positive integer, `jacobian` an object with `evaluate`. */
export function checkProblem(where: string, problem: Problem): void {
  if (problem === null || typeof problem !== "object") {
    throw new TypeError(`${where}: problem must be an object { rhs, size }, got ${show(problem)}`);
  }
  callable(where, "problem.rhs", problem.rhs);
  checkSize(where, "problem.size", problem.size);
  if (problem.jacobian !== undefined) checkJacobian(where, problem.jacobian, problem.size);
}

/** Refuses a Jacobian without `evaluate`, or whose band does not fit a problem of that size. */
export function checkJacobian(where: string, jacobian: Jacobian, size: number): void {
  callable(where, "problem.jacobian.evaluate", jacobian?.evaluate);
  const { lower, upper, periodic = false } = jacobian;
  if ((lower === undefined) !== (upper === undefined)) {
    throw new TypeError(`${where}: problem.jacobian must have both lower and upper, or neither; zero is a bandwidth`);
  }
  const banded = lower !== undefined && upper !== undefined;
  if (banded) {
    integer(where, "problem.jacobian.lower", lower, 0, size - 1);
    integer(where, "problem.jacobian.upper", upper, 0, size - 1);
  }
  if (periodic && !(banded && lower + upper + 1 < size)) {
    throw new RangeError(
      `${where}: problem.jacobian with periodic must have lower + upper + 1 below ${size}, got ${show(lower)} and ${show(upper)}; give a dense one`,
    );
  }
}

/** Refuses what is no method; a scheme is met often enough to be told what to do. */
export function checkMethod(where: string, method: Method, name = "method"): void {
  if (typeof method === "object" && method !== null && typeof method.start === "function") return;
  const advice = typeof method === "function" ? "; call it, dopri5(), or give a scheme its step, fixed(rk4, dt)" : "";
  throw new TypeError(`${where}: ${name} must be a method such as dopri5(), got ${show(method)}${advice}`);
}

/** Tolerances of adaptive methods. */
export interface Tolerances {
  /** Relative tolerance, default 1e-6. */
  readonly rtol?: number;
  /** Absolute tolerance, one number or one per component, default 1e-9; zero is allowed where `rtol` is not zero. */
  readonly atol?: number | ArrayLike<number>;
}

/** The tolerances as the methods take them. */
export function checkTolerances(
  where: string,
  { rtol = 1e-6, atol = 1e-9 }: Tolerances,
  size: number,
): { readonly rtol: number; readonly atol: Vec } {
  nonNegative(where, "rtol", rtol);
  const vector = new Float64Array(size);
  if (typeof atol === "number") {
    vector.fill(nonNegative(where, "atol", atol));
  } else {
    finiteVector(where, "atol", atol, size);
    vector.set(atol);
  }
  for (let i = 0; i < size; i++) {
    const name = typeof atol === "number" ? "atol" : `atol[${i}]`;
    nonNegative(where, name, vector[i]);
    if (rtol === 0 && vector[i] === 0) {
      throw new RangeError(`${where}: rtol and ${name} must not both be 0; no step would pass`);
    }
  }
  return { rtol, atol: vector };
}

/** Bounds on the steps of adaptive methods. */
export interface StepBounds {
  /** First step; chosen by the method when absent. */
  readonly firstStep?: number;
  /** Largest step, default Infinity. */
  readonly maxStep?: number;
}

/** The bounds as the methods take them. */
export function checkStepBounds(
  where: string,
  { firstStep, maxStep = Infinity }: StepBounds,
): { readonly firstStep?: number; readonly maxStep: number } {
  if (maxStep !== Infinity) positive(where, "maxStep", maxStep);
  return firstStep === undefined ? { maxStep } : { firstStep: positive(where, "firstStep", firstStep), maxStep };
}

/** The span as two finite numbers. */
export function checkSpan(where: string, span: readonly [number, number]): readonly [number, number] {
  finiteVector(where, "span", span, 2);
  return [span[0], span[1]];
}

/** A copy of the times to save, which must lie in the span and move strictly from its start to its end. */
export function checkSaveAt(
  where: string,
  saveAt: ArrayLike<number>,
  [t0, t1]: readonly [number, number],
  size: number,
): Vec {
  const count = lengthOf(where, "saveAt", saveAt);
  if (count > MAX_VALUES / size) {
    throw new RangeError(`${where}: saveAt asks for ${count} frames of ${size}, above ${MAX_VALUES} values`);
  }
  const direction = t1 < t0 ? -1 : 1;
  const times = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    const time = finite(where, `saveAt[${k}]`, saveAt[k]);
    if (direction * (time - t0) < 0 || direction * (time - t1) > 0) {
      throw new RangeError(`${where}: saveAt[${k}] must lie in the span [${t0}, ${t1}], got ${time}`);
    }
    if (k > 0 && !(direction * (time - times[k - 1]!) > 0)) {
      throw new RangeError(
        `${where}: saveAt[${k}] must come after saveAt[${k - 1}] = ${times[k - 1]}, got ${time}; sort it, ` +
          "without repeats, in the direction of time",
      );
    }
    times[k] = time;
  }
  return times;
}

/** The part of the platform's AbortSignal that a run reads; it adds no listener. */
export interface StopSignal {
  /** True once the run should stop. */
  readonly aborted: boolean;
  /** Why; becomes the `cause` of the error. */
  readonly reason?: unknown;
}

/** What every run accepts. */
export interface RunOptions {
  /**
   * Times of the frames, within the span, strictly in its direction. Without it the initial state and every accepted
   * step are frames.
   */
  readonly saveAt?: ArrayLike<number>;
  /**
   * Called after every accepted step; `u` is a view that must be neither kept nor written. When it returns `"stop"` the
   * run ends there with status `stopped`, which is no failure; anything else it returns is ignored. What it throws ends
   * the run with code `callback-threw`.
   */
  readonly onStep?: (t: number, u: Vec) => unknown;
  /** Cap on accepted steps, default 1,000,000; reaching it ends the run with code `max-steps`. */
  readonly maxSteps?: number;
  /**
   * Checked before every step, an AbortSignal or alike; ends the run with code `aborted`. No timer fires and no event is
   * heard during a run, which is synchronous, so `AbortSignal.timeout` never stops one; `onStep` does:
   * `onStep: () => performance.now() > deadline && "stop"`.
   */
  readonly signal?: StopSignal;
  /**
   * The `restart` of a solution that was stopped, by whatever cause: go on from there. The other arguments must be those
   * of that run, `u0` and the whole span included, so that its call with one option more continues it, and with
   * `undefined` begins it. Frames are the state reached and those after it; what lay before is not repeated.
   *
   * The steps have the bits of a run that was never stopped; only where an implicit method failed in a step for which it
   * had already renewed its Jacobian do they agree to the tolerance of its iteration. Tolerances, events' functions and
   * callbacks may be others; so may the end, but `fixed` and a bound stepper must then stand at the end of a stretch of
   * equal steps.
   */
  readonly resume?: Restart | undefined;
  /**
   * Throw the IntegrationError of a run that fails, with the partial solution as its `partial` (default), or return the
   * partial solution with its `status`.
   */
  readonly throw?: boolean;
}

/** Refuses run options of a wrong type, and gives the cap on steps. */
export function checkRunOptions(
  where: string,
  { onStep, maxSteps = 1_000_000, signal, throw: throws }: RunOptions,
): number {
  if (onStep !== undefined) callable(where, "onStep", onStep);
  if (signal !== undefined && (typeof signal !== "object" || typeof signal?.aborted !== "boolean")) {
    throw new TypeError(`${where}: signal must be an AbortSignal, got ${show(signal)}`);
  }
  flag(where, "throw", throws);
  return integer(where, "maxSteps", maxSteps, 1);
}

/** Refuses a switch that is neither absent nor a boolean. */
export function flag(where: string, name: string, value: unknown): void {
  if (value !== undefined && typeof value !== "boolean") {
    throw new TypeError(`${where}: ${name} must be true or false, got ${show(value)}`);
  }
}
