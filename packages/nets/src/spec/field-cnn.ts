import { checkOptions, finite, integer, oneOf, positive, show } from "@hml/guard";
import type { Activation, Padding } from "@hml/kernels";
import {
  CONVOLUTION_INITS,
  type ConvolutionInit,
  convolutionShape,
  type FieldLayerShape,
  normShape,
  placeStatistics,
  type UnplacedLayer,
} from "./field-layer.ts";
import { layoutBuilder, type ParameterLayout } from "./parameter-layout.ts";
import { ACTIVATIONS, checkCount } from "./stack-spec.ts";

/**
 * A convolutional encoder-decoder from a whole field on a plane to a whole field, such as du/dt.
 *
 * For widths w_1, ..., w_L: at each level l going down, convolution to w_l, batch norm, convolution to w_l, batch norm,
 * the largest of 2x2 points; at the bottom a convolution to w_L; going up, each point four times and a convolution to
 * w_{L-1}, ..., w_1 and, last and linear, to `outputs`. All convolutions are 3x3 and, but for the last, go through
 * `activation`, the batch norm coming after it. There are no skip connections.
 *
 * Source: Kiyani, Silber, Kooshkbaghi, Karttunen, PRE 106, 065303 (2022), whose net has widths 32, 64: 121,057 parameters.
 */
export interface FieldCnn {
  /** Tells the nets apart. */
  readonly kind: "fieldCnn";
  /** Channels of the field before the net. */
  readonly inputs: number;
  /** Channels of the field that it gives. */
  readonly outputs: number;
  /** Channels at each level, the finest first, 1 to 6; the points along each axis must be divisible by 2^levels. */
  readonly widths: readonly number[];
  /** What convolutions see outside the field: `zero`, as in the paper, or the field again, `periodic`. */
  readonly padding: Padding;
  /** After every convolution but the last. */
  readonly activation: Activation;
  /** Batch norm: added to the variance. */
  readonly epsilon: number;
  /** Batch norm: what stays of the running statistics at a step of training, in [0, 1]. */
  readonly momentum: number;
  /** How weights start; biases start at zero. */
  readonly init: ConvolutionInit;
}

const KEYS: readonly Exclude<keyof FieldCnn, "kind">[] = [
  "inputs",
  "outputs",
  "widths",
  "padding",
  "activation",
  "epsilon",
  "momentum",
  "init",
];
const MAX_CHANNELS = 4096;
const MAX_LEVELS = 6;

/**
 * Specification of a field CNN; what is left out is as in the paper: one channel before and after, widths 32 and 64, zero
 * padding, ReLU, batch norm with epsilon 1e-3 and momentum 0.99 and Glorot weights (the defaults of Keras, in which the
 * paper's net was made). The paper's fields are periodic, so `padding: "periodic"` is the better choice for them, and
 * for fewer than some 500 steps `momentum: 0.9`, since after n steps the running statistics still hold momentum^n of
 * where they started. With `init: "torch"` it learns in fewer steps.
 *
 * @throws RangeError or TypeError on a value that is not allowed.
 */
export function fieldCnn(options: Partial<Omit<FieldCnn, "kind">> = {}): FieldCnn {
  const where = "fieldCnn";
  checkOptions(where, options, KEYS);
  const { inputs = 1, outputs = 1, widths = [32, 64], padding = "zero", activation = "relu" } = options;
  const { epsilon = 1e-3, momentum = 0.99, init = "glorot" } = options;
  integer(where, "inputs", inputs, 1, MAX_CHANNELS);
  integer(where, "outputs", outputs, 1, MAX_CHANNELS);
  if (!Array.isArray(widths)) throw new TypeError(`${where}: widths must be an array, got ${show(widths)}`);
  integer(where, "widths.length", widths.length, 1, MAX_LEVELS);
  for (const [l, width] of widths.entries()) integer(where, `widths[${l}]`, width, 1, MAX_CHANNELS);
  positive(where, "epsilon", epsilon);
  if (!(finite(where, "momentum", momentum) >= 0 && momentum <= 1)) {
    throw new RangeError(`${where}: momentum must lie in [0, 1], got ${momentum}; it is the part that stays`);
  }
  const spec: FieldCnn = Object.freeze({
    kind: where,
    inputs,
    outputs,
    widths: Object.freeze([...widths]),
    padding: oneOf(where, "padding", padding, ["zero", "periodic"]),
    activation: oneOf(where, "activation", activation, ACTIVATIONS),
    epsilon,
    momentum,
    init: oneOf(where, "init", init, CONVOLUTION_INITS),
  });
  checkCount(where, fieldCnnShape(spec).layout.parameters);
  return spec;
}

/** The layers of a field CNN and their places in one flat parameter array. */
export interface FieldCnnShape {
  readonly layers: readonly FieldLayerShape[];
  readonly layout: ParameterLayout;
}

/**
 * Lays out a checked field CNN: `conv1.kernel` [ky, kx, inputs, units], `conv1.bias`, `bn1.gamma`, `bn1.beta`, `conv2...`;
 * behind all of them the running statistics `bn1.moving_mean`, `bn1.moving_variance`, `bn2...`. Names and shapes of the
 * tensors are those of Keras.
 */
export function fieldCnnShape(spec: FieldCnn): FieldCnnShape {
  const { inputs, outputs, widths, padding, activation, epsilon, momentum, init } = spec;
  const build = layoutBuilder();
  const layers: UnplacedLayer[] = [];
  let convolutions = 0;
  let channels = inputs;
  const convolution = (units: number, f: Activation): void => {
    convolutions++;
    const settings = { dimension: 2, kernel: 3, padding, init };
    layers.push(convolutionShape(build, `conv${convolutions}`, settings, channels, units, f));
    channels = units;
  };
  const norm = (): void => {
    layers.push(normShape(build, `bn${convolutions}`, channels, epsilon, momentum));
  };
  for (const width of widths) {
    convolution(width, activation);
    norm();
    convolution(width, activation);
    norm();
    layers.push({ kind: "maxPool", channels });
  }
  for (let l = widths.length - 1; l >= 0; l--) {
    convolution(widths[l]!, activation);
    layers.push({ kind: "upsample", channels });
  }
  convolution(outputs, "linear");
  const placed = placeStatistics(build, layers);
  return { layers: placed, layout: build.layout() };
}
