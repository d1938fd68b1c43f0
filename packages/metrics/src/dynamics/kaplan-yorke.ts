import { sample } from "../sample.ts";

/**
 * Kaplan-Yorke dimension of an attractor: D = j + (lambda_1 + ... + lambda_j) / |lambda_(j+1)| with j the largest number
 * of exponents whose sum, from the largest down, is not negative.
 *
 * 0 when the largest exponent is negative. When no sum turns negative the spectrum is too short to tell, and the number
 * of exponents is given: a lower limit. Order does not matter.
 *
 * @param exponents - Lyapunov exponents, one at least
 * @throws RangeError for an empty list or a value that is not finite
 *
 * Source: Kaplan and Yorke, Lecture Notes in Mathematics 730 (1979) 204.
 */
export function kaplanYorke(exponents: ArrayLike<number>): number {
  const sorted = sample("kaplanYorke", "exponents", exponents).toSorted().toReversed();
  let sum = 0;
  for (let j = 0; j < sorted.length; j++) {
    const exponent = sorted[j]!;
    if (sum + exponent < 0) return j + sum / Math.abs(exponent);
    sum += exponent;
  }
  return sorted.length;
}
