import type { Scheme } from "../stepper.ts";
import { rungeKutta } from "./runge-kutta.ts";
import type { ButcherTableau } from "./tableau.ts";

/** The classical Runge-Kutta scheme: four stages, order 4. */
export const rk4Tableau: ButcherTableau = {
  order: 4,
  a: [[], [1 / 2], [0, 1 / 2], [0, 0, 1]],
  b: [1 / 6, 1 / 3, 1 / 3, 1 / 6],
  c: [0, 1 / 2, 1 / 2, 1],
};

/**
 * The classical Runge-Kutta scheme of order 4:
 *
 *   k1 = f(t, u),   k2 = f(t + h/2, u + h/2 k1),   k3 = f(t + h/2, u + h/2 k2),   k4 = f(t + h, u + h k3),
 *   u+ = u + h (k1 + 2 k2 + 2 k3 + k4) / 6.
 *
 * Four evaluations a step, stable on the negative axis for -2.785 <= h lambda <= 0 and on the imaginary axis to 2.828.
 *
 * Source: Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I (1993), section II.1, table 1.2.
 */
export const rk4: Scheme = /* @__PURE__ */ rungeKutta(rk4Tableau);
