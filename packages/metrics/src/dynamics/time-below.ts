import { lengthOf, positive } from "@hml/guard";

/** How long a curve stays below a bound. */
export interface TimeBelow {
  /** Time of the last frame before the first one at which the curve is not below the bound; frame k is at k dt. */
  readonly time: number;
  /** The first frame that is not below the bound, or the number of frames. */
  readonly frame: number;
  /** True where the bound was never reached: the time is then the horizon, and only a lower limit. */
  readonly censored: boolean;
}

/**
 * How long a curve in steps of `dt` stays below a bound: the largest time up to which every value is < bound. A NaN is
 * not below.
 *
 * @param curve - one value a frame, as `nad` gives; frame 0 is at time 0
 * @throws RangeError for an empty curve, or a dt or bound that is not positive
 */
export function timeBelow(curve: ArrayLike<number>, dt: number, bound: number): TimeBelow {
  const frames = lengthOf("timeBelow", "curve", curve);
  if (frames === 0) throw new RangeError("timeBelow: curve must hold at least one value, got none");
  positive("timeBelow", "dt", dt);
  positive("timeBelow", "bound", bound);
  let frame = 0;
  while (frame < frames && curve[frame]! < bound) frame++;
  return Object.freeze({ time: Math.max(0, frame - 1) * dt, frame, censored: frame === frames });
}
