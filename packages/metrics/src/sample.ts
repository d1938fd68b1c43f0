import { copyFinite, integer, lengthOf } from "@hml/guard";

/** A copy of a sample that holds at least one value, all of them finite. */
export function sample(where: string, name: string, values: ArrayLike<number>): Float64Array {
  if (lengthOf(where, name, values) === 0) {
    throw new RangeError(`${where}: ${name} must hold at least one value, got none`);
  }
  return copyFinite(where, name, values);
}

/** A copy of points `[point, component]` of `dimension` components each, all finite, and how many there are. */
export function pointCloud(
  where: string,
  name: string,
  values: ArrayLike<number>,
  dimension: number,
): { readonly values: Float64Array; readonly count: number } {
  integer(where, "dimension", dimension, 1);
  const copy = sample(where, name, values);
  const count = copy.length / dimension;
  if (!Number.isInteger(count)) {
    throw new RangeError(
      `${where}: ${name} must hold whole points of ${dimension} components, got ${copy.length} values`,
    );
  }
  return { values: copy, count };
}

/** Component `c` of points `[point, component]`, as an array of its own. */
export function component(points: Float64Array, dimension: number, c: number): Float64Array {
  const values = new Float64Array(points.length / dimension);
  for (let i = 0; i < values.length; i++) values[i] = points[i * dimension + c]!;
  return values;
}
