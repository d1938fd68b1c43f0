import type { Activation } from "@hml/kernels";

/** A dense network of tanh layers with a linear last one, evaluated or differentiated on a batch. */
export interface NetRun {
  /** Sizes from the input to the output. */
  readonly sizes: readonly number[];
  readonly batch: number;
}

/** Networks of the size that learned coarse laws have. */
export const nets: readonly NetRun[] = [3, 16].flatMap((inputs) =>
  [64, 4096].map((batch) => ({ sizes: inputs === 3 ? [3, 16, 16, 1] : [16, 64, 64, 16], batch })),
);

/** Sizes of square matrices. */
export const matrices: readonly number[] = [64, 256];

/** Points an axis of squares that are transformed. */
export const squares: readonly number[] = [128, 256];

/** Weights of layer `index`, [units, inputs], and its biases, which both sides make by the same formula. */
export function parametersOf(
  index: number,
  inputs: number,
  units: number,
): { weights: Float64Array; bias: Float64Array } {
  return {
    weights: Float64Array.from({ length: units * inputs }, (_, i) => Math.sin(1.7 * i + index + 1) / Math.sqrt(inputs)),
    bias: Float64Array.from({ length: units }, (_, j) => 0.1 * Math.cos(j + index)),
  };
}

/** Activation of layer `index` of `count`. */
export function activationOf(index: number, count: number): Activation {
  return index < count - 1 ? "tanh" : "linear";
}

/** Entry i of a matrix or of a batch; `phase` tells them apart. */
export function entry(i: number, phase: number): number {
  return Math.sin(0.37 * i + phase);
}
