import { integer } from "@hml/guard";
import type { Vec } from "../rhs.ts";
import type { ComplexSolver } from "./complex-lu.ts";
import { type Factorisation, LARGEST_MATRIX } from "./linear-solver.ts";

/**
 * Banded complex LU with partial pivoting of (re + i im) I - A, for a real A by diagonals `[lower + upper + 1, size]`:
 * entry (i, j) at row `upper + i - j`, column `j`.
 *
 * Factors live in rows of `2 lower + upper + 1`, as in `bandedLu`; pivots are the largest |Re| + |Im|, their reciprocals
 * take the diagonal's place.
 *
 * @throws RangeError when `size` is not a positive integer, a bandwidth does not lie in [0, size - 1], or the factors
 * would exceed 2^27 entries (2 GB).
 * Source: Golub, Van Loan, Matrix Computations, 4th ed., section 4.3.3; LAPACK's zgbtrf and zgbtrs.
 */
export function complexBandedLu(size: number, lower: number, upper: number): ComplexSolver {
  integer("complexBandedLu", "size", size, 1);
  integer("complexBandedLu", "lower", lower, 0, size - 1);
  integer("complexBandedLu", "upper", upper, 0, size - 1);
  const width = 2 * lower + upper + 1;
  integer("complexBandedLu", "size * (2 lower + upper + 1)", size * width, 1, LARGEST_MATRIX);
  const x = new Float64Array(size * width);
  const y = new Float64Array(size * width);
  const pivots = new Int32Array(size);
  return {
    size,
    factor(matrix, re, im) {
      x.fill(0);
      y.fill(0);
      for (let d = 0; d <= lower + upper; d++) {
        const offset = d - upper; // i - j
        const last = Math.min(size, size - offset);
        for (let j = Math.max(0, -offset); j < last; j++)
          x[(j + offset) * width + lower - offset] = -matrix[d * size + j]!;
      }
      for (let i = 0; i < size; i++) {
        x[i * width + lower]! += re;
        y[i * width + lower] = im;
      }
      return eliminate(x, y, size, lower, upper, pivots);
    },
    solve(re, im) {
      substitute(x, y, size, lower, upper, pivots, re, im);
    },
  };
}

function eliminate(x: Vec, y: Vec, n: number, lower: number, upper: number, pivots: Int32Array): Factorisation {
  // One row down in the same column is one row further and one place back.
  const down = 2 * lower + upper;
  for (let k = 0; k < n; k++) {
    const diagonal = k * (down + 1) + lower;
    const below = Math.min(lower, n - 1 - k);
    const right = Math.min(lower + upper, n - 1 - k);
    let row = 0;
    let largest = 0;
    for (let i = 0; i <= below; i++) {
      const size = Math.abs(x[diagonal + i * down]!) + Math.abs(y[diagonal + i * down]!);
      // Written so that a NaN is taken, and refused below.
      if (!(size <= largest)) {
        largest = size;
        row = i;
      }
    }
    pivots[k] = k + row;
    if (!(largest > 0 && largest < Number.POSITIVE_INFINITY)) return "singular";
    if (row > 0) {
      for (let j = 0, p = diagonal, q = diagonal + row * down; j <= right; j++, p++, q++) {
        const re = x[p]!;
        const im = y[p]!;
        x[p] = x[q]!;
        y[p] = y[q]!;
        x[q] = re;
        y[q] = im;
      }
    }
    // Scaled, so that the squares neither overflow nor vanish.
    const c = x[diagonal]! / largest;
    const d = y[diagonal]! / largest;
    const inverse = 1 / (largest * (c * c + d * d));
    const a = c * inverse;
    const b = -d * inverse;
    x[diagonal] = a;
    y[diagonal] = b;
    for (let i = 1; i <= below; i++) {
      const start = diagonal + i * down;
      const re = x[start]! * a - y[start]! * b;
      const im = x[start]! * b + y[start]! * a;
      x[start] = re;
      y[start] = im;
      for (let j = 1, p = start + 1, q = diagonal + 1; j <= right; j++, p++, q++) {
        x[p]! -= re * x[q]! - im * y[q]!;
        y[p]! -= re * y[q]! + im * x[q]!;
      }
    }
  }
  return "factored";
}

function substitute(
  x: Vec,
  y: Vec,
  n: number,
  lower: number,
  upper: number,
  pivots: Int32Array,
  re: Vec,
  im: Vec,
): void {
  const down = 2 * lower + upper;
  for (let k = 0; k < n - 1; k++) {
    const row = pivots[k]!;
    const a = re[row]!;
    const b = im[row]!;
    if (row !== k) {
      re[row] = re[k]!;
      im[row] = im[k]!;
      re[k] = a;
      im[k] = b;
    }
    const below = Math.min(lower, n - 1 - k);
    for (let i = 1, p = k * (down + 1) + lower + down; i <= below; i++, p += down) {
      re[k + i]! -= x[p]! * a - y[p]! * b;
      im[k + i]! -= x[p]! * b + y[p]! * a;
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    const diagonal = k * (down + 1) + lower;
    const right = Math.min(lower + upper, n - 1 - k);
    let a = re[k]!;
    let b = im[k]!;
    for (let j = 1, p = diagonal + 1; j <= right; j++, p++) {
      a -= x[p]! * re[k + j]! - y[p]! * im[k + j]!;
      b -= x[p]! * im[k + j]! + y[p]! * re[k + j]!;
    }
    re[k] = a * x[diagonal]! - b * y[diagonal]!;
    im[k] = a * y[diagonal]! + b * x[diagonal]!;
  }
}
