import { callable, checkOptions, copyFinite, positive, show } from "@hml/guard";
import { equalSteps } from "./equal-steps.ts";
import { type EventCondition, type EventWatch, watchEvents } from "./events.ts";
import { IntegrationError, type Status, withPartial } from "./failure.ts";
import { callbackThrew, firstCall } from "./first-call.ts";
import type { Method, MethodRun, Problem, Stats } from "./method.ts";
import { checkRestart, type Restart } from "./restart.ts";
import type { Vec } from "./rhs.ts";
import {
  checkMethod,
  checkProblem,
  checkRunOptions,
  checkSaveAt,
  checkSpan,
  checkStepBounds,
  checkTolerances,
  flag,
  type RunOptions,
  type StepBounds,
  type Tolerances,
} from "./run-options.ts";
import { type EventRecord, frames, lookup, type Segment, type Solution } from "./solution.ts";
import { checkSize } from "./state-size.ts";
import type { Stepper } from "./stepper.ts";

/** Options of `solve` for a problem. */
export interface SolveOptions extends RunOptions, Tolerances, StepBounds {
  /** The method: `dopri5()`, `bdf()`, `fixed(rk4, dt)`, ... */
  readonly method: Method;
  /** Keep every step's interpolant, so that `at` answers at any time; default false. */
  readonly dense?: boolean;
  /** Zeros of functions g(t, u) to find on the way, and to stop at where `terminal`; see `solve`. */
  readonly events?: readonly EventCondition[];
}

/** Options of `solve` for a bound stepper. */
export interface StepperOptions extends RunOptions {
  /** Largest step: every stretch between frames of `saveAt` (or the whole span) is cut into equal steps no longer. */
  readonly dt: number;
}

/**
 * Integrates u' = f(t, u) from `span[0]`, where u = `u0`, to `span[1]`, which may lie before it.
 *
 * Without `saveAt` the initial state and every accepted step are frames; with it exactly those times, interpolated at the
 * method's dense-output order between steps and exact at both ends of the span. An empty span gives one frame and calls
 * nothing. The first call of the right-hand side is checked: it must fill `out`, return nothing and leave `u` alone.
 *
 * Start with `automatic()`, or with `dopri5()`, and take `bdf()` when that needs far more steps than the solution has
 * features. `rtol` 1e-6 gives about five digits; `atol` belongs at the size below which a component does not matter.
 *
 * With `events` every sign change of a g(t, u) over an accepted step is found: the root by Brent's method on the dense
 * output, to 4 eps |t| (of the step's larger end). `Solution.events` holds times and states. The first terminal event in
 * time ends the run with status `event` there; its state is the last frame, with `saveAt` too, and nothing later is
 * reported. g = 0 at the start is no event; g = 0 at the end of a step is one. Two zeros of one g within a step, so a
 * double zero too, leave its sign as it was and are not found: bound `maxStep`, or ask for a zero of dg/dt. A g that fails
 * ends the run, and nothing of its step is kept. The root is as accurate as the dense output (see each method).
 *
 * ```ts
 * const decay = { size: 1, rhs: (t, u, out) => { out[0] = -u[0]; } };
 * const { t, u } = solve(decay, [1], [0, 2], { method: dopri5(), saveAt: [0, 1, 2] });
 * ```
 *
 * @param problem - right-hand side, size and, for stiff methods, a Jacobian
 * @param u0 - initial state, `size` finite numbers; copied
 * @param span - start and end time, finite
 * @throws TypeError or RangeError for bad arguments, before any work; IntegrationError for a run that fails, unless
 * `throw` is false, with the solution so far in its `partial`
 */
export function solve(
  problem: Problem,
  u0: ArrayLike<number>,
  span: readonly [t0: number, t1: number],
  options: SolveOptions,
): Solution;
/**
 * Repeats a bound stepper, such as `projective(...)` or `rk4(f, n)`: equal steps no longer than `dt` between the times
 * of `saveAt`, each of which is hit exactly. A state that is not finite ends the run at once.
 *
 * @param stepper - moves the state
 * @param u0 - initial state, `stepper.size` finite numbers; copied
 * @param span - start and end time, finite
 * @throws TypeError or RangeError for bad arguments, before any work; IntegrationError for a run that fails, unless
 * `throw` is false, with the solution so far in its `partial`
 */
export function solve(
  stepper: Stepper,
  u0: ArrayLike<number>,
  span: readonly [t0: number, t1: number],
  options: StepperOptions,
): Solution;
export function solve(
  system: Problem | Stepper,
  u0: ArrayLike<number>,
  span: readonly [t0: number, t1: number],
  options: SolveOptions | StepperOptions,
): Solution {
  if (system === null || typeof system !== "object") {
    throw new TypeError(`solve: the first argument must be a problem { rhs, size } or a stepper, got ${show(system)}`);
  }
  return "step" in system
    ? solveStepper(system, u0, span, options as StepperOptions)
    : solveProblem(system, u0, span, options as SolveOptions);
}

const RUN_OPTIONS = ["saveAt", "onStep", "maxSteps", "signal", "resume", "throw"];
const SOLVE_OPTIONS = ["method", "rtol", "atol", "dense", "events", "firstStep", "maxStep", ...RUN_OPTIONS];
const STEPPER_OPTIONS = ["dt", ...RUN_OPTIONS];

function solveProblem(
  problem: Problem,
  u0: ArrayLike<number>,
  span: readonly [number, number],
  options: SolveOptions,
): Solution {
  checkOptions("solve", options, SOLVE_OPTIONS);
  const { method, dense, events } = options;
  checkProblem("solve", problem);
  checkMethod("solve", method);
  flag("solve", "dense", dense);
  const [t0, t1] = checkSpan("solve", span);
  const state = copyFinite("solve", "u0", u0, problem.size);
  const tolerances = checkTolerances("solve", options, problem.size);
  const bounds = checkStepBounds("solve", options);
  const watch = events === undefined ? undefined : watchEvents("solve", events, problem.size);
  const start: Start = (stats) => {
    const run = { problem, t0, t1, u0: state, ...tolerances, ...bounds, stats };
    // A run that goes on has made its first call.
    const begun = options.resume ? method.start(run) : method.start({ ...run, f0: firstSlope(stats) });
    return watch === undefined ? begun : watch.over(begun, stats);
  };
  const firstSlope = (stats: { rhs: number }): Vec => {
    const f0 = firstCall("solve", problem.rhs, t0, state);
    stats.rhs++;
    return f0;
  };
  return record(method.name, state, [t0, t1], options, dense ?? false, start, watch);
}

function solveStepper(
  stepper: Stepper,
  u0: ArrayLike<number>,
  span: readonly [number, number],
  options: StepperOptions,
): Solution {
  checkOptions("solve", options, STEPPER_OPTIONS);
  const { dt } = options;
  positive("solve", "dt", dt);
  callable("solve", "stepper.step", stepper.step);
  checkSize("solve", "stepper.size", stepper.size);
  const [t0, t1] = checkSpan("solve", span);
  const state = copyFinite("solve", "u0", u0, stepper.size);
  return record("stepper", state, [t0, t1], options, false, (stats, saveAt) => {
    const stops = Float64Array.from(new Set([...(saveAt ?? []), t1])).filter((time) => time !== t0);
    return equalSteps("solve", stepper, t0, stops, dt, state, stats);
  });
}

/** A run as the recorder needs it; a bound stepper stops at every frame and needs no interpolant. */
type Run = Omit<MethodRun, "at" | "keep"> & Partial<Pick<MethodRun, "at" | "keep">>;

type Start = (stats: { -readonly [K in keyof Stats]: Stats[K] }, saveAt: Vec | undefined) => Run;

const NO_EVENTS: readonly EventRecord[] = Object.freeze([]);

/** Drives a run to its end or its failure and keeps the frames. */
function record(
  method: string,
  u0: Vec,
  [t0, t1]: readonly [number, number],
  options: RunOptions,
  dense: boolean,
  start: Start,
  watch?: EventWatch,
): Solution {
  const maxSteps = checkRunOptions("solve", options);
  const { onStep, signal, resume, throw: throws = true } = options;
  const size = u0.length;
  if (resume !== undefined) checkRestart("solve", resume, { method, size, t0 });
  const saveAt = options.saveAt === undefined ? undefined : checkSaveAt("solve", options.saveAt, [t0, t1], size);
  const kept = frames(size, saveAt === undefined ? 1 : saveAt.length);
  const segments: Segment[] | undefined = dense ? [] : undefined;
  const stats = { steps: 0, rejected: 0, rhs: 0, rhsForJacobian: 0, jacobians: 0, factorisations: 0, ...resume?.stats };
  const direction = t1 < t0 ? -1 : 1;
  const between = new Float64Array(saveAt === undefined ? 0 : size);
  let saved = 0;
  let t = t0;
  let stopped = false;

  function keepFrames(run: Pick<Run, "t" | "u" | "at">): void {
    if (saveAt === undefined) {
      kept.push(run.t, run.u);
      return;
    }
    for (; saved < saveAt.length && direction * (saveAt[saved]! - run.t) <= 0; saved++) {
      const time = saveAt[saved]!;
      if (time === run.t || run.at === undefined) {
        kept.push(time, run.u);
      } else {
        run.at(time, between);
        kept.push(time, between);
      }
    }
  }

  function checkSignal(): void {
    if (!signal?.aborted) return;
    throw new IntegrationError("aborted", t, stats.steps, `solve: aborted at t = ${t}`, { cause: signal.reason });
  }

  function drive(run: Run): void {
    for (let k = 0; k < maxSteps; k++) {
      run.step();
      t = run.t;
      keepFrames(run);
      if (run.keep && segments) segments.push({ from: run.tPrevious, to: run.t, at: run.keep() });
      if (onStep) stopped = callOnStep(onStep, run) === "stop";
      if (t === t1 || watch?.ended || stopped) return;
      checkSignal();
    }
    throw new IntegrationError("max-steps", t, stats.steps, `solve: ${maxSteps} steps reached t = ${t} of ${t1}`);
  }

  function callOnStep(callback: (t: number, u: Vec) => unknown, run: Run): unknown {
    try {
      return callback(run.t, run.u);
    } catch (cause) {
      throw callbackThrew("solve", "onStep", run.t, stats.steps, cause);
    }
  }

  /** The state reached, and no earlier frame. */
  function goOn(run: Run, { state }: Restart): void {
    run.restore(state);
    t = run.t;
    if (!(direction * (t1 - t) >= 0)) {
      throw new RangeError(`solve: span[1] must not lie before resume.t = ${t}, got ${t1}`);
    }
    kept.push(t, run.u);
    const next = saveAt?.findIndex((time) => direction * (time - t) > 0) ?? 0;
    saved = next < 0 ? saveAt!.length : next;
  }

  if (resume === undefined) keepFrames({ t: t0, u: u0 });
  let error: IntegrationError | undefined;
  let run: Run | undefined;
  try {
    if (resume === undefined) checkSignal();
    if (t0 !== t1) {
      const started = start(stats, saveAt);
      if (resume !== undefined) goOn(started, resume);
      run = started;
      if (resume !== undefined) checkSignal();
      if (t !== t1) drive(run);
      if (watch?.ended && saveAt !== undefined && saveAt[saved - 1] !== t) kept.push(t, run.u);
    }
  } catch (cause) {
    // Until the run has started only arguments can be wrong.
    if (run === undefined && !(cause instanceof IntegrationError)) throw cause;
    error = cause instanceof IntegrationError ? cause : callbackThrew("solve", "a callback", t, stats.steps, cause);
  }
  const { t: times, u } = kept.finish();
  const status: Status = error?.code ?? (watch?.ended ? "event" : stopped && t !== t1 ? "stopped" : "done");
  const shape = Object.freeze([times.length, size] as const);
  const at = lookup(times, u, size, direction, segments);
  const restart: Restart | undefined = run && {
    version: 1,
    method,
    size,
    t0,
    t,
    stats: { ...stats },
    state: run.save(),
  };
  const solution = {
    t: times,
    u,
    shape,
    status,
    stats: Object.freeze(stats),
    events: watch?.records() ?? NO_EVENTS,
    at,
    ...(restart === undefined ? {} : { restart }),
  };
  if (error === undefined) return Object.freeze(solution);
  const partial = Object.freeze({ ...solution, error });
  if (throws) throw withPartial(error, partial);
  return partial;
}
