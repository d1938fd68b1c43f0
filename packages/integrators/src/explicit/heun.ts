import type { Scheme } from "../stepper.ts";
import { rungeKutta } from "./runge-kutta.ts";
import type { ButcherTableau } from "./tableau.ts";

/** Heun's scheme (explicit trapezoidal rule): two stages, order 2. */
export const heunTableau: ButcherTableau = { order: 2, a: [[], [1]], b: [1 / 2, 1 / 2], c: [0, 1] };

/**
 * Heun's scheme, the explicit trapezoidal rule: k1 = f(t, u), k2 = f(t + h, u + h k1), u+ = u + h (k1 + k2) / 2. Order 2,
 * two evaluations a step, stable on the negative axis for -2 <= h lambda <= 0.
 *
 * Source: Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I (1993), section II.1.
 */
export const heun: Scheme = /* @__PURE__ */ rungeKutta(heunTableau);
