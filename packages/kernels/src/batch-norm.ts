import { callable, checkOptions, finite, integer, lengthOf, oneOf, positive } from "@hml/guard";
import { type AllReduce, batchNormCode } from "./batch-norm-code.ts";
import { adopting } from "./conv-arrays.ts";
import { allocate, type KernelEngine } from "./engine.ts";
import { LARGEST } from "./gemm.ts";
import { checkApart } from "./overlap.ts";
import { checkPrecision, type FloatArrays, type Precision } from "./precision.ts";

/** Sizes of a batch norm, and arrays of the engine that it shares with others. */
export interface BatchNormOptions<P extends Precision = "float64"> {
  /** Most rows: samples, or for fields the pixels of the batch, batch * height * width. */
  readonly rows: number;
  /** Numbers in a row, each with statistics of its own. */
  readonly channels: number;
  /** Added to the variance, 1e-3 unless told otherwise (as Keras; PyTorch has 1e-5). */
  readonly epsilon?: number;
  /** What of the running statistics stays at a training pass, 0.99 unless told otherwise (Keras; 0.9 in PyTorch's terms). */
  readonly momentum?: number;
  /** `float64` unless told otherwise. */
  readonly precision?: P;
  /** What `backward` gives: nothing (default), the gradients of scale and shift, or also that of the inputs. */
  readonly gradient?: "none" | "parameters" | "all";
  /** Taken as `input`, for instance the output of the layer below; made unless given. */
  readonly input?: FloatArrays[P];
  /** Taken as `inputGradient`, for instance the output gradient of the layer below. */
  readonly inputGradient?: FloatArrays[P];
  /** Taken as `scaleGradient`, for instance a part of one array of all gradients. */
  readonly scaleGradient?: FloatArrays[P];
  /** Taken as `shiftGradient`. */
  readonly shiftGradient?: FloatArrays[P];
  /**
   * For training in parallel on shards of a batch: replaces sums over this shard's rows by those over all shards, so that the
   * statistics are those of the whole batch. See `batchNorm`.
   */
  readonly allReduce?: (sums: FloatArrays[P]) => void;
}

/** What decides how much memory a batch norm takes. */
export type BatchNormSizes = Pick<BatchNormOptions<Precision>, "rows" | "channels" | "precision" | "gradient">;

/** Arrays that a batch norm may share with others. */
export type BatchNormShared = "input" | "inputGradient" | "scaleGradient" | "shiftGradient";

/** One batch norm with its arrays, all of them the engine's. */
export interface BatchNorm<P extends Precision = "float64"> {
  /** [rows, channels], filled before a pass and not changed before `backward`. */
  readonly input: FloatArrays[P];
  /** [rows, channels], written by a pass. */
  readonly output: FloatArrays[P];
  /** dL/d(output), [rows, channels], filled before `backward`. */
  readonly outputGradient: FloatArrays[P] | undefined;
  /** dL/d(input), [rows, channels], written by `backward` when `gradient` is `all`. */
  readonly inputGradient: FloatArrays[P] | undefined;
  /** dL/d(scale), [channels]: `backward` adds to it. */
  readonly scaleGradient: FloatArrays[P] | undefined;
  /** dL/d(shift), [channels]: `backward` adds to it. */
  readonly shiftGradient: FloatArrays[P] | undefined;
  /** [channels], 0 in the beginning; moved by `forwardTraining`, used by `forward`, and may be set. */
  readonly runningMean: FloatArrays[P];
  /** [channels], 1 in the beginning; the variance of a batch counts as it is, divided by its rows. */
  readonly runningVariance: FloatArrays[P];
  /** Takes up scales and shifts, [channels] each, by copying them; 1 and 0 before. @throws for another length. */
  setParameters(scale: ArrayLike<number>, shift: ArrayLike<number>): void;
  /** Normalises the first `rows` rows, all unless told otherwise, by the running statistics. */
  forward(rows?: number): void;
  /** Normalises the first `rows` rows, at least one, by their own statistics and moves the running ones. */
  forwardTraining(rows?: number): void;
  /**
   * The gradients of the last pass, through the statistics of the rows when it was a training one.
   * @throws Error when `gradient` is `none` or before a pass.
   */
  backward(): void;
}

/**
 * Batch normalisation of rows: output[r, c] = shift[c] + scale[c] (input[r, c] - mean[c]) / sqrt(variance[c] + epsilon).
 *
 * In training the mean and the variance are those of the rows, taken in two passes, sum (x - mean)^2 / rows, and summed in
 * blocks of 256 rows, so that float32 keeps them to some eps also where the mean is many times the deviation or rows are
 * many. Channel-last fields are rows of pixels. The running statistics become momentum times themselves plus
 * (1 - momentum) times the batch's. `backward` neither reads nor changes the running statistics.
 *
 * Where a batch is cut into shards, each with a layer of its own (in a worker, say), `allReduce` is called in a training pass
 * with the channels' sums and behind them the number of rows, [channels + 1], then with the sums of squares, [channels], and
 * in the `backward` after it with the sums of d and of (input - mean) d, [2, channels]. It overwrites them with the sums over
 * all shards before it returns, so shards wait for each other there. Every shard needs a row. Running statistics are then the
 * same on all shards; gradients of scale and shift are this shard's part, as those of any layer, and their sum is that of the
 * whole batch.
 *
 * The bits do not depend on the engine. Passes allocate nothing.
 *
 * @throws TypeError, RangeError for bad options, arrays that are not the engine's, of the wrong length or overlapping, and
 * when the arrays do not fit into the engine.
 *
 * Source: S. Ioffe and C. Szegedy, Batch normalization, ICML 2015, algorithms 1 and 2.
 */
export function batchNorm<P extends Precision = "float64">(
  engine: KernelEngine,
  options: BatchNormOptions<P>,
): BatchNorm<P> {
  const where = "batchNorm";
  checkOptions(where, options, KEYS);
  const { rows, channels, gradient, ...rest } = sizesOf(where, options);
  const precision = rest.precision as P;
  const epsilon = positive(where, "epsilon", options.epsilon ?? 1e-3);
  const momentum = finite(where, "momentum", options.momentum ?? 0.99);
  if (momentum < 0 || momentum > 1) {
    throw new RangeError(`${where}: momentum must lie in [0, 1], got ${momentum}; it is the part that stays`);
  }
  if (options.allReduce !== undefined) callable(where, "allReduce", options.allReduce);

  const backwards = gradient !== "none";
  const adopt = adopting(where, engine, precision, { ...options });
  const input = adopt("input", rows * channels, true)!;
  const inputGradient = adopt("inputGradient", rows * channels, gradient === "all");
  const scaleGradient = adopt("scaleGradient", channels, backwards);
  const shiftGradient = adopt("shiftGradient", channels, backwards);
  checkApart(where, { input, inputGradient, scaleGradient, shiftGradient });
  const make = (length: number): FloatArrays[P] => allocate(engine, precision, length);
  const outputGradient = backwards ? make(rows * channels) : undefined;
  const output = make(rows * channels);
  const runningMean = make(channels);
  const runningVariance = make(channels).fill(1) as FloatArrays[P];
  const scale = make(channels).fill(1) as FloatArrays[P];
  const shift = make(channels);
  const gradients = { inputGradient, scaleGradient, shiftGradient, outputGradient };
  const arrays = { input, output, runningMean, runningVariance, scale, shift, ...gradients };
  const shape = { channels, epsilon, momentum, precision };
  // Called with arrays of the layer's precision only.
  const code = batchNormCode(where, engine, shape, arrays, options.allReduce as AllReduce | undefined);

  let evaluated = 0;
  let training = false;
  return {
    input,
    output,
    ...gradients,
    runningMean,
    runningVariance,
    setParameters(newScale, newShift) {
      lengthOf(`${where}.setParameters`, "scale", newScale, channels);
      lengthOf(`${where}.setParameters`, "shift", newShift, channels);
      scale.set(newScale);
      shift.set(newShift);
    },
    forward(count = rows) {
      integer(`${where}.forward`, "rows", count, 0, rows);
      code.forward(count, false);
      evaluated = count;
      training = false;
    },
    forwardTraining(count = rows) {
      integer(`${where}.forwardTraining`, "rows", count, 1, rows);
      code.forward(count, true);
      evaluated = count;
      training = true;
    },
    backward() {
      if (!backwards) throw new Error(`${where}.backward: the layer has no gradients; make it with gradient "all"`);
      code.backward(evaluated, training);
    },
  };
}

/**
 * Bytes of an engine that `batchNorm` takes with these options when the arrays in `shared` are given to it. An engine of the
 * sum over its layers, and of its other arrays, each rounded up to 16 bytes, is filled.
 *
 * @throws TypeError, RangeError for bad options.
 */
export function batchNormBytes(options: BatchNormSizes, shared: readonly BatchNormShared[] = []): number {
  const where = "batchNormBytes";
  checkOptions(where, options, SIZES);
  const { rows, channels, precision, gradient } = sizesOf(where, options);
  for (const name of shared) oneOf(where, "shared", name, SHARED);
  const backwards = gradient !== "none";
  const made = (name: BatchNormShared, length: number): number => (shared.includes(name) ? 0 : length);
  const lengths = [
    made("input", rows * channels),
    gradient === "all" ? made("inputGradient", rows * channels) : 0,
    backwards ? made("scaleGradient", channels) : 0,
    backwards ? made("shiftGradient", channels) : 0,
    backwards ? rows * channels : 0,
    rows * channels,
    // Running statistics, scale and shift,
    channels,
    channels,
    channels,
    channels,
    // and what passes leave to each other.
    channels + 1,
    2 * channels,
    channels,
    channels,
  ];
  const size = precision === "float64" ? 8 : 4;
  return lengths.reduce((sum, length) => sum + 16 * Math.ceil((length * size) / 16), 0);
}

/** The sizes of a layer, checked, with nothing left to default. */
function sizesOf(where: string, options: BatchNormSizes): Required<BatchNormSizes> {
  const { rows, channels, gradient = "none" } = options;
  for (const [name, value] of Object.entries({ rows, channels })) integer(where, name, value, 1, LARGEST);
  oneOf(where, "gradient", gradient, ["none", "parameters", "all"]);
  const precision = checkPrecision(where, options.precision ?? "float64");
  return { rows, channels, precision, gradient };
}

const SIZES: readonly (keyof BatchNormSizes)[] = ["rows", "channels", "precision", "gradient"];
const SHARED: readonly BatchNormShared[] = ["input", "inputGradient", "scaleGradient", "shiftGradient"];
const KEYS: readonly (keyof BatchNormOptions)[] = [...SIZES, "epsilon", "momentum", ...SHARED, "allReduce"];
