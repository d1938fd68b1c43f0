import { callable, finite, show } from "@hml/guard";
import type { Vec } from "@hml/integrators";
import type { PatchGrid } from "./patch-grid.ts";
import type { Dim, PatchView } from "./patch-view.ts";
import { AXIS_NAMES } from "./per-axis.ts";

/** A wall: the end of an axis that is not periodic. */
export interface Face {
  /** 0, 1, 2 for x, y, z. */
  readonly axis: 0 | 1 | 2;
  /** Which end of the axis. */
  readonly end: "lower" | "upper";
  /** How far inside the outermost point the wall lies, in spacings. */
  readonly offset: number;
}

/**
 * Writes the edge points of a patch at a wall into `u`, the padded view of the patch. It is called after the coupling along
 * the face's axis and before that along later axes, so earlier axes' edges are filled; the coupling has left the
 * extrapolated macroscale field there.
 */
export type EdgeRule<D extends Dim = Dim> = (t: number, u: Vec, patch: PatchView<D>, face: Face) => void;

/** A value at a wall: a number, or a function of time and position. */
export type WallValue = number | ((t: number, x: number, y: number, z: number) => number);

/**
 * The value g at the wall: the edge point is (g - o v) / (1 - o) where v is its neighbour inside and o the wall's offset, so the
 * line through both has the value g at the wall. One layer of edge points.
 */
export function dirichlet(value: WallValue): EdgeRule {
  const g = wallFunction("dirichlet", value);
  return (t, u, patch, face) => {
    eachEdgePoint("dirichlet", patch, face, (edge, inside, x, y, z) => {
      u[edge] = (g(t, x, y, z) - face.offset * u[inside]!) / (1 - face.offset);
    });
  };
}

/**
 * The derivative g along the axis (towards its upper end, at both walls): the edge point is v -+ g spacing. Second order with
 * the wall offset 0.5. One layer of edge points.
 */
export function neumann(slope: WallValue): EdgeRule {
  const g = wallFunction("neumann", slope);
  return (t, u, patch, face) => {
    const step = patch.spacing[face.axis]! * (face.end === "upper" ? 1 : -1);
    eachEdgePoint("neumann", patch, face, (edge, inside, x, y, z) => {
      u[edge] = u[inside]! + step * g(t, x, y, z);
    });
  };
}

/** Rules of all faces: one for all, or per axis one for both ends or a pair; nothing for periodic axes. */
export type EdgeRules<D extends Dim> =
  | EdgeRule<D>
  | readonly (EdgeRule<D> | readonly [lower: EdgeRule<D>, upper: EdgeRule<D>] | undefined)[];

/** The rules of one axis, lower end first, or nothing when it is periodic. */
export function rulesOf<D extends Dim>(
  where: string,
  grid: PatchGrid<D>,
  axis: number,
  rules: EdgeRules<D> | undefined,
): readonly [EdgeRule<D>, EdgeRule<D>] | undefined {
  const given = typeof rules === "function" ? rules : rules?.[axis];
  const name = `boundary[${axis}]`;
  if (grid.periodic[axis]!) {
    if (given !== undefined && typeof rules !== "function") {
      throw new TypeError(
        `${where}: ${name} must be absent, since ${AXIS_NAMES[axis]} is periodic, got ${show(given)}`,
      );
    }
    return undefined;
  }
  if (given === undefined) {
    throw new TypeError(
      `${where}: boundary must be given for ${AXIS_NAMES[axis]}, which is not periodic; take dirichlet(0), neumann(0) or ` +
        `a function that writes the edge points of patches at the walls`,
    );
  }
  const [lower, upper] = typeof given === "function" ? [given, given] : given;
  return [callable(where, `${name}[0]`, lower), callable(where, `${name}[1]`, upper)];
}

function wallFunction(where: string, value: WallValue): (t: number, x: number, y: number, z: number) => number {
  if (typeof value === "function") return value;
  finite(where, "value", value);
  return () => value;
}

/** Visits the edge points of a face in every channel, with the index of the next point inside and the position on the wall. */
function eachEdgePoint(
  where: string,
  patch: PatchView,
  face: Face,
  visit: (edge: number, inside: number, x: number, y: number, z: number) => void,
): void {
  const { points, spacing, origin, edgePoints } = patch;
  if (edgePoints !== 1) {
    throw new RangeError(
      `${where}: edgePoints must be 1, got ${edgePoints}; write the layers in a function of your own`,
    );
  }
  const last = points[face.axis]! - 1;
  const n = [points[0], points[1] ?? 1, points[2] ?? 1] as const;
  const strides = [1, n[0], n[0] * n[1]] as const;
  const inward = strides[face.axis] * (face.end === "upper" ? -1 : 1);
  const from = [0, 0, 0];
  const to = [n[0], n[1], n[2]];
  from[face.axis] = face.end === "upper" ? last : 0;
  to[face.axis] = from[face.axis]! + 1;
  const shift = face.end === "upper" ? -face.offset : face.offset;
  const position = (axis: 0 | 1 | 2, i: number): number => {
    if (axis >= patch.dim) return 0;
    return origin[axis]! + (i + (axis === face.axis ? shift : 0)) * spacing[axis]!;
  };
  const volume = n[0] * n[1] * n[2];
  for (let channel = 0; channel < patch.channels; channel++) {
    for (let k = from[2]!; k < to[2]!; k++) {
      for (let j = from[1]!; j < to[1]!; j++) {
        for (let i = from[0]!; i < to[0]!; i++) {
          const edge = channel * volume + k * strides[2] + j * strides[1] + i;
          visit(edge, edge + inward, position(0, i), position(1, j), position(2, k));
        }
      }
    }
  }
}
