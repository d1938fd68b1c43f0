// The last of an odd number of systems or right-hand sides lies alone in a vector.

/** Two numbers, or with `half` one. */
// @inline
export function take(half: bool, p: usize): v128 {
  return half ? v128.load64_zero(p) : v128.load(p);
}

// @inline
export function put(half: bool, p: usize, x: v128): void {
  if (half) v128.store64_lane(p, x, 0);
  else v128.store(p, x);
}
