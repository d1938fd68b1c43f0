import { integer } from "@hml/guard";
import type { Vec } from "../rhs.ts";
import type { LinearSolver } from "./linear-solver.ts";
import { pivotedTridiagonalLu } from "./tridiagonal-pivoted.ts";

/**
 * Tridiagonal LU of shift I + scale A, for A by diagonals `[3, size]`: entry (i, j) at row `1 + i - j`, column `j`, so the
 * superdiagonal comes first and its entry 0 is not used.
 *
 * Elimination runs from both ends to the middle row, substitution from there outwards: two recurrences side by side in
 * every loop, so that one does not wait for the other, and half as many steps. This is Gaussian elimination in the
 * order 0, n - 1, 1, n - 2, ...; where partial pivoting in that order would exchange two rows, `pivotedTridiagonalLu`
 * takes the whole matrix.
 *
 * @throws RangeError when `size` is not a positive integer.
 * Source: Dongarra, Bunch, Moler, Stewart, LINPACK Users' Guide, chapter 7 (both ends).
 */
export function tridiagonalLu(size: number): LinearSolver {
  const n = integer("tridiagonalLu", "size", size, 1);
  const factors = { inverse: new Float64Array(n), before: new Float64Array(n), after: new Float64Array(n) };
  const pivoted = pivotedTridiagonalLu(n);
  let exchanged = false;
  return {
    size: n,
    factor(matrix, shift, scale) {
      exchanged = !eliminate(matrix, n, shift, scale, factors);
      return exchanged ? pivoted.factor(matrix, shift, scale) : "factored";
    },
    solve(b) {
      if (exchanged) {
        pivoted.solve(b);
        return;
      }
      inwards(b, n, factors);
      outwards(b, n, factors);
    },
  };
}

/** Row by row: the reciprocal of the pivot, and the entries left and right of the diagonal divided by the pivot. */
interface Factors {
  readonly inverse: Vec;
  readonly before: Vec;
  readonly after: Vec;
}

/** The middle row; with n even one more row lies above it than below. */
const middleOf = (n: number): number => n >> 1;

/** Eliminates from both ends; false where two rows should be exchanged, or a pivot is zero or not finite. */
function eliminate(a: Vec, n: number, shift: number, scale: number, factors: Factors): boolean {
  const { inverse, before, after } = factors;
  const middle = middleOf(n);
  const pairs = n - 1 - middle;
  let top = shift + scale * a[n]!;
  let bottom = shift + scale * a[2 * n - 1]!;
  let left = 0;
  let right = 0;
  let sum = 0;
  let largest = 0;
  for (let i = 0, j = n - 1; i < pairs; i++, j--) {
    const p = 1 / top;
    const q = 1 / bottom;
    const upper = scale * a[i + 1]! * p;
    const lower = scale * a[2 * n + j - 1]! * q;
    inverse[i] = p;
    before[i] = left * p;
    after[i] = upper;
    inverse[j] = q;
    before[j] = lower;
    after[j] = right * q;
    left = scale * a[2 * n + i]!;
    right = scale * a[j]!;
    top = shift + scale * a[n + i + 1]! - left * upper;
    bottom = shift + scale * a[n + j - 1]! - right * lower;
    // The multipliers; partial pivoting would keep them below one.
    const multiplier = Math.max(Math.abs(left * p), Math.abs(right * q));
    if (multiplier > largest) largest = multiplier;
    sum += Math.abs(p) + Math.abs(q);
  }
  if (pairs < middle) {
    // The row above the middle, alone where n is even.
    const p = 1 / top;
    inverse[pairs] = p;
    before[pairs] = left * p;
    after[pairs] = scale * a[middle]! * p;
    left = scale * a[2 * n + pairs]!;
    largest = Math.max(largest, Math.abs(left * p));
    sum += Math.abs(p);
  }
  let pivot = shift + scale * a[n + middle]!;
  if (middle > 0) pivot -= left * after[middle - 1]!;
  if (pairs > 0) pivot -= right * before[middle + 1]!;
  const p = 1 / pivot;
  inverse[middle] = p;
  before[middle] = left * p;
  after[middle] = right * p;
  // A zero or undefined pivot shows in the sum of the reciprocals.
  return largest <= 1 && sum + Math.abs(p) < Number.POSITIVE_INFINITY;
}

/** Forward substitution from both ends, and the middle unknown. */
function inwards(b: Vec, n: number, { inverse, before, after }: Factors): void {
  const middle = middleOf(n);
  let y = 0;
  let z = 0;
  for (let i = 0, j = n - 1; j > middle; i++, j--) {
    y = b[i]! * inverse[i]! - before[i]! * y;
    z = b[j]! * inverse[j]! - after[j]! * z;
    b[i] = y;
    b[j] = z;
  }
  if (2 * middle === n) {
    y = b[middle - 1]! * inverse[middle - 1]! - before[middle - 1]! * y;
    b[middle - 1] = y;
  }
  b[middle] = b[middle]! * inverse[middle]! - before[middle]! * y - after[middle]! * z;
}

/** Back substitution from the middle to both ends. */
function outwards(b: Vec, n: number, { before, after }: Factors): void {
  const middle = middleOf(n);
  let x = b[middle]!;
  let w = x;
  let i = middle - 1;
  if (2 * middle === n) {
    x = b[i]! - after[i]! * x;
    b[i] = x;
    i--;
  }
  for (let j = middle + 1; j < n; i--, j++) {
    x = b[i]! - after[i]! * x;
    w = b[j]! - before[j]! * w;
    b[i] = x;
    b[j] = w;
  }
}
