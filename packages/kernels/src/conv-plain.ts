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

/**
 * out[pixel, unit] = bias[unit] + sum over taps and inputs of padded[pixel + tap, input] w[tap, input, unit]. Four sums at a
 * time stay in registers.
 */
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
  const blocked = units - (units % 4);
  let at = start;
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < width; i++) {
      const corner = y * line + i * inputs;
      for (let j = 0; j < blocked; j += 4) {
        let s0 = bias === undefined ? 0 : bias[j]!;
        let s1 = bias === undefined ? 0 : bias[j + 1]!;
        let s2 = bias === undefined ? 0 : bias[j + 2]!;
        let s3 = bias === undefined ? 0 : bias[j + 3]!;
        let q = j;
        for (let t = 0; t < tall; t++) {
          const from = corner + t * line;
          for (let p = from; p < from + depth; p++) {
            const f = padded[p]!;
            s0 = round(s0 + round(f * w[q]!));
            s1 = round(s1 + round(f * w[q + 1]!));
            s2 = round(s2 + round(f * w[q + 2]!));
            s3 = round(s3 + round(f * w[q + 3]!));
            q += units;
          }
        }
        out[at + j] = s0;
        out[at + j + 1] = s1;
        out[at + j + 2] = s2;
        out[at + j + 3] = s3;
      }
      for (let j = blocked; j < units; j++) {
        let sum = bias === undefined ? 0 : bias[j]!;
        let q = j;
        for (let t = 0; t < tall; t++) {
          const from = corner + t * line;
          for (let p = from; p < from + depth; p++) {
            sum = round(sum + round(padded[p]! * w[q]!));
            q += units;
          }
        }
        out[at + j] = sum;
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
  const blocked = units - (units % 4);
  for (let first = 0; first < height; first += rows) {
    part.fill(0);
    for (let y = first; y < Math.min(first + rows, height); y++) {
      for (let t = 0; t < tall; t++) {
        for (let k = 0; k < depth; k++) {
          const row = (t * depth + k) * units;
          const from = (y + t) * line + k;
          const other = start + y * width * units;
          for (let j = 0; j < blocked; j += 4) {
            let s0 = part[row + j]!;
            let s1 = part[row + j + 1]!;
            let s2 = part[row + j + 2]!;
            let s3 = part[row + j + 3]!;
            let p = from;
            let q = other + j;
            for (let i = 0; i < width; i++) {
              const f = padded[p]!;
              s0 = round(s0 + round(f * d[q]!));
              s1 = round(s1 + round(f * d[q + 1]!));
              s2 = round(s2 + round(f * d[q + 2]!));
              s3 = round(s3 + round(f * d[q + 3]!));
              p += inputs;
              q += units;
            }
            part[row + j] = s0;
            part[row + j + 1] = s1;
            part[row + j + 2] = s2;
            part[row + j + 3] = s3;
          }
          for (let j = blocked; j < units; j++) {
            let sum = part[row + j]!;
            let p = from;
            let q = other + j;
            for (let i = 0; i < width; i++) {
              sum = round(sum + round(padded[p]! * d[q]!));
              p += inputs;
              q += units;
            }
            part[row + j] = sum;
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
