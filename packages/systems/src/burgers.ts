import { nonNegative } from "@hml/guard";
import type { LatticeRhs } from "./lattice-view.ts";

/**
 * Burgers' equation u_t + u u_x = nu u_xx in one dimension, with the advection differenced so that a periodic lattice keeps
 * both the sum of u and, at nu = 0, the sum of u^2:
 *
 *   u'_i = nu (u_(i+1) - 2 u_i + u_(i-1)) / h^2 - (u_(i+1) + u_i + u_(i-1)) (u_(i+1) - u_(i-1)) / (6 h).
 *
 * Second order. The lattice resolves a front when |u| h / nu is at most about 2. `rhs` throws RangeError for more than
 * one axis.
 *
 * @throws RangeError / TypeError when the viscosity nu is negative or not a number.
 * Source: Zabusky and Kruskal, Phys. Rev. Lett. 15 (1965) 240, for the advection; Burgers (1948).
 */
export function burgers(viscosity: number): LatticeRhs {
  nonNegative("burgers", "viscosity", viscosity);
  return (_t, u, out, view) => {
    const { points, spacing, edgePoints: edge, channels } = view;
    if (points.length !== 1) throw new RangeError(`burgers: the view must have 1 axis, got ${points.length}`);
    const n = points[0]!;
    const h = spacing[0]!;
    const diffuse = viscosity / (h * h);
    const advect = 1 / (6 * h);
    for (let c = 0; c < channels; c++) {
      for (let i = c * n + edge; i < (c + 1) * n - edge; i++) {
        const left = u[i - 1]!;
        const here = u[i]!;
        const right = u[i + 1]!;
        out[i] = diffuse * (right - 2 * here + left) - advect * (left + here + right) * (right - left);
      }
    }
  };
}
