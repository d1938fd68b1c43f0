import { lengthOf } from "@hml/guard";
import type { Vec } from "@hml/integrators";
import { axisFilling } from "./edge-filling.ts";
import { type EdgeRule, type EdgeRules, type Face, rulesOf } from "./edge-rule.ts";
import { type EdgeProducts, productsOf } from "./edge-products.ts";
import type { Coupling } from "./edge-weights.ts";
import type { PatchGrid } from "./patch-grid.ts";
import { blocksOf, patchLayout, type PatchLayout } from "./patch-layout.ts";
import type { Dim, PatchView } from "./patch-view.ts";
import { fromBlock, planeLines, type PointPlanes, pointPlanes, scatter, toBlock } from "./point-planes.ts";

/** A padded field over all patches of a grid, whose edges a coupling and the walls' rules fill. */
export interface PatchFields<D extends Dim = Dim> {
  /** How padded arrays are laid out. */
  readonly layout: PatchLayout<D>;
  /** The padded values of each patch, in the order of `layout.patches`. */
  readonly blocks: readonly Vec[];
  /** The padded values of all patches. */
  readonly padded: Vec;
  /** Takes the interior from a state and fills all edge points at time t. */
  fill(t: number, state: Vec): void;
}

/** Makes the padded field of a grid. Throws when the coupling or the rules do not suit the grid. */
export function patchFields<D extends Dim>(
  where: string,
  grid: PatchGrid<D>,
  coupling: Coupling,
  rules?: EdgeRules<D>,
  given?: EdgeProducts,
): PatchFields<D> {
  const { axes } = coupling.weights(grid);
  lengthOf(where, "coupling.weights(grid).axes", axes, grid.dim);
  const layout = patchLayout(grid);
  const products = productsOf(where, given);
  const padded = products.float64(layout.size);
  const blocks = blocksOf(layout, padded);
  const planes = pointPlanes(grid, layout);
  const values = products.float64(planes.size);
  const fillings = axes.map((weights, axis) =>
    axisFilling(where, grid, axis, weights, values, (lines) => planeLines(planes, lines), products),
  );
  const walls = axes.map((_, axis) => {
    const both = rulesOf(where, grid, axis, rules);
    return both === undefined ? undefined : wallFilling(grid, axis, both, layout, blocks, planes, values);
  });
  const [perMember, paddedPerMember] = [planes.block * planes.stride, planes.block * planes.patches];
  const transposes = Array.from({ length: grid.members }, (_, member) =>
    products.transpose({
      from: values.subarray(member * perMember, (member + 1) * perMember),
      stride: planes.stride,
      to: padded.subarray(member * paddedPerMember, (member + 1) * paddedPerMember),
      rows: planes.block,
      columns: planes.patches,
    }),
  );
  return {
    layout,
    blocks,
    padded,
    fill(t, state) {
      scatter(planes, state, values);
      for (let axis = 0; axis < fillings.length; axis++) {
        fillings[axis]!();
        walls[axis]?.(t);
      }
      for (const transpose of transposes) transpose();
    },
  };
}

/** Calls an axis' rules on its patches at the walls. */
function wallFilling<D extends Dim>(
  grid: PatchGrid<D>,
  axis: number,
  rules: readonly [EdgeRule<D>, EdgeRule<D>],
  layout: PatchLayout<D>,
  blocks: readonly Vec[],
  planes: PointPlanes,
  values: Vec,
): (t: number) => void {
  const calls: { p: number; rule: EdgeRule<D>; u: Vec; patch: PatchView<D>; face: Face }[] = [];
  (["lower", "upper"] as const).forEach((end, side) => {
    const face = Object.freeze<Face>({ axis: axis as 0 | 1 | 2, end, offset: grid.wallOffset[axis]![side]! });
    layout.patches.forEach((patch, p) => {
      if (patch.patch[axis] !== (side === 0 ? 0 : grid.patches[axis]! - 1)) return;
      calls.push({ p, rule: rules[side]!, u: blocks[p]!, patch, face });
    });
  });
  return (t) => {
    for (const { p, rule, u, patch, face } of calls) {
      toBlock(planes, values, p, u);
      rule(t, u, patch, face);
      fromBlock(planes, values, p, u);
    }
  };
}
