import type { Metric } from "./metric.ts";
import { pairedLength } from "./paired-length.ts";
import { relative, squaredDeviation, squaredError, squares } from "./sums.ts";

/**
 * Relative mean squared error: (sum (p_i - y_i)^2 / n) / (sum (y_i - m)^2 / n) with one mean m over ALL reference
 * values, that is the mean squared error over the population variance of the truth. It equals 1 - r2.
 *
 * The mean and the variance run over every value passed, space and time together, boundary values included. Where the
 * reference hardly varies compared with its size this is much larger than `relativeEnergy`. A constant reference gives 0
 * for a perfect prediction and Infinity for any other. A NaN anywhere gives NaN. Throws a RangeError for empty or
 * unequal lengths.
 *
 * Source: Arbabi, Bunder, Samaey, Roberts, Kevrekidis, JOM 72 (2020), eq. (24), as the authors' code evaluates it.
 */
export const relativeMse: Metric = (prediction, reference) => {
  const n = pairedLength("relativeMse", prediction, reference);
  return relative(squaredError(prediction, reference, n), squaredDeviation(reference, n));
};

/**
 * Relative error in energy, sum (p_i - y_i)^2 / sum y_i^2: the square of `relativeL2`. No mean is subtracted.
 *
 * A zero reference gives 0 for a perfect prediction and Infinity for any other. A NaN anywhere gives NaN. Throws a
 * RangeError for empty or unequal lengths.
 */
export const relativeEnergy: Metric = (prediction, reference) => {
  const n = pairedLength("relativeEnergy", prediction, reference);
  return relative(squaredError(prediction, reference, n), squares(reference, n));
};

/**
 * Relative error in the Euclidean norm, sqrt(sum (p_i - y_i)^2) / sqrt(sum y_i^2).
 *
 * A zero reference gives 0 for a perfect prediction and Infinity for any other. A NaN anywhere gives NaN. Throws a
 * RangeError for empty or unequal lengths.
 */
export const relativeL2: Metric = (prediction, reference) => {
  const n = pairedLength("relativeL2", prediction, reference);
  return relative(Math.sqrt(squaredError(prediction, reference, n)), Math.sqrt(squares(reference, n)));
};

/**
 * Coefficient of determination, 1 - sum (p_i - y_i)^2 / sum (y_i - m)^2 with m the mean of the reference.
 *
 * 1 is perfect, 0 is as good as the constant m, and it may be negative. A constant reference has no variance to explain:
 * it gives 1 for a perfect prediction and 0 for any other (scikit-learn's convention; the formula gives -Infinity), so
 * look at `mse` there. A single value gives NaN, and so does a NaN anywhere. Throws a RangeError for empty or unequal
 * lengths.
 */
export const r2: Metric = (prediction, reference) => {
  const n = pairedLength("r2", prediction, reference);
  const error = squaredError(prediction, reference, n);
  const spread = squaredDeviation(reference, n);
  if (n === 1 || Number.isNaN(error)) return Number.NaN;
  if (spread === 0) return error === 0 ? 1 : 0;
  return 1 - error / spread;
};

/**
 * Explained variance, 1 - Var(p - y) / Var(y) with population variances: `r2` after the mean error is taken off, so a
 * constant offset costs nothing.
 *
 * A constant reference gives 1 where the error is constant too and 0 otherwise, as `r2` does. A single value gives NaN,
 * and so does a NaN anywhere. Throws a RangeError for empty or unequal lengths.
 */
export const explainedVariance: Metric = (prediction, reference) => {
  const n = pairedLength("explainedVariance", prediction, reference);
  const error = new Float64Array(n);
  for (let i = 0; i < n; i++) error[i] = prediction[i]! - reference[i]!;
  const unexplained = squaredDeviation(error, n);
  const spread = squaredDeviation(reference, n);
  if (n === 1 || Number.isNaN(unexplained)) return Number.NaN;
  if (spread === 0) return unexplained === 0 ? 1 : 0;
  return 1 - unexplained / spread;
};
