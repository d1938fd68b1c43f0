// Banded systems by elimination with exchanges of rows. Factors are columns of `width` = 2 lower + upper + 1 numbers, entry (i, j)
// at j width + lower + upper + i - j, as LAPACK has them. Vectors run down columns, or over right-hand sides, never over a sum,
// so lanes do not show in the bits.
import { put, take } from "./half-lanes";

/**
 * Columns of the factors from the band, [lower + upper + 1, rows] with entry (i, j) at [upper + i - j, j]; zeros where rows that are
 * exchanged will reach. Gives the largest sum of sizes of a column, NaN or infinite if an entry is.
 */
export function spread64(band: usize, factors: usize, rows: i32, lower: i32, upper: i32): f64 {
  const width = 2 * lower + upper + 1;
  let largest: f64 = 0;
  for (let j = 0; j < rows; j++) {
    let sum: f64 = 0;
    let to = factors + 8 * <usize>j * <usize>width;
    for (let d = 0; d < lower; d++) {
      store<f64>(to, 0);
      to += 8;
    }
    for (let d = 0; d <= lower + upper; d++) {
      const i = j + d - upper;
      const value: f64 = i >= 0 && i < rows ? load<f64>(band + 8 * (<usize>d * <usize>rows + <usize>j)) : 0;
      store<f64>(to, value);
      sum += Math.abs(value);
      to += 8;
    }
    if (!(sum <= largest)) largest = sum;
    if (!(largest < Infinity)) return largest;
  }
  return largest;
}

/** Vectors are worth their start from here on; below, numbers that were just stored are loaded again one by one. */
const SHORT = 8;

/** y -= t x for `count` numbers. */
// @inline
function subtract(y: usize, x: usize, t: f64, count: i32): void {
  let i: usize = 0;
  const end: usize = 8 * <usize>count;
  if (count >= SHORT) {
    const f = f64x2.splat(t);
    for (; i + 32 <= end; i += 32) {
      const a = f64x2.sub(v128.load(y + i), f64x2.mul(f, v128.load(x + i)));
      const b = f64x2.sub(v128.load(y + i, 16), f64x2.mul(f, v128.load(x + i, 16)));
      v128.store(y + i, a);
      v128.store(y + i, b, 16);
    }
  }
  for (; i < end; i += 8) store<f64>(y + i, load<f64>(y + i) - t * load<f64>(x + i));
}

/** The same for four columns at once, `across` bytes apart, each with its own factor at `t`, `across` bytes apart too. */
// @inline
function subtractFour(y: usize, x: usize, t: usize, across: usize, count: i32): void {
  const y1 = y + across;
  const y2 = y1 + across;
  const y3 = y2 + across;
  const t0 = load<f64>(t);
  const t1 = load<f64>(t + across);
  const t2 = load<f64>(t + 2 * across);
  const t3 = load<f64>(t + 3 * across);
  const f0 = f64x2.splat(t0);
  const f1 = f64x2.splat(t1);
  const f2 = f64x2.splat(t2);
  const f3 = f64x2.splat(t3);
  let i: usize = 0;
  const end: usize = 8 * <usize>count;
  for (; i + 16 <= end; i += 16) {
    const l = v128.load(x + i);
    v128.store(y + i, f64x2.sub(v128.load(y + i), f64x2.mul(f0, l)));
    v128.store(y1 + i, f64x2.sub(v128.load(y1 + i), f64x2.mul(f1, l)));
    v128.store(y2 + i, f64x2.sub(v128.load(y2 + i), f64x2.mul(f2, l)));
    v128.store(y3 + i, f64x2.sub(v128.load(y3 + i), f64x2.mul(f3, l)));
  }
  if (i < end) {
    const l = load<f64>(x + i);
    store<f64>(y + i, load<f64>(y + i) - t0 * l);
    store<f64>(y1 + i, load<f64>(y1 + i) - t1 * l);
    store<f64>(y2 + i, load<f64>(y2 + i) - t2 * l);
    store<f64>(y3 + i, load<f64>(y3 + i) - t3 * l);
  }
}

/** Factors in place; gives -1, or the first row without a pivot. */
export function factorBanded64(factors: usize, inverse: usize, pivots: usize, rows: i32, lower: i32, upper: i32): i32 {
  const width: usize = 8 * <usize>(2 * lower + upper + 1);
  // One column on in the same row.
  const across: usize = width - 8;
  let reach = 0;
  let diagonal = factors + 8 * <usize>(lower + upper);
  for (let j = 0; j < rows; j++) {
    const below = min(lower, rows - 1 - j);
    let row = 0;
    let largest = Math.abs(load<f64>(diagonal));
    for (let i = 1; i <= below; i++) {
      const size = Math.abs(load<f64>(diagonal + 8 * <usize>i));
      if (size > largest) {
        largest = size;
        row = i;
      }
    }
    if (!(largest > 0 && largest < Infinity)) return j;
    store<i32>(pivots + 4 * <usize>j, j + row);
    reach = max(reach, min(j + upper + row, rows - 1));
    const columns = reach - j;
    if (row > 0) {
      let p = diagonal;
      for (let c = 0; c <= columns; c++) {
        const q = p + 8 * <usize>row;
        const value = load<f64>(p);
        store<f64>(p, load<f64>(q));
        store<f64>(q, value);
        p += across;
      }
    }
    const reciprocal = 1 / load<f64>(diagonal);
    store<f64>(inverse + 8 * <usize>j, reciprocal);
    for (let i = 1; i <= below; i++) {
      const at = diagonal + 8 * <usize>i;
      store<f64>(at, load<f64>(at) * reciprocal);
    }
    let c = 1;
    let t = diagonal + across;
    for (; c + 3 <= columns; c += 4) {
      subtractFour(t + 8, diagonal + 8, t, across, below);
      t += 4 * across;
    }
    for (; c <= columns; c++) {
      subtract(t + 8, diagonal + 8, load<f64>(t), below);
      t += across;
    }
    diagonal += width;
  }
  return -1;
}

/** One right-hand side, vectors down the columns of the factors. */
function solveOne(factors: usize, inverse: usize, pivots: usize, x: usize, rows: i32, lower: i32, upper: i32): void {
  const width: usize = 8 * <usize>(2 * lower + upper + 1);
  let diagonal = factors + 8 * <usize>(lower + upper);
  let at = x;
  if (lower > 0) {
    for (let j = 0; j < rows - 1; j++) {
      const from = x + 8 * <usize>load<i32>(pivots + 4 * <usize>j);
      const value = load<f64>(from);
      store<f64>(from, load<f64>(at));
      store<f64>(at, value);
      subtract(at + 8, diagonal + 8, value, min(lower, rows - 1 - j));
      diagonal += width;
      at += 8;
    }
  }
  diagonal = factors + 8 * <usize>(lower + upper) + width * <usize>(rows - 1);
  at = x + 8 * <usize>(rows - 1);
  for (let j = rows - 1; j >= 0; j--) {
    const value = load<f64>(at) * load<f64>(inverse + 8 * <usize>j);
    store<f64>(at, value);
    const above = min(lower + upper, j);
    const back: usize = 8 * <usize>above;
    subtract(at - back, diagonal - back, value, above);
    diagonal -= width;
    at -= 8;
  }
}

// @inline
function solvePair(
  half: bool,
  factors: usize,
  inverse: usize,
  pivots: usize,
  x: usize,
  rows: i32,
  lower: i32,
  upper: i32,
  stride: usize,
): void {
  const width: usize = 8 * <usize>(2 * lower + upper + 1);
  let diagonal = factors + 8 * <usize>(lower + upper);
  let at = x;
  for (let j = 0; j < rows - 1; j++) {
    const from = x + stride * <usize>load<i32>(pivots + 4 * <usize>j);
    const value = take(half, from);
    put(half, from, take(half, at));
    put(half, at, value);
    const below = min(lower, rows - 1 - j);
    let to = at;
    for (let i = 1; i <= below; i++) {
      to += stride;
      put(half, to, f64x2.sub(take(half, to), f64x2.mul(v128.load64_splat(diagonal + 8 * <usize>i), value)));
    }
    diagonal += width;
    at += stride;
  }
  for (let j = rows - 1; j >= 0; j--) {
    const value = f64x2.mul(take(half, at), v128.load64_splat(inverse + 8 * <usize>j));
    put(half, at, value);
    const above = min(lower + upper, j);
    let to = at;
    for (let i = 1; i <= above; i++) {
      to -= stride;
      put(half, to, f64x2.sub(take(half, to), f64x2.mul(v128.load64_splat(diagonal - 8 * <usize>i), value)));
    }
    diagonal -= width;
    at -= stride;
  }
}

/** Eight right-hand sides side by side. */
// @inline
function subtractEight(to: usize, f: v128, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(to, f64x2.sub(v128.load(to), f64x2.mul(f, a)));
  v128.store(to, f64x2.sub(v128.load(to, 16), f64x2.mul(f, b)), 16);
  v128.store(to, f64x2.sub(v128.load(to, 32), f64x2.mul(f, c)), 32);
  v128.store(to, f64x2.sub(v128.load(to, 48), f64x2.mul(f, d)), 48);
}

function solveEight(
  factors: usize,
  inverse: usize,
  pivots: usize,
  x: usize,
  rows: i32,
  lower: i32,
  upper: i32,
  stride: usize,
): void {
  const width: usize = 8 * <usize>(2 * lower + upper + 1);
  let diagonal = factors + 8 * <usize>(lower + upper);
  let at = x;
  for (let j = 0; j < rows - 1; j++) {
    const from = x + stride * <usize>load<i32>(pivots + 4 * <usize>j);
    const a = v128.load(from);
    const b = v128.load(from, 16);
    const c = v128.load(from, 32);
    const d = v128.load(from, 48);
    if (from !== at) {
      memory.copy(from, at, 64);
      v128.store(at, a);
      v128.store(at, b, 16);
      v128.store(at, c, 32);
      v128.store(at, d, 48);
    }
    const below = min(lower, rows - 1 - j);
    let to = at;
    for (let i = 1; i <= below; i++) {
      to += stride;
      subtractEight(to, v128.load64_splat(diagonal + 8 * <usize>i), a, b, c, d);
    }
    diagonal += width;
    at += stride;
  }
  for (let j = rows - 1; j >= 0; j--) {
    const w = v128.load64_splat(inverse + 8 * <usize>j);
    const a = f64x2.mul(v128.load(at), w);
    const b = f64x2.mul(v128.load(at, 16), w);
    const c = f64x2.mul(v128.load(at, 32), w);
    const d = f64x2.mul(v128.load(at, 48), w);
    v128.store(at, a);
    v128.store(at, b, 16);
    v128.store(at, c, 32);
    v128.store(at, d, 48);
    const above = min(lower + upper, j);
    let to = at;
    for (let i = 1; i <= above; i++) {
      to -= stride;
      subtractEight(to, v128.load64_splat(diagonal - 8 * <usize>i), a, b, c, d);
    }
    diagonal -= width;
    at -= stride;
  }
}

/** x [row, column] in place of the right-hand sides. */
export function solveBanded64(
  factors: usize,
  inverse: usize,
  pivots: usize,
  x: usize,
  rows: i32,
  lower: i32,
  upper: i32,
  columns: i32,
): void {
  if (columns === 1) {
    solveOne(factors, inverse, pivots, x, rows, lower, upper);
    return;
  }
  const stride: usize = 8 * <usize>columns;
  let c = 0;
  for (; c + 8 <= columns; c += 8) {
    solveEight(factors, inverse, pivots, x + 8 * <usize>c, rows, lower, upper, stride);
  }
  for (; c + 2 <= columns; c += 2) {
    solvePair(false, factors, inverse, pivots, x + 8 * <usize>c, rows, lower, upper, stride);
  }
  if (c < columns) solvePair(true, factors, inverse, pivots, x + 8 * <usize>c, rows, lower, upper, stride);
}
