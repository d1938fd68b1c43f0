import { type GapTooth, gapTooth, patchGrid, spectral } from "@hml/patch";
import { latticeDiffusion } from "@hml/systems";

/** A grid of patches, the same along every axis. */
export interface Run {
  readonly task: string;
  readonly dim: 1 | 2 | 3;
  readonly patches: number;
  readonly points: number;
  /** Period of the bonds. */
  readonly period: number;
  /** Calls in a sample: a few tenths of a second. */
  readonly calls: number;
}

/** Part of each axis that is simulated. */
export const RATIO = 0.1;

export const runs: readonly Run[] = [
  { task: "patch_rhs_1d", dim: 1, patches: 50, points: 11, period: 3, calls: 18_000 },
  { task: "patch_rhs_2d", dim: 2, patches: 16, points: 5, period: 3, calls: 1800 },
  { task: "patch_rhs_3d", dim: 3, patches: 8, points: 4, period: 2, calls: 450 },
];

/** Heterogeneous lattice diffusion in patches with spectral edgy coupling. */
export function scheme({ dim, patches, points, period }: Run): GapTooth {
  const cell = period ** dim;
  const bonds = Array.from({ length: dim }, (_, axis) =>
    Float64Array.from({ length: cell }, (__, m) => 1 + 0.5 * Math.sin(1.7 * (axis * cell + m + 1))),
  );
  const lattice = latticeDiffusion({
    period: Array.from({ length: dim }, () => period),
    bonds,
    convention: "forward",
  });
  const grid = patchGrid({ dim, extent: 2 * Math.PI, patches, points, ratio: RATIO });
  return gapTooth(grid, lattice.rhs, spectral());
}

/** sin(x) + 0.3 cos(2 x + 0.4) + 0.05 sin(37 x), summed over the axes with weights 1, 0.7, 0.4. */
export function state({ sample, grid }: GapTooth): Float64Array {
  const f = (x: number): number => Math.sin(x) + 0.3 * Math.cos(2 * x + 0.4) + 0.05 * Math.sin(37 * x);
  return sample((x, y, z) => f(x) + (grid.dim > 1 ? 0.7 * f(y) : 0) + (grid.dim > 2 ? 0.4 * f(z) : 0));
}
