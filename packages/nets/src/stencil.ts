import type { NetSpec } from "./net-spec.ts";

/** How a net's stack rows lie on a snapshot of `points` points. */
export interface RowLayout {
  /** Points at each end for which nothing is predicted. */
  readonly margin: number;
  /** Predicted points: `points` - 2 `margin`. */
  readonly predicted: number;
  /** Rows of the dense stack: one a predicted point, and one more (the last face) for a flux net. */
  readonly rows: number;
}

/** Row layout of a net; a grid narrower than the stencil is a RangeError that starts with `where`. */
export function rowLayout(where: string, spec: NetSpec, points: number, periodic: boolean): RowLayout {
  if (spec.kind === "functionalNet") return { margin: 0, predicted: points, rows: points };
  const margin = periodic ? 0 : Math.floor(spec.stencil / 2);
  const predicted = points - 2 * margin;
  if (points < spec.stencil || predicted < 1) {
    const least = periodic ? spec.stencil : 2 * margin + 1;
    throw new RangeError(`${where}: points must be at least ${least} for a stencil of ${spec.stencil}, got ${points}`);
  }
  return { margin, predicted, rows: spec.kind === "fluxNet" ? predicted + 1 : predicted };
}

/**
 * Copies the `width` neighbours of stack rows from, ..., from + rows - 1 into out[outAt...], [row, neighbour]. Row q
 * begins at point q of the snapshot u[uAt...] of n points, or, on a periodic grid, floor(width / 2) points to its left.
 */
export function gatherStencils(
  u: Float64Array,
  uAt: number,
  n: number,
  width: number,
  periodic: boolean,
  from: number,
  rows: number,
  out: Float64Array,
  outAt: number,
): void {
  const shift = periodic ? Math.floor(width / 2) : 0;
  let p = outAt;
  for (let q = from; q < from + rows; q++) {
    for (let k = 0; k < width; k++) {
      let i = q + k - shift;
      if (i < 0) i += n;
      else if (i >= n) i -= n;
      out[p++] = u[uAt + i]!;
    }
  }
}
