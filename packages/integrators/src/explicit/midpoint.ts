import type { Scheme } from "../stepper.ts";
import { rungeKutta } from "./runge-kutta.ts";
import type { ButcherTableau } from "./tableau.ts";

/** Runge's midpoint scheme: two stages, order 2; the outer tableau of projective Runge-Kutta 2. */
export const midpointTableau: ButcherTableau = { order: 2, a: [[], [1 / 2]], b: [0, 1], c: [0, 1 / 2] };

/**
 * Runge's midpoint scheme: u+ = u + h f(t + h/2, u + (h/2) f(t, u)). Order 2, two evaluations a step, stable on the
 * negative axis for -2 <= h lambda <= 0.
 *
 * Source: Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I (1993), section II.1, eq. (1.2).
 */
export const midpoint: Scheme = /* @__PURE__ */ rungeKutta(midpointTableau);
