import type { LatticeDiffusion } from "./lattice-diffusion.ts";
import type { LatticeRhs } from "./lattice-view.ts";

/**
 * Waves in a heterogeneous lattice, two channels, displacement u and velocity v:
 *
 *   u' = v,  v'_n = sum over axes of (k_a(n) (u_(n + e_a) - u_n) - k_a(n - e_a) (u_n - u_(n - e_a))) / h_a^2.
 *
 * On a homogeneous lattice waves obey omega^2 = sum of 4 k_a sin^2(q_a h_a / 2) / h_a^2. A periodic lattice keeps the
 * energy, half of the sum of v^2 plus k_a (difference of u)^2 / h_a^2. `rhs` throws RangeError unless `channels` is 2.
 *
 * Source: Maier and Verfuerth (2021), the wave examples of the Equation-Free toolbox.
 */
export function latticeWave(lattice: LatticeDiffusion): LatticeRhs {
  return (_t, u, out, view) => {
    if (view.channels !== 2) {
      throw new RangeError(`latticeWave: channels must be 2 (displacement, velocity), got ${view.channels}`);
    }
    const stride = u.length / 2;
    for (let n = 0; n < stride; n++) out[n] = u[stride + n]!;
    lattice.operator(u, 0, out, stride, view);
  };
}
