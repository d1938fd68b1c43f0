import { checkOptions, integer, positive, show } from "@hml/guard";

/**
 * An equidistant grid on a period in one, two or three dimensions. Tuples go x, y, z; a field is flat with x contiguous,
 * so point (i, j) of a field of [n_x, n_y] points lies at j n_x + i.
 */
export interface PeriodicGrid {
  /** Points along each axis. */
  readonly points: readonly number[];
  /** Length of the period along each axis; the spacing is period / points. */
  readonly period: readonly number[];
}

/** A checked copy of a periodic grid, whose errors start with `where`. */
export function checkPeriodicGrid(where: string, grid: PeriodicGrid): PeriodicGrid {
  checkOptions(where, grid, ["points", "period"], "grid");
  for (const name of ["points", "period"] as const) {
    if (!Array.isArray(grid[name]) || grid[name].length < 1 || grid[name].length > 3) {
      throw new TypeError(`${where}: ${name} must be an array of one to three numbers, got ${show(grid[name])}`);
    }
  }
  if (grid.points.length !== grid.period.length) {
    throw new RangeError(
      `${where}: points and period must have as many axes, got ${grid.points.length} and ${grid.period.length}`,
    );
  }
  let left = 134_217_728;
  const points = Array.from(grid.points, (n, axis) => {
    const extent = integer(where, `points[${axis}]`, n, 1, Math.max(1, Math.floor(left)));
    left /= extent;
    return extent;
  });
  return { points, period: Array.from(grid.period, (length, axis) => positive(where, `period[${axis}]`, length)) };
}
