import type { Coupling } from "../edge-weights.ts";
import { type CouplingOptions, couplingWeights, sourceOf } from "./coupling-weights.ts";

/**
 * Spectral coupling: edge values by the trigonometric polynomial through all patches of a periodic axis, shifted by +- r;
 * exact for fields of fewer than N / 2 waves. With linear micro models whose period fits the patch, the macroscale
 * eigenvalues are those of the full lattice to rounding.
 *
 * Between walls it is the polynomial of degree N - 1 through all patches: accurate on Chebyshev centres, but on more
 * than some ten equispaced ones it oscillates (Runge); take `lagrange` there.
 *
 * Source: Roberts, MacKenzie, Bunder, J. Eng. Math. 86 (2014) 175; Bunder, Kevrekidis, Roberts, Numer. Math. 149 (2021) 229.
 */
export function spectral(options: CouplingOptions = {}): Coupling {
  const source = sourceOf("spectral", options);
  return Object.freeze<Coupling>({
    order: "spectral",
    source,
    weights: (grid) => couplingWeights("spectral", grid, "spectral", source),
  });
}
