import { dopri5, solve, type Solution } from "@hml/integrators";
import { type GapTooth, gapTooth, patchGrid, type PatchRhs, spectral } from "@hml/patch";

/** Conductivity of the medium: it changes from point to point and repeats after three, in both directions. */
const medium = [
  [1.6, 0.3, 0.9],
  [0.5, 1.2, 0.4],
  [0.8, 0.6, 1.9],
] as const;

/**
 * The micro model, on one patch: a population that grows, and spreads faster where it is dense,
 * u_t = div(c(x, y) (1 + u) grad u) + u (1 - u), on a lattice. This function is all that a user writes.
 */
const micro: PatchRhs<2> = (_t, u, out, { points, spacing, phase }) => {
  const [nx, ny] = points;
  const scale = 1 / (spacing[0] * spacing[0]);
  for (let j = 1; j < ny - 1; j++) {
    const here = medium[(j + phase[1]) % 3]!;
    const below = medium[(j - 1 + phase[1]) % 3]!;
    for (let i = 1; i < nx - 1; i++) {
      const n = j * nx + i;
      const east = (i + phase[0]) % 3;
      const west = (i - 1 + phase[0]) % 3;
      const inflow = flow(u[n - 1]!, u[n]!, here[west]!) + flow(u[n - nx]!, u[n]!, below[east]!);
      const outflow = flow(u[n]!, u[n + 1]!, here[east]!) + flow(u[n]!, u[n + nx]!, here[east]!);
      out[n] = scale * (inflow - outflow) + u[n]! * (1 - u[n]!);
    }
  }
};

/** What flows from a point with density a to its neighbour with density b. */
function flow(a: number, b: number, conductivity: number): number {
  return conductivity * (1 + 0.5 * (a + b)) * (a - b);
}

/** Side of the square, which is periodic. */
export const LENGTH = 16;
/** Patches along each side, and the part of each side that they cover. */
export const PATCHES = 12;
export const RATIO = 1 / 3;

/** The same model in patches, or everywhere when the ratio is 1: then the patches tile the square. */
export function scheme(patches: number, ratio: number): GapTooth<2> {
  const grid = patchGrid({ dim: 2, extent: LENGTH, patches, points: 5, ratio });
  return gapTooth(grid, micro, spectral());
}

/** Two colonies. */
export function colonies({ sample }: GapTooth<2>): Float64Array {
  const colony = (x: number, y: number, x0: number, y0: number): number =>
    Math.exp(-0.4 * ((x - x0) * (x - x0) + (y - y0) * (y - y0)));
  return sample((x, y) => 0.9 * colony(x, y, 5, 6) + 0.5 * colony(x, y, 11, 10));
}

/** Runs a scheme from two colonies to the given times; the slopes are a right-hand side for any integrator. */
export function run(system: GapTooth<2>, times: readonly number[]): Solution {
  const options = { method: dopri5(), rtol: 1e-6, atol: 1e-8, saveAt: times };
  return solve(system, colonies(system), [0, times.at(-1)!], options);
}

/** One coarse value per patch at each time of a run, `[time, patchY, patchX]`. */
export function coarse({ restriction }: GapTooth<2>, { u, shape: [frames, size] }: Solution): Float64Array {
  const out = new Float64Array(frames * restriction.coarseSize);
  for (let n = 0; n < frames; n++) {
    const row = out.subarray(n * restriction.coarseSize, (n + 1) * restriction.coarseSize);
    restriction.restrict(u.subarray(n * size, (n + 1) * size), row);
  }
  return out;
}
