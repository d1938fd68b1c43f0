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
 * The largest of each square of 2x2 pixels,
 *
 * output[n, y, x, c] = max(input[n, 2 y + i, 2 x + j, c]) over i, j in {0, 1}.
 *
 * `height` and `width` are those of the input, even; fields are channel-last. A NaN in a square is its maximum. `backward`
 * gives the gradient to the first largest pixel in reading order, as PyTorch and Keras do, and zero to the other three.
 *
 * @throws TypeError, RangeError for bad options, arrays that are not the engine's, of the wrong length or overlapping, and
 * when the arrays do not fit into the engine.
 */
export function maxPool2d<P extends Precision = "float64">(
  engine: KernelEngine,
  options: SquaresOptions<P>,
): SquaresLayer<P> {
  return poolLayer("maxPool2d", engine, options, { kind: "max", flat: false });
}

/**
 * Bytes of an engine that `maxPool2d` takes with these options when the arrays in `shared` are given to it.
 *
 * @throws TypeError, RangeError for bad options.
 */
export function maxPool2dBytes(options: SquaresSizes, shared: readonly SquaresShared[] = []): number {
  return poolLayerBytes("maxPool2dBytes", options, { kind: "max", flat: false }, shared);
}

/**
 * The larger of each pair of points of a line,
 *
 * output[n, x, c] = max(input[n, 2 x, c], input[n, 2 x + 1, c]).
 *
 * `width` is that of the input, even; lines are channel-last, [batch, x, channel]. A NaN in a pair is its maximum. `backward`
 * gives the gradient to the first of two that are equal.
 *
 * @throws TypeError, RangeError for bad options, arrays that are not the engine's, of the wrong length or overlapping, and
 * when the arrays do not fit into the engine.
 */
export function maxPool1d<P extends Precision = "float64">(
  engine: KernelEngine,
  options: PairsOptions<P>,
): SquaresLayer<P> {
  return poolLayer("maxPool1d", engine, options, { kind: "max", flat: true });
}

/**
 * Bytes of an engine that `maxPool1d` takes with these options when the arrays in `shared` are given to it.
 *
 * @throws TypeError, RangeError for bad options.
 */
export function maxPool1dBytes(options: PairsSizes, shared: readonly SquaresShared[] = []): number {
  return poolLayerBytes("maxPool1dBytes", options, { kind: "max", flat: true }, shared);
}
