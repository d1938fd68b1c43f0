import { integer } from "@hml/guard";
import type { ComplexSolver } from "./complex-lu.ts";

/**
 * Tridiagonal complex LU with partial pivoting of (re + i im) I - A, for a real A by diagonals `[3, size]`: entry (i, j)
 * at row `1 + i - j`, column `j`.
 *
 * One pass down to factor, one down and one up to solve. Rows are exchanged by |Re| + |Im|; the reciprocals of the pivots
 * are kept. The entries below and beside the diagonal are real until rows are exchanged, and are stored as complex all the
 * same.
 *
 * @throws RangeError when `size` is not a positive integer.
 * Source: Golub, Van Loan, Matrix Computations, 4th ed., section 4.3; LAPACK's zgttrf and zgttrs.
 */
export function complexTridiagonalLu(size: number): ComplexSolver {
  const n = integer("complexTridiagonalLu", "size", size, 1);
  const factorX = new Float64Array(n);
  const factorY = new Float64Array(n);
  const inverseX = new Float64Array(n);
  const inverseY = new Float64Array(n);
  const upperX = new Float64Array(n);
  const upperY = new Float64Array(n);
  const upper2 = new Float64Array(n); // the superdiagonal of the row below: real
  const swapped = new Uint8Array(n);
  return {
    size: n,
    factor(matrix, re, im) {
      let pivotX = re - matrix[n]!;
      let pivotY = im;
      let rightX = n > 1 ? -matrix[1]! : 0;
      let rightY = 0;
      let sum = 0;
      for (let i = 0; i < n; i++) {
        const last = i === n - 1;
        const below = last ? 0 : -matrix[2 * n + i]!;
        const nextX = last ? 0 : re - matrix[n + i + 1]!;
        const nextRight = i < n - 2 ? -matrix[i + 2]! : 0;
        const largest = Math.abs(pivotX) + Math.abs(pivotY);
        if (Math.abs(below) > largest) {
          const inverse = 1 / below;
          const fx = pivotX * inverse;
          const fy = pivotY * inverse;
          factorX[i] = fx;
          factorY[i] = fy;
          inverseX[i] = inverse;
          inverseY[i] = 0;
          upperX[i] = nextX;
          upperY[i] = im;
          upper2[i] = nextRight;
          swapped[i] = 1;
          sum += Math.abs(inverse);
          pivotX = rightX - (fx * nextX - fy * im);
          pivotY = rightY - (fx * im + fy * nextX);
          rightX = -fx * nextRight;
          rightY = -fy * nextRight;
        } else {
          // Scaled, so that the squares neither overflow nor vanish.
          const a = pivotX / largest;
          const b = pivotY / largest;
          const inverse = 1 / (largest * (a * a + b * b));
          const ix = a * inverse;
          const iy = -b * inverse;
          const fx = below * ix;
          const fy = below * iy;
          factorX[i] = fx;
          factorY[i] = fy;
          inverseX[i] = ix;
          inverseY[i] = iy;
          upperX[i] = rightX;
          upperY[i] = rightY;
          upper2[i] = 0;
          swapped[i] = 0;
          sum += Math.abs(ix) + Math.abs(iy);
          pivotX = nextX - (fx * rightX - fy * rightY);
          pivotY = im - (fx * rightY + fy * rightX);
          rightX = nextRight;
          rightY = 0;
        }
      }
      // A zero or undefined pivot shows in the sum of the reciprocals.
      return sum < Number.POSITIVE_INFINITY ? "factored" : "singular";
    },
    solve(re, im) {
      let x = re[0]!;
      let y = im[0]!;
      for (let i = 0; i < n - 1; i++) {
        const followingX = re[i + 1]!;
        const followingY = im[i + 1]!;
        const fx = factorX[i]!;
        const fy = factorY[i]!;
        if (swapped[i] === 1) {
          re[i] = followingX;
          im[i] = followingY;
          x -= fx * followingX - fy * followingY;
          y -= fx * followingY + fy * followingX;
        } else {
          re[i] = x;
          im[i] = y;
          const nextX = followingX - (fx * x - fy * y);
          y = followingY - (fx * y + fy * x);
          x = nextX;
        }
      }
      re[n - 1] = x;
      im[n - 1] = y;
      let x1 = 0;
      let y1 = 0;
      let x2 = 0;
      let y2 = 0;
      for (let i = n - 1; i >= 0; i--) {
        const ux = upperX[i]!;
        const uy = upperY[i]!;
        const a = re[i]! - (ux * x1 - uy * y1) - upper2[i]! * x2;
        const b = im[i]! - (ux * y1 + uy * x1) - upper2[i]! * y2;
        x2 = x1;
        y2 = y1;
        x1 = a * inverseX[i]! - b * inverseY[i]!;
        y1 = a * inverseY[i]! + b * inverseX[i]!;
        re[i] = x1;
        im[i] = y1;
      }
    },
  };
}
