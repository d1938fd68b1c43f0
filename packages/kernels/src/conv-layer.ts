import { checkOptions, integer, lengthOf, oneOf, show } from "@hml/guard";
import { ACTIVATIONS, type Activation } from "./activation.ts";
import { adopting } from "./conv-arrays.ts";
import { convCode } from "./conv-code.ts";
import { allocate, type KernelEngine } from "./engine.ts";
import { LARGEST, packedLength } from "./gemm.ts";
import { checkApart } from "./overlap.ts";
import { checkPrecision, type FloatArrays, type Precision } from "./precision.ts";

/** What a convolution is told, whatever its dimension. */
export interface ConvOptions<P extends Precision = "float64"> {
  /** Most fields (samples, members) that are evaluated at once. */
  readonly batch: number;
  /** Channels before the layer. */
  readonly inputs: number;
  /** Channels after the layer. */
  readonly units: number;
  /** Taps of the kernel along an axis, odd; 3 unless told otherwise. */
  readonly kernel?: number;
  /** What lies outside the field: `zero` (default), or the field again, `periodic`. The size of the field stays. */
  readonly padding?: Padding;
  /** `linear` unless told otherwise. */
  readonly activation?: Activation;
  /** Whether there is a bias, yes unless told otherwise. */
  readonly bias?: boolean;
  /** `float64` unless told otherwise. */
  readonly precision?: P;
  /** What `backward` gives: nothing (default), the gradients of weights and biases, or also that of the inputs. */
  readonly gradient?: "none" | "parameters" | "all";
  /** Taken as `input`, for instance the output of the layer below; made unless given. */
  readonly input?: FloatArrays[P];
  /** Taken as `inputGradient`, for instance the output gradient of the layer below. */
  readonly inputGradient?: FloatArrays[P];
  /** Taken as `weightGradient`, for instance a part of one array of all gradients. */
  readonly weightGradient?: FloatArrays[P];
  /** Taken as `biasGradient`. */
  readonly biasGradient?: FloatArrays[P];
}

/** What decides how much memory a convolution takes, besides the extents. */
export type ConvSizes = Omit<ConvOptions<Precision>, ConvShared>;

/** Arrays that a convolution may share with others. */
export type ConvShared = "input" | "inputGradient" | "weightGradient" | "biasGradient";

/** What lies outside a field. */
export type Padding = "zero" | "periodic";

/** One convolution with its arrays, all of them the engine's; [y, x] is [x] in one dimension, [ky, kx] is [kx]. */
export interface ConvLayer<P extends Precision = "float64"> {
  /** [batch, y, x, inputs], filled before `forward` and not changed before `backward`. */
  readonly input: FloatArrays[P];
  /** [batch, y, x, units], written by `forward`. */
  readonly output: FloatArrays[P];
  /** dL/d(output), filled before `backward`, which overwrites it with dL/d(sums). */
  readonly outputGradient: FloatArrays[P] | undefined;
  /** dL/d(input), written by `backward` when `gradient` is `all`. */
  readonly inputGradient: FloatArrays[P] | undefined;
  /** dL/d(weights), [ky, kx, inputs, units]: `backward` adds to it. */
  readonly weightGradient: FloatArrays[P] | undefined;
  /** dL/d(bias), [units]: `backward` adds to it. */
  readonly biasGradient: FloatArrays[P] | undefined;
  /**
   * Takes up weights [ky, kx, inputs, units] and biases [units] by copying them; float64 values are rounded for a float32
   * layer. The arrays may be any numbers of the right count; a NaN among them shows in the output.
   * @throws TypeError, RangeError for another length.
   */
  setParameters(weights: ArrayLike<number>, bias?: ArrayLike<number>): void;
  /** Evaluates the first `batch` fields, all unless told otherwise. @throws Error before parameters were set. */
  forward(batch?: number): void;
  /** The gradients of the fields last passed to `forward`. @throws Error when `gradient` is `none`. */
  backward(batch?: number): void;
}

/** The extents of fields and kernel; a line has height and tall 1. */
interface Extents {
  readonly height: number;
  readonly width: number;
  readonly flat: boolean;
}

const SIZES: readonly (keyof ConvSizes)[] = [
  "batch",
  "inputs",
  "units",
  "kernel",
  "padding",
  "activation",
  "bias",
  "precision",
  "gradient",
];
const SHARED: readonly ConvShared[] = ["input", "inputGradient", "weightGradient", "biasGradient"];

/** The layer that `conv1d` and `conv2d` are. */
export function convLayer<P extends Precision>(
  where: string,
  engine: KernelEngine,
  options: ConvOptions<P>,
  { flat, height, width }: Extents,
): ConvLayer<P> {
  checkOptions(where, options, [...SIZES, ...extentKeys(flat), ...SHARED]);
  const sizes = sizesOf(where, options, { flat, height, width });
  const { batch, inputs, units, tall, wide, periodic, activation, withBias, gradient, of } = sizes;
  const precision = sizes.precision as P;
  const { count } = of;
  const backwards = gradient !== "none";
  const adopt = adopting(where, engine, precision, { ...options });
  const input = adopt("input", of.input, true)!;
  const inputGradient = adopt("inputGradient", of.input, gradient === "all");
  const weightGradient = adopt("weightGradient", count, backwards);
  const biasGradient = adopt("biasGradient", units, backwards && withBias);
  checkApart(where, { input, inputGradient, weightGradient, biasGradient });
  const make = (length: number): FloatArrays[P] => allocate(engine, precision, length);
  const outputGradient = backwards ? make(of.output) : undefined;
  const output = make(of.output);
  const weights = make(count);
  const bias = withBias ? make(units) : undefined;
  const padded = make(of.padded);
  const part = backwards ? make(count) : undefined;
  const arrays = { input, output, outputGradient, inputGradient, weightGradient, biasGradient, weights, bias };
  const shape = { height, width, inputs, units, tall, wide, periodic, activation, precision };
  const code = convCode(where, engine, shape, { ...arrays, padded, part });

  let set = false;
  let evaluated = 0;
  return {
    input,
    output,
    outputGradient,
    inputGradient,
    weightGradient,
    biasGradient,
    setParameters(newWeights, newBias) {
      const at = `${where}.setParameters`;
      lengthOf(at, "weights", newWeights, count);
      if (bias !== undefined) lengthOf(at, "bias", newBias, units);
      else if (newBias !== undefined) throw new TypeError(`${at}: bias must be left out, the layer has none`);
      weights.set(newWeights);
      if (newBias !== undefined) bias?.set(newBias);
      code.pack();
      set = true;
    },
    forward(fields = batch) {
      integer(`${where}.forward`, "batch", fields, 0, batch);
      if (!set) throw new Error(`${where}.forward: the layer has no parameters yet; call setParameters first`);
      code.forward(fields);
      evaluated = fields;
    },
    backward(fields = evaluated) {
      if (!backwards) throw new Error(`${where}.backward: the layer has no gradients; make it with gradient "all"`);
      integer(`${where}.backward`, "batch", fields, 0, evaluated);
      code.backward(fields);
    },
  };
}

/** Bytes of an engine that a convolution takes when the arrays in `shared` are given to it. */
export function convLayerBytes(
  where: string,
  options: ConvSizes,
  extents: Extents,
  shared: readonly ConvShared[],
): number {
  checkOptions(where, options, [...SIZES, ...extentKeys(extents.flat)]);
  const { inputs, units, tall, wide, withBias, precision, gradient, of } = sizesOf(where, options, extents);
  for (const name of shared) oneOf(where, "shared", name, SHARED);
  const backwards = gradient !== "none";
  const across = gradient === "all";
  const made = (name: ConvShared, length: number): number => (shared.includes(name) ? 0 : length);
  const taps = tall * wide;
  const lengths = [
    made("input", of.input),
    across ? made("inputGradient", of.input) : 0,
    backwards ? made("weightGradient", of.count) : 0,
    backwards && withBias ? made("biasGradient", units) : 0,
    backwards ? of.output : 0,
    of.output,
    of.count,
    withBias ? units : 0,
    of.padded,
    backwards ? of.count : 0,
    packedLength(precision, units, taps * inputs),
    across ? packedLength(precision, inputs, taps * units) : 0,
  ];
  const size = precision === "float64" ? 8 : 4;
  return lengths.reduce((sum, length) => sum + 16 * Math.ceil((length * size) / 16), 0);
}

function extentKeys(flat: boolean): readonly string[] {
  return flat ? ["width"] : ["height", "width"];
}

/** The sizes of a layer, checked, with nothing left to default, and the numbers `of` its arrays. */
function sizesOf(where: string, options: ConvSizes, { height, width, flat }: Extents) {
  const { batch, inputs, units, kernel = 3, padding = "zero", activation = "linear" } = options;
  const { bias: withBias = true, gradient = "none" } = options;
  for (const [name, value] of Object.entries({ batch, height, width, inputs, units })) {
    integer(where, name, value, 1, LARGEST);
  }
  if (integer(where, "kernel", kernel, 1, LARGEST) % 2 === 0) {
    throw new RangeError(`${where}: kernel must be odd, got ${kernel}; an even one has no tap in the middle`);
  }
  oneOf(where, "padding", padding, ["zero", "periodic"]);
  oneOf(where, "activation", activation, ACTIVATIONS);
  oneOf(where, "gradient", gradient, ["none", "parameters", "all"]);
  if (typeof withBias !== "boolean") throw new TypeError(`${where}: bias must be true or false, got ${show(withBias)}`);
  const precision = checkPrecision(where, options.precision ?? "float64");
  const tall = flat ? 1 : kernel;
  const channels = gradient === "all" ? Math.max(inputs, units) : inputs;
  const of = {
    input: batch * height * width * inputs,
    output: batch * height * width * units,
    /** Weights. */
    count: tall * kernel * inputs * units,
    padded: (height + tall - 1) * (width + kernel - 1) * channels,
  };
  const periodic = padding === "periodic";
  return { batch, inputs, units, tall, wide: kernel, periodic, activation, withBias, precision, gradient, of };
}
