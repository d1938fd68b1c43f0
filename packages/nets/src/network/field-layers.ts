import type { Precision } from "@hml/kernels";
import type { ConvolutionShape, FieldLayerShape, NormShape, ScaleShape } from "../spec/field-layer.ts";
import {
  convolutionBytes,
  convolutionOf,
  type FieldSizes,
  normBytes,
  normOf,
  scaleBytes,
  scaleOf,
} from "./field-kernels.ts";
import { arrayBytes, arrayOf, type FloatArray, type NetworkOptions, type Part, type Site } from "./part.ts";

/** What a stack of field layers is wired to. */
export interface FieldWiring {
  /** Taken as the input, [row, y, x, channel]. */
  readonly input?: FloatArray;
  /** Taken as the input's gradient; without it none is computed. */
  readonly inputGradient?: FloatArray | undefined;
}

/** One layer on its arrays, `update` with what it takes up. */
type Layer = Omit<Part, "outputGradient"> & { readonly outputGradient: FloatArray | undefined };

/** What lies below a layer. */
interface Below {
  readonly input: FloatArray;
  readonly inputGradient: FloatArray | undefined;
}

/**
 * Convolutions, batch norms, poolings and up-samplings one above the other; a row is a whole field, channel-last, of the
 * extents [x] or [x, y]. A training pass moves the running statistics in the site's parameters.
 */
export function fieldLayers(
  site: Site,
  extents: readonly number[],
  layers: readonly FieldLayerShape[],
  wiring: FieldWiring = {},
): Part {
  const { engine, precision, rows, trainable } = site;
  const numbers = rows * extents.reduce((a, b) => a * b, channelsBelow(layers[0]!));
  const { input = arrayOf(engine, precision, numbers), inputGradient } = wiring;
  const chain: Layer[] = [];
  walk(layers, extents, rows, precision, trainable, (layer, sizes) => {
    const top = chain.at(-1);
    const below: Below =
      top === undefined ? { input, inputGradient } : { input: top.output, inputGradient: top.outputGradient };
    switch (layer.kind) {
      case "convolution":
        chain.push(convolution(site, layer, sizes, below));
        break;
      case "norm":
        chain.push(norm(site, layer, sizes, below));
        break;
      default:
        chain.push(scale(site, layer, sizes, below));
    }
  });
  const last = chain.at(-1)!;
  return {
    input,
    inputGradient,
    output: last.output,
    outputGradient: last.outputGradient ?? arrayOf(engine, precision, 0),
    update() {
      for (const layer of chain) layer.update();
    },
    forward(count, training) {
      for (const layer of chain) layer.forward(count, training);
    },
    backward(count) {
      for (let l = chain.length - 1; l >= 0; l--) chain[l]!.backward(count);
    },
  };
}

/** What field layers take of an engine; `given` says whether their input is, and whether they pass a gradient down. */
export function fieldLayersBytes(
  extents: readonly number[],
  layers: readonly FieldLayerShape[],
  { rows, precision, trainable }: Pick<NetworkOptions, "rows" | "precision" | "trainable">,
  given: { readonly input: boolean; readonly inputGradient: boolean } = { input: false, inputGradient: false },
): number {
  const numbers = rows * extents.reduce((a, b) => a * b, channelsBelow(layers[0]!));
  let bytes = given.input ? 0 : arrayBytes(precision, numbers);
  let deep = given.inputGradient;
  walk(layers, extents, rows, precision, trainable, (layer, sizes) => {
    if (layer.kind === "convolution") bytes += convolutionBytes(layer, sizes, deep);
    else if (layer.kind === "norm") bytes += normBytes(layer, sizes, deep);
    else bytes += scaleBytes(layer, sizes, deep);
    deep = true;
  });
  return bytes;
}

/** Calls `visit` with each layer and the sizes of the fields below it. */
function walk(
  layers: readonly FieldLayerShape[],
  extents: readonly number[],
  rows: number,
  precision: Precision,
  trainable: boolean,
  visit: (layer: FieldLayerShape, sizes: FieldSizes) => void,
): void {
  let now = extents;
  for (const layer of layers) {
    visit(layer, { extents: now, rows, precision, trainable });
    now = after(now, layer);
  }
}

function after(extents: readonly number[], { kind }: FieldLayerShape): readonly number[] {
  if (kind === "convolution" || kind === "norm") return extents;
  return extents.map((n) => (kind === "upsample" ? 2 * n : n / 2));
}

/** Channels that a layer reads. */
function channelsBelow(layer: FieldLayerShape): number {
  return layer.kind === "convolution" ? layer.inputs : layer.channels;
}

function convolution(site: Site, shape: ConvolutionShape, sizes: FieldSizes, below: Below): Layer {
  const { parameters, gradient, trainable } = site;
  const { weightAt, biasAt, units } = shape;
  const layer = convolutionOf(site.engine, shape, sizes, {
    ...below,
    weightGradient: trainable ? gradient.subarray(weightAt, biasAt) : undefined,
    biasGradient: trainable ? gradient.subarray(biasAt, biasAt + units) : undefined,
  });
  const weights = parameters.subarray(weightAt, biasAt);
  const bias = parameters.subarray(biasAt, biasAt + units);
  return {
    ...below,
    output: layer.output,
    outputGradient: layer.outputGradient,
    update: () => layer.setParameters(weights, bias),
    forward: (count) => layer.forward(count),
    backward: (count) => layer.backward(count),
  };
}

function norm(site: Site, shape: NormShape, sizes: FieldSizes, below: Below): Layer {
  const { parameters, gradient, trainable } = site;
  const { channels, scaleAt, shiftAt, meanAt, varianceAt } = shape;
  const layer = normOf(
    site.engine,
    shape,
    sizes,
    {
      ...below,
      scaleGradient: trainable ? gradient.subarray(scaleAt, scaleAt + channels) : undefined,
      shiftGradient: trainable ? gradient.subarray(shiftAt, shiftAt + channels) : undefined,
    },
    site.allReduce,
  );
  const part = (at: number): FloatArray => parameters.subarray(at, at + channels);
  const [factors, shift, mean, variance] = [part(scaleAt), part(shiftAt), part(meanAt), part(varianceAt)];
  const points = sizes.extents.reduce((a, b) => a * b, 1);
  return {
    ...below,
    output: layer.output,
    outputGradient: layer.outputGradient,
    update() {
      layer.setParameters(factors, shift);
      layer.runningMean.set(mean);
      layer.runningVariance.set(variance);
    },
    forward(count, training = false) {
      if (!training) layer.forward(count * points);
      else {
        layer.forwardTraining(count * points);
        mean.set(layer.runningMean);
        variance.set(layer.runningVariance);
      }
    },
    backward: () => layer.backward(),
  };
}

function scale(site: Site, shape: ScaleShape, sizes: FieldSizes, below: Below): Layer {
  const layer = scaleOf(site.engine, shape, sizes, below);
  return {
    ...below,
    output: layer.output,
    outputGradient: layer.outputGradient,
    update() {},
    forward: (count) => layer.forward(count),
    backward: (count) => layer.backward(count),
  };
}
