import { checkOptions, nonNegative } from "@hml/guard";
import { type SparseFit, sparseFit } from "./equation.ts";
import { norm, solveByReflections } from "./householder.ts";
import { fitTerms, type Regression, type WeightedRegression, weighted } from "./least-squares.ts";
import type { Vec } from "./rhs.ts";

/** Options of `stlsq`. */
export interface StlsqOptions {
  /** Terms with |c| below this are left out; with `normalise`, terms whose root mean square |c term| is below it. */
  readonly threshold: number;
  /** Ridge penalty alpha |c|^2 during the search, default 0; the final coefficients carry none. */
  readonly ridge?: number;
  /** Whether terms are divided by their root mean square during the search, default false. */
  readonly normalise?: boolean;
  /** Weight w_i >= 0 of each row's squared residual, default those of the regression, else 1. */
  readonly weights?: ArrayLike<number>;
  /** A term is dropped when earlier terms leave less than this part of its norm, default 1e-12. */
  readonly tolerance?: number;
}

/**
 * Sequentially thresholded least squares: solve, leave out the terms whose coefficient is below `threshold`, solve again
 * on the rest, until none falls below; then one ordinary least-squares fit of the terms that are left.
 *
 * Terms only ever leave, so there are at most as many rounds as terms. `history` holds each round's solution (ridge
 * included) before its small coefficients are left out; `coefficients` and `standardErrors` are those of the final fit and take
 * the selection as given, so they are too small where the selection was close.
 *
 * Good starting values: `threshold` a tenth of the smallest coefficient that matters, `ridge` 0 for clean data and 0.05
 * for noisy columns of unit size, `normalise` true when terms differ in size by orders of magnitude.
 *
 * Source: Brunton, Proctor, Kutz, PNAS 113 (2016) 3932-3937.
 */
export function stlsq(regression: Regression, options: StlsqOptions): SparseFit {
  checkOptions("stlsq", options, ["threshold", "ridge", "normalise", "weights", "tolerance"]);
  const threshold = nonNegative("stlsq", "threshold", options.threshold);
  const ridge = nonNegative("stlsq", "ridge", options.ridge ?? 0);
  const tolerance = nonNegative("stlsq", "tolerance", options.tolerance ?? 1e-12);
  const problem = weighted("stlsq", regression, options.weights);
  const sizes = problem.columns.map((column) =>
    options.normalise === true ? norm(column, 0) / Math.sqrt(problem.totalWeight) : 1,
  );

  const history: Vec[] = [];
  const dropped = new Set<string>();
  let terms: readonly number[] = Array.from(problem.names.keys());
  for (let round = 0; round <= problem.names.length && terms.length > 0; round++) {
    const found = ridgeSolve(problem, terms, sizes, ridge, tolerance);
    for (const k of found.dropped) dropped.add(problem.names[k]!);
    history.push(found.coefficients);
    const kept = terms.filter((k) => {
      const size = Math.abs(found.coefficients[k]!) * sizes[k]!;
      return size >= threshold && !found.dropped.includes(k);
    });
    if (kept.length === terms.length) break;
    terms = kept;
  }
  const estimate = fitTerms(problem, terms, tolerance);
  for (const name of estimate.dropped) dropped.add(name);
  return sparseFit({ ...estimate, dropped: [...dropped], history }, regression.library);
}

/** Minimises |A c - y|^2 + ridge |S c|^2 over some terms, S = diag(sizes), as one problem with rows sqrt(ridge) S below. */
function ridgeSolve(
  problem: WeightedRegression,
  terms: readonly number[],
  sizes: readonly number[],
  ridge: number,
  tolerance: number,
): { coefficients: Vec; dropped: readonly number[] } {
  const extra = ridge > 0 ? terms.length : 0;
  const rows = problem.rows + extra;
  const matrix = new Float64Array(terms.length * rows);
  const target = new Float64Array(rows);
  target.set(problem.target);
  for (const [position, k] of terms.entries()) {
    matrix.set(problem.columns[k]!, position * rows);
    if (extra > 0) matrix[position * rows + problem.rows + position] = Math.sqrt(ridge) * sizes[k]!;
  }
  const solution = solveByReflections(matrix, target, terms.length, tolerance);
  const coefficients = new Float64Array(problem.names.length);
  for (const [position, k] of terms.entries()) coefficients[k] = solution.coefficients[position]!;
  return { coefficients, dropped: solution.dropped.map((position) => terms[position]!) };
}
