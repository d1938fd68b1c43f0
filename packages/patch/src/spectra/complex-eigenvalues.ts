import type { Vec } from "@hml/integrators";
import { asymmetry, type ComplexMatrix } from "./complex-matrix.ts";
import { hermitianEigenvalues } from "./hermitian-eigen.ts";

/** Complex eigenvalues, sorted by falling real part, then falling imaginary part. */
export interface Eigenvalues {
  /** Real parts. */
  readonly re: Vec;
  /** Imaginary parts; all zero for a Hermitian matrix. */
  readonly im: Vec;
}

/** Relative asymmetry up to which a matrix counts as Hermitian: rounding of a right-hand side. */
export const HERMITIAN = 1e-13;
/** QR steps for one eigenvalue after which the iteration has failed; it takes 2 or 3. */
const MAX_STEPS = 60;

/**
 * All eigenvalues of a complex matrix: Jacobi's method when it is Hermitian to rounding, otherwise Givens rotations to
 * Hessenberg form and QR steps with Wilkinson's shift. Errors are of the order 1e-16 ||A|| times the condition of the
 * eigenvalue, which is 1 for a normal matrix.
 *
 * @throws RangeError when entries are not finite or the iteration does not end.
 * Source: Golub and Van Loan, Matrix Computations (2013), section 7.5.
 */
export function eigenvalues(matrix: ComplexMatrix): Eigenvalues {
  if (asymmetry(matrix) <= HERMITIAN) {
    return { re: hermitianEigenvalues(matrix), im: new Float64Array(matrix.size) };
  }
  const { size } = matrix;
  const work: ComplexMatrix = { size, re: Float64Array.from(matrix.re), im: Float64Array.from(matrix.im) };
  let norm = 0;
  for (let n = 0; n < size * size; n++) norm += Math.abs(work.re[n]!) + Math.abs(work.im[n]!);
  if (!Number.isFinite(norm)) throw new RangeError("eigenvalues: matrix must be finite");
  toHessenberg(work);
  for (let last = size - 1; last > 0; ) last = deflate(work, last, norm);
  const order = Array.from({ length: size }, (_, i) => i * (size + 1)).toSorted(
    (i, j) => work.re[j]! - work.re[i]! || work.im[j]! - work.im[i]!,
  );
  return { re: Float64Array.from(order, (i) => work.re[i]!), im: Float64Array.from(order, (i) => work.im[i]!) };
}

/** A rotation [c, s; -conj(s), c] in the plane of two rows, c real. */
interface Rotation {
  c: number;
  sRe: number;
  sIm: number;
}

/** The rotation that turns (f, g) into (r, 0). */
function rotationOf(fRe: number, fIm: number, gRe: number, gIm: number): Rotation {
  const f = Math.sqrt(fRe * fRe + fIm * fIm);
  const g = Math.sqrt(gRe * gRe + gIm * gIm);
  if (g === 0) return { c: 1, sRe: 0, sIm: 0 };
  if (f === 0) return { c: 0, sRe: gRe / g, sIm: -gIm / g };
  const r = Math.sqrt(f * f + g * g);
  // s = (f / |f|) conj(g) / r
  return { c: f / r, sRe: (fRe * gRe + fIm * gIm) / (f * r), sIm: (fIm * gRe - fRe * gIm) / (f * r) };
}

function rotateRows(
  { size, re, im }: ComplexMatrix,
  p: number,
  q: number,
  from: number,
  { c, sRe, sIm }: Rotation,
): void {
  for (let j = from; j < size; j++) {
    const [a, b] = [p * size + j, q * size + j];
    const [xRe, xIm, yRe, yIm] = [re[a]!, im[a]!, re[b]!, im[b]!];
    re[a] = c * xRe + sRe * yRe - sIm * yIm;
    im[a] = c * xIm + sRe * yIm + sIm * yRe;
    re[b] = c * yRe - sRe * xRe - sIm * xIm;
    im[b] = c * yIm - sRe * xIm + sIm * xRe;
  }
}

/** Columns by the conjugate transpose, so that the pair is a similarity. */
function rotateColumns(
  { size, re, im }: ComplexMatrix,
  p: number,
  q: number,
  to: number,
  { c, sRe, sIm }: Rotation,
): void {
  for (let i = 0; i < to; i++) {
    const [a, b] = [i * size + p, i * size + q];
    const [xRe, xIm, yRe, yIm] = [re[a]!, im[a]!, re[b]!, im[b]!];
    re[a] = c * xRe + sRe * yRe + sIm * yIm;
    im[a] = c * xIm + sRe * yIm - sIm * yRe;
    re[b] = c * yRe - sRe * xRe + sIm * xIm;
    im[b] = c * yIm - sRe * xIm - sIm * xRe;
  }
}

function toHessenberg(matrix: ComplexMatrix): void {
  const { size, re, im } = matrix;
  for (let k = 0; k < size - 2; k++) {
    for (let i = size - 1; i > k + 1; i--) {
      const [above, here] = [(i - 1) * size + k, i * size + k];
      const rotation = rotationOf(re[above]!, im[above]!, re[here]!, im[here]!);
      rotateRows(matrix, i - 1, i, k, rotation);
      rotateColumns(matrix, i - 1, i, size, rotation);
      re[here] = 0;
      im[here] = 0;
    }
  }
}

/** QR steps on the leading part until row `last` stands alone; returns the next row to settle. */
function deflate(matrix: ComplexMatrix, last: number, norm: number): number {
  const { size, re, im } = matrix;
  for (let step = 0; step < MAX_STEPS; step++) {
    let first = last;
    while (first > 0 && !negligible(matrix, first, norm)) first--;
    if (first > 0) {
      re[first * size + first - 1] = 0;
      im[first * size + first - 1] = 0;
    }
    if (first === last) return last - 1;
    // Every tenth step takes an unusual shift, which breaks cycles.
    const [shiftRe, shiftIm] = step % 10 === 9 ? exceptionalShift(matrix, last) : wilkinsonShift(matrix, last);
    for (let i = first; i <= last; i++) {
      re[i * size + i]! -= shiftRe;
      im[i * size + i]! -= shiftIm;
    }
    const rotations: Rotation[] = [];
    for (let k = first; k < last; k++) {
      const [a, b] = [k * size + k, (k + 1) * size + k];
      const rotation = rotationOf(re[a]!, im[a]!, re[b]!, im[b]!);
      rotateRows(matrix, k, k + 1, k, rotation);
      rotations.push(rotation);
    }
    for (let k = first; k < last; k++)
      rotateColumns(matrix, k, k + 1, Math.min(k + 2, last + 1), rotations[k - first]!);
    for (let i = first; i <= last; i++) {
      re[i * size + i]! += shiftRe;
      im[i * size + i]! += shiftIm;
    }
  }
  throw new RangeError("eigenvalues: matrix must be one that QR converges for; it did not");
}

/** Whether the entry below the diagonal in `row` is rounding of its neighbours on the diagonal, or of the norm if those are 0. */
function negligible({ size, re, im }: ComplexMatrix, row: number, norm: number): boolean {
  const below = row * size + row - 1;
  const [above, here] = [(row - 1) * (size + 1), row * (size + 1)];
  const scale = Math.abs(re[above]!) + Math.abs(im[above]!) + Math.abs(re[here]!) + Math.abs(im[here]!);
  return Math.abs(re[below]!) + Math.abs(im[below]!) <= Number.EPSILON * (scale === 0 ? norm : scale);
}

function exceptionalShift({ size, re, im }: ComplexMatrix, last: number): readonly [number, number] {
  const below = last * size + last - 1;
  return [Math.abs(re[below]!) + Math.abs(im[below]!), 0];
}

/** The eigenvalue of the last two rows and columns that is nearer to the last diagonal entry. */
function wilkinsonShift({ size, re, im }: ComplexMatrix, last: number): readonly [number, number] {
  const at = (i: number, j: number): readonly [number, number] => [re[i * size + j]!, im[i * size + j]!];
  const [a, b, c, d] = [at(last - 1, last - 1), at(last - 1, last), at(last, last - 1), at(last, last)];
  // With m = (a - d) / 2: eigenvalues d + m +- sqrt(m^2 + b c); the nearer one is d - b c / (m +- root), the larger sum.
  const [mRe, mIm] = [0.5 * (a[0] - d[0]), 0.5 * (a[1] - d[1])];
  const [pRe, pIm] = [b[0] * c[0] - b[1] * c[1], b[0] * c[1] + b[1] * c[0]];
  const [rootRe, rootIm] = squareRoot(mRe * mRe - mIm * mIm + pRe, 2 * mRe * mIm + pIm);
  const sign = mRe * rootRe + mIm * rootIm >= 0 ? 1 : -1;
  const [sRe, sIm] = [mRe + sign * rootRe, mIm + sign * rootIm];
  const size2 = sRe * sRe + sIm * sIm;
  if (size2 === 0) return d;
  return [d[0] - (pRe * sRe + pIm * sIm) / size2, d[1] - (pIm * sRe - pRe * sIm) / size2];
}

function squareRoot(re: number, im: number): readonly [number, number] {
  const modulus = Math.sqrt(re * re + im * im);
  if (modulus === 0) return [0, 0];
  const root = Math.sqrt(0.5 * (modulus + Math.abs(re)));
  const other = (0.5 * Math.abs(im)) / root;
  return re >= 0 ? [root, im >= 0 ? other : -other] : [other, im >= 0 ? root : -root];
}
