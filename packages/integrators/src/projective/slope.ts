import { integer, nonNegative, positive } from "@hml/guard";
import type { Vec } from "../rhs.ts";

/**
 * Estimates du/dt at the end of a burst from its states `before` at t0 and `after` at t1, and writes it into `out`. May use
 * `t0` and `t1`, writes neither state.
 */
export type SlopeEstimator = (t0: number, t1: number, before: Vec, after: Vec, out: Vec) => void;

/**
 * A slope that is a weighted sum of m equally spaced samples u_0 ... u_(m-1) of a chord of duration T, both ends among
 * them: (1 / T) sum_j w_j u_j.
 */
export interface SampledSlope {
  /** The weights w_j, at least two: their sum is 0, and sum_j w_j j / (m - 1) is 1. */
  readonly weights: readonly number[];
}

/**
 * The slope of the chord, (after - before) / (t1 - t0): the estimate of Gear and Kevrekidis (2003).
 *
 * With a chord of several steps it is the end-to-end slope, the best one for bursts that wander as Brownian motion does
 * (du = ... + sigma dW): its standard deviation is sigma / sqrt(T), and the variance of a macro step D projected with it is
 * sigma^2 D^2 / T, against sigma^2 D of the motion itself. Average replicas there.
 */
export const chordSlope: SlopeEstimator = (t0, t1, before, after, out) => {
  const duration = t1 - t0;
  for (let i = 0; i < out.length; i++) out[i] = (after[i]! - before[i]!) / duration;
};

/**
 * The least-squares line through m samples of a chord, for bursts whose samples carry independent noise:
 * w_j = 12 (m - 1) (j - (m - 1) / 2) / (m (m^2 - 1)).
 *
 * Its standard deviation falls as m^(-1/2) at a given duration of the chord (`slopeDeviation`); two samples are `chordSlope`.
 * As of any chord, its slope is that of the middle of the chord, late by half of it. The state that is projected keeps its
 * noise. Samples must be further apart than the noise is correlated; for Brownian noise take `chordSlope`.
 *
 * Good starting values: 10 to 50 samples; a chord such that (macro step) * `slopeDeviation` is below the error you accept.
 *
 * Source: simple linear regression; Draper, Smith, Applied Regression Analysis (1998), section 1.4.
 *
 * @param samples - m, at least 2; the flow is stopped m - 1 times along the chord
 * @throws TypeError or RangeError for a number of samples that is no integer from 2 to 1,000,000
 */
export function leastSquaresSlope(samples: number): SampledSlope {
  const m = integer("leastSquaresSlope", "samples", samples, 2, 1_000_000);
  const factor = (12 * (m - 1)) / (m * (m * m - 1));
  return { weights: Array.from({ length: m }, (_, j) => factor * (j - (m - 1) / 2)) };
}

/**
 * Standard deviation of a slope over m samples of a chord of duration T, each with independent noise of standard deviation
 * s: s sqrt(sum_j w_j^2) / T. For `leastSquaresSlope(m)` that is s sqrt(12 / (m (m^2 - 1))) / h with h = T / (m - 1); for the
 * two ends alone, `leastSquaresSlope(2)`, s sqrt(2) / T.
 *
 * With s = 1 and h = 0.01: 9.53 for 11 samples, 14.1 for the ends of the same chord, 141 for one pair of neighbours.
 *
 * @param slope - the weights
 * @param chord - duration T, positive
 * @param noise - standard deviation s of one sample, not negative
 * @throws TypeError or RangeError for a chord or noise out of range
 */
export function slopeDeviation({ weights }: SampledSlope, chord: number, noise: number): number {
  positive("slopeDeviation", "chord", chord);
  nonNegative("slopeDeviation", "noise", noise);
  let sum = 0;
  for (const weight of weights) sum += weight * weight;
  return (noise * Math.sqrt(sum)) / chord;
}
