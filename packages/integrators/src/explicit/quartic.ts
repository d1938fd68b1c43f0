import type { Vec } from "../rhs.ts";
import { addCombination, combination } from "./combination.ts";
import type { DenseCoefficients } from "./embedded-pair.ts";

/**
 * The coefficients of u(t + theta h) = u + h theta (q0 + theta (q1 + theta (q2 + theta q3))): q0 = k[0], and q_j is the
 * sum over slopes of the weights in row j - 1.
 */
export function quarticCoefficients(weights: readonly (readonly number[])[], k: readonly Vec[]): DenseCoefficients {
  const first = k[0]!;
  const rows = weights.map((row) => combination(row, k));
  const vectors = [first, ...rows.map((): Vec => new Float64Array(first.length))];
  const zero = new Float64Array(first.length);
  return {
    vectors,
    fill() {
      for (let j = 0; j < rows.length; j++) addCombination(zero, 1, rows[j]!, vectors[j + 1]!);
    },
  };
}

/** The quartic of a step of `dt` from `from` at `theta` in [0, 1]. */
export function interpolateQuartic(from: Vec, vectors: readonly Vec[], dt: number, theta: number, out: Vec): void {
  const [q0, q1, q2, q3] = vectors as [Vec, Vec, Vec, Vec];
  const scale = dt * theta;
  for (let i = 0; i < out.length; i++) {
    out[i] = from[i]! + scale * (q0[i]! + theta * (q1[i]! + theta * (q2[i]! + theta * q3[i]!)));
  }
}
