import { integer, oneOf } from "@hml/guard";
import type { Vec } from "@hml/integrators";

/**
 * Weights of the plain average over a box of `points` equally spaced points, ends included: `sum w = 1`.
 *
 * `"simpson"` (composite Simpson, an odd number of points) is exact for cubics; `"trapezoid"` takes any number of points
 * and is spectrally exact for a periodic function over whole periods.
 *
 * @throws RangeError for fewer than two points, or an even number of points with Simpson's rule.
 */
export function boxWindow(points: number, rule: "simpson" | "trapezoid" = "simpson"): Vec {
  integer("boxWindow", "points", points, 2);
  oneOf("boxWindow", "rule", rule, ["simpson", "trapezoid"]);
  const weights = new Float64Array(points);
  const intervals = points - 1;
  if (rule === "trapezoid") {
    weights.fill(1 / intervals);
    weights[0] = weights[intervals] = 0.5 / intervals;
    return weights;
  }
  if (intervals % 2 === 1) {
    throw new RangeError(
      `boxWindow: points must be odd for Simpson's rule, got ${points}; take ${points + 1} points or rule "trapezoid"`,
    );
  }
  for (let i = 1; i < intervals; i++) weights[i] = (i % 2 === 1 ? 4 : 2) / (3 * intervals);
  weights[0] = weights[intervals] = 1 / (3 * intervals);
  return weights;
}

/**
 * Weights of a smooth average over `points` equally spaced points: w(s) proportional to (1 - s^2)^exponent on (-1, 1),
 * `sum w = 1`, the outermost points inside the support.
 *
 * An oscillation of period p much shorter than the window's width h is averaged out like (p / h)^(exponent + 1) whether or
 * not h is a whole number of periods, where a box leaves p / h. Good starting value: exponent 4 with ten periods or more.
 * Source: the averaging kernels of Engquist and Tsai, Math. Comp. 74 (2005) 1707.
 *
 * @throws RangeError for fewer than two points or an exponent that is not a positive integer.
 */
export function smoothWindow(points: number, exponent = 4): Vec {
  integer("smoothWindow", "points", points, 2);
  integer("smoothWindow", "exponent", exponent, 1, 64);
  const weights = new Float64Array(points);
  let total = 0;
  for (let i = 0; i < points; i++) {
    const s = (2 * (i + 1) - (points + 1)) / (points + 1);
    let weight = 1;
    for (let e = 0; e < exponent; e++) weight *= 1 - s * s;
    weights[i] = weight;
    total += weight;
  }
  for (let i = 0; i < points; i++) weights[i] = weights[i]! / total;
  return weights;
}

/**
 * Moments `sum_i w_i s_i^k`, k = 0..highest, of a window whose points lie `spacing` apart, about its middle. Odd moments
 * of a symmetric window are zero exactly.
 */
export function windowMoments(window: Vec, spacing: number, highest: number): Vec {
  const moments = new Float64Array(highest + 1);
  const last = window.length - 1;
  // Mirror points are added together, so odd powers cancel without rounding.
  for (let i = 0; 2 * i <= last; i++) {
    const s = (i - last / 2) * spacing;
    let left = window[i]!;
    let right = 2 * i === last ? 0 : window[last - i]!;
    for (let k = 0; k <= highest; k++) {
      moments[k] = moments[k]! + (left + right);
      left *= s;
      right *= -s;
    }
  }
  return moments;
}
