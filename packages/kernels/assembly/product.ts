// Small matrix products c = start + a b with lanes over the columns of b, so that each number of c is one sum over k
// upwards from its start: the order does not depend on the tile that it falls into. Strides are in bytes.
import { storePart } from "./activation";
import { lanes } from "./elementary";

/** Two vectors of columns, which is also the width of a packed panel. */
// @inline
export function panelWidth<T>(): i32 {
  return 2 * lanes<T>();
}

// @inline
function begin<T>(start: usize, at: usize): v128 {
  return start ? v128.load(start + at) : v128.splat<T>(0);
}

// @inline
function keep<T>(at: usize, x: v128, y: v128, columns: i32): void {
  if (columns >= panelWidth<T>()) {
    v128.store(at, x);
    v128.store(at, y, 16);
  } else if (columns > lanes<T>()) {
    v128.store(at, x);
    storePart<T>(at + 16, y, columns - lanes<T>());
  } else {
    storePart<T>(at, x, columns);
  }
}

/** Four rows, two vectors of columns: eight sums. */
// @inline
function tile4<T>(
  a: usize,
  aRow: usize,
  aCol: usize,
  b: usize,
  bRow: usize,
  c: usize,
  cRow: usize,
  start: usize,
  startRow: usize,
  depth: i32,
  columns: i32,
): void {
  let s0 = begin<T>(start, 0);
  let t0 = begin<T>(start, 16);
  let s1 = begin<T>(start, startRow);
  let t1 = begin<T>(start, startRow + 16);
  let s2 = begin<T>(start, 2 * startRow);
  let t2 = begin<T>(start, 2 * startRow + 16);
  let s3 = begin<T>(start, 3 * startRow);
  let t3 = begin<T>(start, 3 * startRow + 16);
  let a0 = a;
  let a1 = a0 + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  for (let k = 0; k < depth; k++) {
    const x = v128.load(b);
    const y = v128.load(b, 16);
    const f0 = v128.load_splat<T>(a0);
    s0 = v128.add<T>(s0, v128.mul<T>(f0, x));
    t0 = v128.add<T>(t0, v128.mul<T>(f0, y));
    const f1 = v128.load_splat<T>(a1);
    s1 = v128.add<T>(s1, v128.mul<T>(f1, x));
    t1 = v128.add<T>(t1, v128.mul<T>(f1, y));
    const f2 = v128.load_splat<T>(a2);
    s2 = v128.add<T>(s2, v128.mul<T>(f2, x));
    t2 = v128.add<T>(t2, v128.mul<T>(f2, y));
    const f3 = v128.load_splat<T>(a3);
    s3 = v128.add<T>(s3, v128.mul<T>(f3, x));
    t3 = v128.add<T>(t3, v128.mul<T>(f3, y));
    a0 += aCol;
    a1 += aCol;
    a2 += aCol;
    a3 += aCol;
    b += bRow;
  }
  keep<T>(c, s0, t0, columns);
  keep<T>(c + cRow, s1, t1, columns);
  keep<T>(c + 2 * cRow, s2, t2, columns);
  keep<T>(c + 3 * cRow, s3, t3, columns);
}

/** Four rows, the first vector of a panel whose second is empty. */
// @inline
function half4<T>(
  a: usize,
  aRow: usize,
  aCol: usize,
  b: usize,
  bRow: usize,
  c: usize,
  cRow: usize,
  start: usize,
  startRow: usize,
  depth: i32,
  columns: i32,
): void {
  let s0 = begin<T>(start, 0);
  let s1 = begin<T>(start, startRow);
  let s2 = begin<T>(start, 2 * startRow);
  let s3 = begin<T>(start, 3 * startRow);
  let a0 = a;
  let a1 = a0 + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  for (let k = 0; k < depth; k++) {
    const x = v128.load(b);
    s0 = v128.add<T>(s0, v128.mul<T>(v128.load_splat<T>(a0), x));
    s1 = v128.add<T>(s1, v128.mul<T>(v128.load_splat<T>(a1), x));
    s2 = v128.add<T>(s2, v128.mul<T>(v128.load_splat<T>(a2), x));
    s3 = v128.add<T>(s3, v128.mul<T>(v128.load_splat<T>(a3), x));
    a0 += aCol;
    a1 += aCol;
    a2 += aCol;
    a3 += aCol;
    b += bRow;
  }
  storePart<T>(c, s0, columns);
  storePart<T>(c + cRow, s1, columns);
  storePart<T>(c + 2 * cRow, s2, columns);
  storePart<T>(c + 3 * cRow, s3, columns);
}

/** One row, one panel. */
// @inline
function tile1<T>(
  a: usize,
  aCol: usize,
  b: usize,
  bRow: usize,
  c: usize,
  start: usize,
  depth: i32,
  columns: i32,
): void {
  let s = begin<T>(start, 0);
  let t = begin<T>(start, 16);
  for (let k = 0; k < depth; k++) {
    const f = v128.load_splat<T>(a);
    s = v128.add<T>(s, v128.mul<T>(f, v128.load(b)));
    t = v128.add<T>(t, v128.mul<T>(f, v128.load(b, 16)));
    a += aCol;
    b += bRow;
  }
  keep<T>(c, s, t, columns);
}

/**
 * One row, four panels: as many sums as in tile4, for the step of a single state. Two terms at a time, an odd one first, and a
 * function of its own: by one term at a time, or within another function, V8 takes up to twice as long.
 */
function tile1x4<T>(
  a: usize,
  aCol: usize,
  b: usize,
  bRow: usize,
  bPanel: usize,
  c: usize,
  start: usize,
  depth: i32,
): void {
  let s0 = begin<T>(start, 0);
  let t0 = begin<T>(start, 16);
  let s1 = begin<T>(start, 32);
  let t1 = begin<T>(start, 48);
  let s2 = begin<T>(start, 64);
  let t2 = begin<T>(start, 80);
  let s3 = begin<T>(start, 96);
  let t3 = begin<T>(start, 112);
  let b1 = b + bPanel;
  let b2 = b1 + bPanel;
  let b3 = b2 + bPanel;
  if (depth % 2) {
    const f = v128.load_splat<T>(a);
    s0 = v128.add<T>(s0, v128.mul<T>(f, v128.load(b)));
    t0 = v128.add<T>(t0, v128.mul<T>(f, v128.load(b, 16)));
    s1 = v128.add<T>(s1, v128.mul<T>(f, v128.load(b1)));
    t1 = v128.add<T>(t1, v128.mul<T>(f, v128.load(b1, 16)));
    s2 = v128.add<T>(s2, v128.mul<T>(f, v128.load(b2)));
    t2 = v128.add<T>(t2, v128.mul<T>(f, v128.load(b2, 16)));
    s3 = v128.add<T>(s3, v128.mul<T>(f, v128.load(b3)));
    t3 = v128.add<T>(t3, v128.mul<T>(f, v128.load(b3, 16)));
    a += aCol;
    b += bRow;
    b1 += bRow;
    b2 += bRow;
    b3 += bRow;
  }
  for (let k = 0; k < depth / 2; k++) {
    const f = v128.load_splat<T>(a);
    s0 = v128.add<T>(s0, v128.mul<T>(f, v128.load(b)));
    t0 = v128.add<T>(t0, v128.mul<T>(f, v128.load(b, 16)));
    s1 = v128.add<T>(s1, v128.mul<T>(f, v128.load(b1)));
    t1 = v128.add<T>(t1, v128.mul<T>(f, v128.load(b1, 16)));
    s2 = v128.add<T>(s2, v128.mul<T>(f, v128.load(b2)));
    t2 = v128.add<T>(t2, v128.mul<T>(f, v128.load(b2, 16)));
    s3 = v128.add<T>(s3, v128.mul<T>(f, v128.load(b3)));
    t3 = v128.add<T>(t3, v128.mul<T>(f, v128.load(b3, 16)));
    a += aCol;
    b += bRow;
    b1 += bRow;
    b2 += bRow;
    b3 += bRow;
    const g = v128.load_splat<T>(a);
    s0 = v128.add<T>(s0, v128.mul<T>(g, v128.load(b)));
    t0 = v128.add<T>(t0, v128.mul<T>(g, v128.load(b, 16)));
    s1 = v128.add<T>(s1, v128.mul<T>(g, v128.load(b1)));
    t1 = v128.add<T>(t1, v128.mul<T>(g, v128.load(b1, 16)));
    s2 = v128.add<T>(s2, v128.mul<T>(g, v128.load(b2)));
    t2 = v128.add<T>(t2, v128.mul<T>(g, v128.load(b2, 16)));
    s3 = v128.add<T>(s3, v128.mul<T>(g, v128.load(b3)));
    t3 = v128.add<T>(t3, v128.mul<T>(g, v128.load(b3, 16)));
    a += aCol;
    b += bRow;
    b1 += bRow;
    b2 += bRow;
    b3 += bRow;
  }
  v128.store(c, s0);
  v128.store(c, t0, 16);
  v128.store(c, s1, 32);
  v128.store(c, t1, 48);
  v128.store(c, s2, 64);
  v128.store(c, t2, 80);
  v128.store(c, s3, 96);
  v128.store(c, t3, 112);
}

/**
 * c[i, j] = start[i, j] + sum_k a[i, k] b[k, j] for m rows, n columns and `depth` k. `a` has any strides, b is in panels
 * of panelWidth columns, `bPanel` bytes apart, each row `bRow` bytes from the one before; c and start have contiguous
 * rows. Without start (0) the sums begin at zero; startRow 0 gives every row the same start.
 */
export function product<T>(
  a: usize,
  aRow: usize,
  aCol: usize,
  b: usize,
  bRow: usize,
  bPanel: usize,
  c: usize,
  cRow: usize,
  start: usize,
  startRow: usize,
  m: i32,
  n: i32,
  depth: i32,
): void {
  const width = panelWidth<T>();
  const blocked = m - (m % 4);
  if (blocked > 0) {
    let panel = b;
    let columns = c;
    let begins = start;
    for (let j = 0; j < n; j += width) {
      let rows = a;
      let out = columns;
      let from = begins;
      for (let i = 0; i < blocked; i += 4) {
        if (n - j > lanes<T>()) tile4<T>(rows, aRow, aCol, panel, bRow, out, cRow, from, startRow, depth, n - j);
        else half4<T>(rows, aRow, aCol, panel, bRow, out, cRow, from, startRow, depth, n - j);
        rows += 4 * aRow;
        out += 4 * cRow;
        if (start) from += 4 * startRow;
      }
      panel += bPanel;
      columns += 32;
      if (start) begins += 32;
    }
  }
  for (let i = blocked; i < m; i++) {
    const row = a + <usize>i * aRow;
    let out = c + <usize>i * cRow;
    let from = start ? start + <usize>i * startRow : 0;
    let panel = b;
    let j = 0;
    for (; j + 4 * width <= n; j += 4 * width) {
      tile1x4<T>(row, aCol, panel, bRow, bPanel, out, from, depth);
      panel += 4 * bPanel;
      out += 128;
      if (start) from += 128;
    }
    for (; j < n; j += width) {
      tile1<T>(row, aCol, panel, bRow, out, from, depth, n - j);
      panel += bPanel;
      out += 32;
      if (start) from += 32;
    }
  }
}
