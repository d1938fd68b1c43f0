import {
  type ConvLayer,
  convLayer,
  convLayerBytes,
  type ConvOptions,
  type ConvShared,
  type ConvSizes,
} from "./conv-layer.ts";
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
  return convLayer("conv1d", engine, options, { height: 1, width, flat: true });
}

/** What decides how much memory a convolution along lines takes. */
export type Conv1dSizes = ConvSizes & Pick<Conv1dOptions<Precision>, "width">;

/**
 * Bytes of an engine that `conv1d` takes with these options when the arrays in `shared` are given to it; a plain engine needs
 * less. An engine of the sum over its layers, and of its other arrays, each rounded up to 16 bytes, is filled.
 *
 * @throws TypeError, RangeError for bad options.
 */
export function conv1dBytes(options: Conv1dSizes, shared: readonly ConvShared[] = []): number {
  const { width } = Object(options) as Conv1dSizes;
  return convLayerBytes("conv1dBytes", options, { height: 1, width, flat: true }, shared);
}
