import { checkOptions, float64, lengthOf, nonNegative, show } from "@hml/guard";
import { type Estimate, type SparseFit, sparseFit } from "./equation.ts";
import { norm, solveByReflections } from "./householder.ts";
import type { Library } from "./library.ts";
import type { Vec } from "./rhs.ts";

/** A linear regression target ~ sum_k c_k term_k. */
export interface Regression {
  /** One name a term. */
  readonly names: readonly string[];
  /** Values of the terms, `[term, row]`: each term contiguous. */
  readonly matrix: Vec;
  /** What is to be explained, one value a row. */
  readonly target: Vec;
  /** Weight of each row's squared residual, unless the options of a fit give others; default 1. */
  readonly weights?: ArrayLike<number>;
  /** The library that made the terms; needed by `SparseFit.rhs` and for LaTeX names. */
  readonly library?: Library | undefined;
}

/** Options of `leastSquares`. */
export interface LeastSquaresOptions {
  /** Weight w_i >= 0 of each row's squared residual, default those of the regression, else 1. */
  readonly weights?: ArrayLike<number>;
  /** A term is dropped when earlier terms leave less than this part of its norm, default 1e-12. */
  readonly tolerance?: number;
}

/**
 * Weighted linear least squares on all terms: minimises sum_i w_i (target_i - sum_k c_k term_ki)^2 by Householder
 * reflections on columns of unit norm.
 *
 * A term that is zero or lies in the span of earlier ones gets coefficient 0 and is named in `dropped`; so does any term
 * beyond the number of rows. Weights are relative: they say how much a row counts, and multiplying all by a constant
 * changes no coefficient and no standard error.
 *
 * Throws a RangeError for values that are not finite (with the term and row) and wrong lengths.
 */
export function leastSquares(regression: Regression, options: LeastSquaresOptions = {}): SparseFit {
  checkOptions("leastSquares", options, ["weights", "tolerance"]);
  const problem = weighted("leastSquares", regression, options.weights);
  const all = Array.from(regression.names.keys());
  const estimate = fitTerms(problem, all, nonNegative("leastSquares", "tolerance", options.tolerance ?? 1e-12));
  return sparseFit({ ...estimate, history: [estimate.coefficients] }, regression.library);
}

/** A checked regression with rows multiplied by the square roots of their weights. */
export interface WeightedRegression {
  readonly names: readonly string[];
  readonly columns: readonly Vec[];
  readonly target: Vec;
  readonly rows: number;
  /** Rows of positive weight. */
  readonly counted: number;
  readonly totalWeight: number;
}

/** Checks a regression and copies it with its weights applied. */
export function weighted(
  where: string,
  regression: Regression,
  given: ArrayLike<number> | undefined,
): WeightedRegression {
  checkOptions(where, regression, ["names", "matrix", "target", "weights", "library"], "regression");
  const { names, matrix, target, weights: own } = regression;
  if (!Array.isArray(names) || names.length === 0) {
    throw new RangeError(`${where}: names must be an array of at least one term, got ${show(names)}`);
  }
  for (let k = 0; k < names.length; k++) {
    if (typeof names[k] !== "string") {
      throw new TypeError(`${where}: names[${k}] must be a string, got ${show(names[k])}`);
    }
  }
  const rows = float64(where, "target", target).length;
  if (rows === 0) throw new RangeError(`${where}: target must hold at least one row, got none`);
  float64(where, "matrix", matrix, names.length * rows);
  const weights = given === undefined ? own : given;
  const roots = new Float64Array(rows).fill(1);
  let counted = 0;
  let totalWeight = 0;
  if (weights !== undefined) lengthOf(where, "weights", weights, rows);
  for (let i = 0; i < rows; i++) {
    const weight = weights === undefined ? 1 : nonNegative(where, `weights[${i}]`, weights[i]);
    roots[i] = Math.sqrt(weight);
    totalWeight += weight;
    if (weight > 0) counted++;
  }
  if (counted === 0) throw new RangeError(`${where}: weights must not all be zero`);
  const scaled = (name: string, values: Vec): Vec => {
    const out = new Float64Array(rows);
    for (let i = 0; i < rows; i++) {
      if (!Number.isFinite(values[i])) {
        throw new RangeError(`${where}: ${name} must be finite in every row, got ${values[i]} in row ${i}`);
      }
      out[i] = values[i]! * roots[i]!;
    }
    return out;
  };
  const columns = names.map((name, k) => scaled(`term ${show(name)}`, matrix.subarray(k * rows, (k + 1) * rows)));
  return { names, columns, target: scaled("target", target), rows, counted, totalWeight };
}

/** Ordinary least squares on some of the terms; coefficients and errors come back at full length. */
export function fitTerms(
  problem: WeightedRegression,
  terms: readonly number[],
  tolerance: number,
): Omit<Estimate, "history"> {
  const { names, columns, rows } = problem;
  const matrix = new Float64Array(terms.length * rows);
  for (const [position, k] of terms.entries()) matrix.set(columns[k]!, position * rows);
  const solution = solveByReflections(matrix, problem.target.slice(), terms.length, tolerance);
  const rank = terms.length - solution.dropped.length;

  const coefficients = new Float64Array(names.length);
  for (const [position, k] of terms.entries()) coefficients[k] = solution.coefficients[position]!;
  // The residual from the terms themselves, not from the reflected target, so it is what a reader would compute.
  const residuals = problem.target.slice();
  for (const k of terms) {
    const [c, column] = [coefficients[k]!, columns[k]!];
    for (let i = 0; i < rows; i++) residuals[i] = residuals[i]! - c * column[i]!;
  }
  const length = norm(residuals, 0);
  const spare = problem.counted - rank;
  const variance = spare > 0 ? (length / spare) * length : Number.POSITIVE_INFINITY;
  const standardErrors = new Float64Array(names.length);
  const isDropped = new Set(solution.dropped);
  for (const [position, k] of terms.entries()) {
    if (!isDropped.has(position)) standardErrors[k] = Math.sqrt(variance * solution.inverseDiagonal[position]!);
  }
  return {
    names,
    coefficients,
    standardErrors,
    active: terms.filter((_, position) => !isDropped.has(position)),
    dropped: solution.dropped.map((position) => names[terms[position]!]!),
    rank,
    residual: length / Math.sqrt(problem.totalWeight),
    variance,
  };
}
