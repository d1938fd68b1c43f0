import type { Vec } from "@hml/integrators";

/**
 * What a lattice model must know of the piece of lattice it works on: a patch, or the whole lattice. Values are row-major
 * `[channel, z, y, x]` (absent axes dropped), edge points included, x contiguous; every list runs over the axes in the
 * order x, y, z. A `PatchView` of `@hml/patch` is one.
 */
export interface LatticeView {
  /** Number of fields at each point. */
  readonly channels: number;
  /** Points along each axis, edge points included. */
  readonly points: readonly number[];
  /** Layers of edge points at each end of each axis, whose values are given. */
  readonly edgePoints: number;
  /** Distance of neighbouring points. */
  readonly spacing: readonly number[];
  /** Point i of an axis has the coefficients of lattice point i + phase. */
  readonly phase: readonly number[];
}

/**
 * A lattice model: du/dt in the interior of a piece of lattice, from values whose edges are filled; the edge points of
 * `out` are left alone. It is a `PatchRhs` of `@hml/patch`, and a `periodicLattice` makes an `Rhs` of it.
 */
export type LatticeRhs = (t: number, u: Vec, out: Vec, view: LatticeView) => void;
