import { activate, backActivate } from "./activation.ts";
import { addBiasGradient, addWeightGradient, affine, transpose } from "./dense-kernels.ts";
import type { StackShape } from "./stack-shape.ts";

/**
 * Dense layers one after the other, evaluated on a tile of rows: the engine under every net of this package. The tile
 * is small enough to stay in the processor's first caches; a batch is tile after tile.
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

/** The stack of a net, odd where its shape says so, over flat `parameters`; with `gradient` (same layout) it can also go backwards. */
export function denseStack(
  shape: StackShape,
  parameters: Float64Array,
  tileRows: number,
  gradient?: Float64Array,
): DenseStack {
  if (!shape.odd) return plainStack(shape, parameters, tileRows, gradient);
  return oddStack(shape, plainStack(shape, parameters, 2 * tileRows, gradient), tileRows);
}

/** F(z) = (G(z) - G(-z)) / 2: the mirrored rows lie behind the others in one stack of twice the rows. */
function oddStack(shape: StackShape, both: DenseStack, tileRows: number): DenseStack {
  const { inputs } = both;
  const outputs = new Float64Array(tileRows * shape.outputs);
  const outputGradient = new Float64Array(tileRows * shape.outputs);
  return {
    inputs,
    outputs,
    outputGradient,
    forward(rows) {
      const mirror = rows * shape.inputs;
      for (let i = 0; i < mirror; i++) inputs[mirror + i] = -inputs[i]!;
      both.forward(2 * rows);
      const count = rows * shape.outputs;
      for (let i = 0; i < count; i++) outputs[i] = 0.5 * (both.outputs[i]! - both.outputs[count + i]!);
    },
    beginGradient() {
      both.beginGradient();
    },
    backward(rows) {
      const count = rows * shape.outputs;
      for (let i = 0; i < count; i++) {
        const half = 0.5 * outputGradient[i]!;
        both.outputGradient[i] = half;
        both.outputGradient[count + i] = -half;
      }
      both.backward(2 * rows);
    },
  };
}

function plainStack(
  shape: StackShape,
  parameters: Float64Array,
  tileRows: number,
  gradient: Float64Array | undefined,
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
  const skip = skipOf(shape, parameters, tileRows, gradient);
  return {
    inputs,
    outputs: skip === undefined ? last.values : skip.outputs,
    outputGradient: last.delta,
    forward(rows) {
      let below = inputs;
      for (const layer of layers) {
        affine(below, layer.w, layer.b, layer.values, rows, layer.units, layer.inputs);
        activate(layer.activation, layer.values, rows * layer.units);
        below = layer.values;
      }
      if (skip === undefined) return;
      affine(inputs, skip.w, undefined, skip.outputs, rows, shape.outputs, shape.inputs);
      for (let i = 0; i < rows * shape.outputs; i++) skip.outputs[i] = skip.outputs[i]! + last.values[i]!;
    },
    beginGradient() {
      gradient!.fill(0);
      for (let l = 1; l < layers.length; l++) {
        const { w, transposed, units, inputs: width } = layers[l]!;
        transpose(w, transposed, units, width);
      }
    },
    backward(rows) {
      if (skip !== undefined) {
        addWeightGradient(last.delta, inputs, skip.gradient!, rows, shape.outputs, shape.inputs);
      }
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

/** Views of the linear skip's weights and the sum of both paths; undefined where the net has none. */
function skipOf(
  { skipAt, inputs, outputs }: StackShape,
  parameters: Float64Array,
  tileRows: number,
  gradient: Float64Array | undefined,
): { w: Float64Array; gradient: Float64Array | undefined; outputs: Float64Array } | undefined {
  if (skipAt === undefined) return undefined;
  const end = skipAt + inputs * outputs;
  return {
    w: parameters.subarray(skipAt, end),
    gradient: gradient?.subarray(skipAt, end),
    outputs: new Float64Array(tileRows * outputs),
  };
}
