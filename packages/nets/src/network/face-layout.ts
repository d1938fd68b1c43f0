import type { FluxNet } from "../spec/field-net.ts";
import { faceWidths } from "../spec/stack-net.ts";
import type { FloatArray } from "./part.ts";
import type { Head } from "./head.ts";
import type { RowLayout } from "./row-layout.ts";

/**
 * The faces of the cells of a periodic grid in two or three dimensions: a row a face, those across x first, then those
 * across y, (z); the face of a point is the one below it on that axis. The values beside it are read along the normal
 * first, then along the other axes in their order.
 */
export function faceLayout(where: string, spec: FluxNet, extents: readonly number[], periodic: boolean): RowLayout {
  const widths = faceWidths(spec);
  const [along, across] = widths as [number, number];
  if (extents.length !== widths.length) {
    throw new RangeError(
      `${where}: points must have as many axes as the net's spacing, ${widths.length}, got [${extents.join(", ")}]`,
    );
  }
  if (!periodic) throw new RangeError(`${where}: a fluxNet on a plane or in space needs a periodic grid`);
  const least = Math.max(along, across);
  for (const [axis, n] of extents.entries()) {
    if (n < least) {
      throw new RangeError(`${where}: points[${axis}] must be at least ${least} for this stencil, got ${n}`);
    }
  }
  const points = extents.reduce((a, b) => a * b, 1);
  const values = widths.reduce((a, b) => a * b, 1);
  const rows = extents.length * points;
  const gather = new Int32Array(rows * values);
  let at = 0;
  for (let axis = 0; axis < extents.length; axis++) {
    const order = [axis, ...extents.keys()].filter((other, k) => k === 0 || other !== axis);
    for (let point = 0; point < points; point++) {
      for (let k = 0; k < values; k++) gather[at++] = neighbour(point, k, order, widths, extents);
    }
  }
  return { extents, points, predicted: Int32Array.from({ length: points }, (_, p) => p), rows, gather };
}

/** Index of value `k` of the stencil of a point, whose widths go along the axes in `order`; it wraps around. */
function neighbour(
  point: number,
  k: number,
  order: readonly number[],
  widths: readonly number[],
  extents: readonly number[],
): number {
  let index = 0;
  let offset = k;
  order.forEach((axis, place) => {
    const width = widths[place]!;
    const n = extents[axis]!;
    const stride = strideOf(extents, axis);
    const i = (Math.floor(point / stride) % n) + (offset % width) - Math.floor(width / 2);
    offset = Math.floor(offset / width);
    index += stride * ((i + n) % n);
  });
  return index;
}

/** Points from one to the next along an axis. */
function strideOf(extents: readonly number[], axis: number): number {
  return extents.slice(0, axis).reduce((a, b) => a * b, 1);
}

/**
 * du/dt = sum over the axes of (f below - f above) / divisor, the fluxes as `faceLayout` has them; of several outputs the
 * face takes that of its axis. Each flux is added to one cell and taken from another, so nothing is lost.
 */
export function faceDivergence(extents: readonly number[], divisors: readonly number[], outputs: number): Head {
  const axes = extents.length;
  const points = extents.reduce((a, b) => a * b, 1);
  const pick = (axis: number): number => (outputs === 1 ? 0 : axis);
  /** The cell below the face of each point. */
  const below = extents.map((n, axis) => {
    const stride = strideOf(extents, axis);
    return Int32Array.from({ length: points }, (_, p) =>
      Math.floor(p / stride) % n === 0 ? p + (n - 1) * stride : p - stride,
    );
  });
  return {
    apply(f: FloatArray, at: number, out: Float64Array) {
      out.fill(0, 0, points);
      for (let axis = 0; axis < axes; axis++) {
        const divisor = divisors[axis]!;
        const cells = below[axis]!;
        let from = at + axis * points * outputs + pick(axis);
        for (let p = 0; p < points; p++) {
          const flux = f[from]! / divisor;
          out[p] = out[p]! + flux;
          out[cells[p]!] = out[cells[p]!]! - flux;
          from += outputs;
        }
      }
    },
    transpose(slopes: Float64Array, out: FloatArray, at: number) {
      if (outputs > 1) out.fill(0, at, at + axes * points * outputs);
      for (let axis = 0; axis < axes; axis++) {
        const divisor = divisors[axis]!;
        const cells = below[axis]!;
        let to = at + axis * points * outputs + pick(axis);
        for (let p = 0; p < points; p++) {
          out[to] = (slopes[p]! - slopes[cells[p]!]!) / divisor;
          to += outputs;
        }
      }
    },
  };
}
