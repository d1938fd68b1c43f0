import { type Basis, diagonalScheme } from "./diagonal-scheme.ts";
import type { SemilinearScheme } from "./semilinear.ts";

/** 1, r, r^2 with r = 1 / (1 - a z). */
export function resolventBasis(a: number): Basis {
  return {
    count: 3,
    fill(re, im, out) {
      const p = 1 - a * re;
      const q = -a * im;
      const squared = p * p + q * q;
      const rRe = im === 0 ? 1 / p : p / squared;
      const rIm = im === 0 ? 0 : -q / squared;
      out[0] = 1;
      out[1] = 0;
      out[2] = rRe;
      out[3] = rIm;
      out[4] = rRe * rRe - rIm * rIm;
      out[5] = 2 * rRe * rIm;
    },
  };
}

/**
 * Implicit-explicit Euler (semi-implicit, SBDF1), order 1: (1 - z) v+ = v + dt N(v), z = L dt; one evaluation a step.
 *
 * Damps every stiff mode, L-stable in L. Begin with a dt of a hundredth of the time in which u changes. Source: Ascher,
 * Ruuth, Wetton, SIAM J. Numer. Anal. 32 (1995) 797.
 *
 * @throws TypeError or RangeError for a malformed problem
 */
export const imex1: SemilinearScheme = /* @__PURE__ */ diagonalScheme("imex1", {
  order: 1,
  c: [0],
  basis: /* @__PURE__ */ resolventBasis(1),
  rows: [[[[1, 1]], [[1, 1]]]],
});

const gamma = 1 - Math.SQRT1_2;
const delta = 1 - 1 / (2 * gamma);

/**
 * Implicit-explicit Runge-Kutta ARS(2,2,2), order 2, z = L dt, gamma = 1 - 1/sqrt 2, delta = 1 - 1/(2 gamma); two
 * evaluations a step, L-stable in L:
 *
 *   (1 - gamma z) u1 = v + gamma dt N(v),
 *   (1 - gamma z) v+ = v + dt [delta N(v) + (1 - delta) N(u1)] + (1 - gamma) z u1.
 *
 * The IMEX scheme to begin with: one-step, and about twice as accurate as `cnab2` on Kuramoto-Sivashinsky. Begin with a dt
 * of a thirtieth of the time in which u changes. Source: Ascher, Ruuth, Spiteri, Appl. Numer. Math. 25 (1997) 151, section
 * 2.6.
 *
 * @throws TypeError or RangeError for a malformed problem
 */
export const ars222: SemilinearScheme = /* @__PURE__ */ diagonalScheme("ars222", {
  order: 2,
  c: [0, gamma],
  basis: /* @__PURE__ */ resolventBasis(gamma),
  // With u1 put in and gamma z r = r - 1, every coefficient is a polynomial in r = 1 / (1 - gamma z).
  rows: [
    [[[1, 1]], [[gamma, 1]]],
    [
      [
        [1 - (1 - gamma) / gamma, 1],
        [(1 - gamma) / gamma, 2],
      ],
      [
        [delta - (1 - gamma), 1],
        [1 - gamma, 2],
      ],
      [[1 - delta, 1]],
    ],
  ],
});
