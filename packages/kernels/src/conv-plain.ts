import { activate, backActivate } from "./activation.ts";
import { addSums, rounding } from "./batch-norm-plain.ts";
import type { ConvArrays, ConvCode, ConvShape } from "./conv-code.ts";
import type { FloatArray } from "./precision.ts";

/** Pixels between which the partial sums of a weight's gradient are added to it; assembly/conv-field.ts has the same number. */
const BLOCK = 512;

/** The twin of assembly/conv-field.ts: the same sums in the same order. */
export function plainConv(shape: ConvShape, arrays: ConvArrays): ConvCode {
  const { height, width, inputs, units, tall, wide, activation, precision } = shape;
  const { input, output, outputGradient, inputGradient, weightGradient, biasGradient, weights, bias } = arrays;
  const { padded, part } = arrays;
  const round = rounding(precision);
  const field = height * width;
  const turned = inputGradient === undefined ? undefined : weights.slice();
  return {
    pack() {
      if (turned !== undefined) turn(weights, turned, tall * wide, inputs, units);
    },
    forward(batch) {
      for (let n = 0; n < batch; n++) {
        pad(shape, input, n * field * inputs, inputs, padded);
        correlate(shape, padded, inputs, weights, bias, output, n * field * units, units, round);
      }
      activate(activation, output, output, batch * field * units);
    },
    backward(batch) {
      if (outputGradient === undefined || weightGradient === undefined || part === undefined) return;
      backActivate(activation, output, outputGradient, batch * field * units);
      for (let n = 0; n < batch; n++) {
        pad(shape, input, n * field * inputs, inputs, padded);
        weigh(shape, padded, outputGradient, n * field * units, part, weightGradient, round);
        if (biasGradient !== undefined) addSums(outputGradient, n * field * units, biasGradient, field, units, round);
        if (inputGradient !== undefined && turned !== undefined) {
          pad(shape, outputGradient, n * field * units, units, padded);
          correlate(shape, padded, units, turned, undefined, inputGradient, n * field * inputs, inputs, round);
        }
      }
    },
  };
}

/** One field, from `start`, with a rim that is zero or continues it periodically. */
function pad(shape: ConvShape, x: FloatArray, start: number, channels: number, out: FloatArray): void {
  const { height, width, tall, wide, periodic } = shape;
  const above = (tall - 1) / 2;
  const beside = (wide - 1) / 2;
  let at = 0;
  for (let y = -above; y < height + above; y++) {
    for (let i = -beside; i < width + beside; i++) {
      const inside = periodic || (y >= 0 && y < height && i >= 0 && i < width);
      const from = start + (wrap(y, height) * width + wrap(i, width)) * channels;
      for (let c = 0; c < channels; c++) out[at + c] = inside ? x[from + c]! : 0;
      at += channels;
    }
  }
}

/** i modulo n, from 0 to n - 1. */
function wrap(i: number, n: number): number {
  return ((i % n) + n) % n;
}

/** out[pixel, unit] = bias[unit] + sum over taps and inputs of padded[pixel + tap, input] w[tap, input, unit]. */
function correlate(
  { height, width, tall, wide }: ConvShape,
  padded: FloatArray,
  inputs: number,
  w: FloatArray,
  bias: FloatArray | undefined,
  out: FloatArray,
  start: number,
  units: number,
  round: (x: number) => number,
): void {
  const line = (width + wide - 1) * inputs;
  const depth = wide * inputs;
  let at = start;
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < units; j++) out[at + j] = bias === undefined ? 0 : bias[j]!;
      let q = 0;
      for (let t = 0; t < tall; t++) {
        const from = (y + t) * line + i * inputs;
        for (let k = 0; k < depth; k++) {
          const f = padded[from + k]!;
          for (let j = 0; j < units; j++) out[at + j] = out[at + j]! + round(f * w[q + j]!);
          q += units;
        }
      }
      at += units;
    }
  }
}

/** g[tap, input, unit] += sum over pixels of padded[pixel + tap, input] d[pixel, unit], in blocks of rows. */
function weigh(
  { height, width, inputs, units, tall, wide }: ConvShape,
  padded: FloatArray,
  d: FloatArray,
  start: number,
  part: FloatArray,
  g: FloatArray,
  round: (x: number) => number,
): void {
  const line = (width + wide - 1) * inputs;
  const depth = wide * inputs;
  const rows = Math.max(1, Math.floor(BLOCK / width));
  for (let first = 0; first < height; first += rows) {
    part.fill(0);
    for (let y = first; y < Math.min(first + rows, height); y++) {
      for (let i = 0; i < width; i++) {
        const from = start + (y * width + i) * units;
        for (let t = 0; t < tall; t++) {
          const p = (y + t) * line + i * inputs;
          for (let k = 0; k < depth; k++) {
            const f = padded[p + k]!;
            const q = (t * depth + k) * units;
            for (let j = 0; j < units; j++) part[q + j] = part[q + j]! + round(f * d[from + j]!);
          }
        }
      }
    }
    for (let i = 0; i < part.length; i++) g[i] = g[i]! + part[i]!;
  }
}

/** [tap, input, unit] to [tap turned round, unit, input]: the weights of the adjoint. */
function turn(w: FloatArray, out: FloatArray, taps: number, inputs: number, units: number): void {
  for (let t = 0; t < taps; t++) {
    for (let k = 0; k < inputs; k++) {
      for (let j = 0; j < units; j++) {
        out[((taps - 1 - t) * units + j) * inputs + k] = w[(t * inputs + k) * units + j]!;
      }
    }
  }
}
