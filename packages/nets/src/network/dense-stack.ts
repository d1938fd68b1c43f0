import { denseLayer, type DenseLayer, denseLayerBytes, type DenseLayerOptions } from "@hml/kernels";
import { type EngineKind, engineFor } from "./net-engine.ts";
import type { LayerShape, StackShape } from "../spec/stack-shape.ts";

/** How a stack is built. */
export interface StackOptions {
  /** Most rows that are evaluated at once. */
  readonly rows: number;
  /** What it should run on. */
  readonly engine: EngineKind;
  /** Whether it can go backwards. */
  readonly trainable: boolean;
}

/**
 * Dense layers one after the other, evaluated on a tile of rows, under every net of this package. The tile is small
 * enough to stay in the processor's first caches; a batch is tile after tile.
 */
export interface DenseStack {
  /** What it runs on. */
  readonly engine: EngineKind;
  /** [rows, shape.inputs], filled by the caller before `forward`. */
  readonly inputs: Float64Array;
  /** [rows, shape.outputs], written by `forward`. */
  readonly outputs: Float64Array;
  /** dL/d(outputs), [rows, shape.outputs], filled by the caller before `backward`, which overwrites it. */
  readonly outputGradient: Float64Array;
  /** dL/d(parameters), laid out as they are. */
  readonly gradient: Float64Array;
  /** Takes up the parameters as they are now. */
  update(): void;
  /** Evaluates the first `rows` rows. */
  forward(rows: number): void;
  /** Adds the gradient of the `rows` rows last passed to `forward` to `gradient`. */
  backward(rows: number): void;
}

/** The stack of a net, odd where its shape says so, over flat `parameters`, which are taken up once here. */
export function denseStack(shape: StackShape, parameters: Float64Array, options: StackOptions): DenseStack {
  if (!shape.odd) return plainStack(shape, parameters, options);
  return oddStack(shape, plainStack(shape, parameters, { ...options, rows: 2 * options.rows }), options.rows);
}

/** F(z) = (G(z) - G(-z)) / 2: the mirrored rows lie behind the others in one stack of twice the rows. */
function oddStack(shape: StackShape, both: DenseStack, tileRows: number): DenseStack {
  const { inputs } = both;
  const outputs = new Float64Array(tileRows * shape.outputs);
  const outputGradient = new Float64Array(tileRows * shape.outputs);
  return {
    ...both,
    outputs,
    outputGradient,
    forward(rows) {
      const mirror = rows * shape.inputs;
      for (let i = 0; i < mirror; i++) inputs[mirror + i] = -inputs[i]!;
      both.forward(2 * rows);
      const count = rows * shape.outputs;
      for (let i = 0; i < count; i++) outputs[i] = 0.5 * (both.outputs[i]! - both.outputs[count + i]!);
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

function plainStack(shape: StackShape, parameters: Float64Array, options: StackOptions): DenseStack {
  const { rows, trainable } = options;
  const skipPlace = skipOf(shape);
  const engine = engineFor(options.engine, bytesOf(shape, skipPlace, options));
  const inputs = engine.float64(rows * shape.inputs);
  const gradient = trainable ? engine.float64(shape.parameters) : new Float64Array(0);

  const updates: (() => void)[] = [];
  const bind = (place: LayerShape, input: Float64Array, inputGradient: Float64Array | undefined): DenseLayer => {
    const weightEnd = place.weightAt + place.inputs * place.units;
    const weightsIn = (flat: Float64Array): Float64Array => flat.subarray(place.weightAt, weightEnd);
    const biasIn = (flat: Float64Array): Float64Array => flat.subarray(weightEnd, weightEnd + place.units);
    const biased = place.biasAt !== undefined;
    const layer = denseLayer(engine, {
      ...sizesOf(place, inputGradient !== undefined, options),
      input,
      ...(inputGradient === undefined ? {} : { inputGradient }),
      ...(trainable ? { weightGradient: weightsIn(gradient) } : {}),
      ...(trainable && biased ? { biasGradient: biasIn(gradient) } : {}),
    });
    const weights = weightsIn(parameters);
    const bias = biased ? biasIn(parameters) : undefined;
    updates.push(() => layer.setParameters(weights, bias));
    return layer;
  };
  const layers: DenseLayer[] = [];
  for (const place of shape.layers) {
    const below = layers.at(-1);
    layers.push(bind(place, below?.output ?? inputs, below?.outputGradient));
  }
  const last = layers.at(-1)!;
  const skip = skipPlace === undefined ? undefined : bind(skipPlace, inputs, undefined);
  const update = (): void => {
    for (const take of updates) take();
  };
  update();
  return {
    engine: engine.kind,
    inputs,
    outputs: (skip ?? last).output,
    outputGradient: (skip ?? last).outputGradient ?? new Float64Array(0),
    gradient,
    update,
    forward(count) {
      for (const layer of layers) layer.forward(count);
      if (skip === undefined) return;
      skip.forward(count);
      for (let i = 0; i < count * shape.outputs; i++) skip.output[i] = skip.output[i]! + last.output[i]!;
    },
    backward(count) {
      if (skip !== undefined) {
        last.outputGradient!.set(skip.outputGradient!);
        skip.backward(count);
      }
      for (let l = layers.length - 1; l >= 0; l--) layers[l]!.backward(count);
    },
  };
}

/** The linear skip as one more layer on the inputs. */
function skipOf({ skipAt, inputs, outputs }: StackShape): LayerShape | undefined {
  if (skipAt === undefined) return undefined;
  return { inputs, units: outputs, activation: "linear", weightAt: skipAt, biasAt: undefined };
}

/** Sizes of a layer in a stack; `deep` for one above another. */
function sizesOf(place: LayerShape, deep: boolean, { rows, trainable }: StackOptions): DenseLayerOptions {
  const { inputs, units, activation, biasAt } = place;
  const gradient = !trainable ? "none" : deep ? "all" : "parameters";
  return { rows, inputs, units, activation, bias: biasAt !== undefined, gradient };
}

/** What the arrays of a stack take of an engine. */
function bytesOf(shape: StackShape, skip: LayerShape | undefined, options: StackOptions): number {
  const taken = (length: number): number => 16 * Math.ceil((8 * length) / 16);
  let bytes = taken(options.rows * shape.inputs) + (options.trainable ? taken(shape.parameters) : 0);
  shape.layers.forEach((place, l) => {
    bytes += denseLayerBytes(sizesOf(place, l > 0, options), GIVEN);
  });
  return skip === undefined ? bytes : bytes + denseLayerBytes(sizesOf(skip, false, options), GIVEN);
}

/** What a stack gives to each of its layers. */
const GIVEN = ["input", "inputGradient", "weightGradient", "biasGradient"] as const;
