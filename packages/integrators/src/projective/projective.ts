import { checkOptions } from "@hml/guard";
import { addCombination, combination } from "../explicit/combination.ts";
import { eulerTableau } from "../explicit/euler.ts";
import { type ButcherTableau, checkTableau } from "../explicit/tableau.ts";
import type { Vec } from "../rhs.ts";
import type { Stepper } from "../stepper.ts";
import type { TimeStepper } from "../time-stepper.ts";
import { type BurstOptions, bursts } from "./burst.ts";

/** Options of `projective`. */
export interface ProjectiveOptions extends BurstOptions {
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
 * of the error of the slopes: O(chord) for a chord, plus round-off eps |u| / chord.
 *
 * When the bursts leave no part of the macro step uncovered (T at least D times the widest gap between stage times: 1 for
 * PFE, 1/2 for PRK2 and PRK4), the flow itself runs over it. Time is saved only when D exceeds the number of stages times
 * T. The result is a stepper, so `timeStepper(projective(flow, ...), D)` is a flow that can be
 * projected again (telescopic projective integration).
 *
 * Good starting values: T - chord at least ln(D / chord) / beta with beta the slowest rate of the fast modes, so that one
 * burst damps what the projection amplifies; chord near 1 / beta; D at most 2 / alpha with alpha the fastest rate of the
 * slow modes. A chord equal to the burst damps nothing and is stable only without fast modes.
 *
 * Source: Gear, Kevrekidis 2003, SIAM J. Sci. Comput. 24 (PFE); Lafitte, Lejon, Samaey 2016, SIAM J. Numer. Anal. 54
 * (PRK); Gear, Kevrekidis 2003, J. Comput. Phys. 187 (telescopic).
 *
 * @param flow - any time-stepper; it is only ever asked to move forwards
 * @returns a stepper that owns its scratch; its `step` throws a RangeError when `dt` is shorter than the burst (a `dt`
 * of zero copies the state)
 * @throws TypeError or RangeError for bad options; among tableaux those with c_s <= 0 at a stage s > 1
 */
export function projective(flow: TimeStepper, options: ProjectiveOptions): Stepper {
  checkOptions("projective", options, ["burst", "chord", "outer", "slope"]);
  const { outer = eulerTableau } = options;
  const { size, burst, state, run } = bursts("projective", flow, options);
  checkTableau("projective", outer);
  const c = Array.from(outer.c);
  const stages = c.length;
  for (let s = 1; s < stages; s++) {
    if (!(c[s]! > 0)) {
      throw new RangeError(`projective: c[${s}] of the tableau must be positive, got ${c[s]}; stages divide by it`);
    }
  }
  const gap = widestGap(c);
  const k = Array.from(c, (): Vec => new Float64Array(size));
  const rows = outer.a.map((row, s) =>
    combination(
      row.map((entry) => entry / c[s]!),
      k,
    ),
  );
  const weights = combination(outer.b, k);
  const first = new Float64Array(size);

  return {
    size,
    order: outer.order,
    step(t, dt, u, out) {
      if (dt === 0) {
        if (out !== u) out.set(u);
        return;
      }
      if (!(dt >= burst * (1 - 1e-12))) {
        throw new RangeError(`projective: dt must be at least the burst of ${burst}, got ${dt}`);
      }
      state.set(u);
      if (burst >= gap * dt * (1 - 1e-12)) {
        flow.advance(state, t, t + dt);
        out.set(state);
        return;
      }
      const end = run(t, k[0]!);
      first.set(state);
      for (let s = 1; s < stages; s++) {
        const start = t + c[s]! * dt;
        addCombination(first, start - end, rows[s]!, state);
        run(start, k[s]!);
      }
      addCombination(first, t + dt - end, weights, out);
    },
  };
}

/** The longest part of [0, 1] without a stage time. */
function widestGap(c: readonly number[]): number {
  const times = [...c, 1].toSorted((a, b) => a - b);
  let widest = 0;
  for (let s = 1; s < times.length; s++) widest = Math.max(widest, times[s]! - times[s - 1]!);
  return widest;
}
