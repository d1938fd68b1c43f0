import { copyFinite, integer } from "@hml/guard";

/** Eigenvalues and orthonormal eigenvectors of a real symmetric matrix, the largest eigenvalue first. */
export interface SymmetricEigen {
  /** All eigenvalues, falling. */
  readonly values: Float64Array;
  /** The first eigenvectors, `[vector, component]`. */
  readonly vectors: Float64Array;
}

/** Squares below this have lost digits to underflow; the largest entry is scaled to 1, so dropping them changes nothing. */
const LOST_SQUARE = 1e-280;

/** QL sweeps for one eigenvalue; two or three are usual. */
const MOST_SWEEPS = 60;

/**
 * Eigenvalues and eigenvectors of a real symmetric matrix: Householder reflections to tridiagonal form, then implicit QL
 * with Wilkinson's shift. O(n^3); errors are a few roundings of the largest eigenvalue.
 *
 * Only the lower triangle of `matrix` is read. The entry of a vector that is largest in size is positive, the first of
 * them in a tie. Equal eigenvalues have any orthonormal basis of their space.
 *
 * @param matrix - `[size, size]`, row-major
 * @param size - rows
 * @param count - how many eigenvectors; all by default
 * @throws RangeError for a wrong length or a value that is not finite
 *
 * Source: Wilkinson and Reinsch, Handbook for Automatic Computation II (1971), II/2 and II/4.
 */
export function symmetricEigen(matrix: ArrayLike<number>, size: number, count: number = size): SymmetricEigen {
  const n = integer("symmetricEigen", "size", size, 1, 16_384);
  integer("symmetricEigen", "count", count, 0, n);
  const a = copyFinite("symmetricEigen", "matrix", matrix, n * n);
  let scale = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) scale = Math.max(scale, Math.abs(a[i * n + j]!));
  if (scale > 0) for (let i = 0; i < a.length; i++) a[i] = a[i]! / scale;
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const reflections = tridiagonalise(a, n, diagonal, beside);
  const rows = new Float64Array(n * n);
  for (let i = 0; i < n; i++) rows[i * n + i] = 1;
  implicitQl(diagonal, beside, rows, n);
  const order = Array.from(diagonal.keys()).toSorted((i, j) => diagonal[j]! - diagonal[i]! || i - j);
  const vectors = new Float64Array(count * n);
  for (let j = 0; j < count; j++) {
    const vector = vectors.subarray(j * n, (j + 1) * n);
    vector.set(rows.subarray(order[j]! * n, (order[j]! + 1) * n));
    reflectBack(reflections, n, vector);
    makeLargestPositive(vector);
  }
  return Object.freeze({ values: Float64Array.from(order, (i) => diagonal[i]! * scale), vectors });
}

/**
 * Q^T A Q = T with T tridiagonal. Returns the unit normals of the reflections whose product is Q, `[reflection,
 * component]`; a row of zeros where there was nothing to reflect. Works on the lower triangle of `a`, in place.
 */
function tridiagonalise(a: Float64Array, n: number, diagonal: Float64Array, beside: Float64Array): Float64Array {
  const normals = new Float64Array(Math.max(0, n - 2) * n);
  const p = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    diagonal[k] = a[k * n + k]!;
    if (k === n - 1) break;
    if (k === n - 2) {
      beside[k] = a[(k + 1) * n + k]!;
      continue;
    }
    const v = normals.subarray(k * n, (k + 1) * n);
    let tail = 0;
    for (let i = k + 1; i < n; i++) {
      v[i] = a[i * n + k]!;
      if (i > k + 1) tail += v[i]! * v[i]!;
    }
    const head = v[k + 1]!;
    if (tail < LOST_SQUARE) {
      v.fill(0);
      beside[k] = head;
      continue;
    }
    const size = Math.sqrt(head * head + tail);
    beside[k] = head > 0 ? -size : size;
    v[k + 1] = head - beside[k]!;
    const norm = Math.sqrt(v[k + 1]! * v[k + 1]! + tail);
    for (let i = k + 1; i < n; i++) v[i] = v[i]! / norm;
    reflectBothSides(a, n, k + 1, v, p);
  }
  return normals;
}

/** A := H A H for H = I - 2 v v^T, on the lower triangle from row and column `from` on. */
function reflectBothSides(a: Float64Array, n: number, from: number, v: Float64Array, p: Float64Array): void {
  p.fill(0);
  for (let i = from; i < n; i++) {
    const row = i * n;
    const vi = v[i]!;
    let sum = 0;
    for (let j = from; j < i; j++) {
      sum += a[row + j]! * v[j]!;
      p[j] = p[j]! + a[row + j]! * vi;
    }
    p[i] = p[i]! + sum + a[row + i]! * vi;
  }
  let product = 0;
  for (let i = from; i < n; i++) product += v[i]! * p[i]!;
  for (let i = from; i < n; i++) p[i] = 2 * (p[i]! - product * v[i]!);
  for (let i = from; i < n; i++) {
    const row = i * n;
    for (let j = from; j <= i; j++) a[row + j] = a[row + j]! - v[i]! * p[j]! - p[i]! * v[j]!;
  }
}

/** y := Q y, the last reflection first. */
function reflectBack(normals: Float64Array, n: number, y: Float64Array): void {
  for (let k = n - 3; k >= 0; k--) {
    const row = k * n;
    let product = 0;
    for (let i = k + 1; i < n; i++) product += normals[row + i]! * y[i]!;
    for (let i = k + 1; i < n; i++) y[i] = y[i]! - 2 * product * normals[row + i]!;
  }
}

/** Eigenvalues of a tridiagonal matrix into `d`; the rotations go into the rows of `z`, which become eigenvectors. */
function implicitQl(d: Float64Array, e: Float64Array, z: Float64Array, n: number): void {
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(d[i]!) + Math.abs(e[i]!));
  const negligible = norm * Number.EPSILON * 0.5;
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; sweep <= MOST_SWEEPS; sweep++) {
      let m = l;
      while (m < n - 1 && Math.abs(e[m]!) > negligible) m++;
      if (m === l) break;
      if (sweep === MOST_SWEEPS) throw new Error("internal: symmetricEigen: no convergence of an eigenvalue");
      sweepFrom(d, e, z, n, l, m);
    }
  }
}

/** One implicit QL sweep on the unreduced block l ... m. */
function sweepFrom(d: Float64Array, e: Float64Array, z: Float64Array, n: number, l: number, m: number): void {
  // Wilkinson's shift: the eigenvalue of the leading 2 by 2 block that lies nearer to d_l.
  const half = (d[l + 1]! - d[l]!) / 2;
  const root = Math.sqrt(half * half + e[l]! * e[l]!);
  const shift = d[l]! - (e[l]! * e[l]!) / (half + (half < 0 ? -root : root));
  let g = d[m]! - shift;
  let sine = 1;
  let cosine = 1;
  let p = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = sine * e[i]!;
    const b = cosine * e[i]!;
    const r = length(f, g);
    e[i + 1] = r;
    if (r === 0) {
      // The block has come apart at i + 1.
      d[i + 1] = d[i + 1]! - p;
      e[m] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    const above = d[i + 1]! - p;
    const q = (d[i]! - above) * sine + 2 * cosine * b;
    p = sine * q;
    d[i + 1] = above + p;
    g = cosine * q - b;
    rotateRows(z, n, i, sine, cosine);
  }
  d[l] = d[l]! - p;
  e[l] = g;
  e[m] = 0;
}

/** sqrt(x^2 + y^2) without underflow of the squares, which would leave a rotation that does not keep lengths. */
function length(x: number, y: number): number {
  const largest = Math.max(Math.abs(x), Math.abs(y));
  if (largest === 0) return 0;
  const [a, b] = [x / largest, y / largest];
  return largest * Math.sqrt(a * a + b * b);
}

function rotateRows(z: Float64Array, n: number, i: number, sine: number, cosine: number): void {
  const low = i * n;
  for (let k = low; k < low + n; k++) {
    const x = z[k]!;
    const y = z[k + n]!;
    z[k + n] = sine * x + cosine * y;
    z[k] = cosine * x - sine * y;
  }
}

function makeLargestPositive(vector: Float64Array): void {
  let largest = 0;
  for (const value of vector) if (Math.abs(value) > Math.abs(largest)) largest = value;
  if (largest < 0) for (let i = 0; i < vector.length; i++) vector[i] = -vector[i]!;
}
