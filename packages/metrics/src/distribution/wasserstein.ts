import { checkOptions, lengthOf, nonNegative, show } from "@hml/guard";
import { component, pointCloud } from "../sample.ts";

/** Options of `wasserstein1`. */
export interface WassersteinOptions {
  /** A weight for each value of the first sample, not negative, rescaled to sum 1; equal weights by default. */
  readonly aWeights?: ArrayLike<number>;
  /** A weight for each value of the second sample. */
  readonly bWeights?: ArrayLike<number>;
}

/**
 * Wasserstein-1 distance of two samples on the line, exact: W1 = integral |F_a(x) - F_b(x)| dx with F the empirical
 * distribution functions, in the units of the data. Samples may differ in size.
 *
 * It is a distance: zero only for equal laws, symmetric, with the triangle inequality. Sorting makes it O(n log n). An
 * infinite value in one sample alone gives Infinity.
 *
 * @throws RangeError for an empty sample, a NaN, the same infinity in both samples (Infinity - Infinity has no value),
 * negative weights, or weights that sum to zero
 *
 * Source: Villani, Topics in Optimal Transportation (2003), chapter 2. Values are those of
 * `scipy.stats.wasserstein_distance`.
 */
export function wasserstein1(a: ArrayLike<number>, b: ArrayLike<number>, options: WassersteinOptions = {}): number {
  checkOptions("wasserstein1", options, ["aWeights", "bWeights"]);
  const { aWeights, bWeights } = options;
  return between(law("a", a, aWeights), law("b", b, bWeights));
}

/**
 * Mean over the components of the Wasserstein-1 distance of their marginals, for two samples of points
 * `[point, component]`. Numbers of points may differ.
 *
 * This is what papers on learned dynamics report for states of many components. It does not see how components depend
 * on each other: two laws of equal marginals have distance zero.
 *
 * @param dimension - components of a point
 * @throws RangeError for empty samples, values that are not finite, and lengths that `dimension` does not divide
 */
export function wasserstein1Marginals(a: ArrayLike<number>, b: ArrayLike<number>, dimension: number): number {
  const first = pointCloud("wasserstein1Marginals", "a", a, dimension).values;
  const second = pointCloud("wasserstein1Marginals", "b", b, dimension).values;
  let sum = 0;
  for (let c = 0; c < dimension; c++) {
    sum += wasserstein1(component(first, dimension, c), component(second, dimension, c));
  }
  return sum / dimension;
}

/** Sorted places of a discrete law with the sum of weights up to and including each. */
interface Law {
  readonly place: Float64Array;
  readonly cumulated: Float64Array;
}

function law(name: "a" | "b", values: ArrayLike<number>, weights: ArrayLike<number> | undefined): Law {
  const n = lengthOf("wasserstein1", name, values);
  if (n === 0) throw new RangeError(`wasserstein1: ${name} must hold at least one value, got none`);
  for (let i = 0; i < n; i++) {
    const value: unknown = values[i];
    if (typeof value !== "number" || Number.isNaN(value)) {
      throw new RangeError(`wasserstein1: ${name}[${i}] must be a number, got ${show(value)}`);
    }
  }
  if (weights === undefined) {
    return {
      place: Float64Array.from(values).toSorted(),
      cumulated: Float64Array.from({ length: n }, (_, i) => i + 1),
    };
  }
  lengthOf("wasserstein1", `${name}Weights`, weights, n);
  for (let i = 0; i < n; i++) nonNegative("wasserstein1", `${name}Weights[${i}]`, weights[i]);
  // A place without weight is no part of the law, even at infinity.
  const order = Array.from({ length: n }, (_, i) => i)
    .filter((i) => weights[i]! > 0)
    .toSorted((i, j) => (values[i]! < values[j]! ? -1 : values[i]! > values[j]! ? 1 : i - j));
  if (order.length === 0) throw new RangeError(`wasserstein1: ${name}Weights must have a positive sum, got 0`);
  const cumulated = new Float64Array(order.length);
  let sum = 0;
  for (const [k, i] of order.entries()) cumulated[k] = sum += weights[i]!;
  if (!Number.isFinite(sum)) throw new RangeError(`wasserstein1: ${name}Weights must have a finite sum, got ${sum}`);
  return { place: Float64Array.from(order, (i) => values[i]!), cumulated };
}

/** The integral of |F_a - F_b| over the merged places. */
function between(a: Law, b: Law): number {
  const [n, m] = [a.place.length, b.place.length];
  const [aEnd, bEnd] = [a.place[n - 1]!, b.place[m - 1]!];
  if ((aEnd === Infinity && bEnd === Infinity) || (a.place[0] === -Infinity && b.place[0] === -Infinity)) {
    throw new RangeError("wasserstein1: a and b must not both hold the same infinity; drop the infinite values");
  }
  if (aEnd === Infinity || bEnd === Infinity || a.place[0] === -Infinity || b.place[0] === -Infinity) return Infinity;
  const [aTotal, bTotal] = [a.cumulated[n - 1]!, b.cumulated[m - 1]!];
  let i = 0;
  let j = 0;
  let x = Math.min(a.place[0]!, b.place[0]!);
  let sum = 0;
  for (let k = 0; k < n + m; k++) {
    const fromA = j === m || (i < n && a.place[i]! <= b.place[j]!);
    const next = fromA ? a.place[i]! : b.place[j]!;
    const below = (i === 0 ? 0 : a.cumulated[i - 1]! / aTotal) - (j === 0 ? 0 : b.cumulated[j - 1]! / bTotal);
    sum += Math.abs(below) * (next - x);
    x = next;
    if (fromA) i++;
    else j++;
  }
  return sum;
}
