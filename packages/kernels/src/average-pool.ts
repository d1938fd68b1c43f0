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
 * The mean of each square of 2x2 pixels,
 *
 * output[n, y, x, c] = (input[n, 2 y, 2 x, c] + input[n, 2 y, 2 x + 1, c] + (input[n, 2 y + 1, 2 x, c] + ...)) / 4.
 *
 * `height` and `width` are those of the input, even; fields are channel-last. `backward` gives a quarter of the gradient to
 * each pixel.
 *
 * @throws TypeError, RangeError for bad options, arrays that are not the engine's, of the wrong length or overlapping, and
 * when the arrays do not fit into the engine.
 */
export function averagePool2d<P extends Precision = "float64">(
  engine: KernelEngine,
  options: SquaresOptions<P>,
): SquaresLayer<P> {
  return poolLayer("averagePool2d", engine, options, { kind: "average", flat: false });
}

/**
 * Bytes of an engine that `averagePool2d` takes with these options when the arrays in `shared` are given to it.
 *
 * @throws TypeError, RangeError for bad options.
 */
export function averagePool2dBytes(options: SquaresSizes, shared: readonly SquaresShared[] = []): number {
  return poolLayerBytes("averagePool2dBytes", options, { kind: "average", flat: false }, shared);
}

/**
 * The mean of each pair of points of a line,
 *
 * output[n, x, c] = (input[n, 2 x, c] + input[n, 2 x + 1, c]) / 2.
 *
 * `width` is that of the input, even; lines are channel-last, [batch, x, channel]. `backward` gives half of the gradient to
 * each point.
 *
 * @throws TypeError, RangeError for bad options, arrays that are not the engine's, of the wrong length or overlapping, and
 * when the arrays do not fit into the engine.
 */
export function averagePool1d<P extends Precision = "float64">(
  engine: KernelEngine,
  options: PairsOptions<P>,
): SquaresLayer<P> {
  return poolLayer("averagePool1d", engine, options, { kind: "average", flat: true });
}

/**
 * Bytes of an engine that `averagePool1d` takes with these options when the arrays in `shared` are given to it.
 *
 * @throws TypeError, RangeError for bad options.
 */
export function averagePool1dBytes(options: PairsSizes, shared: readonly SquaresShared[] = []): number {
  return poolLayerBytes("averagePool1dBytes", options, { kind: "average", flat: true }, shared);
}
