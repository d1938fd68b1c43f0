/** The coefficients of a few columns whose sum comes nearest to a target, by the normal equations of columns of unit size. */
export function leastSquares(columns: readonly Float64Array[], target: Float64Array): Float64Array {
  const product = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, k) => sum + value * b[k]!, 0);
  const sizes = columns.map((column) => Math.sqrt(product(column, column)));
  const rows = columns.map((a, i) => [
    ...columns.map((b, j) => product(a, b) / (sizes[i]! * sizes[j]!)),
    product(a, target) / sizes[i]!,
  ]);
  return Float64Array.from(solved(rows), (c, i) => c / sizes[i]!);
}

/** Solves a small positive definite system, rows [A | b], by elimination. */
function solved(rows: number[][]): number[] {
  const n = rows.length;
  for (let p = 0; p < n; p++) {
    for (let r = p + 1; r < n; r++) {
      const factor = rows[r]![p]! / rows[p]![p]!;
      for (let c = p; c <= n; c++) rows[r]![c]! -= factor * rows[p]![c]!;
    }
  }
  const x = Array.from({ length: n }, () => 0);
  for (let p = n - 1; p >= 0; p--) {
    let sum = rows[p]![n]!;
    for (let c = p + 1; c < n; c++) sum -= rows[p]![c]! * x[c]!;
    x[p] = sum / rows[p]![p]!;
  }
  return x;
}
