import { finite, integer } from "@hml/guard";
import type { SampledSlope } from "./slope.ts";

/**
 * The derivative, at a time of your choice, of the polynomial through m equally spaced samples of a chord: w_j = l_j'(at)
 * with l_j the Lagrange polynomials of the nodes j / (m - 1).
 *
 * For smooth bursts whose fast modes have decayed before the chord: the error is O(chord^(m - 1)) where that of a chord's
 * slope is O(chord). `at` is in units of the chord: 1 (default) is the end of the burst, 1 - burst / chord is its start.
 * The slope at the start is the one a macro solver asked for, without the delay of the burst: with it
 * `projectiveGeneral` needs one burst a slope, not two. Noise and what is left of the fast modes are amplified by
 * sum |w_j|: 2 for a chord, 8 for m = 3 at the end, 24 for m = 3 at one chord before the start.
 *
 * Good starting values: m = 3 at the end of a short chord; m = 4 or 5 over the later half of a burst to look back to its
 * start.
 *
 * Source: Fornberg 1988, Math. Comput. 51, 699 (weights of differences from Lagrange interpolation).
 *
 * @param samples - m, an integer from 2 to 12; the flow is stopped m - 1 times along the chord
 * @param at - time of the slope, in units of the chord from its start; finite
 * @throws TypeError or RangeError for arguments out of range
 */
export function polynomialSlope(samples: number, at: number = 1): SampledSlope {
  const m = integer("polynomialSlope", "samples", samples, 2, 12);
  finite("polynomialSlope", "at", at);
  const x = Array.from({ length: m }, (_, j) => j / (m - 1));
  return { weights: x.map((_, j) => derivative(x, j, at)) };
}

/** l_j'(at) = sum_k 1 / (x_j - x_k) prod_i (at - x_i) / (x_j - x_i), over k and i other than j, and i other than k. */
function derivative(x: readonly number[], j: number, at: number): number {
  let sum = 0;
  for (let k = 0; k < x.length; k++) {
    if (k === j) continue;
    let product = 1 / (x[j]! - x[k]!);
    for (let i = 0; i < x.length; i++) {
      if (i !== j && i !== k) product *= (at - x[i]!) / (x[j]! - x[i]!);
    }
    sum += product;
  }
  return sum;
}
