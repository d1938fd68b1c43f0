import { denseStack } from "./dense-stack.ts";
import type { NetSpec } from "./net-spec.ts";
import type { StackShape } from "./stack-shape.ts";
import type { Samples } from "./training-data.ts";

/** Rows the dense stack works on at once; 64 x 32 float64 values a layer stay in a first-level cache. */
export const TILE_ROWS = 64;

/** The mean squared error of a net over chosen rows of its samples, with its gradient when asked. */
export interface Loss {
  /**
   * 1/(b p) sum over the rows order[from...to) and their p predicted values of weight (prediction - target)^2, b being
   * the number of rows.
   */
  value(samples: Samples, order: Int32Array, from: number, to: number): number;
  /** The same; also sets the gradient with respect to the parameters. */
  valueAndGradient(samples: Samples, order: Int32Array, from: number, to: number): number;
}

/**
 * Binds the loss to flat `parameters` and `gradient`. A batch is walked in tiles of whole rows in the order given, so
 * every sum is taken in one fixed order. Work arrays are made here, for samples of `stackRows` stack rows.
 */
export function meanSquaredError(
  spec: NetSpec,
  shape: StackShape,
  stackRows: number,
  parameters: Float64Array,
  gradient: Float64Array,
): Loss {
  const rowsPerTile = Math.max(1, Math.floor(TILE_ROWS / stackRows));
  const stack = denseStack(shape, parameters, rowsPerTile * stackRows, gradient);
  const { inputs, outputs, outputGradient } = stack;
  const spacing = spec.kind === "fluxNet" ? spec.spacing : undefined;

  function pass(samples: Samples, order: Int32Array, from: number, to: number, backward: boolean): number {
    const { predicted, targets, weights } = samples;
    const rowInputs = stackRows * shape.inputs;
    const scale = 1 / ((to - from) * predicted);
    if (backward) stack.beginGradient();
    let sum = 0;
    for (let first = from; first < to; first += rowsPerTile) {
      const end = Math.min(first + rowsPerTile, to);
      let p = 0;
      for (let s = first; s < end; s++) {
        let q = order[s]! * rowInputs;
        for (let i = 0; i < rowInputs; i++) inputs[p++] = samples.inputs[q++]!;
      }
      const rows = (end - first) * stackRows;
      stack.forward(rows);
      if (spacing !== undefined) outputGradient.fill(0);
      for (let s = first; s < end; s++) {
        const weight = weights[order[s]!]!;
        const at = (s - first) * stackRows * shape.outputs;
        const targetAt = order[s]! * predicted;
        for (let i = 0; i < predicted; i++) {
          const k = at + i;
          const prediction = spacing === undefined ? outputs[k]! : (outputs[k]! - outputs[k + 1]!) / spacing;
          const error = prediction - targets[targetAt + i]!;
          sum += weight * error * error;
          const slope = 2 * scale * weight * error;
          if (spacing === undefined) {
            outputGradient[k] = slope;
          } else {
            outputGradient[k] = outputGradient[k]! + slope / spacing;
            outputGradient[k + 1] = outputGradient[k + 1]! - slope / spacing;
          }
        }
      }
      if (backward) stack.backward(rows);
    }
    return sum * scale;
  }

  return {
    value: (samples, order, from, to) => pass(samples, order, from, to, false),
    valueAndGradient: (samples, order, from, to) => pass(samples, order, from, to, true),
  };
}
