import type { Vec } from "../rhs.ts";

/** Root mean square of `values` times `weights`, the reciprocals of the tolerances. NaN and overflow stay visible. */
export function weightedRms(values: Vec, weights: Vec): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const scaled = values[i]! * weights[i]!;
    sum += scaled * scaled;
  }
  return Math.sqrt(sum / values.length);
}

/** Reciprocals of the tolerances atol_i + rtol max(|u_i|, |v_i|), for the norm of errors of a step from `u` to `v`. */
export function toleranceWeights(u: Vec, v: Vec, atol: Vec, rtol: number, out: Vec): void {
  for (let i = 0; i < out.length; i++) {
    const before = Math.abs(u[i]!);
    const after = Math.abs(v[i]!);
    const tolerance = atol[i]! + rtol * (before > after ? before : after);
    // A zero tolerance at a zero component gives a weight of 1e300: any error there is too large, none is fine.
    out[i] = 1 / (tolerance > 1e-300 ? tolerance : 1e-300);
  }
}
