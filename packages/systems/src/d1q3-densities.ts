import type { Vec } from "@hml/integrators";

/**
 * How populations f_i, i = -1, 0, 1, are made from a density rho.
 *
 * - `"equal-weights"`: f_i = rho / 3, as the study does. There is no flux at first, and each restart costs an error in phase.
 * - `"first-order"`: f_i = rho / 3 - i dx rho_x / (3 omega), the first term of the Chapman-Enskog expansion, with a central
 *   difference that is even about the walls. A restart costs a ninetieth of that.
 * - `"kept"`: the last populations, each changed by a third of the change of the density. Exact when it has not changed;
 *   populations a unit of time old are hardly better than equal weights, older ones worse.
 */
export type LatticeStart = "equal-weights" | "first-order" | "kept";

/** Shape of the states: fine `[member, field, population, node]`, coarse `[member, field, node]`. */
export interface LatticeShape {
  readonly members: number;
  readonly points: number;
}

/** Sums the three populations. */
export function restrictDensities(fine: Vec, { members, points }: LatticeShape, out: Vec): void {
  for (let field = 0; field < 2 * members; field++) {
    const at = 3 * field * points;
    for (let j = 0; j < points; j++) {
      out[field * points + j] = fine[at + j]! + fine[at + points + j]! + fine[at + 2 * points + j]!;
    }
  }
}

/** Makes populations with the densities `coarse`; the fields of a member have the relaxation rates `omega`. */
export function liftDensities(
  coarse: Vec,
  { members, points }: LatticeShape,
  start: LatticeStart,
  omega: readonly [u: number, v: number],
  out: Vec,
): void {
  for (let field = 0; field < 2 * members; field++) {
    const from = field * points;
    const at = 3 * from;
    const perDifference = start === "first-order" ? 1 / (6 * omega[field % 2 === 0 ? 0 : 1]) : 0;
    for (let j = 0; j < points; j++) {
      const here = coarse[from + j]!;
      const minus = at + j;
      const rest = minus + points;
      const plus = rest + points;
      if (start === "kept") {
        const change = (here - (out[minus]! + out[rest]! + out[plus]!)) / 3;
        out[minus] = out[minus]! + change;
        out[rest] = out[rest]! + change;
        out[plus] = out[plus]! + change;
        continue;
      }
      // Even about walls half a spacing outside.
      const left = coarse[from + Math.max(j - 1, 0)]!;
      const right = coarse[from + Math.min(j + 1, points - 1)]!;
      const flux = perDifference * (right - left);
      out[minus] = here / 3 + flux;
      out[rest] = here / 3;
      out[plus] = here / 3 - flux;
    }
  }
}
