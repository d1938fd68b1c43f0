import { centred } from "../correlation.ts";
import { sample } from "../sample.ts";

/** What `moments` gives. */
export interface Moments {
  /** Mean, sum x_i / n. */
  readonly mean: number;
  /** Population variance, sum (x_i - mean)^2 / n. */
  readonly variance: number;
  /** Square root of the population variance. */
  readonly standardDeviation: number;
  /** Skewness, m_3 / m_2^(3/2) with m_k the central moments; NaN for a constant sample. */
  readonly skewness: number;
  /** Kurtosis less that of a normal law, m_4 / m_2^2 - 3; NaN for a constant sample. */
  readonly excessKurtosis: number;
}

/**
 * Mean, variance, skewness and kurtosis of a sample, all with division by n (population moments).
 *
 * Two passes, the first over differences to the first value, so a large offset costs no digits.
 *
 * @throws RangeError for an empty sample or a value that is not finite
 */
export function moments(values: ArrayLike<number>): Moments {
  const x = sample("moments", "values", values);
  const n = x.length;
  const d = centred(x, n);
  const mean = x[0]! - d[0]!;
  let m2 = 0;
  let m3 = 0;
  let m4 = 0;
  for (let i = 0; i < n; i++) {
    const square = d[i]! * d[i]!;
    m2 += square;
    m3 += square * d[i]!;
    m4 += square * square;
  }
  m2 /= n;
  m3 /= n;
  m4 /= n;
  return Object.freeze({
    mean,
    variance: m2,
    standardDeviation: Math.sqrt(m2),
    skewness: m3 / (m2 * Math.sqrt(m2)),
    excessKurtosis: m4 / (m2 * m2) - 3,
  });
}
