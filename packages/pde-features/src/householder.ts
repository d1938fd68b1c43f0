import type { Vec } from "./rhs.ts";

/** Solution of a column-scaled least-squares problem by Householder reflections. */
export interface LinearSolution {
  /** One coefficient a column, 0 where the column was dropped. */
  readonly coefficients: Vec;
  /** Diagonal of (A^T A)^-1 over the kept columns, 0 where the column was dropped. */
  readonly inverseDiagonal: Vec;
  /** Columns that are zero or lie in the span of earlier ones. */
  readonly dropped: readonly number[];
}

/**
 * Minimises |A c - y| for A given by columns `[column, row]`; both arrays are overwritten.
 *
 * Every column is divided by its norm, then taken in order: what earlier columns leave of it must exceed `tolerance`,
 * else the column is dropped. Taking them in order rather than pivoting means that of two equal columns the first stays.
 *
 * Source: Golub, Van Loan, Matrix Computations, 4th ed., sections 5.1-5.3.
 */
export function solveByReflections(columns: Vec, y: Vec, count: number, tolerance: number): LinearSolution {
  const rows = y.length;
  const view = Array.from({ length: count }, (_, j) => columns.subarray(j * rows, (j + 1) * rows));
  const norms = view.map((column) => norm(column, 0));
  for (const [j, column] of view.entries())
    if (norms[j]! > 0) for (let i = 0; i < rows; i++) column[i] = column[i]! / norms[j]!;

  const kept: number[] = [];
  const dropped: number[] = [];
  for (let j = 0; j < count; j++) {
    const column = view[j]!;
    const k = kept.length;
    const left = norm(column, k);
    if (!(left > tolerance)) {
      dropped.push(j);
      continue;
    }
    // v = column - alpha e_k from row k on; alpha has the sign that avoids cancellation.
    const alpha = column[k]! > 0 ? -left : left;
    column[k] = column[k]! - alpha;
    const half = -alpha * column[k]!; // v^T v / 2
    for (let other = j + 1; other < count; other++) reflect(column, half, view[other]!, k);
    reflect(column, half, y, k);
    column[k] = alpha; // R's diagonal; the rest of v is not needed again
    kept.push(j);
  }

  // R is upper triangular in the kept columns: R_kl = view[kept[l]][k], k <= l. Its inverse column by column gives both.
  const rank = kept.length;
  const coefficients = new Float64Array(count);
  const inverseDiagonal = new Float64Array(count);
  const inverse = new Float64Array(rank);
  for (let l = 0; l < rank; l++) {
    for (let k = l; k >= 0; k--) {
      let sum = k === l ? 1 : 0;
      for (let m = k + 1; m <= l; m++) sum -= view[kept[m]!]![k]! * inverse[m]!;
      inverse[k] = sum / view[kept[k]!]![k]!;
      inverseDiagonal[kept[k]!] = inverseDiagonal[kept[k]!]! + inverse[k]! * inverse[k]!;
    }
  }
  for (let k = rank - 1; k >= 0; k--) {
    let sum = y[k]!;
    for (let m = k + 1; m < rank; m++) sum -= view[kept[m]!]![k]! * coefficients[kept[m]!]!;
    coefficients[kept[k]!] = sum / view[kept[k]!]![k]!;
  }
  for (const j of kept) {
    coefficients[j] = coefficients[j]! / norms[j]!;
    inverseDiagonal[j] = inverseDiagonal[j]! / norms[j]! / norms[j]!;
  }
  return { coefficients, inverseDiagonal, dropped };
}

/** target -= v (v^T target) / half, from row `from` on. */
function reflect(v: Vec, half: number, target: Vec, from: number): void {
  let sum = 0;
  for (let i = from; i < v.length; i++) sum += v[i]! * target[i]!;
  const factor = sum / half;
  for (let i = from; i < v.length; i++) target[i] = target[i]! - factor * v[i]!;
}

/** Euclidean norm from row `from` on, scaled by the largest entry so that squares neither over- nor underflow. */
export function norm(v: Vec, from: number): number {
  let largest = 0;
  for (let i = from; i < v.length; i++) largest = Math.max(largest, Math.abs(v[i]!));
  if (!(largest > 0)) return largest;
  let sum = 0;
  for (let i = from; i < v.length; i++) sum += (v[i]! / largest) * (v[i]! / largest);
  return largest * Math.sqrt(sum);
}
