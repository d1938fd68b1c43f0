// What the two systems of a vector share.
import { take } from "./half-lanes";
// @inline
export function factorAt(shared: bool, half: bool, p: usize): v128 {
  return shared ? v128.load64_splat(p) : take(half, p);
}

/** Bits 0 and 1: lanes whose pivot is not finite, zero, or so small beside its two terms that it may be their rounding. */
// @inline
export function lost(half: bool, pivot: v128, terms: v128, tiny: v128): i32 {
  const size = f64x2.abs(pivot);
  const good = v128.and(f64x2.gt(size, f64x2.mul(tiny, terms)), f64x2.lt(size, f64x2.splat(Infinity)));
  return (i64x2.bitmask(good) ^ 3) & (half ? 1 : 3);
}

/** Row and system of the first lost pivot among those found: row * systems + system. */
// @inline
export function placeOf(row: i32, systems: i32, system: i32, lanes: i32): i32 {
  return row * systems + system + (lanes & 1 ? 0 : 1);
}
