import { type KernelEngine, load } from "./engine.ts";
import { poolFamily } from "./families.ts";
import * as plain from "./pool-plain.ts";
import type { FloatArray, Precision } from "./precision.ts";

type Pool = (x: number, y: number, rows: number, width: number, channels: number) => void;
type PoolBack = (x: number, y: number, d: number, dx: number, rows: number, width: number, channels: number) => void;
type Sum = (from: number, to: number, rows: number, width: number, channels: number, factor: number) => void;
type PairPool = (x: number, y: number, count: number, channels: number) => void;
type PairPoolBack = (x: number, y: number, d: number, dx: number, count: number, channels: number) => void;
type PairSum = (from: number, to: number, count: number, channels: number, factor: number) => void;

/** Functions of assembly/pool.ts; pointers are byte offsets into the engine's memory. */
export interface PoolExports {
  readonly pool64: Pool;
  readonly pool32: Pool;
  readonly poolBack64: PoolBack;
  readonly poolBack32: PoolBack;
  readonly spread64: Sum;
  readonly spread32: Sum;
  readonly gather64: Sum;
  readonly gather32: Sum;
  readonly pairPool64: PairPool;
  readonly pairPool32: PairPool;
  readonly pairPoolBack64: PairPoolBack;
  readonly pairPoolBack32: PairPoolBack;
  readonly pairSpread64: PairSum;
  readonly pairSpread32: PairSum;
  readonly pairGather64: PairSum;
  readonly pairGather32: PairSum;
}

/** What a layer does, on which cells: squares of fields or, `flat`, pairs of lines. */
export interface PoolShape {
  readonly kind: "max" | "average" | "upsample";
  readonly flat: boolean;
  /** Cells in a row. */
  readonly width: number;
  readonly channels: number;
  readonly precision: Precision;
}

/** Arrays of a layer, checked; gradients that are not wanted are undefined. */
export interface PoolArrays {
  readonly input: FloatArray;
  readonly output: FloatArray;
  readonly outputGradient: FloatArray | undefined;
  readonly inputGradient: FloatArray | undefined;
}

/** What a layer runs, on rows of cells: those of all fields follow each other. */
export interface PoolCode {
  forward(rows: number): void;
  backward(rows: number): void;
}

/** The passes that layers are made of. */
interface Passes {
  pool(rows: number): void;
  poolBack(rows: number): void;
  /** One number to every place of its cell, times the factor. */
  spread(from: FloatArray, to: FloatArray, rows: number, factor: number): void;
  /** The sum over a cell, times the factor. */
  gather(from: FloatArray, to: FloatArray, rows: number, factor: number): void;
}

/** The code of a layer on this engine. */
export function poolCode(where: string, engine: KernelEngine, shape: PoolShape, arrays: PoolArrays): PoolCode {
  const exports = load(where, engine, poolFamily);
  const passes = exports === undefined ? plainPasses(shape, arrays) : wasmPasses(exports, shape, arrays);
  const { input, output, outputGradient, inputGradient } = arrays;
  const { pool, poolBack, spread, gather } = passes;
  if (shape.kind === "max") return { forward: pool, backward: poolBack };
  const part = shape.flat ? 0.5 : 0.25;
  return shape.kind === "average"
    ? {
        forward: (rows) => gather(input, output, rows, part),
        backward: (rows) => spread(outputGradient!, inputGradient!, rows, part),
      }
    : {
        forward: (rows) => spread(input, output, rows, 1),
        backward: (rows) => gather(outputGradient!, inputGradient!, rows, 1),
      };
}

function wasmPasses(exports: PoolExports, shape: PoolShape, arrays: PoolArrays): Passes {
  const { flat, width, channels } = shape;
  const double = shape.precision === "float64";
  const [x, y] = [arrays.input.byteOffset, arrays.output.byteOffset];
  const [d, dx] = [arrays.outputGradient?.byteOffset ?? 0, arrays.inputGradient?.byteOffset ?? 0];
  if (flat) {
    const pool = double ? exports.pairPool64 : exports.pairPool32;
    const poolBack = double ? exports.pairPoolBack64 : exports.pairPoolBack32;
    const spread = double ? exports.pairSpread64 : exports.pairSpread32;
    const gather = double ? exports.pairGather64 : exports.pairGather32;
    return {
      pool: (rows) => pool(x, y, rows * width, channels),
      poolBack: (rows) => poolBack(x, y, d, dx, rows * width, channels),
      spread: (from, to, rows, factor) => spread(from.byteOffset, to.byteOffset, rows * width, channels, factor),
      gather: (from, to, rows, factor) => gather(from.byteOffset, to.byteOffset, rows * width, channels, factor),
    };
  }
  const pool = double ? exports.pool64 : exports.pool32;
  const poolBack = double ? exports.poolBack64 : exports.poolBack32;
  const spread = double ? exports.spread64 : exports.spread32;
  const gather = double ? exports.gather64 : exports.gather32;
  return {
    pool: (rows) => pool(x, y, rows, width, channels),
    poolBack: (rows) => poolBack(x, y, d, dx, rows, width, channels),
    spread: (from, to, rows, factor) => spread(from.byteOffset, to.byteOffset, rows, width, channels, factor),
    gather: (from, to, rows, factor) => gather(from.byteOffset, to.byteOffset, rows, width, channels, factor),
  };
}

function plainPasses({ flat, width, channels }: PoolShape, arrays: PoolArrays): Passes {
  const { input, output, outputGradient, inputGradient } = arrays;
  // A row of pairs is a row of squares without the lower half.
  const cells = { width, channels, tall: flat ? 1 : 2 };
  return {
    pool: (rows) => plain.pool(input, output, rows, cells),
    poolBack: (rows) => plain.poolBack(input, output, outputGradient!, inputGradient!, rows, cells),
    spread: (from, to, rows, factor) => plain.spread(from, to, rows, cells, factor),
    gather: (from, to, rows, factor) => plain.gather(from, to, rows, cells, factor),
  };
}
