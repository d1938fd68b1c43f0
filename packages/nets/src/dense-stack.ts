import { activate, backActivate } from "./activation.ts";
import { addBiasGradient, addWeightGradient, affine, transpose } from "./dense-kernels.ts";
import type { StackShape } from "./stack-shape.ts";

/**
 * Dense layers one after the other, evaluated on a tile of rows: the engine under every net of this package. The tile
 * is small enough to stay in the processor's first cache; a batch is tile after tile.
 */
export interface DenseStack {
  /** [rows, shape.inputs], filled by the caller before `forward`. */
  readonly inputs: Float64Array;
  /** [rows, shape.outputs], written by `forward`. */
  readonly outputs: Float64Array;
  /** dL/d(outputs), [rows, shape.outputs], filled by the caller before `backward`, which overwrites it. */
  readonly outputGradient: Float64Array;
  /** Evaluates the first `rows` rows. */
  forward(rows: number): void;
  /** Sets the gradient to zero and takes up changed parameters; once before the tiles of a batch. */
  beginGradient(): void;
  /** Adds the gradient of the rows last passed to `forward`. */
  backward(rows: number): void;
}

/** A dense stack over flat `parameters`; with `gradient` (same layout) it can also go backwards. */
export function denseStack(
  shape: StackShape,
  parameters: Float64Array,
  tileRows: number,
  gradient?: Float64Array,
): DenseStack {
  const layers = shape.layers.map(({ inputs, units, activation, weightAt, biasAt }) => {
    const weightEnd = weightAt + inputs * units;
    const view = (flat: Float64Array): { w: Float64Array; b: Float64Array | undefined } => ({
      w: flat.subarray(weightAt, weightEnd),
      b: biasAt === undefined ? undefined : flat.subarray(biasAt, biasAt + units),
    });
    return {
      inputs,
      units,
      activation,
      ...view(parameters),
      transposed: new Float64Array(gradient === undefined ? 0 : inputs * units),
      gradient: gradient === undefined ? undefined : view(gradient),
      values: new Float64Array(tileRows * units),
      delta: new Float64Array(gradient === undefined ? 0 : tileRows * units),
    };
  });
  const inputs = new Float64Array(tileRows * shape.inputs);
  const last = layers.at(-1)!;
  return {
    inputs,
    outputs: last.values,
    outputGradient: last.delta,
    forward(rows) {
      let below = inputs;
      for (const layer of layers) {
        affine(below, layer.w, layer.b, layer.values, rows, layer.units, layer.inputs);
        activate(layer.activation, layer.values, rows * layer.units);
        below = layer.values;
      }
    },
    beginGradient() {
      gradient!.fill(0);
      for (let l = 1; l < layers.length; l++) {
        const { w, transposed, units, inputs: width } = layers[l]!;
        transpose(w, transposed, units, width);
      }
    },
    backward(rows) {
      for (let l = layers.length - 1; l >= 0; l--) {
        const layer = layers[l]!;
        backActivate(layer.activation, layer.values, layer.delta, rows * layer.units);
        const below = l === 0 ? inputs : layers[l - 1]!.values;
        addWeightGradient(layer.delta, below, layer.gradient!.w, rows, layer.units, layer.inputs);
        if (layer.gradient!.b !== undefined) addBiasGradient(layer.delta, layer.gradient!.b, rows, layer.units);
        if (l > 0)
          affine(layer.delta, layer.transposed, undefined, layers[l - 1]!.delta, rows, layer.inputs, layer.units);
      }
    },
  };
}
