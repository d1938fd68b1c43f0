import { integer } from "@hml/guard";
import type { Vec } from "../rhs.ts";
import { type Factorisation, LARGEST_MATRIX, type LinearSolver } from "./linear-solver.ts";

/** Columns eliminated together, so that each entry of the rest is read and written once for four of them. */
const PANEL = 4;

/**
 * Dense LU with partial pivoting, P (shift I + scale A) = L U, for a row-major A `[size, size]`.
 *
 * Right-looking by panels of four columns; all long loops run along rows. About 2/3 size^3 operations to factor and
 * 2 size^2 to solve: meant for up to a few hundred unknowns, above that declare a band. Factoring is 3 to 6 times faster
 * than by ml-matrix's `LuDecomposition`, which goes column by column and allocates, and 3 (100 unknowns) to 13 (1000) times
 * slower than LAPACK with vector instructions.
 *
 * @throws RangeError when `size` is not a positive integer or the factors would exceed 2^27 entries (1 GB).
 * Source: Golub, Van Loan, Matrix Computations, 4th ed., algorithms 3.4.1 and 3.2.3 (block outer product).
 */
export function denseLu(size: number): LinearSolver {
  integer("denseLu", "size", size, 1);
  integer("denseLu", "size * size", size * size, 1, LARGEST_MATRIX);
  const a = new Float64Array(size * size);
  const pivots = new Int32Array(size);
  return {
    size,
    factor(matrix, shift, scale) {
      for (let k = 0; k < a.length; k++) a[k] = scale * matrix[k]!;
      for (let i = 0; i < size; i++) a[i * size + i]! += shift;
      return eliminate(a, size, pivots);
    },
    solve(b) {
      substitute(a, size, pivots, b);
    },
  };
}

function eliminate(a: Vec, n: number, pivots: Int32Array): Factorisation {
  for (let start = 0; start < n; start += PANEL) {
    const end = Math.min(start + PANEL, n);
    for (let k = start; k < end; k++) {
      if (!pivot(a, n, pivots, k)) return "singular";
      const rowK = k * n;
      const inverse = 1 / a[rowK + k]!;
      for (let i = k + 1; i < n; i++) {
        const rowI = i * n;
        const factor = a[rowI + k]! * inverse;
        a[rowI + k] = factor;
        for (let j = k + 1; j < end; j++) a[rowI + j]! -= factor * a[rowK + j]!;
      }
    }
    if (end < n) {
      finishPanelRows(a, n, start);
      updateRest(a, n, start);
    }
  }
  return "factored";
}

/** Brings the largest entry of column k, on or below the diagonal, to the diagonal; false when there is none. */
function pivot(a: Vec, n: number, pivots: Int32Array, k: number): boolean {
  let row = k;
  let largest = Math.abs(a[k * n + k]!);
  for (let i = k + 1; i < n; i++) {
    const size = Math.abs(a[i * n + k]!);
    if (size > largest) {
      largest = size;
      row = i;
    }
  }
  pivots[k] = row;
  if (!(largest > 0 && largest < Number.POSITIVE_INFINITY)) return false;
  if (row !== k) {
    for (let j = 0, p = k * n, q = row * n; j < n; j++, p++, q++) {
      const swap = a[p]!;
      a[p] = a[q]!;
      a[q] = swap;
    }
  }
  return true;
}

/** Applies a full panel's own multipliers to the part of its rows that lies right of it. */
function finishPanelRows(a: Vec, n: number, start: number): void {
  const first = start + PANEL;
  for (let i = start + 1; i < first; i++) {
    for (let k = start; k < i; k++) {
      const factor = a[i * n + k]!;
      for (let j = first, p = i * n + first, q = k * n + first; j < n; j++, p++, q++) a[p]! -= factor * a[q]!;
    }
  }
}

/** Subtracts the product of a full panel's multipliers and its rows from everything below and right of it. */
function updateRest(a: Vec, n: number, start: number): void {
  const first = start + PANEL;
  const row0 = start * n;
  const row1 = row0 + n;
  const row2 = row1 + n;
  const row3 = row2 + n;
  for (let i = first; i < n; i++) {
    const row = i * n;
    const m0 = a[row + start]!;
    const m1 = a[row + start + 1]!;
    const m2 = a[row + start + 2]!;
    const m3 = a[row + start + 3]!;
    for (let j = first; j < n; j++) {
      a[row + j]! -= m0 * a[row0 + j]! + m1 * a[row1 + j]! + (m2 * a[row2 + j]! + m3 * a[row3 + j]!);
    }
  }
}

function substitute(a: Vec, n: number, pivots: Int32Array, b: Vec): void {
  for (let k = 0; k < n; k++) {
    const row = pivots[k]!;
    if (row !== k) {
      const swap = b[k]!;
      b[k] = b[row]!;
      b[row] = swap;
    }
  }
  for (let i = 1; i < n; i++) {
    let sum = b[i]!;
    for (let j = 0, p = i * n; j < i; j++, p++) sum -= a[p]! * b[j]!;
    b[i] = sum;
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i]!;
    for (let j = i + 1, p = i * n + i + 1; j < n; j++, p++) sum -= a[p]! * b[j]!;
    b[i] = sum / a[i * n + i]!;
  }
}
