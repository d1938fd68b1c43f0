import { checkOptions, integer, lengthOf, positive, show } from "@hml/guard";
import { float64Copy, type Numbers } from "../numeric.ts";
import type { Vec } from "../rhs.ts";

/** Frames of a field on a periodic grid of one, two or three axes, equally spaced in time. */
export interface FieldMovie {
  /** The field, `[frame, z, y, x]` without the axes that are absent. */
  readonly u: Vec;
  /** Number of frames. */
  readonly frames: number;
  /** Points along x, y, z, as many axes as there are. */
  readonly points: readonly number[];
  /** Spacing along each of them. */
  readonly spacing: readonly number[];
  /** Points of a frame. */
  readonly size: number;
  /** Time between frames. */
  readonly dt: number;
}

/** What a `FieldMovie` is made of. */
export interface FieldMovieSource {
  /** The field, `[frame, x]`, `[frame, y, x]` or `[frame, z, y, x]`; an array read from an npz file brings its shape. */
  readonly u: Numbers;
  /** Extents of `u`, when it does not bring its own. */
  readonly shape?: readonly number[];
  /** Spacing along all axes, or along x, y, z. */
  readonly spacing: number | readonly number[];
  /** Time between frames. */
  readonly dt: number;
}

/**
 * Checks and copies a movie.
 *
 * Throws a TypeError or RangeError for a shape that does not fit, fewer than five frames, fewer than four points along an axis and values that are
 * not finite (with frame and point).
 */
export function fieldMovie(source: FieldMovieSource): FieldMovie {
  const where = "fieldMovie";
  checkOptions(where, source, ["u", "shape", "spacing", "dt"], "source");
  const { u: given } = source;
  const own = given !== null && typeof given === "object" && "shape" in given ? given.shape : undefined;
  const shape = source.shape ?? own;
  if (!Array.isArray(shape) || shape.length < 2 || shape.length > 4) {
    throw new TypeError(`${where}: shape must be [frame, x], [frame, y, x] or [frame, z, y, x], got ${show(shape)}`);
  }
  const u = float64Copy(where, "u", given);
  const frames = integer(where, "shape[0] (frames)", shape[0], 5);
  const points = Array.from(shape.slice(1), (n, k) => integer(where, `shape[${k + 1}]`, n, 4)).toReversed();
  const size = points.reduce((a, b) => a * b, 1);
  lengthOf(where, "u", u, frames * size);
  const bad = u.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new RangeError(
      `${where}: u must be finite, got ${u[bad]} in frame ${Math.floor(bad / size)} at point ${bad % size}`,
    );
  }
  const { spacing } = source;
  if (typeof spacing !== "number") lengthOf(where, "spacing", spacing, points.length);
  return {
    u,
    frames,
    points,
    spacing: points.map((_, axis) =>
      positive(where, `spacing[${axis}]`, typeof spacing === "number" ? spacing : spacing[axis]),
    ),
    size,
    dt: positive(where, "dt", source.dt),
  };
}
