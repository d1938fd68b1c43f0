import { checkOptions, copyFinite, integer } from "@hml/guard";
import type { Vec } from "@hml/integrators";
import type { Restriction } from "./maps.ts";

/**
 * Means over equal blocks: a fine state `[block, point]` to one number a block.
 *
 * @throws RangeError when `fineSize` is not a multiple of `blocks`.
 */
export function blockMeans(blocks: number, fineSize: number): Restriction {
  integer("blockMeans", "blocks", blocks, 1);
  integer("blockMeans", "fineSize", fineSize, blocks);
  if (fineSize % blocks !== 0) {
    throw new RangeError(`blockMeans: fineSize must be a multiple of blocks = ${blocks}, got ${fineSize}`);
  }
  const points = fineSize / blocks;
  return {
    fineSize,
    coarseSize: blocks,
    restrict(fine, out) {
      for (let b = 0; b < blocks; b++) {
        let sum = 0;
        for (let i = b * points; i < (b + 1) * points; i++) sum += fine[i]!;
        out[b] = sum / points;
      }
    },
  };
}

/**
 * A weighted average over the middle of each box: a fine state `[box, point]` to one number a box. The window is centred,
 * so `points - window.length` must be even; its weights are used as they are (they should sum to 1).
 *
 * @throws RangeError for a window longer than a box, or one that cannot be centred.
 */
export function windowAverages(spec: {
  readonly boxes: number;
  readonly points: number;
  readonly window: ArrayLike<number>;
}): Restriction {
  checkOptions("windowAverages", spec, ["boxes", "points", "window"], "spec");
  const boxes = integer("windowAverages", "boxes", spec.boxes, 1);
  const points = integer("windowAverages", "points", spec.points, 1);
  const window = copyFinite("windowAverages", "window", spec.window);
  const margin = points - window.length;
  if (window.length < 1 || margin < 0 || margin % 2 === 1) {
    throw new RangeError(
      `windowAverages: window must have at most ${points} weights and leave an even number of points, got ${window.length}`,
    );
  }
  return {
    fineSize: boxes * points,
    coarseSize: boxes,
    restrict(fine, out) {
      for (let b = 0; b < boxes; b++) out[b] = windowSum(fine, b * points + margin / 2, window);
    },
  };
}

function windowSum(fine: Vec, from: number, window: Vec): number {
  let sum = 0;
  for (let i = 0; i < window.length; i++) sum += window[i]! * fine[from + i]!;
  return sum;
}
