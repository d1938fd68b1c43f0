import { exp } from "@hml/kernels";
import type { MixtureSpec } from "../spec/mixture-density.ts";
import type { MixtureLaw } from "./mixture-law.ts";
import { supportMap } from "./mixture-support.ts";

/** Mean and covariance of a mixture in x. */
export interface MixtureMoments {
  /** [coordinate]. */
  readonly mean: Float64Array;
  /** [coordinate, coordinate]. */
  readonly covariance: Float64Array;
  /** Takes them of the mixture last read by the law. */
  take(withCovariance: boolean): void;
}

/** Nodes t of the trapezoidal rule for the standard normal law: h = 1/3 on [-8, 8]. */
const STEP = 1 / 3;
const NODES: Readonly<Float64Array> = Float64Array.from({ length: 49 }, (_, i) => STEP * (i - 24));

/**
 * Moments of a mixture law: with bounds from E[x(v)] and E[x_i x_j] of each normal law by the trapezoidal rule, whose
 * error falls as exp(-2 pi d / h) with the distance d = pi / deviation of the poles of x(v) and the step h.
 */
export function mixtureMoments(spec: MixtureSpec, law: MixtureLaw): MixtureMoments {
  const { components, size, support } = spec;
  const { value } = supportMap(support);
  const bounded = support.kind !== "unbounded";
  const weights = Float64Array.from(NODES, (t) => (STEP * exp(-0.5 * t * t)) / Math.sqrt(2 * Math.PI));
  const mean = new Float64Array(size);
  const covariance = new Float64Array(size * size);
  /** Standard deviations of the coordinates of v, and its covariances, of one component. */
  const spread = new Float64Array(size * size);
  const means = new Float64Array(components * size);

  /** (L L^T)_ij of component k. */
  const covarianceOf = (k: number, i: number, j: number): number => {
    let sum = 0;
    for (let l = 0; l <= Math.min(i, j); l++) {
      sum += law.factors[(k * size + i) * size + l]! * law.factors[(k * size + j) * size + l]!;
    }
    return sum;
  };
  /** E[x(center + deviation t)]. */
  const expected = (center: number, deviation: number): number => {
    let sum = 0;
    for (let q = 0; q < NODES.length; q++) sum += weights[q]! * value(center + deviation * NODES[q]!);
    return sum;
  };
  /** E[(x_i - mean_i) (x_j - mean_j)] of component k, v_j = mu_j + a t + b s given v_i = mu_i + d t. */
  const product = (k: number, i: number, j: number): number => {
    const deviation = Math.sqrt(spread[i * size + i]!);
    const along = spread[i * size + j]! / deviation;
    const across = Math.sqrt(Math.max(0, spread[j * size + j]! - along * along));
    const first = law.means[k * size + i]!;
    const second = law.means[k * size + j]!;
    let sum = 0;
    for (let q = 0; q < NODES.length; q++) {
      const t = NODES[q]!;
      const left = value(first + deviation * t) - mean[i]!;
      const right = i === j ? left : expected(second + along * t, across) - mean[j]!;
      sum += weights[q]! * left * right;
    }
    return sum;
  };

  return {
    mean,
    covariance,
    take(withCovariance) {
      mean.fill(0);
      for (let k = 0; k < components; k++) {
        for (let i = 0; i < size; i++) {
          const center = law.means[k * size + i]!;
          const own = bounded ? expected(center, Math.sqrt(covarianceOf(k, i, i))) : center;
          means[k * size + i] = own;
          mean[i] = mean[i]! + law.weights[k]! * own;
        }
      }
      if (!withCovariance) return;
      covariance.fill(0);
      for (let k = 0; k < components; k++) {
        for (let i = 0; i < size; i++) {
          for (let j = 0; j < size; j++) spread[i * size + j] = covarianceOf(k, i, j);
        }
        for (let i = 0; i < size; i++) {
          for (let j = 0; j <= i; j++) {
            const part = bounded
              ? product(k, i, j)
              : spread[i * size + j]! + (means[k * size + i]! - mean[i]!) * (means[k * size + j]! - mean[j]!);
            covariance[i * size + j] = covariance[i * size + j]! + law.weights[k]! * part;
            covariance[j * size + i] = covariance[i * size + j]!;
          }
        }
      }
    },
  };
}
