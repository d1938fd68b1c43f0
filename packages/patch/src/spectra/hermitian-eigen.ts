import type { Vec } from "@hml/integrators";
import type { ComplexMatrix } from "./complex-matrix.ts";

/** Eigenvalues and orthonormal eigenvectors of a real symmetric matrix. */
export interface SymmetricEigen {
  /** Eigenvalues, greatest first. */
  readonly values: Vec;
  /** Eigenvectors, `[eigenvalue, component]`: one a row. */
  readonly vectors: Vec;
}

/** Sweeps after which Jacobi's method has failed; it takes 6 to 12. */
const MAX_SWEEPS = 60;

/**
 * All eigenvalues and eigenvectors of a real symmetric matrix `[size, size]` by Jacobi's method: rotations that
 * annihilate one pair of off-diagonal entries each, in cyclic order, until none exceeds rounding. Slow above a few hundred
 * rows, and as accurate as the matrix itself: eigenvalues to a few 1e-16 of its norm.
 *
 * @throws RangeError when entries are not finite.
 * Source: Golub and Van Loan, Matrix Computations (2013), section 8.5.
 */
export function symmetricEigen(matrix: Vec, size: number): SymmetricEigen {
  const a = Float64Array.from(matrix);
  const v = new Float64Array(size * size);
  for (let i = 0; i < size; i++) v[i * size + i] = 1;
  let norm = 0;
  for (let n = 0; n < a.length; n++) norm += a[n]! * a[n]!;
  if (!Number.isFinite(norm)) throw new RangeError("symmetricEigen: matrix must be finite");
  // Below this an entry moves no eigenvalue by more than its rounding.
  const small = 1e-18 * Math.sqrt(norm);
  let rotated = true;
  for (let sweep = 0; rotated && sweep < MAX_SWEEPS; sweep++) {
    rotated = false;
    for (let p = 0; p < size - 1; p++) {
      for (let q = p + 1; q < size; q++) {
        if (!(Math.abs(a[p * size + q]!) > small)) continue;
        rotated = true;
        rotate(a, v, size, p, q);
      }
    }
  }
  const order = Array.from({ length: size }, (_, i) => i).toSorted(
    (i, j) => a[j * size + j]! - a[i * size + i]! || i - j,
  );
  const vectors = new Float64Array(size * size);
  for (const [row, i] of order.entries()) vectors.set(v.subarray(i * size, (i + 1) * size), row * size);
  return { values: Float64Array.from(order, (i) => a[i * size + i]!), vectors };
}

/** One rotation in the plane (p, q) that makes a_pq zero; rows of v turn with it. */
function rotate(a: Vec, v: Vec, size: number, p: number, q: number): void {
  const apq = a[p * size + q]!;
  const half = (a[q * size + q]! - a[p * size + p]!) / (2 * apq);
  // The smaller root of t^2 + 2 half t - 1 = 0: a rotation by at most 45 degrees.
  const t = (half >= 0 ? 1 : -1) / (Math.abs(half) + Math.sqrt(half * half + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  a[p * size + p]! -= t * apq;
  a[q * size + q]! += t * apq;
  a[p * size + q] = 0;
  a[q * size + p] = 0;
  for (let i = 0; i < size; i++) {
    if (i !== p && i !== q) {
      const [x, y] = [a[p * size + i]!, a[q * size + i]!];
      a[p * size + i] = c * x - s * y;
      a[q * size + i] = s * x + c * y;
      a[i * size + p] = a[p * size + i]!;
      a[i * size + q] = a[q * size + i]!;
    }
    const [x, y] = [v[p * size + i]!, v[q * size + i]!];
    v[p * size + i] = c * x - s * y;
    v[q * size + i] = s * x + c * y;
  }
}

/**
 * The real symmetric matrix [[Re, -Im], [Im, Re]] of twice the size of a Hermitian one: it has every eigenvalue twice, and
 * acts on (Re z, Im z) as the Hermitian matrix acts on z. What is not Hermitian in the given matrix is averaged away.
 */
export function symmetricEmbedding({ size, re, im }: ComplexMatrix): Vec {
  const double = 2 * size;
  const out = new Float64Array(double * double);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const x = 0.5 * (re[i * size + j]! + re[j * size + i]!);
      const y = 0.5 * (im[i * size + j]! - im[j * size + i]!);
      out[i * double + j] = x;
      out[(i + size) * double + j + size] = x;
      out[(i + size) * double + j] = y;
      out[i * double + j + size] = -y;
    }
  }
  return out;
}

/** The real eigenvalues of a Hermitian matrix, greatest first, by Jacobi's method on the symmetric embedding. */
export function hermitianEigenvalues(matrix: ComplexMatrix): Vec {
  const { values } = symmetricEigen(symmetricEmbedding(matrix), 2 * matrix.size);
  return Float64Array.from({ length: matrix.size }, (_, i) => 0.5 * (values[2 * i]! + values[2 * i + 1]!));
}
