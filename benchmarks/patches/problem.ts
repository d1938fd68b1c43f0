import { type EdgeProducts, type GapTooth, gapTooth, patchGrid, type PatchRhs, spectral } from "@hml/patch";

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
export function scheme({ dim, patches, points, period }: Run, products?: EdgeProducts): GapTooth {
  const grid = patchGrid({ dim, extent: 2 * Math.PI, patches, points, ratio: RATIO });
  const spacing = grid.spacing[0];
  const cell = period ** dim;
  // Bond m of all axes, x first, over spacing^2, laid out as the points of a patch: made before the clock starts, as the peers' are.
  const bonds = Array.from({ length: dim }, (_, axis) =>
    Float64Array.from({ length: points ** dim }, (__, n) => {
      const m = [0, 1, 2].reduce(
        (at, a) => at + (a < dim ? ((Math.floor(n / points ** a) % points) % period) * period ** a : 0),
        0,
      );
      return (1 + 0.5 * Math.sin(1.7 * (axis * cell + m + 1))) / (spacing * spacing);
    }),
  );
  return gapTooth(grid, micro(bonds, points), spectral(), products === undefined ? {} : { products });
}

/** Diffusion on one patch of `n` points an axis, written for that patch: what flows in less what flows out. */
function micro(bonds: readonly Float64Array[], n: number): PatchRhs {
  const [east, north, up] = [bonds[0]!, bonds[1]!, bonds[2]!];
  const layer = n * n;
  if (bonds.length === 1) {
    return (_t, u, out) => {
      let left = east[0]! * (u[1]! - u[0]!);
      for (let i = 1; i < n - 1; i++) {
        const right = east[i]! * (u[i + 1]! - u[i]!);
        out[i] = right - left;
        left = right;
      }
    };
  }
  if (bonds.length === 2) {
    return (_t, u, out) => {
      for (let j = n; j < layer - n; j += n) {
        for (let i = j + 1; i < j + n - 1; i++) {
          const here = u[i]!;
          const x = east[i]! * (u[i + 1]! - here) - east[i - 1]! * (here - u[i - 1]!);
          out[i] = x + north[i]! * (u[i + n]! - here) - north[i - n]! * (here - u[i - n]!);
        }
      }
    };
  }
  return (_t, u, out) => {
    for (let k = layer; k < layer * (n - 1); k += layer) {
      for (let j = k + n; j < k + layer - n; j += n) {
        for (let i = j + 1; i < j + n - 1; i++) {
          const here = u[i]!;
          const x = east[i]! * (u[i + 1]! - here) - east[i - 1]! * (here - u[i - 1]!);
          const y = north[i]! * (u[i + n]! - here) - north[i - n]! * (here - u[i - n]!);
          out[i] = x + y + up[i]! * (u[i + layer]! - here) - up[i - layer]! * (here - u[i - layer]!);
        }
      }
    }
  };
}

/** sin(x) + 0.3 cos(2 x + 0.4) + 0.05 sin(37 x), summed over the axes with weights 1, 0.7, 0.4. */
export function state({ sample, grid }: GapTooth): Float64Array {
  const f = (x: number): number => Math.sin(x) + 0.3 * Math.cos(2 * x + 0.4) + 0.05 * Math.sin(37 * x);
  return sample((x, y, z) => f(x) + (grid.dim > 1 ? 0.7 * f(y) : 0) + (grid.dim > 2 ? 0.4 * f(z) : 0));
}
