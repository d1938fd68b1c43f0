import { checkOptions, integer, lengthOf, oneOf, show } from "@hml/guard";
import { ACTIVATIONS, type Activation } from "./activation.ts";
import { denseCode } from "./dense-code.ts";
import { allocate, type KernelEngine, own } from "./engine.ts";
import { LARGEST, packedLength } from "./gemm.ts";
import { checkApart } from "./overlap.ts";
import { checkPrecision, type FloatArrays, type Precision } from "./precision.ts";

/** Sizes of a dense layer, and arrays of the engine that it shares with others. */
export interface DenseLayerOptions<P extends Precision = "float64"> {
  /** Most rows (samples, members, points) that are evaluated at once. */
  readonly rows: number;
  /** Numbers in a row before the layer. */
  readonly inputs: number;
  /** Numbers in a row after the layer. */
  readonly units: number;
  /** `linear` unless told otherwise. */
  readonly activation?: Activation;
  /** Whether there is a bias, yes unless told otherwise. */
  readonly bias?: boolean;
  /** Whether the input is added to the sums before the activation; only where `units` is `inputs`; no unless told otherwise. */
  readonly residual?: boolean;
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

/** What decides how much memory a layer takes. */
export type DenseLayerSizes = Pick<
  DenseLayerOptions<Precision>,
  "rows" | "inputs" | "units" | "activation" | "bias" | "residual" | "precision" | "gradient"
>;

/** Arrays that a layer may share with others. */
export type DenseLayerShared = "input" | "inputGradient" | "weightGradient" | "biasGradient";

/** One dense layer with its arrays, all of them the engine's. */
export interface DenseLayer<P extends Precision = "float64"> {
  /** [rows, inputs], filled before `forward` and not changed before `backward`. */
  readonly input: FloatArrays[P];
  /** [rows, units], written by `forward`. */
  readonly output: FloatArrays[P];
  /** dL/d(output), [rows, units], filled before `backward`, which overwrites it with dL/d(sums). */
  readonly outputGradient: FloatArrays[P] | undefined;
  /** dL/d(input), [rows, inputs], written by `backward` when `gradient` is `all`. */
  readonly inputGradient: FloatArrays[P] | undefined;
  /** dL/d(weights), [units, inputs]: `backward` adds to it. */
  readonly weightGradient: FloatArrays[P] | undefined;
  /** dL/d(bias), [units]: `backward` adds to it. */
  readonly biasGradient: FloatArrays[P] | undefined;
  /**
   * Takes up weights [units, inputs] and biases [units] by copying them; float64 values are rounded for a float32 layer.
   * The arrays may be any numbers of the right count; a NaN among them shows in the output.
   * @throws TypeError, RangeError for another length.
   */
  setParameters(weights: ArrayLike<number>, bias?: ArrayLike<number>): void;
  /** Evaluates the first `rows` rows, all unless told otherwise. @throws Error before parameters were set. */
  forward(rows?: number): void;
  /** The gradients of the rows last passed to `forward`. @throws Error when `gradient` is `none`. */
  backward(rows?: number): void;
}

/**
 * A fused dense layer: output[r, j] = f(bias[j] + sum_k input[r, k] weights[j, k]).
 *
 * With `residual` it is f(input[r, j] + ...), the input being added to the finished sum, before the activation, as in the
 * autoencoders of LED (Vlachas et al. 2022).
 *
 * Weights are [units, inputs], as in PyTorch. Each sum starts at the bias and runs over k upwards, each gradient of a
 * weight runs over the rows upwards from the value that is there, so the bits depend neither on the engine nor on how
 * rows are cut into batches. Layers are chained by giving one's `output` as the next one's `input`, and one's
 * `outputGradient` as the next one's `inputGradient`. `forward` and `backward` allocate nothing.
 *
 * @throws TypeError, RangeError for bad options, arrays that are not the engine's, of the wrong length or overlapping, and
 * when the arrays do not fit into the engine.
 */
export function denseLayer<P extends Precision = "float64">(
  engine: KernelEngine,
  options: DenseLayerOptions<P>,
): DenseLayer<P> {
  const where = "denseLayer";
  checkOptions(where, options, KEYS);
  const sizes = sizesOf(where, options);
  const { rows, inputs, units, activation, bias: withBias, residual, gradient } = sizes;
  const precision = sizes.precision as P;

  const adopt = (name: keyof typeof options, length: number, wanted: boolean): FloatArrays[P] | undefined => {
    const given = options[name];
    if (given === undefined) return wanted ? allocate(engine, precision, length) : undefined;
    if (!wanted) throw new RangeError(`${where}: ${name} is not written by this layer; leave it out`);
    return own(where, engine, precision, name, given, length);
  };
  const backwards = gradient !== "none";
  const input = adopt("input", rows * inputs, true)!;
  const inputGradient = adopt("inputGradient", rows * inputs, gradient === "all");
  const weightGradient = adopt("weightGradient", units * inputs, backwards);
  const biasGradient = adopt("biasGradient", units, backwards && withBias);
  checkApart(where, { input, inputGradient, weightGradient, biasGradient });
  const outputGradient = backwards ? allocate(engine, precision, rows * units) : undefined;
  const output = allocate(engine, precision, rows * units);
  const weights = allocate(engine, precision, units * inputs);
  const bias = withBias ? allocate(engine, precision, units) : undefined;
  const arrays = { input, output, outputGradient, inputGradient, weightGradient, biasGradient, weights, bias };
  const code = denseCode(where, engine, { rows, inputs, units, activation, residual, precision }, arrays);

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
      const at = "denseLayer.setParameters";
      lengthOf(at, "weights", newWeights, units * inputs);
      if (bias !== undefined) lengthOf(at, "bias", newBias, units);
      else if (newBias !== undefined) throw new TypeError(`${at}: bias must be left out, the layer has none`);
      weights.set(newWeights);
      if (newBias !== undefined) bias?.set(newBias);
      code.pack();
      set = true;
    },
    forward(count = rows) {
      integer("denseLayer.forward", "rows", count, 0, rows);
      if (!set) throw new Error("denseLayer.forward: the layer has no parameters yet; call setParameters first");
      code.forward(count);
      evaluated = count;
    },
    backward(count = evaluated) {
      if (!backwards) throw new Error(`denseLayer.backward: the layer has no gradients; make it with gradient "all"`);
      integer("denseLayer.backward", "rows", count, 0, evaluated);
      code.backward(count);
    },
  };
}

/**
 * Bytes of an engine that `denseLayer` takes with these options when the arrays in `shared` are given to it; a plain
 * engine needs less. An engine of the sum over its layers, and of its other arrays, each rounded up to 16 bytes, is filled.
 *
 * @throws TypeError, RangeError for bad options.
 */
export function denseLayerBytes(options: DenseLayerSizes, shared: readonly DenseLayerShared[] = []): number {
  const where = "denseLayerBytes";
  checkOptions(where, options, SIZES);
  const { rows, inputs, units, bias, gradient, precision } = sizesOf(where, options);
  for (const name of shared) oneOf(where, "shared", name, SHARED);
  const backwards = gradient !== "none";
  const across = gradient === "all";
  const made = (name: DenseLayerShared, length: number): number => (shared.includes(name) ? 0 : length);
  const lengths = [
    made("input", rows * inputs),
    across ? made("inputGradient", rows * inputs) : 0,
    backwards ? made("weightGradient", units * inputs) : 0,
    backwards && bias ? made("biasGradient", units) : 0,
    backwards ? rows * units : 0,
    rows * units,
    units * inputs,
    bias ? units : 0,
    packedLength(precision, units, inputs),
    across ? packedLength(precision, inputs, units) : 0,
  ];
  const size = precision === "float64" ? 8 : 4;
  return lengths.reduce((sum, length) => sum + 16 * Math.ceil((length * size) / 16), 0);
}

/** The sizes of a layer, checked, with nothing left to default. */
function sizesOf(where: string, options: DenseLayerSizes): Required<DenseLayerSizes> {
  const { rows, inputs, units, activation = "linear", gradient = "none" } = options;
  const { bias = true, residual = false } = options;
  for (const [name, value] of Object.entries({ rows, inputs, units })) integer(where, name, value, 1, LARGEST);
  oneOf(where, "activation", activation, ACTIVATIONS);
  oneOf(where, "gradient", gradient, ["none", "parameters", "all"]);
  for (const [name, value] of Object.entries({ bias, residual })) {
    if (typeof value !== "boolean") throw new TypeError(`${where}: ${name} must be true or false, got ${show(value)}`);
  }
  if (residual && units !== inputs) {
    throw new RangeError(`${where}: units must be ${inputs}, as inputs, got ${units}; a residual layer adds its input`);
  }
  const precision = checkPrecision(where, options.precision ?? "float64");
  return { rows, inputs, units, activation, bias, residual, gradient, precision };
}

const SIZES: readonly (keyof DenseLayerSizes)[] = [
  "rows",
  "inputs",
  "units",
  "activation",
  "bias",
  "residual",
  "precision",
  "gradient",
];
const SHARED: readonly DenseLayerShared[] = ["input", "inputGradient", "weightGradient", "biasGradient"];
const KEYS: readonly (keyof DenseLayerOptions)[] = [...SIZES, ...SHARED];
