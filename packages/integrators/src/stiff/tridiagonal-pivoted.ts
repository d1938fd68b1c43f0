import { integer } from "@hml/guard";
import type { LinearSolver } from "./linear-solver.ts";

/**
 * Tridiagonal LU with partial pivoting of shift I + scale A, for A by diagonals `[3, size]`: entry (i, j) at row
 * `1 + i - j`, column `j`, so the superdiagonal comes first and its entry 0 is not used.
 *
 * One pass down to factor, one down and one up to solve; the reciprocals of the pivots are kept, so a solve does not
 * divide.
 *
 * @throws RangeError when `size` is not a positive integer.
 * Source: Golub, Van Loan, Matrix Computations, 4th ed., section 4.3; LAPACK's gttrf and gttrs.
 */
export function pivotedTridiagonalLu(size: number): LinearSolver {
  const n = integer("pivotedTridiagonalLu", "size", size, 1);
  const factors = new Float64Array(n);
  const inverse = new Float64Array(n);
  const upper = new Float64Array(n);
  const upper2 = new Float64Array(n);
  const swapped = new Uint8Array(n);
  let swaps = false;
  return {
    size: n,
    factor(matrix, shift, scale) {
      let pivot = shift + scale * matrix[n]!;
      let right = n > 1 ? scale * matrix[1]! : 0;
      let anySwap = false;
      let sum = 0;
      for (let i = 0; i < n - 1; i++) {
        const below = scale * matrix[2 * n + i]!;
        const nextPivot = shift + scale * matrix[n + i + 1]!;
        const nextRight = i < n - 2 ? scale * matrix[i + 2]! : 0;
        if (Math.abs(below) > Math.abs(pivot)) {
          const reciprocal = 1 / below;
          sum += Math.abs(reciprocal);
          const factor = pivot * reciprocal;
          factors[i] = factor;
          inverse[i] = reciprocal;
          upper[i] = nextPivot;
          upper2[i] = nextRight;
          swapped[i] = 1;
          anySwap = true;
          pivot = right - factor * nextPivot;
          right = -factor * nextRight;
        } else {
          const reciprocal = 1 / pivot;
          sum += Math.abs(reciprocal);
          const factor = below * reciprocal;
          factors[i] = factor;
          inverse[i] = reciprocal;
          upper[i] = right;
          upper2[i] = 0;
          swapped[i] = 0;
          pivot = nextPivot - factor * right;
          right = nextRight;
        }
      }
      inverse[n - 1] = 1 / pivot;
      swaps = anySwap;
      // A zero or undefined pivot shows in the sum of the reciprocals.
      return sum + Math.abs(inverse[n - 1]!) < Number.POSITIVE_INFINITY ? "factored" : "singular";
    },
    solve(b) {
      let next = b[0]!;
      if (!swaps) {
        for (let i = 0; i < n - 1; i++) {
          next = b[i + 1]! - factors[i]! * next;
          b[i + 1] = next;
        }
        let x = next * inverse[n - 1]!;
        b[n - 1] = x;
        for (let i = n - 2; i >= 0; i--) {
          x = (b[i]! - upper[i]! * x) * inverse[i]!;
          b[i] = x;
        }
        return;
      }
      for (let i = 0; i < n - 1; i++) {
        const following = b[i + 1]!;
        if (swapped[i] === 1) {
          b[i] = following;
          next = next - factors[i]! * following;
        } else {
          b[i] = next;
          next = following - factors[i]! * next;
        }
      }
      let x = next * inverse[n - 1]!;
      let x2 = 0;
      b[n - 1] = x;
      for (let i = n - 2; i >= 0; i--) {
        const value = (b[i]! - upper[i]! * x - upper2[i]! * x2) * inverse[i]!;
        b[i] = value;
        x2 = x;
        x = value;
      }
    },
  };
}
