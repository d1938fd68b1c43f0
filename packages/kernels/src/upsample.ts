import type { KernelEngine } from "./engine.ts";
import {
  type PairsOptions,
  type PairsSizes,
  poolLayer,
  poolLayerBytes,
  type SquaresLayer,
  type SquaresOptions,
  type SquaresShared,
  type SquaresSizes,
} from "./pool-layer.ts";
import type { Precision } from "./precision.ts";

/**
 * A field of twice the size by the nearest pixel,
 *
 * output[n, y, x, c] = input[n, floor(y / 2), floor(x / 2), c].
 *
 * `height` and `width` are those of the input; fields are channel-last. `backward` sums the gradients of the four copies,
 * (upper left + upper right) + (lower left + lower right).
 *
 * @throws TypeError, RangeError for bad options, arrays that are not the engine's, of the wrong length or overlapping, and
 * when the arrays do not fit into the engine.
 */
export function upsample2d<P extends Precision = "float64">(
  engine: KernelEngine,
  options: SquaresOptions<P>,
): SquaresLayer<P> {
  return poolLayer("upsample2d", engine, options, { kind: "upsample", flat: false });
}

/**
 * Bytes of an engine that `upsample2d` takes with these options when the arrays in `shared` are given to it.
 *
 * @throws TypeError, RangeError for bad options.
 */
export function upsample2dBytes(options: SquaresSizes, shared: readonly SquaresShared[] = []): number {
  return poolLayerBytes("upsample2dBytes", options, { kind: "upsample", flat: false }, shared);
}

/**
 * A line of twice the points by the nearest one,
 *
 * output[n, x, c] = input[n, floor(x / 2), c].
 *
 * `width` is that of the input; lines are channel-last, [batch, x, channel]. `backward` sums the gradients of the two copies.
 *
 * @throws TypeError, RangeError for bad options, arrays that are not the engine's, of the wrong length or overlapping, and
 * when the arrays do not fit into the engine.
 */
export function upsample1d<P extends Precision = "float64">(
  engine: KernelEngine,
  options: PairsOptions<P>,
): SquaresLayer<P> {
  return poolLayer("upsample1d", engine, options, { kind: "upsample", flat: true });
}

/**
 * Bytes of an engine that `upsample1d` takes with these options when the arrays in `shared` are given to it.
 *
 * @throws TypeError, RangeError for bad options.
 */
export function upsample1dBytes(options: PairsSizes, shared: readonly SquaresShared[] = []): number {
  return poolLayerBytes("upsample1dBytes", options, { kind: "upsample", flat: true }, shared);
}
