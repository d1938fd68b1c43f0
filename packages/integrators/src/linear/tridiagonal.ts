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

/** The right-hand side u' = A u of a tridiagonal operator, written into `out`. */
export function applyTridiagonal(matrix: Tridiagonal, u: Vec, out: Vec): void {
  const { lower, diagonal, upper } = matrix;
  const last = diagonal.length - 1;
  if (last === 0) {
    out[0] = diagonal[0]! * u[0]!;
    return;
  }
  out[0] = diagonal[0]! * u[0]! + upper[0]! * u[1]!;
  for (let i = 1; i < last; i++) out[i] = lower[i]! * u[i - 1]! + diagonal[i]! * u[i]! + upper[i]! * u[i + 1]!;
  out[last] = lower[last]! * u[last - 1]! + diagonal[last]! * u[last]!;
}
