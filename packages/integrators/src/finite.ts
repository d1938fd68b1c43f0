import type { Vec } from "./rhs.ts";

/** Index of the first value that is not finite, or -1: one pass of additions when all are. */
export function nonFiniteIndex(u: Vec): number {
  let sum = 0;
  for (let i = 0; i < u.length; i++) sum += u[i]! - u[i]!;
  return sum === 0 ? -1 : u.findIndex((value) => !Number.isFinite(value));
}
