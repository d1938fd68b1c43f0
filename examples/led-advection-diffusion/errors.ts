import { l1Histogram, wasserstein1 } from "@hml/metrics";
import { type ExactLaw, momentLaw, quantiles, standardQuantiles } from "./reference.ts";

/** Moments along each axis of one run, `[time, moment, axis]`: entry 0 at `start`, the others at distances of `interval`. */
export interface MomentSeries {
  readonly start: number;
  readonly interval: number;
  readonly moments: Float32Array;
}

/** Runs from one initial condition with different seeds, and the exact law from there. */
export interface Ensemble {
  readonly law: ExactLaw;
  readonly particles: number;
  readonly runs: readonly MomentSeries[];
}

/** Errors of a variant, means over time after the warm-up, initial conditions and axes. */
export interface VariantErrors {
  /** Wasserstein distance of the values of M1 over seeds from their exact law. */
  readonly m1: number;
  readonly m2: number;
  /** L1 distance of histograms, at most 2. */
  readonly m1Histogram: number;
  readonly m2Histogram: number;
  /** |mean over seeds and time of M2 less the exact one| over the exact one, the largest over axes. */
  readonly m2Level: number;
  /** Mean of |M2 - exact| over the mean of the exact one, sampling noise of the seeds included. */
  readonly m2InTime: number;
  /** Distance of M1 in time, `[time]`, mean over initial conditions and axes. */
  readonly m1InTime: Float64Array;
}

const REFERENCE = 200;

/** Judges ensembles from time `from` after their starts on. */
export function variantErrors(ensembles: readonly Ensemble[], from: number): VariantErrors {
  const standard = standardQuantiles(REFERENCE);
  const { axes } = ensembles[0]!.law;
  const { interval, moments } = ensembles[0]!.runs[0]!;
  const first = Math.round(from / interval);
  const times = moments.length / (2 * axes) - first;
  const distance = [new Float64Array(times), new Float64Array(times)];
  const histograms = [0, 0];
  const [ours, exact] = [new Float64Array(axes), new Float64Array(axes)];
  let apart = 0;
  const each = 1 / (ensembles.length * axes);
  for (const { law, particles, runs } of ensembles) {
    const stride = Math.round(interval / law.interval);
    for (let n = 0; n < times; n++) {
      for (let k = 0; k < axes; k++) {
        for (const moment of [1, 2] as const) {
          const at = (n + first) * 2 * axes + (moment - 1) * axes + k;
          const values = Float64Array.from(runs, (run) => run.moments[at]!);
          const truth = momentLaw(law, moment, particles, (n + first) * stride, k);
          const reference = quantiles(truth, standard);
          distance[moment - 1]![n]! += each * wasserstein1(values, reference);
          histograms[moment - 1]! += (each / times) * l1Histogram(values, reference);
          if (moment === 1) continue;
          const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
          ours[k]! += mean;
          exact[k]! += truth.mean;
          apart += Math.abs(mean - truth.mean);
        }
      }
    }
  }
  const total = exact.reduce((sum, value) => sum + value, 0);
  return {
    m1: average(distance[0]!),
    m2: average(distance[1]!),
    m1Histogram: histograms[0]!,
    m2Histogram: histograms[1]!,
    m2Level: Math.max(...ours.map((sum, k) => Math.abs(sum / exact[k]! - 1))),
    m2InTime: apart / total,
    m1InTime: distance[0]!,
  };
}

function average(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
