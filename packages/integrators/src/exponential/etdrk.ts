import type { Vec } from "../rhs.ts";
import { type Basis, type Coefficient, diagonalScheme } from "./diagonal-scheme.ts";
import { fillPhi, PHI_COUNT } from "./phi.ts";
import type { SemilinearScheme } from "./semilinear.ts";

/** phi_k(z), then phi_k(z / 2). */
const basis: Basis = {
  count: 2 * PHI_COUNT,
  fill(re: number, im: number, out: Vec): void {
    fillPhi(re, im, out, 0);
    fillPhi(re / 2, im / 2, out, 2 * PHI_COUNT);
  },
};

/** weight phi_k(z). */
const full = (k: number, weight = 1): Coefficient[number] => [weight, k];
/** weight phi_k(z / 2). */
const half = (k: number, weight = 1): Coefficient[number] => [weight, PHI_COUNT + k];

/**
 * Exponential Euler, order 1: v+ = e^z v + dt phi_1(z) N(v), z = L dt; one evaluation a step. Exact for constant N.
 *
 * Give the stepper to `solve` with a `dt`, or to `timeStepper`; begin with a dt of a hundredth of the time in which N
 * changes. Source: Cox, Matthews, J. Comput. Phys. 176 (2002) 430, section 2.
 *
 * @throws TypeError or RangeError for a malformed problem
 */
export const etd1: SemilinearScheme = /* @__PURE__ */ diagonalScheme("etd1", {
  order: 1,
  c: [0],
  basis,
  rows: [[[full(0)], [full(1)]]],
});

/**
 * Exponential Runge-Kutta of order 2, z = L dt; two evaluations a step; Heun's scheme for L = 0:
 *
 *   a = e^z v + dt phi_1 N(v),  v+ = a + dt phi_2 (N(a) - N(v)).
 *
 * Begin with a dt of a thirtieth of the time in which N changes. Source: Cox, Matthews, J. Comput. Phys. 176 (2002) 430,
 * section 2.
 *
 * @throws TypeError or RangeError for a malformed problem
 */
export const etdrk2: SemilinearScheme = /* @__PURE__ */ diagonalScheme("etdrk2", {
  order: 2,
  c: [0, 1],
  basis,
  rows: [
    [[full(0)], [full(1)]],
    [[full(0)], [full(1), full(2, -1)], [full(2)]],
  ],
});

/** The last row that Cox-Matthews and Krogstad share. */
const fourthOrderRow: Coefficient[] = [
  [full(0)],
  [full(1), full(2, -3), full(3, 4)],
  [full(2, 2), full(3, -4)],
  [full(2, 2), full(3, -4)],
  [full(2, -1), full(3, 4)],
];

/**
 * Exponential Runge-Kutta of order 4 by Cox and Matthews, z = L dt; four evaluations a step; `rk4` for L = 0:
 *
 *   a = e^(z/2) v + dt/2 phi_1(z/2) N_v,   b = e^(z/2) v + dt/2 phi_1(z/2) N_a,
 *   c = e^(z/2) a + dt/2 phi_1(z/2) (2 N_b - N_v),
 *   v+ = e^z v + dt [(phi_1 - 3 phi_2 + 4 phi_3) N_v + 2 (phi_2 - 2 phi_3) (N_a + N_b) + (4 phi_3 - phi_2) N_c].
 *
 * Stiff modes cost part of the order at practical steps: 3.1 to 3.8 on Kuramoto-Sivashinsky, 2.5 at worst; `krogstad`
 * keeps more. The first choice for smooth solutions of spectral problems; begin with a dt of a tenth of the time in
 * which N changes. Source: Cox, Matthews, J. Comput. Phys. 176 (2002) 430, section 2; Kassam, Trefethen, SIAM J.
 * Sci. Comput. 26 (2005) 1214.
 *
 * @throws TypeError or RangeError for a malformed problem
 */
export const etdrk4: SemilinearScheme = /* @__PURE__ */ diagonalScheme("etdrk4", {
  order: 4,
  c: [0, 1 / 2, 1 / 2, 1],
  basis,
  rows: [
    [[half(0)], [half(1, 1 / 2)]],
    [[half(0)], [], [half(1, 1 / 2)]],
    // With a put in: dt/2 phi_1(z/2) (e^(z/2) - 1) = dt (phi_1(z) - phi_1(z/2)).
    [[full(0)], [full(1), half(1, -1)], [], [half(1)]],
    fourthOrderRow,
  ],
});

/**
 * Exponential Runge-Kutta of order 4 by Krogstad, z = L dt; four evaluations a step; `rk4` for L = 0. Stage a and the last
 * row are those of `etdrk4`, and
 *
 *   b = e^(z/2) v + dt [(phi_1/2 - phi_2)(z/2) N_v + phi_2(z/2) N_a],
 *   c = e^z v + dt [(phi_1 - 2 phi_2) N_v + 2 phi_2 N_b].
 *
 * Loses less order to stiff modes than `etdrk4`, at the same cost and with the same steps. Source: Krogstad, J. Comput.
 * Phys. 203 (2005) 72, the scheme ETD4RK-B.
 *
 * @throws TypeError or RangeError for a malformed problem
 */
export const krogstad: SemilinearScheme = /* @__PURE__ */ diagonalScheme("krogstad", {
  order: 4,
  c: [0, 1 / 2, 1 / 2, 1],
  basis,
  rows: [
    [[half(0)], [half(1, 1 / 2)]],
    [[half(0)], [half(1, 1 / 2), half(2, -1)], [half(2)]],
    [[full(0)], [full(1), full(2, -2)], [], [full(2, 2)]],
    fourthOrderRow,
  ],
});

/**
 * Integrating factor (Lawson) Runge-Kutta of order 4: `rk4` for w = e^(-t L) v, z = L dt; four evaluations a step:
 *
 *   a = dt N(v),  b = dt N(e^(z/2) (v + a/2)),  c = dt N(e^(z/2) v + b/2),  d = dt N(e^z v + e^(z/2) c),
 *   v+ = e^z v + (e^z a + 2 e^(z/2) (b + c) + d) / 6.
 *
 * Exact for N = 0 as the others are, but it does not keep fixed points, and its error grows with stiffness: 70 to 1200
 * times that of `etdrk4` on Kuramoto-Sivashinsky. For imaginary L of moderate size; begin with a quarter of the dt of
 * `etdrk4`. Source: Lawson, SIAM J. Numer. Anal. 4 (1967) 372; Kassam, Trefethen, SIAM J. Sci. Comput. 26 (2005) 1214.
 *
 * @throws TypeError or RangeError for a malformed problem
 */
export const ifrk4: SemilinearScheme = /* @__PURE__ */ diagonalScheme("ifrk4", {
  order: 4,
  c: [0, 1 / 2, 1 / 2, 1],
  basis: {
    count: 3,
    /** 1, e^(z/2), e^z. */
    fill(re, im, out) {
      out[0] = 1;
      out[1] = 0;
      for (let j = 1; j <= 2; j++) {
        const scale = Math.exp((j / 2) * re);
        out[2 * j] = scale * Math.cos((j / 2) * im);
        out[2 * j + 1] = scale * Math.sin((j / 2) * im);
      }
    },
  },
  rows: [
    [[[1, 1]], [[1 / 2, 1]]],
    [[[1, 1]], [], [[1 / 2, 0]]],
    [[[1, 2]], [], [], [[1, 1]]],
    [[[1, 2]], [[1 / 6, 2]], [[1 / 3, 1]], [[1 / 3, 1]], [[1 / 6, 0]]],
  ],
});
