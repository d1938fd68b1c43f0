import { checkOptions, integer, lengthOf } from "@hml/guard";
import { sample } from "../sample.ts";
import { binEdges, binOf, extremes, givenRange } from "./histogram.ts";

/** A sample of pairs. */
export interface Pairs {
  /** First coordinate of each pair. */
  readonly x: ArrayLike<number>;
  /** Second coordinate of each pair. */
  readonly y: ArrayLike<number>;
}

/** Bins of a joint density. */
export interface JointDensityOptions {
  /** Bins along each axis; 100 by default. */
  readonly bins?: number;
  /** Range along x; by default that of the values. Pairs outside are left out. */
  readonly xRange?: readonly [low: number, high: number];
  /** Range along y. */
  readonly yRange?: readonly [low: number, high: number];
}

/** Shares of pairs in the cells of a rectangle. */
export interface JointDensity {
  /** Share of the kept pairs in each cell, `[x bin, y bin]`, summing to 1; divide by the cell's area for a density. */
  readonly shares: Float64Array;
  /** `bins + 1` edges along x. */
  readonly xEdges: Float64Array;
  /** `bins + 1` edges along y. */
  readonly yEdges: Float64Array;
  /** Pairs that lie within both ranges. */
  readonly kept: number;
}

/**
 * Joint density of two quantities, as shares of pairs (x_i, y_i) in `bins` by `bins` equal cells: u_x and u_xx over a
 * run, say. Edges belong to bins as in `histogram`.
 *
 * @throws RangeError for empty or unequal samples, values that are not finite, or ranges that hold no pair
 */
export function jointDensity(pairs: Pairs, options: JointDensityOptions = {}): JointDensity {
  const checked = pairsOf("jointDensity", "pairs", pairs);
  const { bins, xRange, yRange } = cells("jointDensity", [checked], options);
  return shares("jointDensity", "pairs", checked, binEdges(bins, ...xRange), binEdges(bins, ...yRange));
}

/**
 * L1 distance of two joint densities, sum over cells of |p - q|, in [0, 2]. The cells cover the pairs of both samples.
 *
 * With many cells and few pairs most of it is chance: `selfDistance(bins * bins, n, m)` bounds what two independent
 * samples of one law show.
 *
 * @throws RangeError for empty or unequal samples, values that are not finite, or ranges that hold no pair
 */
export function l1JointDensity(prediction: Pairs, reference: Pairs, options: JointDensityOptions = {}): number {
  const a = pairsOf("l1JointDensity", "prediction", prediction);
  const b = pairsOf("l1JointDensity", "reference", reference);
  const { bins, xRange, yRange } = cells("l1JointDensity", [a, b], options);
  const xEdges = binEdges(bins, ...xRange);
  const yEdges = binEdges(bins, ...yRange);
  const p = shares("l1JointDensity", "prediction", a, xEdges, yEdges).shares;
  const q = shares("l1JointDensity", "reference", b, xEdges, yEdges).shares;
  let sum = 0;
  for (let k = 0; k < p.length; k++) sum += Math.abs(p[k]! - q[k]!);
  return sum;
}

interface CheckedPairs {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

function pairsOf(where: string, name: string, pairs: Pairs): CheckedPairs {
  checkOptions(where, pairs, ["x", "y"], name);
  const x = sample(where, `${name}.x`, pairs.x);
  lengthOf(where, `${name}.y`, pairs.y, x.length);
  return { x, y: sample(where, `${name}.y`, pairs.y) };
}

function cells(
  where: string,
  samples: readonly CheckedPairs[],
  options: JointDensityOptions,
): { bins: number; xRange: [number, number]; yRange: [number, number] } {
  checkOptions(where, options, ["bins", "xRange", "yRange"]);
  const { bins = 100, xRange, yRange } = options;
  integer(where, "bins", bins, 1, 4096);
  return {
    bins,
    xRange: xRange === undefined ? extremes(samples.map(({ x }) => x)) : givenRange(where, "xRange", xRange),
    yRange: yRange === undefined ? extremes(samples.map(({ y }) => y)) : givenRange(where, "yRange", yRange),
  };
}

function shares(
  where: string,
  name: string,
  { x, y }: CheckedPairs,
  xEdges: Float64Array,
  yEdges: Float64Array,
): JointDensity {
  const columns = yEdges.length - 1;
  const counts = new Float64Array((xEdges.length - 1) * columns);
  let kept = 0;
  for (let i = 0; i < x.length; i++) {
    const row = binOf(x[i]!, xEdges);
    const column = binOf(y[i]!, yEdges);
    if (row < 0 || column < 0) continue;
    const cell = row * columns + column;
    counts[cell] = counts[cell]! + 1;
    kept++;
  }
  if (kept === 0) throw new RangeError(`${where}: xRange and yRange must hold a pair of ${name}, got none inside`);
  for (let k = 0; k < counts.length; k++) counts[k] = counts[k]! / kept;
  return Object.freeze({ shares: counts, xEdges, yEdges, kept });
}
