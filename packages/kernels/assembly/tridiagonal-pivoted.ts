// Tridiagonal systems side by side by elimination with exchanges of neighbouring rows.
import { put, take } from "./half-lanes";
import { factorAt, lost, placeOf } from "./tridiagonal-lanes";

// @inline
function factorPivotedPair(
  half: bool,
  lower: usize,
  diagonal: usize,
  upper: usize,
  inverse: usize,
  before: usize,
  after: usize,
  second: usize,
  swaps: usize,
  rows: i32,
  systems: i32,
  system: i32,
  threshold: f64,
): i32 {
  const stride: usize = 8 * <usize>systems;
  const tiny = f64x2.splat(threshold);
  const zero = f64x2.splat(0);
  const one = f64x2.splat(1);
  let at: usize = 8 * <usize>system;
  // The row that is left of those above: its pivot, the entry right of it, and the sizes of the pivot's terms.
  let pivot = take(half, diagonal + at);
  let right = take(half, upper + at);
  let terms = f64x2.abs(pivot);
  for (let i = 0; i < rows; i++) {
    const last = i === rows - 1;
    const below = last ? zero : take(half, lower + at + stride);
    const d = last ? zero : take(half, diagonal + at + stride);
    const u = last ? zero : take(half, upper + at + stride);
    const swap = f64x2.gt(f64x2.abs(below), f64x2.abs(pivot));
    const largest = v128.bitselect(below, pivot, swap);
    const lanes = lost(half, largest, v128.bitselect(zero, terms, swap), tiny);
    if (lanes) return placeOf(i, systems, system, lanes);
    const p = f64x2.div(one, largest);
    const factor = f64x2.mul(v128.bitselect(pivot, below, swap), p);
    const beside = v128.bitselect(d, right, swap);
    const beyond = v128.bitselect(u, zero, swap);
    put(half, inverse + at, p);
    put(half, before + at, factor);
    put(half, after + at, f64x2.mul(beside, p));
    put(half, second + at, f64x2.mul(beyond, p));
    put(half, swaps + at, v128.and(one, swap));
    const kept = v128.bitselect(right, d, swap);
    const taken = f64x2.mul(factor, beside);
    pivot = f64x2.sub(kept, taken);
    terms = f64x2.add(f64x2.abs(kept), f64x2.abs(taken));
    right = v128.bitselect(f64x2.neg(f64x2.mul(factor, u)), u, swap);
    at += stride;
  }
  return -1;
}

/** With rows exchanged where the entry below the pivot is larger; `swaps` says where, 1 or 0. */
export function factorPivoted64(
  lower: usize,
  diagonal: usize,
  upper: usize,
  inverse: usize,
  before: usize,
  after: usize,
  second: usize,
  swaps: usize,
  rows: i32,
  systems: i32,
  threshold: f64,
): i32 {
  for (let s = 0; s < systems; s += 2) {
    const found =
      s + 1 < systems
        ? factorPivotedPair(
            false,
            lower,
            diagonal,
            upper,
            inverse,
            before,
            after,
            second,
            swaps,
            rows,
            systems,
            s,
            threshold,
          )
        : factorPivotedPair(
            true,
            lower,
            diagonal,
            upper,
            inverse,
            before,
            after,
            second,
            swaps,
            rows,
            systems,
            s,
            threshold,
          );
    if (found >= 0) return found;
  }
  return -1;
}

// @inline
function solvePivotedPair(
  shared: bool,
  half: bool,
  x: usize,
  inverse: usize,
  before: usize,
  after: usize,
  second: usize,
  swaps: usize,
  rows: i32,
  stride: usize,
): void {
  const step: usize = shared ? 8 : stride;
  let at: usize = 0;
  let left = take(half, x);
  for (let i = 1; i < rows; i++) {
    const next = take(half, x + stride);
    const swap = f64x2.ne(factorAt(shared, half, swaps + at), f64x2.splat(0));
    const upper = v128.bitselect(next, left, swap);
    put(half, x, upper);
    left = f64x2.sub(v128.bitselect(left, next, swap), f64x2.mul(factorAt(shared, half, before + at), upper));
    x += stride;
    at += step;
  }
  let y = f64x2.mul(left, factorAt(shared, half, inverse + at));
  let z = f64x2.splat(0);
  put(half, x, y);
  for (let i = 1; i < rows; i++) {
    x -= stride;
    at -= step;
    const own = f64x2.mul(take(half, x), factorAt(shared, half, inverse + at));
    const far = f64x2.sub(own, f64x2.mul(factorAt(shared, half, second + at), z));
    z = y;
    y = f64x2.sub(far, f64x2.mul(factorAt(shared, half, after + at), y));
    put(half, x, y);
  }
}

/** The solutions in place of the right-hand sides. */
export function solvePivoted64(
  shared: i32,
  x: usize,
  inverse: usize,
  before: usize,
  after: usize,
  second: usize,
  swaps: usize,
  rows: i32,
  systems: i32,
): void {
  const stride: usize = 8 * <usize>systems;
  for (let s = 0; s < systems; s += 2) {
    const at: usize = 8 * <usize>s;
    const whole = s + 1 < systems;
    if (shared) {
      if (whole) solvePivotedPair(true, false, x + at, inverse, before, after, second, swaps, rows, stride);
      else solvePivotedPair(true, true, x + at, inverse, before, after, second, swaps, rows, stride);
    } else if (whole) {
      solvePivotedPair(
        false,
        false,
        x + at,
        inverse + at,
        before + at,
        after + at,
        second + at,
        swaps + at,
        rows,
        stride,
      );
    } else {
      solvePivotedPair(
        false,
        true,
        x + at,
        inverse + at,
        before + at,
        after + at,
        second + at,
        swaps + at,
        rows,
        stride,
      );
    }
  }
}
