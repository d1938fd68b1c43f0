import { checkOptions, copyFinite, integer, lengthOf, positive } from "@hml/guard";
import { solveByReflections } from "../householder.ts";
import type { Vec } from "../rhs.ts";
import { standardised } from "./gaussian-process.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";

/** Options of `diffusionMapSelection`. */
export interface DiffusionMapOptions {
  /** Intrinsic coordinates to explain, 1 to 5; default those that no earlier one explains, out of the first five. */
  readonly coordinates?: number;
  /** A subset explains the coordinates when its loss is below this, default 0.1. */
  readonly tolerance?: number;
  /** Kernel width as a part of the median distance, default 0.5; too wide a kernel cuts across folds. */
  readonly width?: number;
}

/** A subset of the features, and how badly it explains the coordinates. */
export interface FeatureSubset {
  /** Indices of the features. */
  readonly features: readonly number[];
  /** Root mean square error of leave-one-out local linear regression over the deviation, of the worst coordinate. */
  readonly loss: number;
}

/** Features selected by a diffusion map. */
export interface DiffusionMapSelection {
  /** The smallest subset whose loss is below the tolerance, of equal ones the best; the best of all when there is none. */
  readonly selected: readonly number[];
  /** Intrinsic coordinates, one array each, one value a row. */
  readonly coordinates: readonly Vec[];
  /** All subsets, by size, then by loss. */
  readonly subsets: readonly FeatureSubset[];
}

const WHERE = "diffusionMapSelection";
/** An eigenvector that others explain to less than this is a harmonic of them. */
const HARMONIC = 0.5;

/**
 * The fewest features that parametrise a data set: a diffusion map of all (standardised) features gives intrinsic coordinates, eigenvectors of
 * a random walk between rows; every subset of the features is judged by how well local linear regression on it predicts them, each row from
 * the others; the smallest that does is selected.
 *
 * The walk is normalised so that it does not depend on how densely the rows lie (alpha = 1). Eigenvectors that are functions of earlier ones
 * (harmonics) are left out by the same regression. All 2^features - 1 subsets are tried: give up to 10 features and 100 to 300 rows.
 *
 * Source: Lee, Kooshkbaghi, Spiliotis, Siettos, Kevrekidis, Chaos 30 (2020) 013141, section II; Coifman and Lafon, Appl. Comput. Harmon. Anal. 21
 * (2006) 5; harmonics: Dsilva, Talmon, Coifman, Kevrekidis, Appl. Comput. Harmon. Anal. 44 (2018) 759.
 *
 * @param features - one array a feature, one value a row
 * @throws TypeError or RangeError for bad arguments and constant features
 */
export function diffusionMapSelection(
  features: ReadonlyArray<ArrayLike<number>>,
  options: DiffusionMapOptions = {},
): DiffusionMapSelection {
  checkOptions(WHERE, options, ["coordinates", "tolerance", "width"]);
  const count = integer(WHERE, "features.length", lengthOf(WHERE, "features", features as unknown), 1, 12);
  const rows = integer(WHERE, "features[0].length", lengthOf(WHERE, "features[0]", features[0]), 10, 1000);
  const x = Array.from(features, (values, k) =>
    standardised(WHERE, `features[${k}]`, copyFinite(WHERE, `features[${k}]`, values, rows)),
  );
  const tolerance = positive(WHERE, "tolerance", options.tolerance ?? 0.1);
  const width = positive(WHERE, "width", options.width ?? 0.5);
  const { coordinates: wanted } = options;
  if (wanted !== undefined) integer(WHERE, "coordinates", wanted, 1, 5);

  const coordinates: Vec[] = [];
  for (const vector of diffusionVectors(x, width)) {
    if (wanted === undefined ? false : coordinates.length === wanted) break;
    if (coordinates.length > 0 && localLoss(coordinates, vector) < HARMONIC) continue;
    coordinates.push(vector);
  }
  const subsets: FeatureSubset[] = [];
  for (let mask = 1; mask < 1 << count; mask++) {
    const chosen = Array.from({ length: count }, (_, k) => k).filter((k) => (mask >> k) % 2 === 1);
    const on = chosen.map((k) => x[k]!);
    subsets.push({ features: chosen, loss: Math.max(...coordinates.map((vector) => localLoss(on, vector))) });
  }
  subsets.sort((a, b) => a.features.length - b.features.length || a.loss - b.loss);
  const best = subsets.reduce((a, b) => (b.loss < a.loss ? b : a));
  const selected = subsets.find(({ loss }) => loss < tolerance) ?? best;
  return { selected: selected.features, coordinates, subsets };
}

/** The first five eigenvectors of the walk after the constant one. */
function diffusionVectors(x: readonly Vec[], width: number): Vec[] {
  const n = x[0]!.length;
  const squares = squaredDistances(x);
  const scale = width * width * middleOf(squares, n);
  const kernel = squares.map((square) => Math.exp(-square / scale));
  const rowSums = (): Vec =>
    Float64Array.from({ length: n }, (_, i) => kernel.subarray(i * n, (i + 1) * n).reduce((a, b) => a + b, 0));
  const density = rowSums();
  for (let k = 0; k < kernel.length; k++) kernel[k] = kernel[k]! / (density[Math.floor(k / n)]! * density[k % n]!);
  // D^-1 K is similar to the symmetric D^-1/2 K D^-1/2.
  const roots = rowSums().map((sum) => Math.sqrt(sum));
  for (let k = 0; k < kernel.length; k++) kernel[k] = kernel[k]! / (roots[Math.floor(k / n)]! * roots[k % n]!);
  const { vectors } = symmetricEigen(kernel, n);
  return vectors.slice(1, 6).map((vector) => vector.map((value, i) => value / roots[i]!));
}

/** Leave-one-out error of local linear regression of a vector on some columns, over the vector's deviation. */
function localLoss(on: readonly Vec[], vector: Vec): number {
  const n = vector.length;
  const squares = squaredDistances(on);
  const scale = middleOf(squares, n) / 25;
  const count = on.length + 1;
  const mean = vector.reduce((sum, v) => sum + v, 0) / n;
  let [error, spread] = [0, 0];
  const columns = new Float64Array(count * n);
  const target = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const weight = j === i ? 0 : Math.exp((-0.5 * squares[i * n + j]!) / scale);
      columns[j] = weight;
      for (let k = 0; k < on.length; k++) columns[(k + 1) * n + j] = weight * (on[k]![j]! - on[k]![i]!);
      target[j] = weight * vector[j]!;
    }
    const guess = solveByReflections(columns, target, count, 1e-8).coefficients[0]!;
    error += (guess - vector[i]!) * (guess - vector[i]!);
    spread += (vector[i]! - mean) * (vector[i]! - mean);
  }
  return Math.sqrt(error / spread);
}

function squaredDistances(x: readonly Vec[]): Vec {
  const n = x[0]!.length;
  const out = new Float64Array(n * n);
  for (const values of x) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const d = values[i]! - values[j]!;
        out[i * n + j] = out[i * n + j]! + d * d;
      }
    }
  }
  return out;
}

/** The median square of the distances of different rows. */
function middleOf(squares: Vec, n: number): number {
  const sorted = squares.toSorted();
  return sorted[n + Math.floor((n * n - n) / 2)]!;
}
