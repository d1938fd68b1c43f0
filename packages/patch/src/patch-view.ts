import type { Vec } from "@hml/integrators";

/** Number of space dimensions. */
export type Dim = 1 | 2 | 3;

/** One entry per axis, x first: `[x]`, `[x, y]` or `[x, y, z]`. */
export type PerAxis<D extends Dim, T = number> = D extends 1
  ? readonly [T]
  : D extends 2
    ? readonly [T, T]
    : readonly [T, T, T];

/**
 * Where a patch lies and how its values are laid out: row-major `[channel, z, y, x]` (absent axes dropped), edge points
 * included, x contiguous. Every tuple runs over the axes in the order x, y, z.
 */
export interface PatchView<D extends Dim = Dim> {
  /** Number of space dimensions. */
  readonly dim: D;
  /** Number of fields at each point. */
  readonly channels: number;
  /** Points along each axis, edge points included. */
  readonly points: PerAxis<D>;
  /** Layers of edge points at each end of each axis; the values there come from the coupling. */
  readonly edgePoints: number;
  /** Distance of neighbouring points. */
  readonly spacing: PerAxis<D>;
  /** Coordinates of the first point of each axis, which is an edge point. */
  readonly origin: PerAxis<D>;
  /** Number of the patch along each axis, from 0. */
  readonly patch: PerAxis<D>;
  /** Number of patches along each axis. */
  readonly patches: PerAxis<D>;
  /** Member of the ensemble, from 0. */
  readonly member: number;
  /** Shift of the heterogeneity: point i of an axis has the coefficients of lattice point i + phase. */
  readonly phase: PerAxis<D>;
}

/**
 * A micro model on one patch: du/dt in the interior, from values whose edges are filled. `u` and `out` have the layout of
 * the view; what is written to the edge points of `out` is ignored. One function serves every patch.
 */
export type PatchRhs<D extends Dim = Dim> = (t: number, u: Vec, out: Vec, patch: PatchView<D>) => void;
