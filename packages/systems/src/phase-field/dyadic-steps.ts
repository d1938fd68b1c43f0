import { IntegrationError, type Stepper, type Vec } from "@hml/integrators";

/** What `dyadicSteps` needs. */
export interface DyadicStepsOptions {
  /** Longest step. */
  readonly dt: number;
  /** Allowed error of a step, in the same measure as `distance`. */
  readonly tolerance: number;
  /** The distance of two states. */
  readonly distance: (a: Vec, b: Vec) => number;
}

/** A step is halved at most this often: by a factor of a billion. */
const DEEPEST = 30;

/**
 * Adaptive steps of any one-step scheme: an interval is cut into the fewest equal parts no longer than `dt`, and each part
 * into halves of halves. Every step is taken whole and as two halves, the halves are kept, and their distance over 2^order - 1
 * is their error. A step whose error is above the tolerance is halved; after one far below it the next is twice as long,
 * where the grid of halves allows. Steps are therefore powers of two of one another, and few coefficients of exponential
 * schemes are needed.
 *
 * Every advance begins with the longest step. Source: Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I
 * (1993), section II.4.
 */
export function dyadicSteps(stepper: Stepper, options: DyadicStepsOptions): (u: Vec, t0: number, t1: number) => void {
  const { dt, tolerance, distance } = options;
  const { size, order } = stepper;
  const whole = new Float64Array(size);
  const halves = new Float64Array(size);
  const growth = powerOfTwo(order + 1);
  const scale = 1 / (powerOfTwo(order) - 1);
  return (u, t0, t1) => {
    const parts = Math.max(1, Math.ceil(((t1 - t0) / dt) * (1 - 1e-12)));
    const part = (t1 - t0) / parts;
    let depth = 0;
    let steps = 0;
    for (let p = 0; p < parts; p++) {
      const start = t0 + p * part;
      // Step `j` of 2^depth in this part.
      for (let j = 0; j < powerOfTwo(depth); ) {
        const h = part / powerOfTwo(depth);
        const t = start + j * h;
        stepper.step(t, h, u, whole);
        stepper.step(t, h / 2, u, halves);
        stepper.step(t + h / 2, h / 2, halves, halves);
        const error = scale * distance(whole, halves);
        if (error <= tolerance) {
          u.set(halves);
          steps++;
          j++;
          // Twice the step has 2^(order + 1) times the error; half of the tolerance is kept in hand.
          if (depth > 0 && j % 2 === 0 && error * growth <= 0.5 * tolerance) {
            depth--;
            j /= 2;
          }
        } else if (depth < DEEPEST) {
          depth++;
          j *= 2;
        } else {
          const what = `the step fell to ${h} at t = ${t} with an error of ${error}`;
          throw new IntegrationError("step-too-small", t, steps, `phaseField: ${what}; tolerance is ${tolerance}`);
        }
      }
    }
  };
}

function powerOfTwo(exponent: number): number {
  let power = 1;
  for (let k = 0; k < exponent; k++) power *= 2;
  return power;
}
