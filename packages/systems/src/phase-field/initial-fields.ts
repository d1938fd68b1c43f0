import { callable, checkOptions, copyFinite, finite, nonNegative, positive } from "@hml/guard";
import type { PointFunction, RandomSource, Vec } from "@hml/integrators";
import { type GridShape, gridShape, type PeriodicGrid } from "./periodic-grid.ts";

/** What `uniformField` needs. */
export interface UniformFieldOptions {
  /** Least value; default -1. */
  readonly low?: number;
  /** Largest value, not reached; default 1. */
  readonly high?: number;
  /** A seeded source, one number a point. */
  readonly random: RandomSource;
}

/**
 * Independent random values, uniform in [low, high): the quenched start of the models.
 *
 * @throws TypeError or RangeError for a malformed grid or options, or values outside of [0, 1) from `random`
 */
export function uniformField(grid: PeriodicGrid, options: UniformFieldOptions): Vec {
  const where = "uniformField";
  const { size } = gridShape(where, grid);
  checkOptions(where, options, ["low", "high", "random"]);
  const { low = -1, high = 1, random } = options;
  finite(where, "low", low);
  const width = nonNegative(where, "high - low", finite(where, "high", high) - low);
  callable(where, "random", random);
  return Float64Array.from({ length: size }, () => low + width * unit(where, random));
}

/** A number in [0, 1). */
export function unit(where: string, random: RandomSource): number {
  const value = random();
  if (value >= 0 && value < 1) return value;
  throw new RangeError(`${where}: random must be uniform in [0, 1), got ${value}; pass random(seed)`);
}

/**
 * A field from values of your own, checked and copied, or from a function of the point: `fieldOf(grid, values)` with the
 * numbers of a file, x contiguous.
 *
 * @throws TypeError or RangeError for a malformed grid, a wrong number of values, or values that are not finite
 */
export function fieldOf(grid: PeriodicGrid, values: ArrayLike<number> | PointFunction): Vec {
  const where = "fieldOf";
  const shape = gridShape(where, grid);
  if (typeof values !== "function") return copyFinite(where, "values", values, shape.size);
  return copyFinite(where, "values", atPoints(shape, values), shape.size);
}

/** The values of a function at the points of a grid. */
export function atPoints({ points, spacing, size }: GridShape, f: PointFunction): Vec {
  const [nx = 1, ny = 1] = points;
  const [hx = 1, hy = 1, hz = 1] = spacing;
  return Float64Array.from({ length: size }, (_, at) => {
    const i = at % nx;
    const row = (at - i) / nx;
    const j = row % ny;
    return f(i * hx, j * hy, ((row - j) / ny) * hz);
  });
}

/** What `hexagonalField` needs. */
export interface HexagonalFieldOptions {
  /** Mean value; default 0. */
  readonly mean?: number;
  /** Amplitude of each of the three waves. */
  readonly amplitude: number;
  /** Wavenumber, as near to it as the period allows; default 1. */
  readonly wavenumber?: number;
}

/**
 * A hexagonal lattice in one mode, in the plane of x and y,
 *
 *   u = mean + 2 amplitude (cos(a) cos(b) + cos(2 b) / 2),  a = (sqrt 3 / 2) q x,  b = q y / 2,
 *
 * with the wavenumbers of a and b rounded to whole periods, one at least; on a line mean + 2 amplitude cos(q x). Maxima lie on
 * the lattice for a positive amplitude, minima for a negative one. It is without strain where the lengths are
 * multiples of 4 pi / (sqrt 3 q) along x and 4 pi / q along y.
 *
 * @throws TypeError or RangeError for a malformed grid or options
 * Source: Elder and Grant, Phys. Rev. E 70 (2004) 051605, section III, the one-mode approximation.
 */
export function hexagonalField(grid: PeriodicGrid, options: HexagonalFieldOptions): Vec {
  const where = "hexagonalField";
  const shape = gridShape(where, grid);
  checkOptions(where, options, ["mean", "amplitude", "wavenumber"]);
  const { mean = 0, amplitude, wavenumber = 1 } = options;
  finite(where, "mean", mean);
  finite(where, "amplitude", amplitude);
  positive(where, "wavenumber", wavenumber);
  const [lx = 1, ly = 1] = shape.lengths;
  const whole = (k: number, length: number): number =>
    (2 * Math.PI * Math.max(1, Math.round((k * length) / (2 * Math.PI)))) / length;
  if (shape.points.length === 1) {
    const q = whole(wavenumber, lx);
    return atPoints(shape, (x) => mean + 2 * amplitude * Math.cos(q * x));
  }
  const along = whole((wavenumber * Math.sqrt(3)) / 2, lx);
  const across = whole(wavenumber / 2, ly);
  return atPoints(
    shape,
    (x, y) => mean + amplitude * (2 * Math.cos(along * x) * Math.cos(across * y) + Math.cos(2 * across * y)),
  );
}
