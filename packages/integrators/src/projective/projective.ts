import { checkOptions } from "@hml/guard";
import { eulerTableau } from "../explicit/euler.ts";
import type { ButcherTableau } from "../explicit/tableau.ts";
import type { TimeStepper } from "../time-stepper.ts";
import { checkMacroStep } from "./burst.ts";
import { macroStep, type StageOptions } from "./macro-step.ts";
import type { ProjectiveStepper } from "./projective-stats.ts";

/** Options of `projective`. */
export interface ProjectiveOptions extends StageOptions {
  /** Runge-Kutta tableau of the macro step, default `eulerTableau`. */
  readonly outer?: ButcherTableau;
}

/**
 * Projective integration of any flow: short bursts of it give slopes, and an explicit Runge-Kutta scheme takes a macro
 * step with them, which leaves the fast modes to the bursts and skips most of the time between.
 *
 * With burst T, macro step D, tableau (a, b, c) and B the state after a burst from u: k_1 is the slope of the last chord
 * of that burst; stage s > 1 starts from B + (c_s D - T) sum_(l<s) (a_sl / c_s) k_l at time t + c_s D, and k_s is the
 * slope of the last chord of its own burst; u+ = B + (D - T) sum_s b_s k_s. `eulerTableau` gives projective forward Euler
 * (PFE), `midpointTableau` PRK2, `rk4Tableau` PRK4. The order in D is that of the tableau, down to a floor of the size
 * of the error of the slopes: O(T), plus round-off eps |u| / chord. `adaptiveProjective` and `solveProjective` choose D.
 *
 * With `lookBack: m` that floor falls to O(T^(m - 1)). The tableau then spans what the first burst leaves, R = D - T: stage s
 * starts from B + R sum_(l<s) a_sl k_l at t + T + c_s R, k_1 is the slope at the end of its burst and k_s, s > 1, the slope
 * looked back to the start of its burst, both of the polynomial through m samples of the chord (`polynomialSlope`). The
 * bursts must be about twice as long: the fast modes are to have decayed before the chord, which is then
 * half a burst, T - chord at least ln(24 D / chord) / beta for m = 3.
 *
 * D may be negative: the macro step then goes back in time while every burst runs forwards, so the fast modes still decay
 * where the flow itself, run backwards, would blow up. The same formula and the same order hold.
 *
 * When the bursts leave no part of a macro step forwards uncovered (T at least D times the widest gap between stage
 * times: 1 for PFE, 1/2 for PRK2 and PRK4; with `lookBack` one part in s for s stages), the flow itself runs over it, and `stats.flowSteps` counts it. Time is saved
 * only when D exceeds the number of stages times T. The result is a stepper, so `timeStepper(projective(flow, ...), D)` is
 * a flow that can be projected again (telescopic projective integration).
 *
 * Good starting values: T - chord at least ln(D / chord) / beta with beta the slowest rate of the fast modes, so that one
 * burst damps what the projection amplifies (backwards the leap is |D| + T long); chord near 1 / beta; D at most 2 / alpha
 * with alpha the fastest rate of the slow modes. A chord equal to the burst damps nothing and is stable only without fast
 * modes.
 *
 * Source: Gear, Kevrekidis 2003, SIAM J. Sci. Comput. 24 (PFE); Lafitte, Lejon, Samaey 2016, SIAM J. Numer. Anal. 54
 * (PRK); Gear, Kevrekidis 2003, J. Comput. Phys. 187 (telescopic); Gear, Kevrekidis 2004, Phys. Lett. A 321 (backwards).
 *
 * @param flow - any time-stepper; it is only ever asked to move forwards
 * @returns a stepper that owns its scratch; its `step` throws a RangeError when `dt` is positive but shorter than the burst
 * (a `dt` of zero copies the state), and an IntegrationError (nonfinite-state) that names the stage whose burst left the
 * finite numbers
 * @throws TypeError or RangeError for bad options; among tableaux those with c_s <= 0 at a stage s > 1
 */
export function projective(flow: TimeStepper, options: ProjectiveOptions): ProjectiveStepper {
  checkOptions("projective", options, ["burst", "chord", "outer", "slope", "lookBack"]);
  const { outer = eulerTableau } = options;
  const macro = macroStep("projective", flow, options, outer);
  const { size, burst, state, stats, flowOver } = macro.inner;
  return {
    size,
    order: outer.order,
    stats,
    step(t, dt, u, out) {
      if (dt === 0) {
        if (out !== u) out.set(u);
        return;
      }
      checkMacroStep("projective", dt, burst);
      state.set(u);
      if (dt > 0 && macro.covered >= dt * (1 - 1e-12)) {
        flowOver(t, t + dt, t);
        out.set(state);
      } else {
        macro.begin(t);
        macro.leap(t, dt, out);
      }
      stats.steps++;
    },
  };
}
