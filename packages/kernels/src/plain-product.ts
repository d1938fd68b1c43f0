const fround: (x: number) => number = Math.fround;

/** Where the numbers of a matrix stand: [i, j] at i * row + j * column. */
export interface Strides {
  readonly row: number;
  readonly column: number;
}

/**
 * c[i, j] = start[i, j] + sum_k a[i, k] b[k, j]: m rows, n columns, `depth` k. Rows of c are contiguous, `n` numbers
 * apart; those of start too, or one row serves all (`startRow` 0). start may be c, and without it the sums begin at zero.
 *
 * Two rows and four columns at a time keep eight sums in registers. Every sum runs over k upwards from its start whichever
 * block it falls in, as in the kernels, so the bits are the same.
 */
export function product64(
  a: Float64Array,
  as: Strides,
  b: Float64Array,
  bs: Strides,
  c: Float64Array,
  start: Float64Array | undefined,
  startRow: number,
  m: number,
  n: number,
  depth: number,
): void {
  const blocked = n - (n % 4);
  for (let i = 0; i < m; i += 2) {
    // An odd last row is done twice.
    const i1 = i + 1 < m ? i + 1 : i;
    for (let j = 0; j < blocked; j += 4) {
      const f0 = i * startRow + j;
      const f1 = i1 * startRow + j;
      let s00 = start === undefined ? 0 : start[f0]!;
      let s01 = start === undefined ? 0 : start[f0 + 1]!;
      let s02 = start === undefined ? 0 : start[f0 + 2]!;
      let s03 = start === undefined ? 0 : start[f0 + 3]!;
      let s10 = start === undefined ? 0 : start[f1]!;
      let s11 = start === undefined ? 0 : start[f1 + 1]!;
      let s12 = start === undefined ? 0 : start[f1 + 2]!;
      let s13 = start === undefined ? 0 : start[f1 + 3]!;
      let p0 = i * as.row;
      let p1 = i1 * as.row;
      let q0 = j * bs.column;
      let q1 = q0 + bs.column;
      let q2 = q1 + bs.column;
      let q3 = q2 + bs.column;
      for (let k = 0; k < depth; k++) {
        const x0 = a[p0]!;
        const x1 = a[p1]!;
        const y0 = b[q0]!;
        const y1 = b[q1]!;
        const y2 = b[q2]!;
        const y3 = b[q3]!;
        s00 += x0 * y0;
        s01 += x0 * y1;
        s02 += x0 * y2;
        s03 += x0 * y3;
        s10 += x1 * y0;
        s11 += x1 * y1;
        s12 += x1 * y2;
        s13 += x1 * y3;
        p0 += as.column;
        p1 += as.column;
        q0 += bs.row;
        q1 += bs.row;
        q2 += bs.row;
        q3 += bs.row;
      }
      const c0 = i * n + j;
      const c1 = i1 * n + j;
      c[c0] = s00;
      c[c0 + 1] = s01;
      c[c0 + 2] = s02;
      c[c0 + 3] = s03;
      c[c1] = s10;
      c[c1 + 1] = s11;
      c[c1 + 2] = s12;
      c[c1 + 3] = s13;
    }
    for (let j = blocked; j < n; j++) {
      let s0 = start === undefined ? 0 : start[i * startRow + j]!;
      let s1 = start === undefined ? 0 : start[i1 * startRow + j]!;
      let p0 = i * as.row;
      let p1 = i1 * as.row;
      let q = j * bs.column;
      for (let k = 0; k < depth; k++) {
        s0 += a[p0]! * b[q]!;
        s1 += a[p1]! * b[q]!;
        p0 += as.column;
        p1 += as.column;
        q += bs.row;
      }
      c[i * n + j] = s0;
      c[i1 * n + j] = s1;
    }
  }
}

/** The same in float32, every operation rounded to float32. */
export function product32(
  a: Float32Array,
  as: Strides,
  b: Float32Array,
  bs: Strides,
  c: Float32Array,
  start: Float32Array | undefined,
  startRow: number,
  m: number,
  n: number,
  depth: number,
): void {
  const blocked = n - (n % 4);
  for (let i = 0; i < m; i += 2) {
    const i1 = i + 1 < m ? i + 1 : i;
    for (let j = 0; j < blocked; j += 4) {
      const f0 = i * startRow + j;
      const f1 = i1 * startRow + j;
      let s00 = start === undefined ? 0 : start[f0]!;
      let s01 = start === undefined ? 0 : start[f0 + 1]!;
      let s02 = start === undefined ? 0 : start[f0 + 2]!;
      let s03 = start === undefined ? 0 : start[f0 + 3]!;
      let s10 = start === undefined ? 0 : start[f1]!;
      let s11 = start === undefined ? 0 : start[f1 + 1]!;
      let s12 = start === undefined ? 0 : start[f1 + 2]!;
      let s13 = start === undefined ? 0 : start[f1 + 3]!;
      let p0 = i * as.row;
      let p1 = i1 * as.row;
      let q0 = j * bs.column;
      let q1 = q0 + bs.column;
      let q2 = q1 + bs.column;
      let q3 = q2 + bs.column;
      for (let k = 0; k < depth; k++) {
        const x0 = a[p0]!;
        const x1 = a[p1]!;
        const y0 = b[q0]!;
        const y1 = b[q1]!;
        const y2 = b[q2]!;
        const y3 = b[q3]!;
        s00 = fround(s00 + fround(x0 * y0));
        s01 = fround(s01 + fround(x0 * y1));
        s02 = fround(s02 + fround(x0 * y2));
        s03 = fround(s03 + fround(x0 * y3));
        s10 = fround(s10 + fround(x1 * y0));
        s11 = fround(s11 + fround(x1 * y1));
        s12 = fround(s12 + fround(x1 * y2));
        s13 = fround(s13 + fround(x1 * y3));
        p0 += as.column;
        p1 += as.column;
        q0 += bs.row;
        q1 += bs.row;
        q2 += bs.row;
        q3 += bs.row;
      }
      const c0 = i * n + j;
      const c1 = i1 * n + j;
      c[c0] = s00;
      c[c0 + 1] = s01;
      c[c0 + 2] = s02;
      c[c0 + 3] = s03;
      c[c1] = s10;
      c[c1 + 1] = s11;
      c[c1 + 2] = s12;
      c[c1 + 3] = s13;
    }
    for (let j = blocked; j < n; j++) {
      let s0 = start === undefined ? 0 : start[i * startRow + j]!;
      let s1 = start === undefined ? 0 : start[i1 * startRow + j]!;
      let p0 = i * as.row;
      let p1 = i1 * as.row;
      let q = j * bs.column;
      for (let k = 0; k < depth; k++) {
        s0 = fround(s0 + fround(a[p0]! * b[q]!));
        s1 = fround(s1 + fround(a[p1]! * b[q]!));
        p0 += as.column;
        p1 += as.column;
        q += bs.row;
      }
      c[i * n + j] = s0;
      c[i1 * n + j] = s1;
    }
  }
}

/** One of the two, by the arrays it is given. */
export function product<A extends Float64Array | Float32Array>(
  a: A,
  as: Strides,
  b: A,
  bs: Strides,
  c: A,
  start: A | undefined,
  startRow: number,
  m: number,
  n: number,
  depth: number,
): void {
  if (a instanceof Float64Array && b instanceof Float64Array && c instanceof Float64Array) {
    product64(a, as, b, bs, c, start instanceof Float64Array ? start : undefined, startRow, m, n, depth);
  } else if (a instanceof Float32Array && b instanceof Float32Array && c instanceof Float32Array) {
    product32(a, as, b, bs, c, start instanceof Float32Array ? start : undefined, startRow, m, n, depth);
  }
}
