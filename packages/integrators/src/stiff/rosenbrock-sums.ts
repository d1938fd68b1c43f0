import type { Vec } from "../rhs.ts";

/** out = start + sum over the first `count` stages; `out` may be `start`. */
export function combine(start: Vec, weights: readonly number[], stages: readonly Vec[], count: number, out: Vec): void {
  if (out !== start) out.set(start);
  for (let j = 0; j < count; j++) {
    const weight = weights[j]!;
    const stage = stages[j]!;
    if (weight === 0) continue;
    for (let i = 0; i < out.length; i++) out[i]! += weight * stage[i]!;
  }
}

/** u + s (d1 + s (d2 + s d3)). */
export function evaluate([u, d1, d2, d3]: readonly [Vec, Vec, Vec, Vec], s: number, out: Vec): void {
  for (let i = 0; i < u.length; i++) out[i] = u[i]! + s * (d1[i]! + s * (d2[i]! + s * d3[i]!));
}
