import { finiteVector, float64, integer } from "@hml/guard";
import type { Vec } from "../rhs.ts";

/** A tridiagonal matrix of `size` rows: row i is `lower[i] u[i-1] + diagonal[i] u[i] + upper[i] u[i+1]`. */
export interface Tridiagonal {
  /** Entries left of the diagonal, `[size]`; `lower[0]` is not used. */
  readonly lower: Vec;
  /** The diagonal, `[size]`. */
  readonly diagonal: Vec;
  /** Entries right of the diagonal, `[size]`; the last one is not used. */
  readonly upper: Vec;
}

/** Refuses diagonals of different lengths or with non-finite entries; gives the number of rows. */
export function checkTridiagonal(where: string, matrix: Tridiagonal): number {
  const size = integer(where, "operator.diagonal.length", matrix.diagonal.length, 1);
  for (const [name, band] of [
    ["operator.lower", matrix.lower],
    ["operator.diagonal", matrix.diagonal],
    ["operator.upper", matrix.upper],
  ] as const) {
    float64(where, name, band, size);
    finiteVector(where, name, band);
  }
  return size;
}

/**
 * The right-hand side u' = A u of a tridiagonal operator, written into `out`. It is evaluated as differences of neighbours
 * plus the row sum, so an operator that keeps constants keeps them exactly, and the rounding is that of the differences.
 */
export function applyTridiagonal(matrix: Tridiagonal, u: Vec, out: Vec): void {
  const { lower, diagonal, upper } = matrix;
  const last = diagonal.length - 1;
  let left = 0;
  let l = 0;
  for (let i = 0; i < last; i++) {
    const right = u[i + 1]! - u[i]!;
    out[i] = upper[i]! * right - l * left + (diagonal[i]! + (l + upper[i]!)) * u[i]!;
    left = right;
    l = lower[i + 1]!;
  }
  out[last] = (diagonal[last]! + l) * u[last]! - l * left;
}
