// Tridiagonal systems side by side, [row, system], two systems to a vector: what a system is does not show in the bits of another.
// Strides are in bytes. With `shared` one matrix serves all systems, and each of its numbers fills both lanes.
import { put, take } from "./half-lanes";
import { factorAt, lost, placeOf } from "./tridiagonal-lanes";

export { addSums64, factorComplex64, solveComplex64 } from "./tridiagonal-complex";
export { factorPivoted64, solvePivoted64 } from "./tridiagonal-pivoted";

// @inline
function factorPair(
  half: bool,
  lower: usize,
  diagonal: usize,
  upper: usize,
  inverse: usize,
  before: usize,
  after: usize,
  rows: i32,
  systems: i32,
  system: i32,
  threshold: f64,
): i32 {
  const stride: usize = 8 * <usize>systems;
  const tiny = f64x2.splat(threshold);
  let at: usize = 8 * <usize>system;
  let w = f64x2.splat(0);
  for (let i = 0; i < rows; i++) {
    const l = take(half, lower + at);
    const d = take(half, diagonal + at);
    const term = f64x2.mul(l, w);
    const pivot = f64x2.sub(d, term);
    const lanes = lost(half, pivot, f64x2.add(f64x2.abs(d), f64x2.abs(term)), tiny);
    if (lanes) return placeOf(i, systems, system, lanes);
    const p = f64x2.div(f64x2.splat(1), pivot);
    w = f64x2.mul(take(half, upper + at), p);
    put(half, inverse + at, p);
    put(half, before + at, f64x2.mul(l, p));
    put(half, after + at, w);
    at += stride;
  }
  return -1;
}

/**
 * Rows divided by their pivots: inverse = 1 / p, before = lower / p, after = upper / p with p_i = diagonal_i - lower_i after_(i-1).
 * Gives -1, or row * systems + system of the first lost pivot of the first pair of systems that has one.
 */
export function factor64(
  lower: usize,
  diagonal: usize,
  upper: usize,
  inverse: usize,
  before: usize,
  after: usize,
  rows: i32,
  systems: i32,
  threshold: f64,
): i32 {
  for (let s = 0; s < systems; s += 2) {
    const found =
      s + 1 < systems
        ? factorPair(false, lower, diagonal, upper, inverse, before, after, rows, systems, s, threshold)
        : factorPair(true, lower, diagonal, upper, inverse, before, after, rows, systems, s, threshold);
    if (found >= 0) return found;
  }
  return -1;
}

/** y_i = x_i / p_i - before_i y_(i-1) down, x_i = y_i - after_i x_(i+1) up. */
// @inline
function solvePair(
  shared: bool,
  half: bool,
  x: usize,
  inverse: usize,
  before: usize,
  after: usize,
  rows: i32,
  stride: usize,
): void {
  const step: usize = shared ? 8 : stride;
  let at: usize = 0;
  let y = f64x2.mul(take(half, x), factorAt(shared, half, inverse));
  put(half, x, y);
  for (let i = 1; i < rows; i++) {
    x += stride;
    at += step;
    y = f64x2.sub(
      f64x2.mul(take(half, x), factorAt(shared, half, inverse + at)),
      f64x2.mul(factorAt(shared, half, before + at), y),
    );
    put(half, x, y);
  }
  for (let i = 1; i < rows; i++) {
    x -= stride;
    at -= step;
    y = f64x2.sub(take(half, x), f64x2.mul(factorAt(shared, half, after + at), y));
    put(half, x, y);
  }
}

/** The same for eight systems: four recurrences that do not wait for each other. */
// @inline
function solveEight(
  shared: bool,
  x: usize,
  inverse: usize,
  before: usize,
  after: usize,
  rows: i32,
  stride: usize,
): void {
  const step: usize = shared ? 8 : stride;
  // How far the factors of the next pair lie.
  const next: usize = shared ? 0 : 16;
  let at: usize = 0;
  let a = f64x2.mul(v128.load(x), factorAt(shared, false, inverse));
  let b = f64x2.mul(v128.load(x, 16), factorAt(shared, false, inverse + next));
  let c = f64x2.mul(v128.load(x, 32), factorAt(shared, false, inverse + 2 * next));
  let d = f64x2.mul(v128.load(x, 48), factorAt(shared, false, inverse + 3 * next));
  v128.store(x, a);
  v128.store(x, b, 16);
  v128.store(x, c, 32);
  v128.store(x, d, 48);
  for (let i = 1; i < rows; i++) {
    x += stride;
    at += step;
    const w = inverse + at;
    const l = before + at;
    a = f64x2.sub(f64x2.mul(v128.load(x), factorAt(shared, false, w)), f64x2.mul(factorAt(shared, false, l), a));
    b = f64x2.sub(
      f64x2.mul(v128.load(x, 16), factorAt(shared, false, w + next)),
      f64x2.mul(factorAt(shared, false, l + next), b),
    );
    c = f64x2.sub(
      f64x2.mul(v128.load(x, 32), factorAt(shared, false, w + 2 * next)),
      f64x2.mul(factorAt(shared, false, l + 2 * next), c),
    );
    d = f64x2.sub(
      f64x2.mul(v128.load(x, 48), factorAt(shared, false, w + 3 * next)),
      f64x2.mul(factorAt(shared, false, l + 3 * next), d),
    );
    v128.store(x, a);
    v128.store(x, b, 16);
    v128.store(x, c, 32);
    v128.store(x, d, 48);
  }
  for (let i = 1; i < rows; i++) {
    x -= stride;
    at -= step;
    const u = after + at;
    a = f64x2.sub(v128.load(x), f64x2.mul(factorAt(shared, false, u), a));
    b = f64x2.sub(v128.load(x, 16), f64x2.mul(factorAt(shared, false, u + next), b));
    c = f64x2.sub(v128.load(x, 32), f64x2.mul(factorAt(shared, false, u + 2 * next), c));
    d = f64x2.sub(v128.load(x, 48), f64x2.mul(factorAt(shared, false, u + 3 * next), d));
    v128.store(x, a);
    v128.store(x, b, 16);
    v128.store(x, c, 32);
    v128.store(x, d, 48);
  }
}

// @inline
function solveAll(shared: bool, x: usize, inverse: usize, before: usize, after: usize, rows: i32, systems: i32): void {
  const stride: usize = 8 * <usize>systems;
  let s = 0;
  for (; s + 8 <= systems; s += 8) {
    const at: usize = 8 * <usize>s;
    const f: usize = shared ? 0 : at;
    solveEight(shared, x + at, inverse + f, before + f, after + f, rows, stride);
  }
  for (; s + 2 <= systems; s += 2) {
    const at: usize = 8 * <usize>s;
    const f: usize = shared ? 0 : at;
    solvePair(shared, false, x + at, inverse + f, before + f, after + f, rows, stride);
  }
  if (s < systems) {
    const at: usize = 8 * <usize>s;
    const f: usize = shared ? 0 : at;
    solvePair(shared, true, x + at, inverse + f, before + f, after + f, rows, stride);
  }
}

/** The solutions in place of the right-hand sides. */
export function solve64(
  shared: i32,
  x: usize,
  inverse: usize,
  before: usize,
  after: usize,
  rows: i32,
  systems: i32,
): void {
  if (shared) solveAll(true, x, inverse, before, after, rows, systems);
  else solveAll(false, x, inverse, before, after, rows, systems);
}

// @inline
function closePair(
  shared: bool,
  half: bool,
  x: usize,
  column: usize,
  first: usize,
  last: usize,
  inverse: usize,
  rows: i32,
  stride: usize,
): void {
  const step: usize = shared ? 8 : stride;
  const end = x + stride * <usize>(rows - 1);
  const known = f64x2.add(
    f64x2.mul(factorAt(shared, half, first), take(half, x)),
    f64x2.mul(factorAt(shared, half, last), take(half, end - stride)),
  );
  const t = f64x2.mul(f64x2.sub(take(half, end), known), factorAt(shared, half, inverse));
  for (; x < end; x += stride) {
    put(half, x, f64x2.sub(take(half, x), f64x2.mul(factorAt(shared, half, column), t)));
    column += step;
  }
  put(half, end, t);
}

/**
 * The last unknown of a ring, and what it takes from the others: t = (x_(n-1) - first x_0 - last x_(n-2)) inverse,
 * x_i -= column_i t.
 */
export function close64(
  shared: i32,
  x: usize,
  column: usize,
  first: usize,
  last: usize,
  inverse: usize,
  rows: i32,
  systems: i32,
): void {
  const stride: usize = 8 * <usize>systems;
  for (let s = 0; s < systems; s += 2) {
    const at: usize = 8 * <usize>s;
    const whole = s + 1 < systems;
    if (shared) {
      if (whole) closePair(true, false, x + at, column, first, last, inverse, rows, stride);
      else closePair(true, true, x + at, column, first, last, inverse, rows, stride);
    } else if (whole) {
      closePair(false, false, x + at, column + at, first + at, last + at, inverse + at, rows, stride);
    } else {
      closePair(false, true, x + at, column + at, first + at, last + at, inverse + at, rows, stride);
    }
  }
}
