import type { Metric } from "./metric.ts";
import { pairedLength } from "./paired-length.ts";
import { rangeOf, relative, squaredDeviation, squaredError } from "./sums.ts";

/**
 * Root mean squared error over the range of the reference, sqrt(sum (p_i - y_i)^2 / n) / (max y - min y).
 *
 * A constant reference gives 0 for a perfect prediction and Infinity for any other. A NaN anywhere gives NaN. Throws a
 * RangeError for empty or unequal lengths.
 */
export const nrmseRange: Metric = (prediction, reference) => {
  const n = pairedLength("nrmseRange", prediction, reference);
  return relative(Math.sqrt(squaredError(prediction, reference, n) / n), rangeOf(reference, 0, n));
};

/**
 * Root mean squared error over the population standard deviation of the reference: the square root of `relativeMse`.
 *
 * A constant reference gives 0 for a perfect prediction and Infinity for any other. A NaN anywhere gives NaN. Throws a
 * RangeError for empty or unequal lengths.
 */
export const nrmseStd: Metric = (prediction, reference) => {
  const n = pairedLength("nrmseStd", prediction, reference);
  return Math.sqrt(relative(squaredError(prediction, reference, n), squaredDeviation(reference, n)));
};
