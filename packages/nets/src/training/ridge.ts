/**
 * Ridge regression from moments: the W and b that make mean |y - W x - b|^2 + ridge |W|^2 smallest. `moments` is the matrix of
 * the means of products of the numbers (x, 1, y), [m, m] with m = features + 1 + targets, of which the lower triangle is read.
 * The normal equations are solved by Cholesky's factorisation, in float64, b without a penalty. Gives [target, feature + 1],
 * the last column being b; undefined where the matrix is not positive definite to rounding.
 */
export function ridge(
  moments: Float64Array,
  features: number,
  targets: number,
  penalty: number,
): Float64Array | undefined {
  const n = features + 1;
  const m = n + targets;
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = moments[i * m + j]!;
      if (i === j && i < features) sum += penalty;
      for (let k = 0; k < j; k++) sum -= factor[i * n + k]! * factor[j * n + k]!;
      if (i > j) factor[i * n + j] = sum / factor[j * n + j]!;
      else if (!(sum > 4 * Number.EPSILON * moments[i * m + i]!)) return undefined;
      else factor[i * n + i] = Math.sqrt(sum);
    }
  }
  const solution = new Float64Array(targets * n);
  for (let c = 0; c < targets; c++) {
    const x = solution.subarray(c * n, (c + 1) * n);
    for (let i = 0; i < n; i++) {
      let sum = moments[(n + c) * m + i]!;
      for (let k = 0; k < i; k++) sum -= factor[i * n + k]! * x[k]!;
      x[i] = sum / factor[i * n + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = x[i]!;
      for (let k = i + 1; k < n; k++) sum -= factor[k * n + i]! * x[k]!;
      x[i] = sum / factor[i * n + i]!;
    }
  }
  return solution;
}
