import { type Activation, activate, backActivate, CODES } from "./activation.ts";
import { allocate, type KernelEngine, load } from "./engine.ts";
import { type DenseExports, denseFamily } from "./families.ts";
import { packedLength } from "./gemm.ts";
import { product } from "./plain-product.ts";
import type { FloatArray, Precision } from "./precision.ts";

/** Sizes of a layer, checked. */
export interface DenseShape {
  readonly rows: number;
  readonly inputs: number;
  readonly units: number;
  readonly activation: Activation;
  /** Whether the input is added to the sums; units are then inputs. */
  readonly residual: boolean;
  readonly precision: Precision;
}

/** Arrays of a layer, checked; gradients that are not wanted are undefined. */
export interface DenseArrays {
  readonly input: FloatArray;
  readonly output: FloatArray;
  readonly outputGradient: FloatArray | undefined;
  readonly inputGradient: FloatArray | undefined;
  readonly weightGradient: FloatArray | undefined;
  readonly biasGradient: FloatArray | undefined;
  readonly weights: FloatArray;
  readonly bias: FloatArray | undefined;
}

/** What a layer does, without checks. */
export interface DenseCode {
  /** Takes up changed weights. */
  pack(): void;
  forward(rows: number): void;
  backward(rows: number): void;
}

/** The code of a layer: the kernel's, or its plain twin on a plain engine. */
export function denseCode(where: string, engine: KernelEngine, shape: DenseShape, arrays: DenseArrays): DenseCode {
  const exports = load(where, engine, denseFamily);
  return exports === undefined ? plainDense(shape, arrays) : wasmDense(engine, exports, shape, arrays);
}

function wasmDense(engine: KernelEngine, exports: DenseExports, shape: DenseShape, arrays: DenseArrays): DenseCode {
  const { inputs, units, activation, residual, precision } = shape;
  const double = precision === "float64";
  const forward = double ? exports.forward64 : exports.forward32;
  const backward = double ? exports.backward64 : exports.backward32;
  const packForward = double ? exports.packForward64 : exports.packForward32;
  const packBackward = double ? exports.packBackward64 : exports.packBackward32;
  const code = CODES[activation];
  const skip = residual ? 1 : 0;
  // The kernels keep views of nothing: addresses are numbers, and the arrays never move.
  const address = (array: FloatArray | undefined): number => array?.byteOffset ?? 0;
  const w = address(arrays.weights);
  const b = address(arrays.bias);
  const x = address(arrays.input);
  const y = address(arrays.output);
  const dy = address(arrays.outputGradient);
  const dx = address(arrays.inputGradient);
  const gw = address(arrays.weightGradient);
  const gb = address(arrays.biasGradient);
  const packed = address(allocate(engine, precision, packedLength(precision, units, inputs)));
  const across = dx === 0 ? 0 : address(allocate(engine, precision, packedLength(precision, inputs, units)));
  return {
    pack() {
      packForward(w, packed, units, inputs);
      if (across !== 0) packBackward(w, across, units, inputs);
    },
    forward: (rows) => forward(x, packed, b, y, rows, inputs, units, code, skip),
    backward: (rows) => backward(x, across, y, dy, gw, gb, dx, rows, inputs, units, code, skip),
  };
}

function plainDense({ inputs, units, activation, residual }: DenseShape, arrays: DenseArrays): DenseCode {
  const { input, output, outputGradient, inputGradient, weightGradient, biasGradient, weights, bias } = arrays;
  const wide = { row: inputs, column: 1 };
  const wideTurned = { row: 1, column: inputs };
  const high = { row: units, column: 1 };
  const highTurned = { row: 1, column: units };
  return {
    pack() {},
    forward(rows) {
      product(input, wide, weights, wideTurned, output, bias, 0, rows, units, inputs);
      if (residual) add(output, input, rows * units);
      activate(activation, output, output, rows * units);
    },
    backward(rows) {
      if (outputGradient === undefined || weightGradient === undefined) return;
      backActivate(activation, output, outputGradient, rows * units);
      product(outputGradient, highTurned, input, wide, weightGradient, weightGradient, inputs, units, inputs, rows);
      if (biasGradient !== undefined) addRows(outputGradient, biasGradient, rows, units);
      if (inputGradient !== undefined) {
        const start = residual ? outputGradient : undefined;
        product(outputGradient, high, weights, wide, inputGradient, start, units, rows, inputs, units);
      }
    },
  };
}

/** c[i] += x[i]. */
function add(c: FloatArray, x: FloatArray, count: number): void {
  for (let i = 0; i < count; i++) c[i] = c[i]! + x[i]!;
}

/** g[j] += sum_r d[r, j]; storing into a Float32Array rounds each sum to float32. */
function addRows(d: FloatArray, g: FloatArray, rows: number, units: number): void {
  for (let r = 0; r < rows; r++) {
    const p = r * units;
    for (let j = 0; j < units; j++) g[j] = g[j]! + d[p + j]!;
  }
}
