import { checkOptions, float64 } from "@hml/guard";
import type { Vec } from "../rhs.ts";
import type { TimeStepper } from "../time-stepper.ts";
import { type BurstOptions, type Bursts, bursts } from "./burst.ts";

/**
 * Constraint-defined manifold computing: heals a state onto the slow manifold in no time of its own. A burst of duration T
 * from t ends at t + T with the slope g of its chord; the state goes back along g by 2 T; a second burst ends at t.
 *
 * The fast modes have decayed over 2 T; the slow ones are off by 2 T^2 u'' to leading order, where healing by one burst
 * alone costs a delay of T. For initial states, and inside `projectiveGeneral`, whose slopes it puts at the time asked for.
 *
 * Good starting values: T and chord of `adviseBurst`.
 *
 * Source: Gear, Kaper, Kevrekidis, Zagaris 2005, SIAM J. Appl. Dyn. Syst. 4, 711.
 *
 * @param flow - any time-stepper; it is asked to run from t and from t - T, forwards
 * @returns a function that heals `u` at `t` in place; it throws an IntegrationError (nonfinite-state) when a burst leaves
 * the finite numbers
 * @throws TypeError or RangeError for bad options
 */
export function cdmc(flow: TimeStepper, options: BurstOptions): (t: number, u: Vec) => void {
  checkOptions("cdmc", options, ["burst", "chord", "slope"]);
  const inner = bursts("cdmc", flow, options);
  const slope = new Float64Array(inner.size);
  return (t, u) => {
    float64("cdmc", "u", u, inner.size);
    inner.state.set(u);
    burstAndBack(inner, t, slope);
    inner.run(t - inner.burst, slope, 2, t);
    u.set(inner.state);
  };
}

/** The first half of a cycle: moves the bursts' state from t to t - T by a burst and a leap back along its chord. */
export function burstAndBack({ state, burst, run }: Bursts, t: number, slope: Vec): void {
  run(t, slope, 1, t);
  for (let i = 0; i < state.length; i++) state[i] = state[i]! - 2 * burst * slope[i]!;
}
