import type { FloatArray } from "./part.ts";

/** The operator C of one step from its parameters, and the way back for gradients. */
export interface StableOperator {
  /** C, [n, n], as `take` left it. */
  readonly matrix: Float64Array;
  /** Makes C of the entries of W below the diagonal, row by row, and the dampings d. */
  take(skew: FloatArray, damping: FloatArray): void;
  /** From G = dL/dC, [n, n]: adds dL/dW and dL/dd to their gradients. */
  gradients(g: FloatArray, damping: FloatArray, skewGradient: FloatArray, dampingGradient: FloatArray): void;
}

/**
 * C = (I - A/2)^-1 (I + A/2) = 2 (I - A/2)^-1 - I with A = W - W^T - diag|d|. The symmetric part of A is -diag|d|, so
 * |C z| <= |z|, with equality for d = 0; eigenvalues mu of A become (2 + mu) / (2 - mu). With X = (I - A/2)^-1 a change
 * dA changes C by X dA X, so dL/dA = X^T G X^T. Work arrays are made here.
 */
export function stableOperator(n: number): StableOperator {
  const matrix = new Float64Array(n * n);
  const inverse = new Float64Array(n * n);
  const half = new Float64Array(n * n);
  const slope = new Float64Array(n * n);
  return {
    matrix,
    take(skew, damping) {
      for (let i = 0, k = 0; i < n; i++) {
        for (let j = 0; j < i; j++, k++) {
          half[i * n + j] = -0.5 * skew[k]!;
          half[j * n + i] = 0.5 * skew[k]!;
        }
        half[i * n + i] = 1 + 0.5 * Math.abs(damping[i]!);
      }
      invert(half, inverse, n);
      for (let i = 0; i < n * n; i++) matrix[i] = 2 * inverse[i]!;
      for (let i = 0; i < n; i++) matrix[i * n + i] = matrix[i * n + i]! - 1;
    },
    gradients(g, damping, skewGradient, dampingGradient) {
      // X^T G, then times X^T.
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let k = 0; k < n; k++) sum += inverse[k * n + i]! * g[k * n + j]!;
          half[i * n + j] = sum;
        }
      }
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let k = 0; k < n; k++) sum += half[i * n + k]! * inverse[j * n + k]!;
          slope[i * n + j] = sum;
        }
      }
      for (let i = 0, k = 0; i < n; i++) {
        for (let j = 0; j < i; j++, k++) {
          skewGradient[k] = skewGradient[k]! + (slope[i * n + j]! - slope[j * n + i]!);
        }
        dampingGradient[i] = dampingGradient[i]! - Math.sign(damping[i]!) * slope[i * n + i]!;
      }
    },
  };
}

/**
 * The inverse of a matrix by Gauss and Jordan, `a` being used up. Without exchanges: where the symmetric part is at least I,
 * so is that of every Schur complement, and no pivot is below 1.
 */
function invert(a: Float64Array, out: Float64Array, n: number): void {
  out.fill(0);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  for (let k = 0; k < n; k++) {
    const pivot = 1 / a[k * n + k]!;
    for (let j = 0; j < n; j++) {
      a[k * n + j] = a[k * n + j]! * pivot;
      out[k * n + j] = out[k * n + j]! * pivot;
    }
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const factor = a[i * n + k]!;
      for (let j = 0; j < n; j++) {
        a[i * n + j] = a[i * n + j]! - factor * a[k * n + j]!;
        out[i * n + j] = out[i * n + j]! - factor * out[k * n + j]!;
      }
    }
  }
}
