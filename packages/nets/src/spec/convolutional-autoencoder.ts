import { checkOptions, integer, oneOf, show } from "@hml/guard";
import type { Activation, Padding } from "@hml/kernels";
import {
  CONVOLUTION_INITS,
  type ConvolutionInit,
  type ConvolutionSettings,
  convolutionShape,
  type FieldLayerShape,
} from "./field-layer.ts";
import { layoutBuilder, type ParameterLayout } from "./parameter-layout.ts";
import { chainShape, type LayerShape } from "./stack-shape.ts";
import { ACTIVATIONS, checkCount, MAX_WIDTH } from "./stack-spec.ts";

/**
 * A convolutional autoencoder of fields on a line or a plane, trained to give back its inputs through a short code.
 *
 * Encoder, for each width: convolution, activation, pooling that halves the points along each axis; at last a dense linear
 * layer from all numbers to the code. Decoder: a dense layer back to as many numbers, activation, then for each width from
 * the last to the first: up-sampling that doubles the points, convolution; activations but for the last.
 */
export interface ConvolutionalAutoencoder {
  /** Tells the nets apart. */
  readonly kind: "convolutionalAutoencoder";
  /** Points of a field: a number on a line, [x, y] on a plane; divisible by 2 for each width. */
  readonly points: number | readonly number[];
  /** Numbers in a sample, [x, channel] or [y, x, channel]: the points times the channels of a field. */
  readonly inputs: number;
  /** Numbers in a code. */
  readonly latentSize: number;
  /** Channels after each convolution of the encoder, 1 to 8. */
  readonly widths: readonly number[];
  /** Taps of the convolutions along an axis, odd. */
  readonly kernel: number;
  /** What convolutions see outside the field: zeros, or the field again. */
  readonly padding: Padding;
  /** How points are halved. */
  readonly pool: "average" | "max";
  /** After every convolution but the last, and after the decoder's dense layer. */
  readonly activation: Activation;
  /** How weights start; biases start at zero. Dense layers start as Glorot's with `torch`. */
  readonly init: ConvolutionInit;
}

const KEYS: readonly Exclude<keyof ConvolutionalAutoencoder, "kind">[] = [
  "points",
  "inputs",
  "latentSize",
  "widths",
  "kernel",
  "padding",
  "pool",
  "activation",
  "init",
];

/**
 * Specification of a convolutional autoencoder; what is left out: one channel, widths 16, 32, 64, 8, kernels of 5, average
 * pooling and celu, which the code of LED has for Kuramoto-Sivashinsky on 64 points with 8 numbers in a code; periodic
 * padding and Glorot weights. The transposed convolutions there are up-sampling and a convolution here, which leave no
 * checkerboards.
 *
 * Its data are inputs without targets, one field a row, `points` left out. `encoderOf` and `decoderOf` give the two halves of
 * a trained one.
 *
 * Source: P. R. Vlachas, G. Arampatzis, C. Uhler, P. Koumoutsakos, Nature Machine Intelligence 4 (2022), and its code.
 *
 * @throws RangeError or TypeError on a value that is not allowed.
 */
export function convolutionalAutoencoder(
  options: Pick<ConvolutionalAutoencoder, "points" | "latentSize"> & Partial<Omit<ConvolutionalAutoencoder, "kind">>,
): ConvolutionalAutoencoder {
  const where = "convolutionalAutoencoder";
  checkOptions(where, options, KEYS);
  const { points, latentSize, widths = [16, 32, 64, 8], kernel = 5, padding = "periodic", pool = "average" } = options;
  const { activation = "celu", init = "glorot" } = options;
  if (!Array.isArray(widths)) throw new TypeError(`${where}: widths must be an array, got ${show(widths)}`);
  integer(where, "widths.length", widths.length, 1, 8);
  for (const [l, width] of widths.entries()) integer(where, `widths[${l}]`, width, 1, 4096);
  if (typeof points === "object" && !Array.isArray(points)) {
    throw new TypeError(`${where}: points must be a number or [x, y], got ${show(points)}`);
  }
  const extents: readonly number[] = typeof points === "object" ? points : [points];
  integer(where, "points.length", extents.length, 1, 2);
  const factor = widths.reduce((product) => 2 * product, 1);
  let count = 1;
  for (const n of extents) {
    count *= integer(where, "points", n, 1, 134_217_728);
    if (n % factor !== 0) {
      throw new RangeError(`${where}: points must be divisible by ${factor}, got ${n}; they are halved for each width`);
    }
  }
  const inputs = integer(where, "inputs", options.inputs ?? count, 1, 134_217_728);
  if (inputs % count !== 0) {
    throw new RangeError(`${where}: inputs must be a multiple of the ${count} points, got ${inputs}`);
  }
  if (integer(where, "kernel", kernel, 1, 4096) % 2 === 0) {
    throw new RangeError(`${where}: kernel must be odd, got ${kernel}; an even one has no tap in the middle`);
  }
  const spec: ConvolutionalAutoencoder = Object.freeze({
    kind: where,
    points: typeof points === "object" ? Object.freeze([...extents]) : points,
    inputs,
    latentSize: integer(where, "latentSize", latentSize, 1, MAX_WIDTH),
    widths: Object.freeze([...widths]),
    kernel,
    padding: oneOf(where, "padding", padding, ["zero", "periodic"]),
    pool: oneOf(where, "pool", pool, ["average", "max"]),
    activation: oneOf(where, "activation", activation, ACTIVATIONS),
    init: oneOf(where, "init", init, CONVOLUTION_INITS),
  });
  checkCount(where, convolutionalCoderShape(spec).layout.parameters);
  return spec;
}

/** The layers of a convolutional autoencoder and their places. */
export interface ConvolutionalCoderShape {
  /** Points of the fields, [x] or [x, y], before the encoder and behind the decoder, */
  readonly fine: readonly number[];
  /** and between them. */
  readonly coarse: readonly number[];
  readonly encoder: { readonly fields: readonly FieldLayerShape[]; readonly dense: readonly LayerShape[] };
  readonly decoder: { readonly dense: readonly LayerShape[]; readonly fields: readonly FieldLayerShape[] };
  readonly layout: ParameterLayout;
}

/**
 * Lays out a checked convolutional autoencoder: `encoder.conv1.kernel` [(ky,) kx, inputs, units], `encoder.conv1.bias`, ...,
 * `encoder.layers.0.weight`, `encoder.layers.0.bias`, then `decoder.layers.0.weight`, ..., `decoder.conv1.kernel`, ...
 */
export function convolutionalCoderShape(spec: ConvolutionalAutoencoder): ConvolutionalCoderShape {
  const { points, latentSize, widths, kernel, padding, activation, init } = spec;
  const fine = typeof points === "object" ? points : [points];
  const count = fine.reduce((a, b) => a * b, 1);
  const settings: ConvolutionSettings = { dimension: fine.length, kernel, padding, init };
  const build = layoutBuilder();
  const down: FieldLayerShape[] = [];
  let channels = spec.inputs / count;
  for (const [l, width] of widths.entries()) {
    down.push(convolutionShape(build, `encoder.conv${l + 1}`, settings, channels, width, activation));
    channels = width;
    down.push({ kind: spec.pool === "max" ? "maxPool" : "averagePool", channels });
  }
  const factor = widths.reduce((product) => 2 * product, 1);
  const coarse = fine.map((n) => n / factor);
  const flat = coarse.reduce((a, b) => a * b, channels);
  const start = init === "he" ? "he" : "glorot";
  const code = chainShape(build, "encoder.", flat, [{ units: latentSize, activation: "linear" }], start);
  const back = chainShape(build, "decoder.", latentSize, [{ units: flat, activation }], start);
  const up: FieldLayerShape[] = [];
  for (let l = widths.length - 1; l >= 0; l--) {
    up.push({ kind: "upsample", channels });
    const units = l > 0 ? widths[l - 1]! : spec.inputs / count;
    const name = `decoder.conv${widths.length - l}`;
    up.push(convolutionShape(build, name, settings, channels, units, l > 0 ? activation : "linear"));
    channels = units;
  }
  return {
    fine,
    coarse,
    encoder: { fields: down, dense: code },
    decoder: { dense: back, fields: up },
    layout: build.layout(),
  };
}
