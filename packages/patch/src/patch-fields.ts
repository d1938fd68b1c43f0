import { lengthOf } from "@hml/guard";
import type { Vec } from "@hml/integrators";
import { axisFilling } from "./edge-filling.ts";
import { type EdgeRule, type EdgeRules, type Face, rulesOf } from "./edge-rule.ts";
import type { Coupling } from "./edge-weights.ts";
import type { PatchGrid } from "./patch-grid.ts";
import { blocksOf, patchLayout, type PatchLayout } from "./patch-layout.ts";
import type { Dim, PatchView } from "./patch-view.ts";

/** A padded field over all patches of a grid, whose edges a coupling and the walls' rules fill. */
export interface PatchFields<D extends Dim = Dim> {
  /** How padded arrays are laid out. */
  readonly layout: PatchLayout<D>;
  /** The padded values of each patch, in the order of `layout.patches`. */
  readonly blocks: readonly Vec[];
  /** The padded values of all patches. */
  readonly padded: Vec;
  /** Fills all edge points at time t from the interior. */
  fillEdges(t: number): void;
}

/** Makes the padded field of a grid. Throws when the coupling or the rules do not suit the grid. */
export function patchFields<D extends Dim>(
  where: string,
  grid: PatchGrid<D>,
  coupling: Coupling,
  rules: EdgeRules<D> | undefined,
): PatchFields<D> {
  const { axes } = coupling.weights(grid);
  lengthOf(where, "coupling.weights(grid).axes", axes, grid.dim);
  const layout = patchLayout(grid);
  const padded = new Float64Array(layout.size);
  const blocks = blocksOf(layout, padded);
  const fillings = axes.map((weights, axis) => axisFilling(where, grid, axis, weights));
  const walls = axes.map((_, axis) => wallFilling(grid, axis, rulesOf(where, grid, axis, rules), layout, blocks));
  return {
    layout,
    blocks,
    padded,
    fillEdges(t) {
      for (let axis = 0; axis < fillings.length; axis++) {
        fillings[axis]!(padded);
        walls[axis]?.(t);
      }
    },
  };
}

/** Calls an axis' rules on its patches at the walls. */
function wallFilling<D extends Dim>(
  grid: PatchGrid<D>,
  axis: number,
  rules: readonly [EdgeRule<D>, EdgeRule<D>] | undefined,
  layout: PatchLayout<D>,
  blocks: readonly Vec[],
): ((t: number) => void) | undefined {
  if (rules === undefined) return undefined;
  const calls: { rule: EdgeRule<D>; u: Vec; patch: PatchView<D>; face: Face }[] = [];
  (["lower", "upper"] as const).forEach((end, side) => {
    const face = Object.freeze<Face>({ axis: axis as 0 | 1 | 2, end, offset: grid.wallOffset[axis]![side]! });
    layout.patches.forEach((patch, p) => {
      if (patch.patch[axis] !== (side === 0 ? 0 : grid.patches[axis]! - 1)) return;
      calls.push({ rule: rules[side]!, u: blocks[p]!, patch, face });
    });
  });
  return (t) => {
    for (const { rule, u, patch, face } of calls) rule(t, u, patch, face);
  };
}
