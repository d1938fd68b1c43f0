import { integer } from "@hml/guard";
import type { LatticeDiffusion } from "./lattice-diffusion.ts";
import type { LatticeRhs } from "./lattice-view.ts";

/**
 * Nonlinear diffusion on a lattice,
 *
 *   u'_n = sum over axes of (k_a(n) (w_(n + e_a) - w_n) - k_a(n - e_a) (w_n - w_(n - e_a))) / h_a^2,  w = u^p,
 *
 * u_t = div(k grad u^p): the porous-medium equation for k = 1. Where K is the homogenised tensor of the lattice, the
 * macroscale law is u_t = div(K grad u^p), since w and its flux homogenise as those of the linear lattice do. It is
 * well-posed where u^(p-1) >= 0. p = 3 is the usual example; 1 is linear.
 *
 * @throws RangeError when `power` is not a whole number from 1 to 9.
 * Source: Barenblatt (1952); J. L. Vazquez, The Porous Medium Equation (2007), eq. (1.1).
 */
export function nonlinearDiffusion(lattice: LatticeDiffusion, power = 3): LatticeRhs {
  integer("nonlinearDiffusion", "power", power, 1, 9);
  let potential = new Float64Array(0);
  return (t, u, out, view) => {
    if (potential.length !== u.length) potential = new Float64Array(u.length);
    for (let n = 0; n < u.length; n++) {
      let w = u[n]!;
      for (let p = 1; p < power; p++) w *= u[n]!;
      potential[n] = w;
    }
    lattice.rhs(t, potential, out, view);
  };
}
