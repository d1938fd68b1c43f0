import { integer, show } from "@hml/guard";
import type { FieldNet } from "../spec/field-net.ts";
import { widthsOf } from "../spec/stack-net.ts";
import { faceLayout } from "./face-layout.ts";

/** How a net's stack rows lie on a snapshot, which is a field on a grid with x contiguous. */
export interface RowLayout {
  /** Points of the grid along x, (y, z). */
  readonly extents: readonly number[];
  /** Their product. */
  readonly points: number;
  /** Indices of the predicted points, increasing. */
  readonly predicted: Int32Array;
  /** Rows of the dense stack: one a predicted point, and one more (the last face) for a flux net. */
  readonly rows: number;
  /** Index of each stack input in the snapshot, [row, input]; absent when features are given point by point. */
  readonly gather: Int32Array | undefined;
}

/** A grid as it is named in options: its points along a line, or [x, y], or [x, y, z]. */
export function extentsOf(where: string, name: string, points: number | readonly number[]): readonly number[] {
  if (typeof points === "object" && !Array.isArray(points)) {
    throw new TypeError(`${where}: ${name} must be a number or an array of numbers, got ${show(points)}`);
  }
  const extents: readonly number[] = Array.isArray(points) ? points : [points as number];
  integer(where, `${name}.length`, extents.length, 1, 3);
  return Array.from(extents, (extent, axis) => integer(where, axes(name, points, axis), extent, 1, 134_217_728));
}

function axes(name: string, points: unknown, axis: number): string {
  return Array.isArray(points) ? `${name}[${axis}]` : name;
}

/**
 * Row layout of a net on a grid. `margin` is what stays unpredicted at each end where the grid does not wrap around and
 * the net has no stencil of its own. A grid narrower than the stencil is a RangeError that starts with `where`, as is one
 * of other dimension.
 */
export function rowLayout(
  where: string,
  spec: FieldNet,
  extents: readonly number[],
  periodic: boolean,
  margin = 0,
): RowLayout {
  if ("features" in spec) {
    if (spec.kind === "divergenceNet") {
      sameDimension(where, "period", spec.period.length, extents);
      if (!periodic || margin > 0) throw new RangeError(`${where}: a divergenceNet needs a periodic grid`);
    }
    const predicted = inner(
      extents,
      extents.map(() => margin),
    );
    return { extents, points: product(extents), predicted, rows: predicted.length, gather: undefined };
  }
  if (spec.kind === "fluxNet" && typeof spec.spacing !== "number") return faceLayout(where, spec, extents, periodic);
  const widths = widthsOf(spec.stencil);
  sameDimension(where, "stencil", widths.length, extents);
  const halves = widths.map((width) => Math.floor(width / 2));
  for (const [axis, n] of extents.entries()) {
    const least = periodic ? widths[axis]! : Math.max(widths[axis]!, 2 * halves[axis]! + 1);
    if (n < least) {
      const name = extents.length === 1 ? "points" : `points[${axis}]`;
      throw new RangeError(`${where}: ${name} must be at least ${least} for a stencil of ${widths[axis]}, got ${n}`);
    }
  }
  const predicted = inner(extents, periodic ? extents.map(() => 0) : halves);
  // The row beyond the last predicted point is its right face.
  const faces = spec.kind === "fluxNet" ? 1 : 0;
  const starts = faces === 0 ? predicted : Int32Array.from([...predicted, predicted.at(-1)! + 1]);
  const gather = new Int32Array(starts.length * product(widths));
  let at = 0;
  for (const start of starts) {
    at = gatherFrom(start, extents, widths, halves, gather, at);
  }
  return { extents, points: product(extents), predicted, rows: starts.length, gather };
}

/** Writes the indices of the stencil about the point `start`, x fastest, wrapping around; gives where to go on. */
function gatherFrom(
  start: number,
  extents: readonly number[],
  widths: readonly number[],
  halves: readonly number[],
  gather: Int32Array,
  at: number,
): number {
  const count = product(widths);
  for (let k = 0; k < count; k++) {
    let index = 0;
    let stride = 1;
    let point = start;
    let offset = k;
    for (const [axis, n] of extents.entries()) {
      const width = widths[axis]!;
      const last = axis === extents.length - 1;
      // The last axis takes what is left, so the face beyond the end of a line is found too.
      const i = (last ? point : point % n) + (offset % width) - halves[axis]!;
      index += stride * ((i + n) % n);
      stride *= n;
      point = Math.floor(point / n);
      offset = Math.floor(offset / width);
    }
    gather[at + k] = index;
  }
  return at + count;
}

/** Indices of the points at least `margins` away from the ends, increasing. */
function inner(extents: readonly number[], margins: readonly number[]): Int32Array {
  const indices: number[] = [];
  const points = product(extents);
  for (let p = 0; p < points; p++) {
    let rest = p;
    let inside = true;
    for (const [axis, n] of extents.entries()) {
      const i = rest % n;
      rest = Math.floor(rest / n);
      inside &&= i >= margins[axis]! && i < n - margins[axis]!;
    }
    if (inside) indices.push(p);
  }
  return Int32Array.from(indices);
}

function sameDimension(where: string, name: string, dimension: number, extents: readonly number[]): void {
  if (dimension === extents.length) return;
  throw new RangeError(
    `${where}: points must have as many axes as the net's ${name}, ${dimension}, got [${extents.join(", ")}]`,
  );
}

function product(values: readonly number[]): number {
  return values.reduce((a, b) => a * b, 1);
}
