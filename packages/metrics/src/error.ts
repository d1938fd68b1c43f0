import type { Metric } from "./metric.ts";
import { pairedLength } from "./paired-length.ts";
import { squaredError } from "./sums.ts";

/**
 * Mean squared error, sum (p_i - y_i)^2 / n.
 *
 * A NaN anywhere gives NaN: nothing is skipped. Throws a RangeError for empty or unequal lengths.
 */
export const mse: Metric = (prediction, reference) => {
  const n = pairedLength("mse", prediction, reference);
  return squaredError(prediction, reference, n) / n;
};

/**
 * Root mean squared error, sqrt(sum (p_i - y_i)^2 / n), in the units of the data.
 *
 * A NaN anywhere gives NaN. Throws a RangeError for empty or unequal lengths.
 */
export const rmse: Metric = (prediction, reference) => {
  const n = pairedLength("rmse", prediction, reference);
  return Math.sqrt(squaredError(prediction, reference, n) / n);
};

/**
 * Mean absolute error, sum |p_i - y_i| / n, in the units of the data.
 *
 * A NaN anywhere gives NaN. Throws a RangeError for empty or unequal lengths.
 */
export const mae: Metric = (prediction, reference) => {
  const n = pairedLength("mae", prediction, reference);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += Math.abs(prediction[i]! - reference[i]!);
  return sum / n;
};

/**
 * Largest absolute error, max |p_i - y_i|, in the units of the data.
 *
 * A NaN anywhere gives NaN. Throws a RangeError for empty or unequal lengths.
 */
export const maxAbs: Metric = (prediction, reference) => {
  const n = pairedLength("maxAbs", prediction, reference);
  let largest = 0;
  // Math.max lets a NaN through; a comparison would drop it.
  for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(prediction[i]! - reference[i]!));
  return largest;
};
