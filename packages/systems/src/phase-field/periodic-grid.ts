import { integer, lengthOf, positive } from "@hml/guard";
import type { PerAxis } from "@hml/integrators";

/** A periodic grid of points j h along each axis, in the order x, y, z; fields on it are flat with x contiguous. */
export interface PeriodicGrid {
  /** Points along each axis, one to three; a number alone is one axis. */
  readonly points: number | readonly number[];
  /** Spacing h, of all axes or of each. */
  readonly spacing: number | readonly number[];
}

/** A grid as plain arrays. */
export interface GridShape {
  readonly points: readonly number[];
  readonly spacing: readonly number[];
  readonly lengths: readonly number[];
  /** Number of points. */
  readonly size: number;
  /** Length, area or volume of a cell. */
  readonly cell: number;
}

/** 2^26 points, half a gigabyte a field. */
const LARGEST = 67_108_864;

/** Refuses what is no grid of one to three axes, before anything is allocated. */
export function gridShape(where: string, { points, spacing }: PeriodicGrid): GridShape {
  const given: readonly number[] = typeof points === "number" ? [points] : points;
  const axes = lengthOf(where, "points", given);
  if (axes < 1 || axes > 3) throw new RangeError(`${where}: points must have 1 to 3 axes, got ${axes}`);
  const name = (what: string, d: number): string => (axes === 1 ? what : `${what}[${d}]`);
  const counts = Array.from(given, (n, d) => integer(where, name("points", d), n, 1, LARGEST));
  const size = integer(
    where,
    "product of points",
    counts.reduce((product, n) => product * n, 1),
    1,
    LARGEST,
  );
  const sizes: readonly number[] = typeof spacing === "number" ? counts.map(() => spacing) : spacing;
  lengthOf(where, "spacing", sizes, axes);
  const steps = Array.from(sizes, (h, d) =>
    positive(where, typeof spacing === "number" ? "spacing" : name("spacing", d), h),
  );
  return Object.freeze({
    points: Object.freeze(counts),
    spacing: Object.freeze(steps),
    lengths: Object.freeze(counts.map((n, d) => n * steps[d]!)),
    size,
    cell: steps.reduce((product, h) => product * h, 1),
  });
}

/** Numbers of one to three axes as a tuple. */
export function perAxis(values: readonly number[]): PerAxis {
  const [x = 1, y, z] = values;
  if (y === undefined) return [x];
  return z === undefined ? [x, y] : [x, y, z];
}
