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
  // One array: the loops over all rows then address one base, which is three times faster than eight.
  const table = new Float64Array((HIGHEST_ORDER + 3) * size);
  const rows = Array.from({ length: HIGHEST_ORDER + 3 }, (_, j) => table.subarray(j * size, (j + 1) * size));
  const width = HIGHEST_ORDER + 1;
  const r = new Float64Array(width * width);
  const u = new Float64Array(width * width);
  const weights = new Float64Array(width * width);
  differenceMatrix(1, u);
  return {
    rows,
    rescale(order, factor) {
      differenceMatrix(factor, r);
      // Rows above the order stay as they are.
      for (let j = 1; j < width; j++) {
        for (let i = j; i < width; i++) {
          let weight = i === j ? 1 : 0;
          if (i <= order) {
            weight = 0;
            for (let k = 1; k <= order; k++) weight += r[i * width + k]! * u[k * width + j]!;
          }
          weights[j * width + i] = weight;
        }
      }
      mixRows(table, size, weights);
    },
    predict(order, alpha, predictor, psi) {
      predictFrom(table, size, order, alpha, predictor, psi);
    },
    advance(order, d) {
      addUp(table, size, order, d);
    },
  };
}

/** Predictor and psi in one pass for all orders: the coefficients above the order are zero. */
function predictFrom(table: Vec, n: number, order: number, alpha: number, predictor: Vec, psi: Vec): void {
  const g1 = GAMMA[1]! / alpha;
  const g2 = order > 1 ? GAMMA[2]! / alpha : 0;
  const g3 = order > 2 ? GAMMA[3]! / alpha : 0;
  const g4 = order > 3 ? GAMMA[4]! / alpha : 0;
  const g5 = order > 4 ? GAMMA[5]! / alpha : 0;
  const s2 = order > 1 ? 1 : 0;
  const s3 = order > 2 ? 1 : 0;
  const s4 = order > 3 ? 1 : 0;
  const s5 = order > 4 ? 1 : 0;
  for (let i = 0; i < n; i++) {
    const d1 = table[i + n]!;
    const d2 = table[i + 2 * n]!;
    const d3 = table[i + 3 * n]!;
    const d4 = table[i + 4 * n]!;
    const d5 = table[i + 5 * n]!;
    predictor[i] = table[i]! + d1 + s2 * d2 + s3 * d3 + s4 * d4 + s5 * d5;
    psi[i] = g1 * d1 + g2 * d2 + g3 * d3 + g4 * d4 + g5 * d5;
  }
}

/**
 * D_(order + 2) = d - D_(order + 1), D_(order + 1) = d, and D_j += D_(j + 1) from j = order down to 0, in one pass for all
 * orders: above the order the running sum is still d, and what lies above order + 2 is never read.
 */
function addUp(table: Vec, n: number, order: number, d: Vec): void {
  const next = (order + 1) * n;
  const last = next + n;
  const s2 = order > 1 ? 1 : 0;
  const s3 = order > 2 ? 1 : 0;
  const s4 = order > 3 ? 1 : 0;
  const s5 = order > 4 ? 1 : 0;
  for (let i = 0; i < n; i++) {
    const newest = d[i]!;
    const change = newest - table[i + next]!;
    let sum = newest + s5 * table[i + 5 * n]!;
    table[i + 5 * n] = sum;
    sum += s4 * table[i + 4 * n]!;
    table[i + 4 * n] = sum;
    sum += s3 * table[i + 3 * n]!;
    table[i + 3 * n] = sum;
    sum += s2 * table[i + 2 * n]!;
    table[i + 2 * n] = sum;
    sum += table[i + n]!;
    table[i + n] = sum;
    table[i] = table[i]! + sum;
    table[i + next] = newest;
    table[i + last] = change;
  }
}

/** Rows 1 to 5 become the upper triangular combination of themselves whose weights are `w`, row-major with row 0 unused. */
function mixRows(table: Vec, n: number, w: Vec): void {
  const [w11, w12, w13, w14, w15] = [w[7]!, w[8]!, w[9]!, w[10]!, w[11]!];
  const [w22, w23, w24, w25] = [w[14]!, w[15]!, w[16]!, w[17]!];
  const [w33, w34, w35] = [w[21]!, w[22]!, w[23]!];
  const [w44, w45, w55] = [w[28]!, w[29]!, w[35]!];
  for (let i = 0; i < n; i++) {
    const d1 = table[i + n]!;
    const d2 = table[i + 2 * n]!;
    const d3 = table[i + 3 * n]!;
    const d4 = table[i + 4 * n]!;
    const d5 = table[i + 5 * n]!;
    table[i + n] = w11 * d1 + w12 * d2 + w13 * d3 + w14 * d4 + w15 * d5;
    table[i + 2 * n] = w22 * d2 + w23 * d3 + w24 * d4 + w25 * d5;
    table[i + 3 * n] = w33 * d3 + w34 * d4 + w35 * d5;
    table[i + 4 * n] = w44 * d4 + w45 * d5;
    table[i + 5 * n] = w55 * d5;
  }
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
