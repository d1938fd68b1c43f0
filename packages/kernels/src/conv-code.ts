import { type Activation, CODES } from "./activation.ts";
import { plainConv } from "./conv-plain.ts";
import { allocate, type KernelEngine, load } from "./engine.ts";
import { convFamily } from "./families.ts";
import { packedLength } from "./gemm.ts";
import type { FloatArray, Precision } from "./precision.ts";

/** Sizes of a convolution, checked; in one dimension the height and the kernel's are 1. */
export interface ConvShape {
  readonly height: number;
  readonly width: number;
  readonly inputs: number;
  readonly units: number;
  /** Rows of the kernel, odd. */
  readonly tall: number;
  /** Columns of the kernel, odd. */
  readonly wide: number;
  readonly periodic: boolean;
  readonly activation: Activation;
  readonly precision: Precision;
}

/** Arrays of a convolution, checked; gradients that are not wanted are undefined. */
export interface ConvArrays {
  readonly input: FloatArray;
  readonly output: FloatArray;
  readonly outputGradient: FloatArray | undefined;
  readonly inputGradient: FloatArray | undefined;
  readonly weightGradient: FloatArray | undefined;
  readonly biasGradient: FloatArray | undefined;
  readonly weights: FloatArray;
  readonly bias: FloatArray | undefined;
  /** One field with its rim, of the more channels of both sides. */
  readonly padded: FloatArray;
  /** The sums of a block of pixels for every weight. */
  readonly part: FloatArray | undefined;
}

/** What a convolution runs. */
export interface ConvCode {
  /** Called when the weights have changed. */
  pack(): void;
  forward(batch: number): void;
  backward(batch: number): void;
}

type Forward = (
  x: number,
  padded: number,
  packed: number,
  bias: number,
  out: number,
  batch: number,
  height: number,
  width: number,
  inputs: number,
  units: number,
  tall: number,
  wide: number,
  periodic: number,
  activation: number,
) => void;
type Backward = (
  x: number,
  padded: number,
  packed: number,
  out: number,
  d: number,
  part: number,
  gw: number,
  gb: number,
  dx: number,
  batch: number,
  height: number,
  width: number,
  inputs: number,
  units: number,
  tall: number,
  wide: number,
  periodic: number,
  activation: number,
) => void;
type Pack = (w: number, out: number, taps: number, inputs: number, units: number) => void;
type AddSums = (d: number, g: number, rows: number, channels: number) => void;
type AddProducts = (x: number, d: number, mean: number, g: number, rows: number, channels: number) => void;
type Normalize = (
  x: number,
  mean: number,
  scale: number,
  shift: number,
  y: number,
  rows: number,
  channels: number,
) => void;
type NormalizeBack = (
  x: number,
  d: number,
  mean: number,
  level: number,
  slope: number,
  scale: number,
  dx: number,
  rows: number,
  channels: number,
) => void;

/** Functions of assembly/conv.ts and of what it takes in; pointers are byte offsets into the engine's memory. */
export interface ConvExports {
  readonly convForward64: Forward;
  readonly convForward32: Forward;
  readonly convBackward64: Backward;
  readonly convBackward32: Backward;
  readonly packConvForward64: Pack;
  readonly packConvForward32: Pack;
  readonly packConvBackward64: Pack;
  readonly packConvBackward32: Pack;
  readonly addSums64: AddSums;
  readonly addSums32: AddSums;
  readonly addProducts64: AddProducts;
  readonly addProducts32: AddProducts;
  readonly normalize64: Normalize;
  readonly normalize32: Normalize;
  readonly normalizeBack64: NormalizeBack;
  readonly normalizeBack32: NormalizeBack;
}

/** The code of a convolution on this engine; takes memory for packed weights there when it is WebAssembly. */
export function convCode(where: string, engine: KernelEngine, shape: ConvShape, arrays: ConvArrays): ConvCode {
  const exports = load(where, engine, convFamily);
  return exports === undefined ? plainConv(shape, arrays) : wasmConv(engine, exports, shape, arrays);
}

function wasmConv(engine: KernelEngine, exports: ConvExports, shape: ConvShape, arrays: ConvArrays): ConvCode {
  const { height, width, inputs, units, tall, wide, precision } = shape;
  const double = precision === "float64";
  const forward = double ? exports.convForward64 : exports.convForward32;
  const backward = double ? exports.convBackward64 : exports.convBackward32;
  const packForward = double ? exports.packConvForward64 : exports.packConvForward32;
  const packBackward = double ? exports.packConvBackward64 : exports.packConvBackward32;
  const code = CODES[shape.activation];
  const periodic = shape.periodic ? 1 : 0;
  const taps = tall * wide;
  const address = (array: FloatArray | undefined): number => array?.byteOffset ?? 0;
  const w = address(arrays.weights);
  const b = address(arrays.bias);
  const x = address(arrays.input);
  const y = address(arrays.output);
  const dy = address(arrays.outputGradient);
  const dx = address(arrays.inputGradient);
  const gw = address(arrays.weightGradient);
  const gb = address(arrays.biasGradient);
  const padded = address(arrays.padded);
  const part = address(arrays.part);
  const packed = address(allocate(engine, precision, packedLength(precision, units, taps * inputs)));
  const across = dx === 0 ? 0 : address(allocate(engine, precision, packedLength(precision, inputs, taps * units)));
  return {
    pack() {
      packForward(w, packed, taps, inputs, units);
      if (across !== 0) packBackward(w, across, taps, inputs, units);
    },
    forward(n) {
      forward(x, padded, packed, b, y, n, height, width, inputs, units, tall, wide, periodic, code);
    },
    backward(n) {
      // biome-ignore format: the arguments in the order of the kernel
      backward(x, padded, across, y, dy, part, gw, gb, dx, n, height, width, inputs, units, tall, wide, periodic, code);
    },
  };
}
