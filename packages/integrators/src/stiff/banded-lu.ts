import { integer } from "@hml/guard";
import type { Vec } from "../rhs.ts";
import { type Factorisation, LARGEST_MATRIX, type LinearSolver } from "./linear-solver.ts";
import { tridiagonalLu } from "./tridiagonal-lu.ts";

/**
 * Banded LU with partial pivoting of shift I + scale A, for A by diagonals `[lower + upper + 1, size]`: entry (i, j) at
 * row `upper + i - j`, column `j`.
 *
 * Factors live in rows of `2 lower + upper + 1` (the extra `lower` take the fill-in of row exchanges), so all inner
 * loops are contiguous. About 2 size lower (lower + upper) operations to factor, 2 size (2 lower + upper) to solve; one
 * diagonal on either side goes to `tridiagonalLu`.
 *
 * @throws RangeError when `size` is not a positive integer, a bandwidth does not lie in [0, size - 1], or the factors
 * would exceed 2^27 entries (1 GB).
 * Source: Golub, Van Loan, Matrix Computations, 4th ed., section 4.3.3; LAPACK's gbtrf and gbtrs.
 */
export function bandedLu(size: number, lower: number, upper: number): LinearSolver {
  integer("bandedLu", "size", size, 1);
  integer("bandedLu", "lower", lower, 0, size - 1);
  integer("bandedLu", "upper", upper, 0, size - 1);
  if (lower === 1 && upper === 1) return tridiagonalLu(size);
  const width = 2 * lower + upper + 1;
  const a = new Float64Array(integer("bandedLu", "size * (2 lower + upper + 1)", size * width, 1, LARGEST_MATRIX));
  const pivots = new Int32Array(size);
  return {
    size,
    factor(matrix, shift, scale) {
      a.fill(0);
      for (let d = 0; d <= lower + upper; d++) {
        const offset = d - upper; // i - j
        const last = Math.min(size, size - offset);
        for (let j = Math.max(0, -offset); j < last; j++) {
          a[(j + offset) * width + lower - offset] = scale * matrix[d * size + j]!;
        }
      }
      for (let i = 0; i < size; i++) a[i * width + lower]! += shift;
      return eliminate(a, size, lower, upper, pivots);
    },
    solve(b) {
      substitute(a, size, lower, upper, pivots, b);
    },
  };
}

function eliminate(a: Vec, n: number, lower: number, upper: number, pivots: Int32Array): Factorisation {
  const width = 2 * lower + upper + 1;
  // One row down in the same column is one row further and one place back.
  const down = width - 1;
  for (let k = 0; k < n; k++) {
    const diagonal = k * width + lower;
    const below = Math.min(lower, n - 1 - k);
    const right = Math.min(lower + upper, n - 1 - k);
    let row = 0;
    let largest = Math.abs(a[diagonal]!);
    for (let i = 1; i <= below; i++) {
      const size = Math.abs(a[diagonal + i * down]!);
      if (size > largest) {
        largest = size;
        row = i;
      }
    }
    pivots[k] = k + row;
    if (!(largest > 0 && largest < Number.POSITIVE_INFINITY)) return "singular";
    if (row > 0) {
      const other = diagonal + row * down;
      for (let j = 0; j <= right; j++) {
        const swap = a[diagonal + j]!;
        a[diagonal + j] = a[other + j]!;
        a[other + j] = swap;
      }
    }
    const inverse = 1 / a[diagonal]!;
    for (let i = 1; i <= below; i++) {
      const start = diagonal + i * down;
      const factor = a[start]! * inverse;
      a[start] = factor;
      for (let j = 1; j <= right; j++) a[start + j]! -= factor * a[diagonal + j]!;
    }
  }
  return "factored";
}

function substitute(a: Vec, n: number, lower: number, upper: number, pivots: Int32Array, b: Vec): void {
  const width = 2 * lower + upper + 1;
  const down = width - 1;
  for (let k = 0; k < n - 1; k++) {
    const row = pivots[k]!;
    const value = b[row]!;
    if (row !== k) {
      b[row] = b[k]!;
      b[k] = value;
    }
    const diagonal = k * width + lower;
    const below = Math.min(lower, n - 1 - k);
    for (let i = 1; i <= below; i++) b[k + i]! -= a[diagonal + i * down]! * value;
  }
  for (let k = n - 1; k >= 0; k--) {
    const diagonal = k * width + lower;
    const right = Math.min(lower + upper, n - 1 - k);
    let sum = b[k]!;
    for (let j = 1; j <= right; j++) sum -= a[diagonal + j]! * b[k + j]!;
    b[k] = sum / a[diagonal]!;
  }
}
