import type { KernelEngine } from "./engine.ts";
import { plainPool, plainPoolBack } from "./pool-plain.ts";
import { type SquaresLayer, squaresLayer, type SquaresOptions } from "./pool-layer.ts";
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
  return squaresLayer("maxPool2d", engine, options, false, (exports, layer, sizes) => {
    const { input, output, outputGradient, inputGradient } = layer;
    const { width, channels, double } = sizes;
    if (exports === undefined) {
      return {
        forward: (rows) => plainPool(input, output, rows, width, channels),
        backward: (rows) => plainPoolBack(input, output, outputGradient!, inputGradient!, rows, width, channels),
      };
    }
    const [x, y] = [input.byteOffset, output.byteOffset];
    const [d, dx] = [outputGradient?.byteOffset ?? 0, inputGradient?.byteOffset ?? 0];
    const pool = double ? exports.pool64 : exports.pool32;
    const poolBack = double ? exports.poolBack64 : exports.poolBack32;
    return {
      forward: (rows) => pool(x, y, rows, width, channels),
      backward: (rows) => poolBack(x, y, d, dx, rows, width, channels),
    };
  });
}
