import { CONV_KEYS, type ConvLayer, convLayer, type ConvOptions } from "./conv-layer.ts";
import type { KernelEngine } from "./engine.ts";
import type { Precision } from "./precision.ts";

/** Sizes of a convolution along lines, and arrays of the engine that it shares with others. */
export interface Conv1dOptions<P extends Precision = "float64"> extends ConvOptions<P> {
  /** Points of a line. */
  readonly width: number;
}

/**
 * A fused convolution along lines with a kernel of k (odd, 3 unless told otherwise) taps,
 *
 * output[n, x, j] = f(bias[j] + sum_{kx, i} input[n, x + kx - r, i] weights[kx, i, j]), r = (k - 1) / 2,
 *
 * where the line outside of itself is zero or periodic. Everything else is as in `conv2d`, with y left out: lines are
 * [batch, x, channel], weights [kx, inputs, units].
 *
 * @throws TypeError, RangeError for bad options, arrays that are not the engine's, of the wrong length or overlapping, and
 * when the arrays do not fit into the engine.
 */
export function conv1d<P extends Precision = "float64">(engine: KernelEngine, options: Conv1dOptions<P>): ConvLayer<P> {
  const { width } = Object(options) as Conv1dOptions<P>;
  return convLayer("conv1d", engine, options, [...CONV_KEYS, "width"], { height: 1, width, flat: true });
}
