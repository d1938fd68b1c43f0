import type { TimeStepper } from "@hml/integrators";
import { euler, timeStepper } from "@hml/integrators";

/** A typed model for the thread pool: u' = -rate u, one number a member. */
export default function decay(rates: readonly number[]): TimeStepper {
  const rhs = (_t: number, u: Float64Array, out: Float64Array): void => {
    for (let m = 0; m < rates.length; m++) out[m] = -rates[m]! * u[m]!;
  };
  return timeStepper(euler(rhs, rates.length), 0.25);
}
