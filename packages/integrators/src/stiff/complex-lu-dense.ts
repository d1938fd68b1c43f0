import { integer } from "@hml/guard";
import type { Vec } from "../rhs.ts";
import type { ComplexSolver } from "./complex-lu.ts";
import { type Factorisation, LARGEST_MATRIX } from "./linear-solver.ts";

/**
 * Dense complex LU with partial pivoting, P ((re + i im) I - A) = L U, for a real row-major A `[size, size]`.
 *
 * Pivots are the largest |Re| + |Im| of their column; their reciprocals take the diagonal's place. All long loops run
 * along rows. About 8/3 size^3 operations to factor and 8 size^2 to solve.
 *
 * @throws RangeError when `size` is not a positive integer or the factors would exceed 2^27 entries (2 GB).
 * Source: Golub, Van Loan, Matrix Computations, 4th ed., algorithm 3.4.1; LAPACK's zgetf2 and zgetrs.
 */
export function complexDenseLu(size: number): ComplexSolver {
  const n = integer("complexDenseLu", "size", size, 1);
  integer("complexDenseLu", "size * size", n * n, 1, LARGEST_MATRIX);
  const x = new Float64Array(n * n);
  const y = new Float64Array(n * n);
  const pivots = new Int32Array(n);
  return {
    size: n,
    factor(matrix, re, im) {
      for (let k = 0; k < x.length; k++) x[k] = -matrix[k]!;
      y.fill(0);
      for (let i = 0; i < n; i++) {
        x[i * n + i]! += re;
        y[i * n + i] = im;
      }
      return factorComplex(x, y, n, pivots);
    },
    solve(re, im) {
      substituteComplex(x, y, n, pivots, re, im);
    },
  };
}

/** Replaces the row-major complex matrix x + i y of n rows by its factors, the pivots' reciprocals on the diagonal. */
export function factorComplex(x: Vec, y: Vec, n: number, pivots: Int32Array): Factorisation {
  for (let k = 0; k < n; k++) {
    if (!pivot(x, y, n, pivots, k)) return "singular";
    eliminate(x, y, n, k);
  }
  return "factored";
}

/** Brings the largest entry of column k, on or below the diagonal, to the diagonal and inverts it; false without one. */
function pivot(x: Vec, y: Vec, n: number, pivots: Int32Array, k: number): boolean {
  let row = k;
  let largest = 0;
  for (let i = k; i < n; i++) {
    const size = Math.abs(x[i * n + k]!) + Math.abs(y[i * n + k]!);
    // Written so that a NaN is taken, and refused below.
    if (!(size <= largest)) {
      largest = size;
      row = i;
    }
  }
  pivots[k] = row;
  if (!(largest > 0 && largest < Number.POSITIVE_INFINITY)) return false;
  if (row !== k) {
    for (let j = 0, p = k * n, q = row * n; j < n; j++, p++, q++) {
      const re = x[p]!;
      const im = y[p]!;
      x[p] = x[q]!;
      y[p] = y[q]!;
      x[q] = re;
      y[q] = im;
    }
  }
  const d = k * n + k;
  // Scaled, so that the squares neither overflow nor vanish.
  const a = x[d]! / largest;
  const b = y[d]! / largest;
  const inverse = 1 / (largest * (a * a + b * b));
  x[d] = a * inverse;
  y[d] = -b * inverse;
  return true;
}

function eliminate(x: Vec, y: Vec, n: number, k: number): void {
  const a = x[k * n + k]!;
  const b = y[k * n + k]!;
  for (let i = k + 1; i < n; i++) {
    const p = i * n + k;
    const re = x[p]! * a - y[p]! * b;
    const im = x[p]! * b + y[p]! * a;
    x[p] = re;
    y[p] = im;
    if (re === 0 && im === 0) continue;
    for (let j = k + 1, q = p + 1, r = k * n + k + 1; j < n; j++, q++, r++) {
      x[q]! -= re * x[r]! - im * y[r]!;
      y[q]! -= re * y[r]! + im * x[r]!;
    }
  }
}

/** Replaces re + i im by the solution, given what `factorComplex` left. */
export function substituteComplex(x: Vec, y: Vec, n: number, pivots: Int32Array, re: Vec, im: Vec): void {
  for (let k = 0; k < n; k++) {
    const row = pivots[k]!;
    if (row !== k) {
      const a = re[k]!;
      const b = im[k]!;
      re[k] = re[row]!;
      im[k] = im[row]!;
      re[row] = a;
      im[row] = b;
    }
  }
  for (let i = 1; i < n; i++) {
    let a = re[i]!;
    let b = im[i]!;
    for (let j = 0, p = i * n; j < i; j++, p++) {
      a -= x[p]! * re[j]! - y[p]! * im[j]!;
      b -= x[p]! * im[j]! + y[p]! * re[j]!;
    }
    re[i] = a;
    im[i] = b;
  }
  for (let i = n - 1; i >= 0; i--) {
    const d = i * n + i;
    let a = re[i]!;
    let b = im[i]!;
    for (let j = i + 1, p = d + 1; j < n; j++, p++) {
      a -= x[p]! * re[j]! - y[p]! * im[j]!;
      b -= x[p]! * im[j]! + y[p]! * re[j]!;
    }
    re[i] = a * x[d]! - b * y[d]!;
    im[i] = a * y[d]! + b * x[d]!;
  }
}
