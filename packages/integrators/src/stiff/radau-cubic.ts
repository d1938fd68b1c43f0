import type { Vec } from "../rhs.ts";
import { C1, C2 } from "./radau-coefficients.ts";

/**
 * The collocation polynomial of a step, of degree 3 through the start and the three stages, in Newton's form from the
 * step's end (s = 0) back to its start (s = -1):
 *
 *   p(s) = u + s (d1 + (s - (c2 - 1)) (d2 + (s - (c1 - 1)) d3)),
 *
 * kept as the rows u, d1, d2, d3 of length `size`.
 *
 * Source: Hairer, Wanner, Solving Ordinary Differential Equations II, 2nd ed., section IV.8, eq. (8.16); RADAU5's CONTR5.
 */
export type Cubic = readonly [u: Vec, d1: Vec, d2: Vec, d3: Vec];

/** Makes the zero cubic. */
export function cubic(size: number): Cubic {
  return [new Float64Array(size), new Float64Array(size), new Float64Array(size), new Float64Array(size)];
}

/** Turns the cubic of the last step, which ends at u, into that of the next one with stage increments `z1`, `z2`, `z3`. */
export function fitCubic([u, d1, d2, d3]: Cubic, z1: Vec, z2: Vec, z3: Vec): void {
  for (let i = 0; i < u.length; i++) {
    const start = z1[i]! / C1;
    const middle = (z1[i]! - z2[i]!) / (C1 - C2);
    const end = (z2[i]! - z3[i]!) / (C2 - 1);
    const second = (middle - end) / (C1 - 1);
    u[i]! += z3[i]!;
    d1[i] = end;
    d2[i] = second;
    d3[i] = second - (middle - start) / C2;
  }
}

/** The cubic at s. */
export function evaluateCubic([u, d1, d2, d3]: Cubic, s: number, out: Vec): void {
  const s2 = s - (C2 - 1);
  const s1 = s - (C1 - 1);
  for (let i = 0; i < u.length; i++) out[i] = u[i]! + s * (d1[i]! + s2 * (d2[i]! + s1 * d3[i]!));
}

/** p(s) - p(0): the increment that the last step's cubic foresees at s of its length into the next. */
export function extrapolateCubic([, d1, d2, d3]: Cubic, s: number, out: Vec): void {
  const s2 = s - (C2 - 1);
  const s1 = s - (C1 - 1);
  for (let i = 0; i < out.length; i++) out[i] = s * (d1[i]! + s2 * (d2[i]! + s1 * d3[i]!));
}
