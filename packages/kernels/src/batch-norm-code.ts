import * as plain from "./batch-norm-plain.ts";
import type { ConvExports } from "./conv-code.ts";
import { allocate, type KernelEngine, load } from "./engine.ts";
import { convFamily } from "./families.ts";
import type { FloatArray, Precision } from "./precision.ts";

/** Sizes and constants of a batch norm, checked. */
export interface BatchNormShape {
  readonly channels: number;
  readonly epsilon: number;
  readonly momentum: number;
  readonly precision: Precision;
}

/** Arrays of a batch norm, checked; gradients that are not wanted are undefined. */
export interface BatchNormArrays {
  readonly input: FloatArray;
  readonly output: FloatArray;
  readonly outputGradient: FloatArray | undefined;
  readonly inputGradient: FloatArray | undefined;
  readonly scaleGradient: FloatArray | undefined;
  readonly shiftGradient: FloatArray | undefined;
  readonly runningMean: FloatArray;
  readonly runningVariance: FloatArray;
  readonly scale: FloatArray;
  readonly shift: FloatArray;
}

/** Replaces sums over the rows of this shard by those over the rows of all shards. */
export type AllReduce = (sums: FloatArray) => void;

/** What a batch norm runs. */
export interface BatchNormCode {
  forward(rows: number, training: boolean): void;
  backward(rows: number, training: boolean): void;
}

/** Numbers of every channel that passes leave to each other. */
interface Statistics {
  /** What was taken off. */
  readonly mean: FloatArray;
  /** Sums of squares and then variances; afterwards scale / sqrt(variance + epsilon). */
  readonly factor: FloatArray;
  /** 1 / sqrt(variance + epsilon). */
  readonly inverse: FloatArray;
  /** Sums of d, then what of it is level: their mean. */
  readonly level: FloatArray;
  /** Sums of (x - mean) d, then the slope of d over x. */
  readonly slope: FloatArray;
}

/** The passes over all rows; what is done once for every channel is the same on every engine. */
interface Passes {
  /** mean += sums of the input. */
  sum(rows: number): void;
  /** factor += sums of (input - mean)^2. */
  square(rows: number): void;
  /** output = (input - mean) factor + shift. */
  normalize(rows: number): void;
  /** level += sums of d, slope += sums of (input - mean) d. */
  sumBack(rows: number): void;
  /** inputGradient = ((d - level) - (input - mean) slope) factor. */
  normalizeBack(rows: number): void;
}

/** The code of a batch norm on this engine; takes memory for statistics there. */
export function batchNormCode(
  where: string,
  engine: KernelEngine,
  { channels, epsilon, momentum, precision }: BatchNormShape,
  arrays: BatchNormArrays,
  allReduce: AllReduce | undefined,
): BatchNormCode {
  const exports = load(where, engine, convFamily);
  const make = (length: number): FloatArray => allocate(engine, precision, length);
  // What is reduced together stands together: the sums and the number of rows, both sums of the way back.
  const [counted, pair] = [make(channels + 1), make(2 * channels)];
  const mean = counted.subarray(0, channels);
  const [level, slope] = [pair.subarray(0, channels), pair.subarray(channels)];
  const statistics = { mean, factor: make(channels), inverse: make(channels), level, slope };
  const passes =
    exports === undefined
      ? plainPasses(channels, precision, arrays, statistics)
      : wasmPasses(exports, channels, precision, arrays, statistics);
  const { factor, inverse } = statistics;
  const { runningMean, runningVariance, scale, scaleGradient, shiftGradient, inputGradient } = arrays;
  /** Rows over all shards. */
  let all = 0;
  return {
    forward(rows, training) {
      if (training) {
        mean.fill(0);
        factor.fill(0);
        passes.sum(rows);
        counted[channels] = rows;
        allReduce?.(counted);
        all = counted[channels]!;
        for (let c = 0; c < channels; c++) mean[c] = mean[c]! / all;
        passes.square(rows);
        allReduce?.(factor);
        for (let c = 0; c < channels; c++) factor[c] = factor[c]! / all;
        for (let c = 0; c < channels; c++) {
          runningMean[c] = momentum * runningMean[c]! + (1 - momentum) * mean[c]!;
          runningVariance[c] = momentum * runningVariance[c]! + (1 - momentum) * factor[c]!;
        }
      } else {
        mean.set(runningMean);
        factor.set(runningVariance);
      }
      for (let c = 0; c < channels; c++) {
        inverse[c] = 1 / Math.sqrt(factor[c]! + epsilon);
        factor[c] = scale[c]! * inverse[c]!;
      }
      passes.normalize(rows);
    },
    backward(rows, training) {
      if (scaleGradient === undefined || shiftGradient === undefined || rows === 0) return;
      pair.fill(0);
      passes.sumBack(rows);
      for (let c = 0; c < channels; c++) {
        shiftGradient[c] = shiftGradient[c]! + level[c]!;
        scaleGradient[c] = scaleGradient[c]! + slope[c]! * inverse[c]!;
      }
      if (training) allReduce?.(pair);
      for (let c = 0; c < channels; c++) {
        const s = inverse[c]!;
        level[c] = training ? level[c]! / all : 0;
        slope[c] = training ? (slope[c]! * s * s) / all : 0;
      }
      if (inputGradient !== undefined) passes.normalizeBack(rows);
    },
  };
}

function wasmPasses(
  exports: ConvExports,
  channels: number,
  precision: Precision,
  arrays: BatchNormArrays,
  statistics: Statistics,
): Passes {
  const double = precision === "float64";
  const addSums = double ? exports.addSums64 : exports.addSums32;
  const addProducts = double ? exports.addProducts64 : exports.addProducts32;
  const normalize = double ? exports.normalize64 : exports.normalize32;
  const normalizeBack = double ? exports.normalizeBack64 : exports.normalizeBack32;
  const [x, y, shift] = [arrays.input.byteOffset, arrays.output.byteOffset, arrays.shift.byteOffset];
  const [d, dx] = [arrays.outputGradient?.byteOffset ?? 0, arrays.inputGradient?.byteOffset ?? 0];
  const [mean, factor] = [statistics.mean.byteOffset, statistics.factor.byteOffset];
  const [level, slope] = [statistics.level.byteOffset, statistics.slope.byteOffset];
  return {
    sum: (rows) => addSums(x, mean, rows, channels),
    square: (rows) => addProducts(x, 0, mean, factor, rows, channels),
    normalize: (rows) => normalize(x, mean, factor, shift, y, rows, channels),
    sumBack(rows) {
      addSums(d, level, rows, channels);
      addProducts(x, d, mean, slope, rows, channels);
    },
    normalizeBack: (rows) => normalizeBack(x, d, mean, level, slope, factor, dx, rows, channels),
  };
}

function plainPasses(
  channels: number,
  precision: Precision,
  { input, output, outputGradient, inputGradient, shift }: BatchNormArrays,
  { mean, factor, level, slope }: Statistics,
): Passes {
  const round = plain.rounding(precision);
  return {
    sum: (rows) => plain.addSums(input, 0, mean, rows, channels, round),
    square: (rows) => plain.addProducts(input, undefined, mean, factor, rows, channels, round),
    normalize: (rows) => plain.normalize(input, mean, factor, shift, output, rows, channels, round),
    sumBack(rows) {
      if (outputGradient === undefined) return;
      plain.addSums(outputGradient, 0, level, rows, channels, round);
      plain.addProducts(input, outputGradient, mean, slope, rows, channels, round);
    },
    normalizeBack(rows) {
      if (outputGradient === undefined || inputGradient === undefined) return;
      plain.normalizeBack(input, outputGradient, mean, level, slope, factor, inputGradient, rows, channels, round);
    },
  };
}
