import { exp, sigmoid, softplus } from "@hml/kernels";
import { type MixtureSpec, rawSize } from "../spec/mixture-density.ts";
import { supportMap } from "./mixture-support.ts";
import type { FloatArray } from "./part.ts";

/** One mixture of normal laws, read off the raw outputs of a net; its arrays are work arrays, written by `read`. */
export interface MixtureLaw {
  /** Weights, [component]. */
  readonly weights: Float64Array;
  /** Means of v, [component, coordinate]. */
  readonly means: Float64Array;
  /** Cholesky factors of the covariances of v, [component, row, column], zero above the diagonal. */
  readonly factors: Float64Array;
  /** Takes up the raw outputs raw[at...]. */
  read(raw: FloatArray, at: number): void;
  /** log p(x) of the value x = values[at...], the density of x itself. */
  logDensity(values: Float64Array, at: number): number;
  /**
   * Adds `factor` times the slopes of -log p, at the value last passed to `logDensity`, by logits, means and entries of the
   * factors to slopes of the latter; `rawSlopes` turns them into those by raw outputs.
   */
  addSlopes(factor: number): void;
  /** The slopes added since `read` by the raw outputs, into out[0...]. */
  rawSlopes(out: Float64Array): void;
}

const HALF_LOG_TWO_PI = 0.9189385332046727;

/** Work arrays for one mixture; see `mixtureDensity` for the order of raw outputs. */
export function mixtureLaw(spec: MixtureSpec): MixtureLaw {
  const { components, size, floor } = spec;
  const support = supportMap(spec.support);
  const square = size * size;
  const meanAt = components;
  const diagonalAt = meanAt + components * size;
  const belowAt = diagonalAt + components * size;
  const weights = new Float64Array(components);
  const means = new Float64Array(components * size);
  const factors = new Float64Array(components * square);
  /** log w_k less the logarithm of the constant of its normal law. */
  const logs = new Float64Array(components);
  /** dL_ii / d(raw). */
  const growth = new Float64Array(components * size);
  // Of the value last judged: v, L_k^-1 (v - mu_k), the component's share, L_k^-T of the former.
  const v = new Float64Array(size);
  const whitened = new Float64Array(components * size);
  const shares = new Float64Array(components);
  const turned = new Float64Array(size);
  const slopes = new Float64Array(rawSize(spec));

  /** log sum_k exp(x_k); leaves the shares of the sum in `parts`, which may be `x`. */
  const logSum = (x: Float64Array | FloatArray, at: number, parts: Float64Array): number => {
    let most = -Infinity;
    for (let k = 0; k < components; k++) most = Math.max(most, x[at + k]!);
    if (most === -Infinity) {
      parts.fill(0);
      return most;
    }
    let sum = 0;
    for (let k = 0; k < components; k++) {
      const part = exp(x[at + k]! - most);
      parts[k] = part;
      sum += part;
    }
    for (let k = 0; k < components; k++) parts[k] = parts[k]! / sum;
    return most + Math.log(sum);
  };

  return {
    weights,
    means,
    factors,
    read(raw, at) {
      const total = logSum(raw, at, weights);
      let below = at + belowAt;
      for (let k = 0; k < components; k++) {
        let log = raw[at + k]! - total - size * HALF_LOG_TWO_PI;
        for (let i = 0; i < size; i++) {
          means[k * size + i] = raw[at + meanAt + k * size + i]!;
          for (let j = 0; j < i; j++) factors[k * square + i * size + j] = raw[below++]!;
          const diagonal = raw[at + diagonalAt + k * size + i]!;
          const deviation = floor + softplus(diagonal);
          factors[k * square + i * size + i] = deviation;
          growth[k * size + i] = sigmoid(diagonal);
          log -= Math.log(deviation);
        }
        logs[k] = log;
      }
      slopes.fill(0);
    },
    logDensity(values, at) {
      const logSlope = support.take(values, at, v);
      for (let k = 0; k < components; k++) {
        let squares = 0;
        for (let i = 0; i < size; i++) {
          const row = k * square + i * size;
          let rest = v[i]! - means[k * size + i]!;
          for (let j = 0; j < i; j++) rest -= factors[row + j]! * whitened[k * size + j]!;
          const z = rest / factors[row + i]!;
          whitened[k * size + i] = z;
          squares += z * z;
        }
        shares[k] = logs[k]! - 0.5 * squares;
      }
      return logSum(shares, 0, shares) + logSlope;
    },
    addSlopes(factor) {
      let below = belowAt;
      for (let k = 0; k < components; k++) {
        const share = factor * shares[k]!;
        slopes[k] = slopes[k]! + factor * weights[k]! - share;
        for (let i = size - 1; i >= 0; i--) {
          let rest = whitened[k * size + i]!;
          for (let j = i + 1; j < size; j++) rest -= factors[k * square + j * size + i]! * turned[j]!;
          turned[i] = rest / factors[k * square + i * size + i]!;
        }
        for (let i = 0; i < size; i++) {
          const pull = share * turned[i]!;
          const mean = meanAt + k * size + i;
          const diagonal = diagonalAt + k * size + i;
          slopes[mean] = slopes[mean]! - pull;
          for (let j = 0; j < i; j++, below++) slopes[below] = slopes[below]! - pull * whitened[k * size + j]!;
          const own = share / factors[k * square + i * size + i]! - pull * whitened[k * size + i]!;
          slopes[diagonal] = slopes[diagonal]! + own;
        }
      }
    },
    rawSlopes(out) {
      for (let i = 0; i < slopes.length; i++) out[i] = slopes[i]!;
      for (let i = 0; i < growth.length; i++) out[diagonalAt + i] = out[diagonalAt + i]! * growth[i]!;
    },
  };
}
