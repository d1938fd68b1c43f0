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
