import { callable, checkOptions } from "@hml/guard";
import type { Problem } from "../method.ts";
import type { Vec } from "../rhs.ts";
import { flag } from "../run-options.ts";
import { checkSize } from "../state-size.ts";
import type { TimeStepper } from "../time-stepper.ts";
import { type BurstOptions, bursts } from "./burst.ts";
import { burstAndBack } from "./cdmc.ts";
import type { ProjectiveStats } from "./projective-stats.ts";

/** Coarse and fine states for `projectiveGeneral`; the maps of `@hml/lift-restrict` fit. */
export interface CoarseView {
  /** Length of the coarse state. */
  readonly coarseSize: number;
  /** Writes the coarse state of `fine` into `out`. */
  restrict(fine: Vec, out: Vec): void;
  /**
   * Writes a fine state with the coarse state `coarse` into `out`, which holds the last fine state on entry (zeros at
   * first): what the coarse state does not determine may be left as it is. The slope then depends on the last one by the
   * part of the fast state that moves slow ones, so for the full order of the macro solver lift from `coarse` alone.
   */
  lift(coarse: Vec, out: Vec): void;
}

/** Options of `projectiveGeneral`. */
export interface ProjectiveGeneralOptions extends BurstOptions {
  /** Constraint-defined manifold computing (see `cdmc`) for every slope, default true; false runs one burst. */
  readonly cdmc?: boolean;
  /** Integrate coarse states; without it the macro solver moves the flow's own state. */
  readonly coarse?: CoarseView;
}

/** The slow law of a flow as a problem for any method. */
export interface ProjectiveProblem extends Problem {
  /** Counted since the problem was made; `steps` and `rejected` are the macro solver's to count, and stay 0. */
  readonly stats: ProjectiveStats;
}

/**
 * The slow right-hand side of a flow, measured by bursts, for `solve` with any method (projective integration with a
 * general macro solver): F(t, u) is the slope at the end of a burst.
 *
 * By default F heals without delay: from u at t a burst of duration T, back by 2 T along its chord, and a second burst that
 * ends at t, where the slope is taken (see `cdmc`). With `cdmc: false` F is the slope at t + T of the one burst, an error
 * T u''; with `slope: polynomialSlope(m, 1 - burst / chord)` that slope is looked back to t, at one burst a slope. F is a
 * smooth function of (t, u) where the flow is, so every macro solver has its own order, down to the error of F: 2 T^2 |u''|
 * |F'| for `cdmc`, plus chord / 2 |u''| for a chord's slope, plus what the bursts left of the fast modes.
 *
 * The macro solver's own state is never healed: heal the initial one with `cdmc`, or use `coarse` variables, which are slow.
 * A macro solver may run backwards; bursts run forwards. Implicit methods would take differences of F: take explicit ones.
 *
 * ```ts
 * const slow = projectiveGeneral(flow, { burst: 0.014 });
 * const { u } = solve(slow, u0, [0, 6], { method: dopri5(), rtol: 1e-4 });
 * ```
 *
 * Good starting values: burst and chord of `adviseBurst`; a tolerance of the macro solver above the error of F.
 *
 * Source: Gear, Kaper, Kevrekidis, Zagaris 2005, SIAM J. Appl. Dyn. Syst. 4, 711; Maclean, Bunder, Roberts 2021, Numer.
 * Algorithms 87.
 *
 * @param flow - any time-stepper; with `cdmc` it is asked to run from T before the time of the slope
 * @returns a problem whose `rhs` owns scratch; it throws an IntegrationError (nonfinite-state) that names the burst which
 * left the finite numbers
 * @throws TypeError or RangeError for bad options
 */
export function projectiveGeneral(flow: TimeStepper, options: ProjectiveGeneralOptions): ProjectiveProblem {
  const where = "projectiveGeneral";
  checkOptions(where, options, ["burst", "chord", "slope", "cdmc", "coarse"]);
  const { cdmc = true, coarse } = options;
  flag(where, "cdmc", cdmc);
  const fine = bursts(where, flow, options);
  const { state, burst, stats } = fine;
  const scratch = new Float64Array(fine.size);
  if (coarse !== undefined) {
    checkSize(where, "coarse.coarseSize", coarse.coarseSize);
    callable(where, "coarse.restrict", coarse.restrict);
    callable(where, "coarse.lift", coarse.lift);
  }
  const last =
    coarse === undefined
      ? fine
      : bursts(where, flow, options, {
          size: coarse.coarseSize,
          restrict: (from, out) => coarse.restrict(from, out),
          state,
          stats,
        });
  return {
    size: coarse?.coarseSize ?? fine.size,
    stats,
    rhs(t, u, out) {
      if (coarse === undefined) state.set(u);
      else coarse.lift(u, state);
      if (cdmc) burstAndBack(fine, t, scratch);
      last.run(cdmc ? t - burst : t, out, cdmc ? 2 : 1, t);
    },
  };
}
