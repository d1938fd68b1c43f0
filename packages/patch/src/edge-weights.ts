import type { Vec } from "@hml/integrators";
import type { Interpolation } from "./interpolation.ts";
import type { PatchGrid } from "./patch-grid.ts";

/**
 * How the edge values of one axis follow from interior values: one small linear operator, the same for every line of
 * patches along the axis and every layer of edge points.
 *
 *   upper edge point i of patch I = sum_j upper[I, j] u(point i - reach of patch first[I] + j)
 *   lower edge point i of patch I = sum_j lower[I, j] u(point i + reach of patch first[I] + j)
 *
 * Patch numbers count modulo the number of patches on a periodic axis. In a phase ensemble the source belongs to the member
 * whose phase is larger (upper) or smaller (lower) by `reach`, so that the heterogeneity matches.
 */
export interface AxisWeights {
  /** Points from an edge point to its source: points - 2 edgePoints (edgy) or (points - edgePoints) / 2 (centre). */
  readonly reach: number;
  /** Source patches per edge value. */
  readonly width: number;
  /** First source patch of each patch, 0 to patches - 1; length patches. */
  readonly first: Int32Array;
  /** Weights of upper edges: `[patch, width]`, or one row `[width]` that serves every patch (a circulant operator). */
  readonly upper: Vec;
  /** Weights of lower edges, laid out as `upper`. */
  readonly lower: Vec;
}

/** The operators of all axes, x first. Edges are filled along x, then along y over all x, then along z over all x and y. */
export interface EdgeWeights {
  /** One operator per axis. */
  readonly axes: readonly AxisWeights[];
}

/** Where edge values come from: the interior next to the opposite edge, or the middle of the patch. */
export type EdgeSource = "edgy" | "centre";

/** Fills the edge points of every patch from the interiors of all: a linear map of which only weights are needed. */
export interface Coupling {
  /** Order of the macroscale interpolation. */
  readonly order: number | "spectral";
  /** Where edge values come from. */
  readonly source: EdgeSource;
  /** The weights for a grid. Throws a RangeError when the grid does not suit the coupling. */
  weights(grid: PatchGrid): EdgeWeights;
  /**
   * Values `points` points off the centres from values at the centres, which lifting uses. Given by couplings whose patches hold
   * different fields by turns, where an interpolation through all patches would mix them; the coarse value of a
   * patch is then its centre value.
   */
  readonly interpolation?: (grid: PatchGrid, axis: number, points: number) => Interpolation;
}
