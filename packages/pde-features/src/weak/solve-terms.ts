import type { Vec } from "../rhs.ts";
import { factorOf, type RowSums } from "./row-sums.ts";

/** A solution on some of the terms. */
export interface TermSolution {
  /** The terms. */
  readonly active: readonly number[];
  /** One coefficient for each of them. */
  readonly coefficients: Vec;
  /** How much the sum of squares, less what noise in the terms adds to it, grows when a term is left out. */
  readonly growth: Vec;
  /** Sum of squared residuals. */
  readonly residual: number;
  /** Logarithm of the determinant of A^T A less its noise. */
  readonly logDeterminant: number;
}

/** What a column must have left after the ones before it, as a part of its norm. */
const INDEPENDENT = 1e-11;
/** No law is believed to hold better than to this part of the target, so terms that matter less are left out of noiseless data. */
const REACH = 1e-4;
/** What must be left of a direction after its noise is taken off. */
const CLEAR = 0.05;

/**
 * Solves (A^T A - E) c = A^T b - e, where E and e are what noise adds in expectation: least squares without the pull towards zero that noise
 * in the terms has. With A = Q R it is (I - R^-T E R^-1) y = Q^T b - R^-T e, R c = y. Where noise makes up more than 95 % of a direction, a
 * half, a quarter, ... of E is taken off. Undefined for no terms, or one that is zero or depends on the others.
 *
 * Source: Fuller, Measurement Error Models, Wiley 1987, section 2.2.
 */
export function solveTerms(sums: RowSums, active: readonly number[]): TermSolution | undefined {
  const n = active.length;
  if (n === 0) return undefined;
  const width = n + 1;
  const factor = factorOf(sums, active);
  const at = (i: number, j: number): number => factor[j * width + i]!;
  for (let j = 0; j < n; j++) {
    let square = 0;
    for (let i = 0; i <= j; i++) square += at(i, j) * at(i, j);
    if (!(Math.abs(at(j, j)) > INDEPENDENT * Math.sqrt(square))) return undefined;
  }
  const inverse = inverseTriangle(factor, n, width);
  const noise = inTheBasis(sums, active, inverse);
  const shift = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = at(i, n);
    for (let k = 0; k <= i; k++) sum -= inverse[i * n + k]! * sums.cross[active[k]!]!;
    shift[i] = sum;
  }
  for (let attempt = 0, share = 1; attempt < 8; attempt++, share = attempt === 7 ? 0 : share / 2) {
    const matrix = noise.map((value, k) => (k % (n + 1) === 0 ? 1 : 0) - share * value);
    const inner = invertPositive(matrix, n);
    if (inner === undefined) continue;
    const y = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < n; k++) y[i] = y[i]! + inner.matrix[i * n + k]! * shift[k]!;
    }
    const coefficients = new Float64Array(n);
    const growth = new Float64Array(n);
    // R^-1 has the columns inverse[i * n + k], k <= i, so row k of R^-1 is inverse[i * n + k] for i >= k.
    for (let k = 0; k < n; k++) {
      let diagonal = 0;
      for (let i = k; i < n; i++) {
        coefficients[k] = coefficients[k]! + inverse[i * n + k]! * y[i]!;
        for (let l = k; l < n; l++) diagonal += inverse[i * n + k]! * inner.matrix[i * n + l]! * inverse[l * n + k]!;
      }
      growth[k] = (coefficients[k]! * coefficients[k]!) / diagonal;
    }
    let residual = at(n, n) * at(n, n);
    let logDeterminant = inner.logDeterminant;
    for (let i = 0; i < n; i++) {
      residual += (at(i, n) - y[i]!) * (at(i, n) - y[i]!);
      logDeterminant += 2 * Math.log(Math.abs(at(i, i)));
    }
    return { active, coefficients, growth, residual, logDeterminant };
  }
  return undefined;
}

/** R^-1 for the leading n columns of a factor, column i at inverse[i * n ...]. */
function inverseTriangle(factor: Vec, n: number, width: number): Vec {
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = i; k >= 0; k--) {
      let sum = k === i ? 1 : 0;
      for (let m = k + 1; m <= i; m++) sum -= factor[m * width + k]! * inverse[i * n + m]!;
      inverse[i * n + k] = sum / factor[k * width + k]!;
    }
  }
  return inverse;
}

/** R^-T E R^-1. */
function inTheBasis({ terms, noise }: RowSums, active: readonly number[], inverse: Vec): Vec {
  const n = active.length;
  const half = new Float64Array(n * n); // E R^-1, [row, column]
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k <= j; k++) sum += noise[active[i]! * terms + active[k]!]! * inverse[j * n + k]!;
      half[i * n + j] = sum;
    }
  }
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k <= i; k++) sum += inverse[i * n + k]! * half[k * n + j]!;
      out[i * n + j] = sum;
    }
  }
  return out;
}

/** The inverse of a symmetric matrix by Cholesky factors; undefined when a pivot falls below `CLEAR`. */
function invertPositive(matrix: Vec, n: number): { matrix: Vec; logDeterminant: number } | undefined {
  const lower = new Float64Array(n * n);
  let logDeterminant = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * n + k]! * lower[j * n + k]!;
      if (i > j) lower[i * n + j] = sum / lower[j * n + j]!;
      else if (sum > CLEAR) lower[i * n + i] = Math.sqrt(sum);
      else return undefined;
    }
    logDeterminant += 2 * Math.log(lower[i * n + i]!);
  }
  const half = new Float64Array(n * n); // L^-1
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = i === j ? 1 : 0;
      for (let k = j; k < i; k++) sum -= lower[i * n + k]! * half[k * n + j]!;
      half[i * n + j] = sum / lower[i * n + i]!;
    }
  }
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = Math.max(i, j); k < n; k++) sum += half[k * n + i]! * half[k * n + j]!;
      inverse[i * n + j] = sum;
    }
  }
  return { matrix: inverse, logDeterminant };
}

/**
 * Backward elimination from the terms `from`: the term whose loss costs least is left out, as long as the cost is below the part `jump` of the sum of
 * squared residuals, or below its part ln(rows) / rows, where the Bayesian information criterion would not keep the term. One term at
 * least is kept. Terms that are zero or depend on earlier ones are never taken in.
 */
export function pruned(sums: RowSums, from: readonly number[], jump: number): TermSolution | undefined {
  let solution = solveTerms(sums, independent(sums, from));
  const total = squareOfTarget(sums);
  const least = Math.max(jump, Math.log(sums.rows) / sums.rows);
  for (let round = 1; round < from.length && solution !== undefined && solution.active.length > 1; round++) {
    const { active, growth, residual } = solution;
    const weakest = growth.indexOf(growth.reduce((a, b) => Math.min(a, b)));
    if (!(growth[weakest]! <= least * Math.max(residual, REACH * REACH * total))) break;
    solution = solveTerms(
      sums,
      active.filter((_, position) => position !== weakest),
    );
  }
  return solution;
}

/** b^T b. */
export function squareOfTarget({ terms, factor }: RowSums): number {
  const width = terms + 1;
  let total = 0;
  for (let i = 0; i < width; i++) total += factor[terms * width + i]! * factor[terms * width + i]!;
  return total;
}

/** The terms that are neither zero nor dependent on earlier ones. */
export function independent(sums: RowSums, from: readonly number[]): number[] {
  const factor = factorOf(sums, from);
  const width = from.length + 1;
  return from.filter((_, j) => {
    let square = 0;
    for (let i = 0; i <= j; i++) square += factor[j * width + i]! * factor[j * width + i]!;
    return Math.abs(factor[j * width + j]!) > INDEPENDENT * Math.sqrt(square);
  });
}
