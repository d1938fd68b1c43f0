import type { Activation, Padding } from "@hml/kernels";
import type { Init } from "./stack-spec.ts";
import type { LayoutBuilder } from "./parameter-layout.ts";

/** A convolution that keeps the size of the field, and where its weights [(ky,) kx, inputs, units] and biases lie. */
export interface ConvolutionShape {
  readonly kind: "convolution";
  readonly inputs: number;
  readonly units: number;
  readonly kernel: number;
  readonly padding: Padding;
  readonly activation: Activation;
  readonly weightAt: number;
  readonly biasAt: number;
}

/** A batch norm, and where its numbers lie. */
export interface NormShape {
  readonly kind: "norm";
  readonly channels: number;
  readonly epsilon: number;
  readonly momentum: number;
  readonly scaleAt: number;
  readonly shiftAt: number;
  readonly meanAt: number;
  readonly varianceAt: number;
}

/** A layer that halves or doubles the points along each axis. */
export interface ScaleShape {
  readonly kind: "maxPool" | "averagePool" | "upsample";
  readonly channels: number;
}

/** One layer of a net of whole fields. */
export type FieldLayerShape = ConvolutionShape | NormShape | ScaleShape;

/** A layer before the running statistics of batch norms, which lie behind everything else, have their places. */
export type UnplacedLayer =
  | Exclude<FieldLayerShape, NormShape>
  | (Omit<NormShape, "meanAt" | "varianceAt"> & { readonly name: string });

/**
 * How the weights of convolutions start; n inputs are those of all taps together. `torch`: uniform in +-1 / sqrt(n), as
 * PyTorch's convolutions do. Fields out of layers without a norm start smaller than with the others, and learn sooner.
 */
export type ConvolutionInit = Init | "torch";

/** Their names. */
export const CONVOLUTION_INITS: readonly ConvolutionInit[] = ["glorot", "he", "torch"];

/** What is the same in all convolutions of a net. */
export interface ConvolutionSettings {
  /** Axes of a field, 1 or 2. */
  readonly dimension: number;
  readonly kernel: number;
  readonly padding: Padding;
  readonly init: ConvolutionInit;
}

/** Room for one convolution, its tensors named `<name>.kernel` and `<name>.bias` as in Keras. */
export function convolutionShape(
  build: LayoutBuilder,
  name: string,
  settings: ConvolutionSettings,
  inputs: number,
  units: number,
  activation: Activation,
): ConvolutionShape {
  const { dimension, kernel, padding, init } = settings;
  const taps = dimension === 1 ? [kernel] : [kernel, kernel];
  const area = taps.reduce((a, b) => a * b, 1);
  const spread = Math.sqrt(
    init === "torch" ? 1 / (area * inputs) : 6 / (area * (init === "he" ? inputs : inputs + units)),
  );
  const weightAt = build.tensor(`${name}.kernel`, [...taps, inputs, units], spread);
  const biasAt = build.tensor(`${name}.bias`, [units], 0);
  return { kind: "convolution", inputs, units, kernel, padding, activation, weightAt, biasAt };
}

/** Room for the scale and the shift of a batch norm, named as in Keras. */
export function normShape(
  build: LayoutBuilder,
  name: string,
  channels: number,
  epsilon: number,
  momentum: number,
): UnplacedLayer {
  const scaleAt = build.tensor(`${name}.gamma`, [channels], 0, 1);
  const shiftAt = build.tensor(`${name}.beta`, [channels], 0);
  return { kind: "norm", name, channels, epsilon, momentum, scaleAt, shiftAt };
}

/** Room for the running statistics of the batch norms among the layers, behind all tensors, named as in Keras. */
export function placeStatistics(build: LayoutBuilder, layers: readonly UnplacedLayer[]): FieldLayerShape[] {
  return layers.map((layer) => {
    if (layer.kind !== "norm") return layer;
    const { name, ...norm } = layer;
    const meanAt = build.statistic(`${name}.moving_mean`, [norm.channels], 0);
    const varianceAt = build.statistic(`${name}.moving_variance`, [norm.channels], 1);
    return { ...norm, meanAt, varianceAt };
  });
}

/** Multiply-adds of the convolutions on one field of these extents. */
export function convolutionWork(layers: readonly FieldLayerShape[], extents: readonly number[]): number {
  const axes = extents.length;
  let points = extents.reduce((a, b) => a * b, 1);
  let work = 0;
  for (const layer of layers) {
    if (layer.kind === "convolution") {
      const area = axes === 1 ? layer.kernel : layer.kernel * layer.kernel;
      work += points * area * layer.inputs * layer.units;
    } else if (layer.kind !== "norm") {
      const factor = axes === 1 ? 2 : 4;
      points = layer.kind === "upsample" ? points * factor : points / factor;
    }
  }
  return work;
}
