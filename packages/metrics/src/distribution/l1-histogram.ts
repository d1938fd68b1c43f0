import { checkOptions, integer } from "@hml/guard";
import { sample } from "../sample.ts";
import { binned, extremes, givenRange, type Histogram, type HistogramOptions, riceBins } from "./histogram.ts";

/**
 * L1 distance of two samples by histograms of common bins: sum_k |p_k - q_k| with p_k and q_k the shares of each sample
 * in bin k. It lies in [0, 2]: 0 for equal histograms, 2 for disjoint ones.
 *
 * This is the integral of |p - q| for densities that are constant on each bin (the rectangle rule), and twice
 * `totalVariation`. The bins run from the least to the largest value of BOTH samples; their number is Rice's for the size
 * of `reference`. Two samples that are the same constant have distance 0. Values outside a given range are left out and
 * the shares are of what is left. Compare with `selfDistance`: two samples of one law are that far apart by chance.
 *
 * @throws RangeError for an empty sample, a value that is not finite, or a range that holds nothing of a sample
 *
 * Source: Vlachas et al., arXiv 2006.13431 (2020), "L1-histogram distance"; their code integrates by Simpson's rule
 * through bin centres, which gives other values and no bound.
 */
export function l1Histogram(
  prediction: ArrayLike<number>,
  reference: ArrayLike<number>,
  options: HistogramOptions = {},
): number {
  checkOptions("l1Histogram", options, ["bins", "range"]);
  const a = sample("l1Histogram", "prediction", prediction);
  const b = sample("l1Histogram", "reference", reference);
  const { bins = riceBins(b.length), range } = options;
  integer("l1Histogram", "bins", bins, 1, 16_777_216);
  const [low, high] = range === undefined ? extremes([a, b]) : givenRange("l1Histogram", "range", range);
  if (low === high) return 0;
  const p = binned(a, bins, low, high);
  const q = binned(b, bins, low, high);
  if (p.kept === 0 || q.kept === 0) {
    const name = p.kept === 0 ? "prediction" : "reference";
    throw new RangeError(`l1Histogram: range must hold a value of ${name}, got [${low}, ${high}] with none`);
  }
  return l1(p, q);
}

/**
 * Total variation distance of two samples by histograms of common bins, sum_k |p_k - q_k| / 2, in [0, 1]: half of
 * `l1Histogram`, with the same bins, options and errors.
 */
export function totalVariation(
  prediction: ArrayLike<number>,
  reference: ArrayLike<number>,
  options: HistogramOptions = {},
): number {
  return l1Histogram(prediction, reference, options) / 2;
}

function l1(p: Histogram, q: Histogram): number {
  let sum = 0;
  for (let k = 0; k < p.counts.length; k++) sum += Math.abs(p.counts[k]! / p.kept - q.counts[k]! / q.kept);
  return sum;
}
