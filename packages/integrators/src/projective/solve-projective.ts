import { checkOptions, copyFinite } from "@hml/guard";
import { IntegrationError, type Status, withPartial } from "../failure.ts";
import { callbackThrew } from "../first-call.ts";
import type { Vec } from "../rhs.ts";
import { checkRunOptions, checkSaveAt, checkSpan, type RunOptions } from "../run-options.ts";
import { frames } from "../solution.ts";
import type { TimeStepper } from "../time-stepper.ts";
import { type AdaptiveProjectiveControl, type AdaptiveRun, adaptiveRun, CONTROL_KEYS } from "./adaptive-run.ts";
import type { ProjectiveStats } from "./projective-stats.ts";

/** Options of `solveProjective`. */
export interface SolveProjectiveOptions extends AdaptiveProjectiveControl, RunOptions {}

/** What the accepted macro steps were, one entry each. */
export interface MacroSteps {
  /** Times at their ends. */
  readonly t: Vec;
  /** Their durations, negative backwards. */
  readonly dt: Vec;
  /** Estimated errors in units of the tolerance, at most 1; 0 where the flow itself ran. */
  readonly error: Vec;
  /** Standard deviations that the noise of the slopes gave a component; 0 without `noise`. */
  readonly noise: Vec;
}

/** What a run of `solveProjective` produced; the object is frozen, its arrays are the caller's to keep. */
export interface ProjectiveSolution {
  /** Times of the frames. */
  readonly t: Vec;
  /** States of the frames, `[frame, ...state]`. */
  readonly u: Vec;
  /** Number of frames and length of a state: the shape of `u`. */
  readonly shape: readonly [frames: number, size: number];
  /** How the run ended. */
  readonly status: Status;
  /** Work done. */
  readonly stats: ProjectiveStats;
  /** The macro steps and their error estimates. */
  readonly steps: MacroSteps;
  /** The failure, when there is one. */
  readonly error?: IntegrationError;
}

const KEYS = [...CONTROL_KEYS, "saveAt", "onStep", "maxSteps", "signal", "throw"];

/**
 * Projective integration of a black-box flow with macro steps chosen by their error, as `solve` does for a problem: frames
 * at every macro step, or at the times of `saveAt`, to which macro steps are fitted (stretches between them that the bursts
 * cover are run by the flow itself). Steps, tolerances and failures are those of `adaptiveProjective`.
 *
 * ```ts
 * const { t, u, stats, steps } = solveProjective(flow, [1, 1], [0, 5], { burst: 3e-3, chord: 1e-3, rtol: 1e-3 });
 * ```
 *
 * @param flow - any time-stepper; it is only ever asked to move forwards, also where the span runs backwards
 * @param u0 - initial state, `flow.size` finite numbers; copied
 * @param span - start and end time, finite; the end may lie before the start
 * @throws TypeError or RangeError for bad arguments, before any work; the IntegrationError of a run that fails, with the
 * frames so far in its `partial`; with `throw: false` they come back instead, with its code as `status`
 */
export function solveProjective(
  flow: TimeStepper,
  u0: ArrayLike<number>,
  span: readonly [t0: number, t1: number],
  options: SolveProjectiveOptions,
): ProjectiveSolution {
  checkOptions("solveProjective", options, KEYS);
  const run = adaptiveRun("solveProjective", flow, options);
  const { size, stats } = run;
  const maxSteps = checkRunOptions("solveProjective", options);
  const { throw: throws = true } = options;
  const [t0, t1] = checkSpan("solveProjective", span);
  const start = copyFinite("solveProjective", "u0", u0, size);
  const saveAt =
    options.saveAt === undefined ? undefined : checkSaveAt("solveProjective", options.saveAt, [t0, t1], size);
  const kept = frames(size, saveAt?.length ?? 1);
  const steps = frames(3, 16);
  const row = new Float64Array(3);
  let saved = 0;

  function keep(t: number, u: Vec): void {
    if (saveAt !== undefined && saveAt[saved] !== t) return;
    kept.push(t, u);
    saved++;
  }

  keep(t0, start);
  let error: IntegrationError | undefined;
  if (t0 !== t1) {
    run.start(t0, t1, start);
    try {
      drive(run, t1, saveAt, maxSteps, options, (dt) => {
        row[0] = dt;
        row[1] = run.error;
        row[2] = run.noise;
        steps.push(run.t, row);
        keep(run.t, run.u);
      });
    } catch (cause) {
      error =
        cause instanceof IntegrationError ? cause : callbackThrew("solveProjective", "flow", run.t, stats.steps, cause);
    }
  }
  const { t, u } = kept.finish();
  const done = steps.finish();
  const column = (j: number): Vec => done.t.map((_, k) => done.u[3 * k + j]!);
  const status: Status = error?.code ?? "done";
  const solution = {
    t,
    u,
    shape: Object.freeze([t.length, size] as const),
    status,
    stats: Object.freeze({ ...stats }),
    steps: Object.freeze({ t: done.t, dt: column(0), error: column(1), noise: column(2) }),
  };
  if (error === undefined) return Object.freeze(solution);
  const partial = Object.freeze({ ...solution, error });
  if (throws) throw withPartial(error, partial);
  return partial;
}

/** Steps through all stops to the end, and tells of every accepted step. */
function drive(
  run: AdaptiveRun,
  t1: number,
  saveAt: Vec | undefined,
  maxSteps: number,
  { onStep, signal }: RunOptions,
  accepted: (dt: number) => void,
): void {
  const { stats } = run;
  const stops = Float64Array.from(new Set([...(saveAt ?? []), t1])).filter((time) => time !== run.t);
  let stop = 0;
  for (let k = 0; k < maxSteps; k++) {
    if (signal?.aborted) {
      const what = `solveProjective: aborted at t = ${run.t}`;
      throw new IntegrationError("aborted", run.t, stats.steps, what, { cause: signal.reason });
    }
    const from = run.t;
    run.step(stops[stop]!);
    accepted(run.t - from);
    if (run.t === stops[stop]) stop++;
    try {
      onStep?.(run.t, run.u);
    } catch (cause) {
      throw callbackThrew("solveProjective", "onStep", run.t, stats.steps, cause);
    }
    if (run.t === t1) return;
  }
  const what = `solveProjective: ${maxSteps} macro steps reached t = ${run.t} of ${t1}`;
  throw new IntegrationError("max-steps", run.t, stats.steps, what);
}
