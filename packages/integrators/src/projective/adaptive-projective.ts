import { checkOptions, finiteVector, float64, integer } from "@hml/guard";
import { advanceTo } from "../advance-to.ts";
import { checkSpan } from "../run-options.ts";
import type { TimeStepper } from "../time-stepper.ts";
import { type AdaptiveProjectiveControl, adaptiveRun, CONTROL_KEYS } from "./adaptive-run.ts";
import type { ProjectiveStats } from "./projective-stats.ts";

/** Options of `adaptiveProjective`. */
export interface AdaptiveProjectiveOptions extends AdaptiveProjectiveControl {
  /** Cap on accepted macro steps of one advance, default 1,000,000. */
  readonly maxSteps?: number;
}

/** A flow by projective integration that counts its work. */
export interface ProjectiveFlow extends TimeStepper {
  /** Counted since the flow was built; a live view. */
  readonly stats: ProjectiveStats;
}

/**
 * The flow map of projective integration with macro steps D chosen by their error: what `adaptive` is to a problem, this is
 * to a black-box flow. `solveProjective` runs the same steps and keeps frames and estimates.
 *
 * A step is that of `projective` with a tableau that has second weights. Its error, in units of the tolerance, is
 * the root mean square over components of e_i / (atol_i + rtol max(|u_i|, |u+_i|)), e = (D - T) sum_s (b_s - embedded_s) k_s,
 * with T the burst. It passes at 1 or below; D then changes by the factor 0.9 error^(-1/q), between 0.3 and 3, q one above
 * the lower of the two orders. A rejected leap is made again from the end of the first burst, which is not run again. A
 * leap that ends outside the finite numbers is halved, at most 10 times.
 *
 * `maxStep` keeps D inside the stable range of the slow modes, 2 / alpha: `adviseBurst` measures it as `largestMacroStep`.
 * The error of the slopes themselves, O(T), is not seen by the estimate: `checkClosure` is. With `noise`, D is also kept so
 * short that the standard deviation which the leap gives a component stays within `noise.tolerance`; errors and
 * noise are judged and reported apart. Stretches that the bursts cover are run by the flow itself (`stats.flowSteps`).
 *
 * Good starting values: burst and chord of `adviseBurst`, `maxStep` its `largestMacroStep`, rtol 1e-2 to 1e-4: below the
 * error of the slopes nothing is gained.
 *
 * Source: Gear, Kevrekidis 2003, SIAM J. Sci. Comput. 24; Koellermeier, Samaey 2022, arXiv 2210.08302 (embedded pairs).
 *
 * @param flow - any time-stepper; it is only ever asked to move forwards, also where time runs backwards
 * @returns a flow; every `advance` is a fresh run. It throws the IntegrationError of a run that fails and then leaves
 * the state as it was: `step-too-small` when the tolerances ask for macro steps shorter than the burst, `nonfinite-state`
 * with the stage and component, `max-steps`, `callback-threw` with what the flow threw
 * @throws TypeError or RangeError for bad options, among them a `maxStep` below the burst
 */
export function adaptiveProjective(flow: TimeStepper, options: AdaptiveProjectiveOptions): ProjectiveFlow {
  checkOptions("adaptiveProjective", options, [...CONTROL_KEYS, "maxSteps"]);
  const { maxSteps = 1_000_000 } = options;
  integer("adaptiveProjective", "maxSteps", maxSteps, 1);
  const run = adaptiveRun("adaptiveProjective", flow, options);
  const { size, stats } = run;
  return {
    size,
    stats,
    advance(u, t0, t1) {
      float64("adaptiveProjective", "u", u, size);
      finiteVector("adaptiveProjective", "u", u);
      checkSpan("adaptiveProjective", [t0, t1]);
      if (t0 === t1) return;
      run.start(t0, t1, u);
      advanceTo("adaptiveProjective", "flow", run, () => run.step(t1), { t1, maxSteps, stats });
      u.set(run.u);
    },
  };
}
