import { callable, checkOptions } from "@hml/guard";
import { checkSize } from "../state-size.ts";
import type { TimeStepper } from "../time-stepper.ts";
import { type ParallelOptions, type ParallelTimeStepper, timeParallel } from "./time-parallel.ts";
import type { SliceModel } from "./time-slices.ts";

/** What `parareal` is made of. */
export interface PararealOptions extends ParallelOptions {
  /** The fine flow F, or a model of slices that runs them at once (see `timeSlices`). */
  readonly fine: TimeStepper | SliceModel;
  /** The coarse flow G of the same state, much cheaper. Run in series. */
  readonly coarse: TimeStepper;
}

/**
 * Parareal: a fine flow over N slices of time at once, corrected by a coarse one,
 * U_(n+1)^(j+1) = G(U_n^(j+1)) + F(U_n^j) - G(U_n^j).
 *
 * After j iterations the first j slices are those of the serial fine run, bit for bit, and are not run again. It suits
 * dissipative problems; advection and chaos need many iterations. The bits do not depend on the number of threads.
 *
 * Source: Lions, Maday, Turinici 2001, C. R. Acad. Sci. Paris 332; in this form Gander, Vandewalle 2007, SIAM J. Sci.
 * Comput. 29, (1.3).
 *
 * Good starting values: slices 1 to 4 per thread; a coarse flow at least ten times cheaper than the fine one, of relative
 * error at most 0.1 a slice.
 *
 * ```ts no-run
 * const flow = parareal({ fine: (slices) => pool.flow(slices, size), coarse, slices: 8, rtol: 1e-6 });
 * flow.advance(u, 0, 10);
 * flow.report.iterations;
 * ```
 *
 * @returns a flow map; see `microMacroParareal` for what it owns and throws.
 * @throws TypeError / RangeError for bad options or sizes that do not fit.
 */
export function parareal(options: PararealOptions): ParallelTimeStepper {
  const where = "parareal";
  checkOptions(where, options, ["fine", "coarse", "slices", "iterations", "rtol", "atol"]);
  callable(where, "coarse.advance", options.coarse?.advance);
  const size = checkSize(where, "coarse.size", options.coarse.size);
  const scales = { fineSize: size, coarseSize: size };
  return timeParallel(where, {
    ...options,
    restriction: { ...scales, restrict: (fine, out) => out.set(fine) },
    lifting: { ...scales, lift: (coarse, out) => out.set(coarse) },
    match: (coarse, _fine, out) => out.set(coarse),
  });
}
