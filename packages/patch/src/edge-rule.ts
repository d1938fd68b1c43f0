import { callable, show } from "@hml/guard";
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
