import {
  batchNorm,
  type BatchNorm,
  conv2d,
  type ConvLayer,
  kernelEngine,
  maxPool2d,
  type SquaresLayer,
  upsample2d,
} from "@hml/kernels";
import { median } from "../lib/bench.ts";
import type { Timed, Use } from "./ours.ts";
import { entry } from "./problem.ts";

/** One convolution on a batch of square fields, forward and all its gradients, in float32. */
export interface ConvRun {
  readonly batch: number;
  readonly size: number;
  readonly inputs: number;
  readonly units: number;
}

/** A layer of the width and the size that the middle of a field network has. */
export const convRuns: readonly ConvRun[] = [
  { batch: 4, size: 32, inputs: 8, units: 8 },
  { batch: 4, size: 32, inputs: 64, units: 64 },
];

/** The batch and the size of fields of the whole network. */
export const fieldRun: Pick<ConvRun, "batch" | "size"> = { batch: 4, size: 128 };

/** L = sum of squares / 2 of the outputs; the values are gradients of weights. */
export function convolution({ batch, size, inputs, units }: ConvRun, use: Use): Timed {
  const engine = kernelEngine({ use, bytes: 32e6 });
  const field = { batch, height: size, width: size, inputs, units } as const;
  const layer = conv2d(engine, { ...field, padding: "periodic", precision: "float32", gradient: "all" });
  layer.setParameters(weightsOf(0, inputs, units), new Float64Array(units));
  for (let i = 0; i < layer.input.length; i++) layer.input[i] = entry(i, 0);
  return timed(() => {
    layer.forward();
    layer.outputGradient!.set(layer.output);
    layer.weightGradient!.fill(0);
    layer.biasGradient!.fill(0);
    layer.backward();
  }, layer.weightGradient!);
}

/**
 * The encoder-decoder of 121,057 parameters, [1, 32, 32, pool, 64, 64, pool, 64, up, 32, up, 1] channels with batch norm
 * after each convolution of the encoder: forward in training and all gradients, in float32.
 */
export function fieldNetwork({ batch, size }: Pick<ConvRun, "batch" | "size">): Timed {
  const engine = kernelEngine({ bytes: 3000 * batch * size * size });
  const layers: (ConvLayer<"float32"> | BatchNorm<"float32"> | SquaresLayer<"float32">)[] = [];
  const settings = { batch, precision: "float32", gradient: "all" } as const;
  let side = size;
  const below = () => {
    const layer = layers.at(-1);
    return layer === undefined ? {} : { input: layer.output, inputGradient: layer.outputGradient! };
  };
  const conv = (inputs: number, units: number, activation: "relu" | "linear"): void => {
    const gradient = layers.length === 0 ? "parameters" : "all";
    const shape = { height: side, width: side, inputs, units, activation, padding: "periodic" } as const;
    const layer = conv2d(engine, { ...settings, ...shape, gradient, ...below() });
    layer.setParameters(weightsOf(layers.length, inputs, units), new Float64Array(units));
    layers.push(layer);
  };
  const norm = (channels: number): void => {
    const rows = batch * side * side;
    layers.push(batchNorm(engine, { rows, channels, precision: "float32", gradient: "all", ...below() }));
  };
  const scale = (make: typeof maxPool2d, channels: number, factor: number): void => {
    layers.push(make(engine, { ...settings, height: side, width: side, channels, ...below() }));
    side *= factor;
  };
  for (const [inputs, units] of [[1, 32] as const, [32, 64] as const]) {
    conv(inputs, units, "relu");
    norm(units);
    conv(units, units, "relu");
    norm(units);
    scale(maxPool2d, units, 0.5);
  }
  conv(64, 64, "relu");
  scale(upsample2d, 64, 2);
  conv(64, 32, "relu");
  scale(upsample2d, 32, 2);
  conv(32, 1, "linear");
  const first = layers[0] as ConvLayer<"float32">;
  const last = layers.at(-1)!;
  for (let i = 0; i < first.input.length; i++) first.input[i] = entry(i, 0);
  return timed(() => {
    for (const layer of layers) {
      if ("forwardTraining" in layer) layer.forwardTraining();
      else layer.forward();
    }
    last.outputGradient!.set(last.output);
    for (const layer of layers.toReversed()) {
      if ("weightGradient" in layer) {
        layer.weightGradient!.fill(0);
        layer.biasGradient!.fill(0);
      } else if ("scaleGradient" in layer) {
        layer.scaleGradient!.fill(0);
        layer.shiftGradient!.fill(0);
      }
      layer.backward();
    }
  }, first.weightGradient!);
}

/** Weights [ky, kx, inputs, units] of layer `index`, by a formula that both sides have. */
function weightsOf(index: number, inputs: number, units: number): Float64Array {
  const size = 1 / Math.sqrt(9 * inputs);
  return Float64Array.from({ length: 9 * inputs * units }, (_, i) => size * Math.sin(1.7 * i + 0.01 * i * i + index));
}

function timed(work: () => void, result: Float32Array): Timed {
  return (repeats) => {
    const times: number[] = [];
    for (let r = 0; r < repeats; r++) {
      const start = performance.now();
      work();
      times.push(performance.now() - start);
    }
    const values = Array.from({ length: 48 }, (_, i) => result[Math.floor((i * result.length) / 48)]!);
    return { ms: median(times), values };
  };
}
