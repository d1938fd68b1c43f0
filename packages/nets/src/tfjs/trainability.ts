import { checkOptions } from "@hml/guard";
import {
  add,
  engine,
  ones,
  type Scalar,
  sum,
  type Tensor,
  tidy,
  Variable,
  variable,
  variableGrads,
} from "@tensorflow/tfjs-core";
import { type LayersModel, type layers, SymbolicTensor } from "@tensorflow/tfjs-layers";
import type { NetSpec } from "../spec/net-spec.ts";
import { type LayersModelOptions, toLayersModel } from "./layers-model.ts";
import { startBackend } from "./prepare.ts";
import { TfjsError } from "./tfjs-error.ts";

/** Whether a backend can train one layer. */
export interface LayerTrainability {
  /** Name of the layer; of a layer in a nested model `model/layer`. */
  readonly layer: string;
  /** Class of the layer, such as `Conv2D`. */
  readonly kind: string;
  /** Whether the backend has every kernel of its value and gradient. */
  readonly trainable: boolean;
  /** The first kernel or gradient found missing, such as `Conv2DBackpropFilter`; undefined when none is. */
  readonly missing: string | undefined;
}

/** Which layers of a model a backend can train. */
export interface Trainability {
  /** Name of the backend. */
  readonly backend: string;
  /** Whether it can train all of them. */
  readonly trainable: boolean;
  /** One entry a layer, in the order of the model; layers without inputs are left out. */
  readonly layers: readonly LayerTrainability[];
}

/**
 * Says which layers of a net or model a backend of TensorFlow.js can train, by trying each on a small field: kernels are
 * missing here and there, and TensorFlow.js says so only in the middle of a training. The backend becomes the current one,
 * repaired as by `prepareTfjs`. Weights are left as they were; a stateful layer forgets its state.
 *
 * `trainWithTfjs` asks this itself before it begins.
 *
 * @param net a net, or a model of the user's own
 * @param backend name of a backend whose package has been imported
 * @param options `points` as for `toLayersModel`
 * @throws TypeError or RangeError (as a rejection) for bad arguments; TfjsError when tfjs-layers has no layers for the net
 */
export async function trainability(
  net: NetSpec | LayersModel,
  backend: string,
  options: Pick<LayersModelOptions, "points"> = {},
): Promise<Trainability> {
  const where = "trainability";
  checkOptions(where, options, ["points"]);
  await startBackend(where, backend);
  if (isModel(net)) return modelTrainability(net, backend);
  const model = toLayersModel(net, { ...options, random: () => 0.5 });
  try {
    return modelTrainability(model, backend);
  } finally {
    model.dispose();
  }
}

function isModel(net: NetSpec | LayersModel): net is LayersModel {
  return "layers" in Object(net) && "inputs" in net && Array.isArray(net.inputs);
}

/** Tries the value and gradient of every layer of a model on a backend that is current. */
export function modelTrainability(model: LayersModel, backend: string): Trainability {
  const found = layersOf(model, "").map(([name, layer]): LayerTrainability => {
    const missing = missingKernel(layer, name === layer.name && isFirst(layer));
    return Object.freeze({ layer: name, kind: layer.getClassName(), trainable: missing === undefined, missing });
  });
  return Object.freeze({ backend, trainable: found.every(({ trainable }) => trainable), layers: Object.freeze(found) });
}

/** Throws for the first layer that cannot be trained. */
export function assertTrainable(where: string, { backend, layers: found }: Trainability): void {
  const bad = found.find(({ trainable }) => !trainable);
  if (bad === undefined) return;
  const { layer, kind, missing = "" } = bad;
  throw new TfjsError(
    "untrainable-layer",
    `${where}: the ${backend} backend cannot train layer ${layer} (${kind}), it lacks ${missing}; take another backend`,
    { layer, kernel: missing },
  );
}

type Layer = layers.Layer;

/** Layers with inputs, those of nested models one by one. */
function layersOf(model: { readonly layers: Layer[] }, prefix: string): (readonly [string, Layer])[] {
  return model.layers.flatMap((layer) => {
    if (layer.getClassName() === "InputLayer") return [];
    const name = `${prefix}${layer.name}`;
    return isNested(layer) ? layersOf(layer, `${name}/`) : [[name, layer] as const];
  });
}

function isNested(layer: Layer): layer is Layer & { readonly layers: Layer[] } {
  return "layers" in layer && Array.isArray(layer.layers);
}

/** Whether a layer reads the inputs of its model, by which nobody needs a gradient. */
function isFirst(layer: Layer): boolean {
  return inputsOf(layer).every(({ sourceLayer }) => sourceLayer.getClassName() === "InputLayer");
}

function inputsOf(layer: Layer): readonly SymbolicTensor[] {
  const input = layer.getInputAt(0);
  return input instanceof SymbolicTensor ? [input] : input;
}

/** Longest axes tried, one after the other: gradients need the same kernels whatever the size of a field. */
const LENGTHS: readonly number[] = [4, 16, Infinity];
/** Points along an axis that the model leaves open. */
const OPEN = 16;

/**
 * What the current backend lacks to train the layer, found by taking the gradient of its sum by weights, and by inputs
 * unless it is the first, on ones. Its weights are put back afterwards, since a batch norm moves its statistics.
 */
function missingKernel(layer: Layer, first: boolean): string | undefined {
  const kept = tidy(() => layer.getWeights().map((weight) => weight.clone()));
  try {
    let failure: Error | undefined;
    for (const longest of LENGTHS) {
      const shapes = inputsOf(layer).map(({ shape }) =>
        shape.map((n, axis) =>
          axis > 0 && axis < shape.length - 1 ? Math.min(n ?? OPEN, longest) : (n ?? (axis === 0 ? 2 : OPEN)),
        ),
      );
      failure = gradientFailure(layer, shapes, first);
      if (failure === undefined) return undefined;
      const missing = missingIn(failure);
      if (missing !== undefined) return missing;
      // Wide stencils need longer axes, and some layers, such as a reshape, their own.
    }
    throw failure;
  } finally {
    layer.setWeights(kept);
    for (const weight of kept) weight.dispose();
    if (layer.stateful) layer.resetStates();
  }
}

/** The error of a gradient on inputs of these shapes, if there is one. */
function gradientFailure(layer: Layer, shapes: readonly number[][], first: boolean): Error | undefined {
  const inputs = tidy(() => shapes.map((shape) => variable(ones(shape), !first)));
  const weights = layer.trainableWeights.map((weight) => weight.read()).filter((value) => value instanceof Variable);
  const by = [...inputs, ...weights].filter(({ trainable }) => trainable);
  const value = (): Scalar => total(layer.call(inputs, { training: true }));
  try {
    tidy(() => {
      if (by.length === 0) value();
      else variableGrads(value, by);
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    freeTape();
    // Nothing in the layer is differentiable, so nothing has to be.
    return error.message.startsWith("Cannot find a connection") ? undefined : error;
  } finally {
    for (const input of inputs) input.dispose();
  }
}

/** A gradient that fails leaves the values that it saved on the way forward behind. */
function freeTape(): void {
  const { state } = engine();
  if (state.gradientDepth > 0) return;
  for (const { saved = [] } of state.activeTape ?? []) for (const value of saved) value.dispose();
  state.activeTape = [];
}

function total(outputs: Tensor | Tensor[]): Scalar {
  const [first, ...rest] = Array.isArray(outputs) ? outputs : [outputs];
  return rest.reduce<Scalar>((value, output) => add(value, sum(output)), sum(first!));
}

/** The kernel or gradient whose absence is the error; TensorFlow.js names it in the message only. */
function missingIn({ message }: Error): string | undefined {
  const kernel = /^Kernel '([^']+)' not registered for backend/.exec(message)?.[1];
  if (kernel !== undefined) return kernel;
  const gradient = /gradient function not found for ([^.\s]+)/.exec(message)?.[1];
  return gradient === undefined ? undefined : `the gradient of ${gradient}`;
}
