import { checkOptions } from "@hml/guard";
import { type MicroMacroOptions, type ParallelTimeStepper, timeParallel } from "./time-parallel.ts";

const OPTIONS = ["fine", "coarse", "restriction", "lifting", "match", "slices", "iterations", "rtol", "atol"];

/**
 * Micro-macro parareal: a fine flow of u over N slices of time at once, corrected by a coarse flow C of X = R u.
 *
 * X_(n+1)^(j+1) = C(X_n^(j+1)) + R F(u_n^j) - C(X_n^j), u_(n+1)^(j+1) = match(X_(n+1)^(j+1), F(u_n^j)); first X^0 by C
 * alone and u_n^0 = lift(X_n^0). After j iterations the first j slices are those of the serial fine run, bit for bit, and
 * are not run again; the others are near it when C is near R F and `match` keeps the fast part of F(u). The bits do not
 * depend on the number of threads.
 *
 * It saves time when it converges in far fewer iterations than slices: with P processors and K iterations the speed-up
 * is at most min(P, N) / K, less the coarse runs.
 *
 * Source: Legoll, Lelievre, Samaey 2013, SIAM J. Sci. Comput. 35 (algorithm 3).
 *
 * Good starting values: slices 1 to 4 per thread, rtol at the error wanted at the slices' ends.
 *
 * @returns a flow map; it owns states of every slice and is not re-entrant. `advance` throws an IntegrationError with
 * code `nonfinite-state`, the slice and its time when a flow blows up, and leaves `u` as it was.
 * @throws TypeError / RangeError for bad options or sizes that do not fit.
 */
export function microMacroParareal(options: MicroMacroOptions): ParallelTimeStepper {
  const where = "microMacroParareal";
  checkOptions(where, options, OPTIONS);
  return timeParallel(where, options);
}
