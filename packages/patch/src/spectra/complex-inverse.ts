import type { Vec } from "@hml/integrators";
import { type ComplexMatrix, complexMatrix } from "./complex-matrix.ts";

/**
 * The inverse of a complex matrix by Gauss-Jordan elimination with row pivots; undefined when it is singular.
 *
 * Source: Golub and Van Loan, Matrix Computations (2013), section 3.4.
 */
export function inverse(matrix: ComplexMatrix): ComplexMatrix | undefined {
  const { size } = matrix;
  const [re, im] = [Float64Array.from(matrix.re), Float64Array.from(matrix.im)];
  const out = complexMatrix(size);
  for (let i = 0; i < size; i++) out.re[i * size + i] = 1;
  for (let k = 0; k < size; k++) {
    let pivot = k;
    let most = 0;
    for (let i = k; i < size; i++) {
      const length = Math.abs(re[i * size + k]!) + Math.abs(im[i * size + k]!);
      if (length > most) [pivot, most] = [i, length];
    }
    if (!(most > 0 && Number.isFinite(most))) return undefined;
    swapRows(re, im, size, k, pivot);
    swapRows(out.re, out.im, size, k, pivot);
    const [x, y] = [re[k * size + k]!, im[k * size + k]!];
    const length2 = x * x + y * y;
    // Rows as (re, im) times (factor re, factor im).
    scaleRow(re, im, size, k, x / length2, -y / length2);
    scaleRow(out.re, out.im, size, k, x / length2, -y / length2);
    for (let i = 0; i < size; i++) {
      const [fRe, fIm] = [re[i * size + k]!, im[i * size + k]!];
      if (i === k || (fRe === 0 && fIm === 0)) continue;
      subtractRow(re, im, size, i, k, fRe, fIm);
      subtractRow(out.re, out.im, size, i, k, fRe, fIm);
    }
  }
  return out;
}

function swapRows(re: Vec, im: Vec, size: number, p: number, q: number): void {
  if (p === q) return;
  for (let j = 0; j < size; j++) {
    [re[p * size + j], re[q * size + j]] = [re[q * size + j]!, re[p * size + j]!];
    [im[p * size + j], im[q * size + j]] = [im[q * size + j]!, im[p * size + j]!];
  }
}

function scaleRow(re: Vec, im: Vec, size: number, row: number, fRe: number, fIm: number): void {
  for (let n = row * size; n < (row + 1) * size; n++) {
    const [x, y] = [re[n]!, im[n]!];
    re[n] = fRe * x - fIm * y;
    im[n] = fRe * y + fIm * x;
  }
}

/** Row `to` less the factor times row `from`. */
function subtractRow(re: Vec, im: Vec, size: number, to: number, from: number, fRe: number, fIm: number): void {
  for (let j = 0; j < size; j++) {
    const [x, y] = [re[from * size + j]!, im[from * size + j]!];
    re[to * size + j]! -= fRe * x - fIm * y;
    im[to * size + j]! -= fRe * y + fIm * x;
  }
}
