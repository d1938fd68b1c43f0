import { checkOptions, finite, integer, lengthOf } from "@hml/guard";
import { sample } from "../sample.ts";

/** Bins of a histogram. */
export interface HistogramOptions {
  /** Number of bins of equal width; by default Rice's rule for the number of values. */
  readonly bins?: number;
  /** Lowest and highest edge; by default the least and the largest value. Values outside are left out. */
  readonly range?: readonly [low: number, high: number];
}

/** Counts of values in bins of equal width. */
export interface Histogram {
  /** `bins + 1` edges, low + k (high - low) / bins. */
  readonly edges: Float64Array;
  /** Values in each bin `[edge_k, edge_(k+1))`; the last bin holds its upper edge too. */
  readonly counts: Float64Array;
  /** Values that lie within the range: the sum of the counts. */
  readonly kept: number;
}

/**
 * Rice's number of bins for n values, max(2, ceil(2 n^(1/3))), in exact integer arithmetic.
 *
 * A floating-point cube root of a perfect cube may lie just beside the integer, and `ceil` then adds a bin.
 *
 * @throws RangeError unless n is a positive integer below 2^50
 */
export function riceBins(n: number): number {
  integer("riceBins", "n", n, 1, 1_125_899_906_842_623);
  // ceil(2 n^(1/3)) is the least k with k^3 >= 8 n.
  let k = Math.round(2 * Math.cbrt(n));
  for (let step = 0; step < 2 && k * k * k < 8 * n; step++) k++;
  for (let step = 0; step < 2 && (k - 1) * (k - 1) * (k - 1) >= 8 * n; step++) k--;
  return Math.max(2, k);
}

/**
 * Histogram of a sample in bins of equal width.
 *
 * A value on an edge belongs to the bin above it, on the highest edge to the last bin; edges are compared as they are
 * rounded, so counts equal those of `numpy.histogram`. A constant sample without a given range falls into one bin of
 * width zero.
 *
 * @throws RangeError for an empty sample, a value that is not finite, a range without width or one wider than the largest
 * number
 */
export function histogram(values: ArrayLike<number>, options: HistogramOptions = {}): Histogram {
  checkOptions("histogram", options, ["bins", "range"]);
  const x = sample("histogram", "values", values);
  const { bins = riceBins(x.length), range } = options;
  integer("histogram", "bins", bins, 1, 16_777_216);
  const [low, high] = range === undefined ? extremes([x]) : givenRange("histogram", "range", range);
  return binned(x, low === high ? 1 : bins, low, high);
}

/** Least and largest value of some samples. */
export function extremes(samples: readonly Float64Array[]): [low: number, high: number] {
  let low = Infinity;
  let high = -Infinity;
  for (const values of samples) {
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return [low, high];
}

/** A range given by the caller: two finite numbers, the second above the first. */
export function givenRange(where: string, name: string, range: ArrayLike<number>): [low: number, high: number] {
  lengthOf(where, name, range, 2);
  const low = finite(where, `${name}[0]`, range[0]);
  const high = finite(where, `${name}[1]`, range[1]);
  if (!(low < high)) throw new RangeError(`${where}: ${name} must rise from low to high, got [${low}, ${high}]`);
  return [low, high];
}

/** Counts of checked values in checked bins. */
export function binned(x: Float64Array, bins: number, low: number, high: number): Histogram {
  const edges = binEdges(bins, low, high);
  const counts = new Float64Array(bins);
  let kept = 0;
  for (const value of x) {
    const bin = binOf(value, edges);
    if (bin < 0) continue;
    counts[bin] = counts[bin]! + 1;
    kept++;
  }
  return Object.freeze({ edges, counts, kept });
}

/** `bins + 1` edges from low to high. */
export function binEdges(bins: number, low: number, high: number): Float64Array {
  const width = high - low;
  if (!Number.isFinite(width)) {
    throw new RangeError(`histogram: values must span less than the largest number, got [${low}, ${high}]; scale them`);
  }
  const step = width / bins;
  const edges = new Float64Array(bins + 1);
  // Where the width is next to nothing, a rounded step may lead past the end.
  for (let k = 0; k < bins; k++) edges[k] = Math.min(high, low + k * step);
  edges[bins] = high;
  return edges;
}

/** The bin that holds a value, by bisection: the last edge not above it; -1 for one outside. */
export function binOf(value: number, edges: Float64Array): number {
  const bins = edges.length - 1;
  if (!(value >= edges[0]! && value <= edges[bins]!)) return -1;
  let [below, above] = [0, bins];
  while (above - below > 1) {
    const middle = (below + above) >> 1;
    if (value >= edges[middle]!) below = middle;
    else above = middle;
  }
  return below;
}
