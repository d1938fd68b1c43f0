import type { Vec } from "../rhs.ts";

/** Sweeps at most; convergence is quadratic after a few. */
const SWEEPS = 30;

/**
 * Eigenvalues of a symmetric matrix, the largest first, and its orthonormal eigenvectors, by the cyclic Jacobi method; the matrix is overwritten.
 * Source: Golub and Van Loan, Matrix Computations, 4th ed., section 8.5.
 */
export function symmetricEigen(matrix: Vec, n: number): { values: Vec; vectors: Vec[] } {
  const vectors = Array.from({ length: n }, (_, i) => {
    const unit = new Float64Array(n);
    unit[i] = 1;
    return unit;
  });
  const rows = vectors.map((_, i) => matrix.subarray(i * n, (i + 1) * n));
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let [off, all] = [0, 0];
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const square = rows[i]![j]! * rows[i]![j]!;
        all += square;
        if (i !== j) off += square;
      }
    }
    if (!(off > 1e-26 * all)) break;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) rotate(rows, vectors, p, q);
    }
  }
  const order = Array.from({ length: n }, (_, i) => i).toSorted((a, b) => rows[b]![b]! - rows[a]![a]!);
  return { values: Float64Array.from(order, (i) => rows[i]![i]!), vectors: order.map((i) => vectors[i]!) };
}

/** The rotation in the plane of p and q that makes their entry zero. */
function rotate(rows: readonly Vec[], vectors: readonly Vec[], p: number, q: number): void {
  const [a, b] = [rows[p]!, rows[q]!];
  const entry = a[q]!;
  if (entry === 0) return;
  const ratio = (b[q]! - a[p]!) / (2 * entry);
  const tangent = (ratio >= 0 ? 1 : -1) / (Math.abs(ratio) + Math.sqrt(1 + ratio * ratio));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = tangent * cosine;
  for (const row of rows) {
    const [u, v] = [row[p]!, row[q]!];
    row[p] = cosine * u - sine * v;
    row[q] = sine * u + cosine * v;
  }
  for (const [s, t] of [
    [a, b],
    [vectors[p]!, vectors[q]!],
  ] as const) {
    for (let k = 0; k < s.length; k++) {
      const [u, v] = [s[k]!, t[k]!];
      s[k] = cosine * u - sine * v;
      t[k] = sine * u + cosine * v;
    }
  }
}
