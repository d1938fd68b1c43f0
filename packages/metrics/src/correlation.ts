import type { Metric } from "./metric.ts";
import { pairedLength } from "./paired-length.ts";

/**
 * Pearson's correlation, sum (p_i - m_p)(y_i - m_y) / sqrt(sum (p_i - m_p)^2 sum (y_i - m_y)^2), in [-1, 1].
 *
 * It does not see a shift or a positive factor: look at an error beside it. Where either side is constant it is not
 * defined and NaN is given, as it is for a NaN anywhere. Throws a RangeError for empty or unequal lengths.
 */
export const correlation: Metric = (prediction, reference) => {
  const n = pairedLength("correlation", prediction, reference);
  const p = centred(prediction, n);
  const y = centred(reference, n);
  let pp = 0;
  let yy = 0;
  let py = 0;
  for (let i = 0; i < n; i++) {
    pp += p[i]! * p[i]!;
    yy += y[i]! * y[i]!;
    py += p[i]! * y[i]!;
  }
  const r = py / (Math.sqrt(pp) * Math.sqrt(yy));
  // Rounding may carry a perfect correlation past one.
  return Math.max(-1, Math.min(1, r));
};

/** The values less their mean; the mean is taken of differences to the first, so a constant gives exact zeros. */
export function centred(values: ArrayLike<number>, n: number): Float64Array {
  const first = values[0]!;
  let shift = 0;
  for (let i = 0; i < n; i++) shift += values[i]! - first;
  shift /= n;
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) out[i] = values[i]! - first - shift;
  return out;
}
