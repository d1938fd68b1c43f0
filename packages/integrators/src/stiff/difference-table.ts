import type { Vec } from "../rhs.ts";

/** Highest order the table serves. */
export const HIGHEST_ORDER = 5;

/** gamma_k = 1 + 1/2 + ... + 1/k. */
const GAMMA: readonly number[] = [0, 1, 3 / 2, 11 / 6, 25 / 12, 137 / 60];

/** The kappa of the NDFs, by order; order 5 is BDF5. */
const KAPPA: readonly number[] = [0, -0.185, -1 / 9, -0.0823, -0.0415, 0];

/** What makes a backward differentiation formula of orders 0 to 6, indexed by order. */
export interface BdfFormulas {
  /** alpha_k = (1 - kappa_k) gamma_k, orders 1 to 5: the factor of d in alpha d + sum gamma_j D_j = h f. */
  readonly alpha: readonly number[];
  /** kappa_k gamma_k + 1/(k + 1), orders 1 to 5: the local error is this times the (k + 1)-th difference. */
  readonly errorConstant: readonly number[];
}

/**
 * The coefficients of the NDFs, or with `ndf: false` of the classical BDFs (kappa = 0).
 * Source: Shampine, Reichelt, SIAM J. Sci. Comput. 18 (1997) 1, eq. (3) to (5) and table 1.
 */
export function bdfFormulas(ndf: boolean): BdfFormulas {
  const kappa = ndf ? KAPPA : KAPPA.map(() => 0);
  return {
    alpha: GAMMA.map((gamma, k) => (1 - kappa[k]!) * gamma),
    errorConstant: GAMMA.map((gamma, k) => kappa[k]! * gamma + 1 / (k + 1)),
  };
}

/**
 * Backward differences D_j = nabla^j y_n of the solution on equal steps h, and the interpolant through them,
 *
 *   p(t_n + s h) = sum_(j=0..k) D_j prod_(m=0..j-1) (s + m)/(m + 1).
 *
 * Rows 0 to k + 2 are kept for order k; row 0 is the state. Owns its rows: not re-entrant.
 * Source: Shampine, Reichelt, SIAM J. Sci. Comput. 18 (1997) 1, section 2.
 */
export interface DifferenceTable {
  /** D_0 to D_7, each `[size]`. */
  readonly rows: readonly Vec[];
  /** Re-expresses D_1 to D_order on steps `factor` times as long, for the same interpolant. */
  rescale(order: number, factor: number): void;
  /** Predictor sum_(j=0..order) D_j and psi = sum_(j=1..order) gamma_j D_j / alpha. */
  predict(order: number, alpha: number, predictor: Vec, psi: Vec): void;
  /** Moves on one step to y = predictor + d; `d` is the new difference of order + 1. */
  advance(order: number, d: Vec): void;
}

/** An empty table for `size` unknowns; the caller fills rows 0 and 1 (y and h y'). */
export function differenceTable(size: number): DifferenceTable {
  const rows = Array.from({ length: HIGHEST_ORDER + 3 }, () => new Float64Array(size));
  const [d0, d1, d2, d3, d4, d5] = rows as [Vec, Vec, Vec, Vec, Vec, Vec, ...Vec[]];
  const width = HIGHEST_ORDER + 1;
  const r = new Float64Array(width * width);
  const u = new Float64Array(width * width);
  differenceMatrix(1, u);
  return {
    rows,
    rescale(order, factor) {
      differenceMatrix(factor, r);
      // Row j of (R U)^T has entries from column j on only, so ascending j may work in place; D_0 does not change.
      for (let j = 1; j <= order; j++) {
        const row = rows[j]!;
        for (let i = j; i <= order; i++) {
          let weight = 0;
          for (let k = 1; k <= order; k++) weight += r[i * width + k]! * u[k * width + j]!;
          const source = rows[i]!;
          if (i === j) for (let m = 0; m < size; m++) row[m] = weight * row[m]!;
          else for (let m = 0; m < size; m++) row[m]! += weight * source[m]!;
        }
      }
    },
    predict(order, alpha, predictor, psi) {
      // One pass for all orders: the coefficients above the order are zero.
      const g1 = GAMMA[1]! / alpha;
      const g2 = order > 1 ? GAMMA[2]! / alpha : 0;
      const g3 = order > 2 ? GAMMA[3]! / alpha : 0;
      const g4 = order > 3 ? GAMMA[4]! / alpha : 0;
      const g5 = order > 4 ? GAMMA[5]! / alpha : 0;
      const s2 = order > 1 ? 1 : 0;
      const s3 = order > 2 ? 1 : 0;
      const s4 = order > 3 ? 1 : 0;
      const s5 = order > 4 ? 1 : 0;
      for (let i = 0; i < size; i++) {
        const a1 = d1[i]!;
        const a2 = d2[i]!;
        const a3 = d3[i]!;
        const a4 = d4[i]!;
        const a5 = d5[i]!;
        predictor[i] = d0[i]! + a1 + s2 * a2 + s3 * a3 + s4 * a4 + s5 * a5;
        psi[i] = g1 * a1 + g2 * a2 + g3 * a3 + g4 * a4 + g5 * a5;
      }
    },
    advance(order, d) {
      const last = rows[order + 2]!;
      const next = rows[order + 1]!;
      for (let i = 0; i < size; i++) {
        last[i] = d[i]! - next[i]!;
        next[i] = d[i]!;
      }
      for (let j = order; j >= 0; j--) {
        const row = rows[j]!;
        const above = rows[j + 1]!;
        for (let i = 0; i < size; i++) row[i]! += above[i]!;
      }
    },
  };
}

/** Evaluates the interpolant of order `order` at t_n + s h; `rows[0]` is D_0. */
export function interpolate(rows: readonly Vec[], order: number, s: number, out: Vec): void {
  out.set(rows[0]!);
  let product = 1;
  for (let j = 1; j <= order; j++) {
    product *= (s + j - 1) / j;
    const row = rows[j]!;
    for (let i = 0; i < out.length; i++) out[i]! += product * row[i]!;
  }
}

/** R_(ij) = prod_(m=1..i) (m - 1 - factor j)/m for i, j from 1; row 0 and column 0 are not used. */
function differenceMatrix(factor: number, out: Float64Array): void {
  const width = HIGHEST_ORDER + 1;
  for (let j = 1; j < width; j++) {
    let product = 1;
    for (let i = 1; i < width; i++) {
      product *= (i - 1 - factor * j) / i;
      out[i * width + j] = product;
    }
  }
}
