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

/** Sizes of a convolution of two-dimensional fields, and arrays of the engine that it shares with others. */
export interface Conv2dOptions<P extends Precision = "float64"> extends ConvOptions<P> {
  /** Pixels of a field along y. */
  readonly height: number;
  /** Pixels of a field along x. */
  readonly width: number;
}

/**
 * A fused convolution of two-dimensional fields with a square kernel of k (odd, 3 unless told otherwise) taps a side,
 *
 * output[n, y, x, j] = f(bias[j] + sum_{ky, kx, i} input[n, y + ky - r, x + kx - r, i] weights[ky, kx, i, j]), r = (k - 1) / 2,
 *
 * where the field outside of itself is zero or periodic. It is a correlation, as every network library has it. Fields are
 * channel-last, [batch, y, x, channel], and weights [ky, kx, inputs, units], as in Keras; PyTorch's are
 * [units, inputs, ky, kx].
 *
 * Each number of the output is one sum that starts at the bias and runs over ky, kx and i upwards; a gradient of a weight
 * is summed over y and x in blocks of about 512 pixels, which are then added to what is there. So the bits depend neither
 * on the engine nor on how fields are cut into batches. Layers are chained as dense ones are. `forward` and `backward`
 * allocate nothing. Besides its arrays a layer takes one padded field and three times its weights.
 *
 * @throws TypeError, RangeError for bad options, arrays that are not the engine's, of the wrong length or overlapping, and
 * when the arrays do not fit into the engine.
 */
export function conv2d<P extends Precision = "float64">(engine: KernelEngine, options: Conv2dOptions<P>): ConvLayer<P> {
  const { height, width } = Object(options) as Conv2dOptions<P>;
  return convLayer("conv2d", engine, options, { height, width, flat: false });
}

/** What decides how much memory a convolution of two-dimensional fields takes. */
export type Conv2dSizes = ConvSizes & Pick<Conv2dOptions<Precision>, "height" | "width">;

/**
 * Bytes of an engine that `conv2d` takes with these options when the arrays in `shared` are given to it; a plain engine needs
 * less. An engine of the sum over its layers, and of its other arrays, each rounded up to 16 bytes, is filled.
 *
 * @throws TypeError, RangeError for bad options.
 */
export function conv2dBytes(options: Conv2dSizes, shared: readonly ConvShared[] = []): number {
  const { height, width } = Object(options) as Conv2dSizes;
  return convLayerBytes("conv2dBytes", options, { height, width, flat: false }, shared);
}
