import type { Scheme } from "../stepper.ts";
import { rungeKutta } from "./runge-kutta.ts";
import type { ButcherTableau } from "./tableau.ts";

/** Forward Euler: one stage, order 1. */
export const eulerTableau: ButcherTableau = { order: 1, a: [[]], b: [1], c: [0] };

/**
 * Forward Euler, u+ = u + h f(t, u): order 1, one evaluation a step, stable for h lambda in the disc of radius 1 about -1.
 *
 * Source: Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I (1993), section II.1.
 */
export const euler: Scheme = /* @__PURE__ */ rungeKutta(eulerTableau);
