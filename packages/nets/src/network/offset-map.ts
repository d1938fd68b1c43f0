import { identity } from "./head.ts";
import type { SampleMap } from "./sample-map.ts";

/**
 * The samples of a net that reads the values at `offsets` about each point of a grid: one row a predicted point. On a
 * grid that does not wrap around, the points whose offsets all lie on it are predicted.
 */
export function offsetMap(
  where: string,
  offsets: readonly (readonly number[])[],
  extents: readonly number[],
  periodic: boolean,
): SampleMap {
  const dimension = offsets[0]!.length;
  if (extents.length !== dimension) {
    throw new RangeError(
      `${where}: points must have as many axes as the net's offsets, ${dimension}, got [${extents.join(", ")}]`,
    );
  }
  const least = extents.map((_, axis) => Math.min(0, ...offsets.map((offset) => offset[axis]!)));
  const most = extents.map((_, axis) => Math.max(0, ...offsets.map((offset) => offset[axis]!)));
  for (const [axis, n] of extents.entries()) {
    const span = most[axis]! - least[axis]! + 1;
    if (n < span) {
      throw new RangeError(`${where}: points[${axis}] must be at least ${span} for these offsets, got ${n}`);
    }
  }
  const points = extents.reduce((a, b) => a * b, 1);
  const indices: number[] = [];
  const gather: number[] = [];
  for (let p = 0; p < points; p++) {
    const place = placeOf(p, extents);
    const fits = place.every((i, axis) => i + least[axis]! >= 0 && i + most[axis]! < extents[axis]!);
    if (!periodic && !fits) continue;
    indices.push(p);
    for (const offset of offsets) {
      gather.push(
        indexOf(
          place.map((i, axis) => i + offset[axis]!),
          extents,
        ),
      );
    }
  }
  const rows = indices.length;
  return {
    extents,
    rows,
    inputs: points,
    outputs: rows,
    networkInputs: gather.length,
    networkOutputs: rows,
    gather: Int32Array.from(gather),
    predicted: { points, indices: Int32Array.from(indices) },
    head: identity(rows),
  };
}

/** Place [x, (y, z)] of a point of the grid. */
function placeOf(point: number, extents: readonly number[]): number[] {
  let rest = point;
  return extents.map((n) => {
    const i = rest % n;
    rest = (rest - i) / n;
    return i;
  });
}

/** Index of a place, which wraps around. */
function indexOf(place: readonly number[], extents: readonly number[]): number {
  let index = 0;
  for (let axis = extents.length - 1; axis >= 0; axis--) {
    const n = extents[axis]!;
    index = index * n + (((place[axis]! % n) + n) % n);
  }
  return index;
}
