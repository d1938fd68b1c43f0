import type { KernelEngine } from "./engine.ts";
import { type SquaresLayer, squaresLayer, type SquaresOptions } from "./pool-layer.ts";
import { plainGather, plainSpread } from "./pool-plain.ts";
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
  return squaresLayer("upsample2d", engine, options, true, (exports, layer, sizes) => {
    const { input, output, outputGradient, inputGradient } = layer;
    const { width, channels, double } = sizes;
    if (exports === undefined) {
      return {
        forward: (rows) => plainSpread(input, output, rows, width, channels),
        backward: (rows) => plainGather(outputGradient!, inputGradient!, rows, width, channels),
      };
    }
    const [x, y] = [input.byteOffset, output.byteOffset];
    const [d, dx] = [outputGradient?.byteOffset ?? 0, inputGradient?.byteOffset ?? 0];
    const spread = double ? exports.spread64 : exports.spread32;
    const gather = double ? exports.gather64 : exports.gather32;
    return {
      forward: (rows) => spread(x, y, rows, width, channels),
      backward: (rows) => gather(d, dx, rows, width, channels),
    };
  });
}
