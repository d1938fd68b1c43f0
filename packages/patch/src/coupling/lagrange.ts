import { integer } from "@hml/guard";
import type { Coupling } from "../edge-weights.ts";
import { type CouplingOptions, couplingWeights, sourceOf } from "./coupling-weights.ts";

/**
 * Polynomial coupling of an even order p: edge values by interpolation through the p + 1 nearest patches.
 *
 * On a periodic axis, centre coupling, it is Stirling's symmetric formula through patches I - p/2 ... I + p/2 at I +- r; between
 * walls the stencil becomes one-sided. Polynomials of degree p are reproduced. Needs p + 1 patches along each axis.
 *
 * With edgy coupling the error grows with the points per patch and does not fall with the ratio, so order 4 is the least
 * to use there; prefer `spectral()` on periodic axes, or source "centre" where symmetry does not matter.
 *
 * @throws RangeError for an order that is not even and at least 2.
 * Source: Roberts and Kevrekidis, SIAM J. Sci. Comput. 29 (2007) 1495; Bunder, Kevrekidis, Roberts, Numer. Math. 149 (2021) 229.
 */
export function lagrange(order: number, options: CouplingOptions = {}): Coupling {
  integer("lagrange", "order", order, 2, 64);
  if (order % 2 !== 0) {
    throw new RangeError(`lagrange: order must be even, got ${order}; take ${order + 1}`);
  }
  const source = sourceOf("lagrange", options);
  return Object.freeze<Coupling>({
    order,
    source,
    weights: (grid) => couplingWeights("lagrange", grid, order, source),
  });
}
