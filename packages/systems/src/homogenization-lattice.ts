import { oneOf } from "@hml/guard";
import { type LatticeDiffusion, latticeDiffusion } from "./lattice-diffusion.ts";

/** kappa^x of the 3 x 3 period; row i, column j of the paper's matrix is line i here, i numbers x and j numbers y. */
const KAPPA_X = [
  [1.0568443800327378, 0.6667688764170373, 1.1567570793183417],
  [6.58943280148587, 0.8682722106552978, 2.417373110621216],
  [0.9472880471239477, 1.1406934498430858, 1.6610331475130502],
] as const;
/** kappa^y, in the same order. */
const KAPPA_Y = [
  [3.635489827254553, 0.44704165916815564, 2.389572961353843],
  [0.8627884628122521, 4.855807353407596, 0.28333722696940417],
  [4.502451125633513, 1.5864704356781725, 0.5679225873812012],
] as const;

/**
 * The 3 x 3 lattice of the 2D homogenisation study, in one of two readings of the same coefficients:
 *
 * - `"simulated"`: what the authors' program runs. kappa_ij lies on the bond *before* point (i, j),
 *   u'_ij = (kx_(i+1,j) (u_(i+1,j) - u_ij) + kx_ij (u_(i-1,j) - u_ij)) / h^2 + the same in y. It homogenises to
 *   u_t = 1.339974 u_xx + 0.220950 u_xy + 1.264582 u_yy.
 * - `"printed"`: eq. (25)-(26) taken literally, kappa_ij on the bond after point (i, j):
 *   u_t = 1.334567 u_xx + 0.084770 u_xy + 1.248366 u_yy.
 *
 * Coefficients at full precision; the paper prints them rounded to four decimals (and 1.0566 for 1.0568).
 *
 * @throws RangeError for another reading.
 * Source: Arbabi, Bunder, Samaey, Roberts, Kevrekidis, JOM 72 (2020) 4444, eq. (23)-(26), and the authors' program.
 */
export function homogenizationLattice(reading: "simulated" | "printed"): LatticeDiffusion {
  oneOf("homogenizationLattice", "reading", reading, ["simulated", "printed"]);
  return latticeDiffusion({
    period: [3, 3],
    bonds: [xContiguous(KAPPA_X), xContiguous(KAPPA_Y)],
    convention: reading === "simulated" ? "backward" : "forward",
  });
}

function xContiguous(matrix: readonly (readonly number[])[]): Float64Array {
  return Float64Array.from({ length: 9 }, (_, n) => matrix[n % 3]![Math.floor(n / 3)]!);
}
