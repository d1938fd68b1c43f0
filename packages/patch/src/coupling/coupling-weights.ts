import { checkOptions, oneOf } from "@hml/guard";
import type { AxisWeights, EdgeSource, EdgeWeights } from "../edge-weights.ts";
import { checkOrder, interpolation } from "../interpolation.ts";
import type { PatchGrid } from "../patch-grid.ts";
import { AXIS_NAMES } from "../per-axis.ts";

/** Options that all couplings share. */
export interface CouplingOptions {
  /**
   * Where edge values come from. "edgy" (default): the right edge from the patches' leftmost interior values and the left
   * edge from their rightmost ones, which keeps a self-adjoint micro model self-adjoint. "centre": both from the middle
   * values; more accurate for polynomial orders, not symmetric; an odd points / edgePoints.
   */
  readonly source?: EdgeSource;
}

/** The source asked for, checked. */
export function sourceOf(where: string, options: CouplingOptions): EdgeSource {
  checkOptions(where, options, ["source"]);
  return oneOf(where, "source", options.source ?? "edgy", ["edgy", "centre"]);
}

/** Weights of one interpolation order on every axis. */
export function couplingWeights(
  where: string,
  grid: PatchGrid,
  order: number | "spectral",
  source: EdgeSource,
): EdgeWeights {
  checkOrder(where, grid, order);
  const axes = grid.points.map((_, axis): AxisWeights => {
    const reach = reachOf(where, grid, axis, source);
    const displacement = reach * grid.spacing[axis]!;
    const up = interpolation(grid, axis, order, displacement);
    const down = interpolation(grid, axis, order, -displacement);
    return Object.freeze({ reach, width: up.width, first: up.first, upper: up.rows, lower: down.rows });
  });
  return Object.freeze({ axes: Object.freeze(axes) });
}

/** Points from an edge point to its source. */
export function reachOf(where: string, grid: PatchGrid, axis: number, source: EdgeSource): number {
  const points = grid.points[axis]!;
  if (source === "edgy") return points - 2 * grid.edgePoints;
  const layers = points / grid.edgePoints;
  if (layers % 2 === 0) {
    throw new RangeError(
      `${where}: points / edgePoints must be odd along ${AXIS_NAMES[axis]} for centre coupling, which needs a middle ` +
        `point, got ${layers}; take one more or one fewer, or source "edgy"`,
    );
  }
  return (points - grid.edgePoints) / 2;
}
