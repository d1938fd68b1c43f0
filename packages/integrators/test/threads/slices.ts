import { rk4, type TimeSlice, type TimeStepper, timeSlices, timeStepper } from "@hml/integrators";

const SIZE = 3;

/** The Lorenz equations by small steps of RK4, for the slices that a thread is given. */
export default function slices(own: readonly TimeSlice[]): TimeStepper {
  return timeSlices(lorenz(1e-3), own);
}

/** The flow of Lorenz 1963 by RK4 with steps of `dt`. */
export function lorenz(dt: number): TimeStepper {
  const rhs = (_t: number, u: Float64Array, out: Float64Array): void => {
    out[0] = 10 * (u[1]! - u[0]!);
    out[1] = u[0]! * (28 - u[2]!) - u[1]!;
    out[2] = u[0]! * u[1]! - (8 / 3) * u[2]!;
  };
  return timeStepper(rk4(rhs, SIZE), dt);
}
