import type { Method } from "../method.ts";
import type { Vec } from "../rhs.ts";
import type { StepControlOptions } from "../step-control.ts";
import { type EmbeddedPair, type ErrorEstimate, embeddedMethod } from "./embedded-pair.ts";
import { interpolateQuartic, quarticCoefficients } from "./quartic.ts";
import type { ButcherTableau } from "./tableau.ts";

/** The six stages of Tsitouras' order 5; the seventh, f(t + h, u+), serves the error and the next step. */
export const tsit5Tableau: ButcherTableau = {
  order: 5,
  a: [
    [],
    [0.161],
    [-0.008480655492356989, 0.335480655492357],
    [2.8971530571054935, -6.359448489975075, 4.3622954328695815],
    [5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525],
    [5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401, -0.028269050394068383],
  ],
  b: [0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742, -3.290069515436081, 2.324710524099774],
  c: [0, 0.161, 0.327, 0.9, 0.9800255409045097, 1],
};

/** b minus the weights of the embedded order 4, seven stages; the last is -1/66 (printed with the other sign). */
export const TSIT5_ERROR = [
  0.001780011052226, 0.000816434459657, -0.007880878010262, 0.144711007173263, -0.582357165452555, 0.458082105929187,
  -0.015151515151515152,
] as const;

/** Tsitouras' quartic: rows are the weights of theta, theta^2 and theta^3 after the first slope. */
export const TSIT5_DENSE = [
  [-2.763706197274826, 0.1317, 3.9302962368947516, -12.411077166933676, 37.50931341651104, -27.896526289197286, 1.5],
  [2.9132554618219126, -0.2234, -5.941033872131505, 30.33818863028232, -88.1789048947664, 65.09189467479366, -4],
  [-1.0530884977290216, 0.1017, 2.490627285651253, -16.548102889244902, 47.37952196281928, -34.87065786149661, 2.5],
] as const;

function error(k: readonly Vec[], rtol: number, atol: Vec): ErrorEstimate {
  const [k0, k1, k2, k3, k4, k5, k6] = k as [Vec, Vec, Vec, Vec, Vec, Vec, Vec];
  const [e0, e1, e2, e3, e4, e5, e6] = TSIT5_ERROR;
  return (dt, from, to) => {
    const size = to.length;
    let sum = 0;
    for (let i = 0; i < size; i++) {
      const low = e0 * k0[i]! + e1 * k1[i]! + e2 * k2[i]! + e3 * k3[i]!;
      const e = dt * (low + e4 * k4[i]! + e5 * k5[i]! + e6 * k6[i]!);
      const before = Math.abs(from[i]!);
      const after = Math.abs(to[i]!);
      // A zero error passes even where the tolerance is zero: a component with atol 0 may rest at 0.
      if (e !== 0) {
        const ratio = e / (atol[i]! + rtol * (before > after ? before : after));
        sum += ratio * ratio;
      }
    }
    return Math.sqrt(sum / size);
  };
}

/** The pair, for the run and for tests of its coefficients. */
export const tsit5Pair: EmbeddedPair = {
  name: "tsit5",
  tableau: tsit5Tableau,
  stabilityBound: 3.5,
  // The embedded scheme has order 4.
  errorOrder: 5,
  unseen: [],
  error,
  dense: (k) => quarticCoefficients(TSIT5_DENSE, k),
  interpolate: interpolateQuartic,
};

/**
 * The adaptive explicit method of order 5 of Tsitouras: as `dopri5`, with smaller error constants at order 5.
 *
 *   u+ = u + dt sum_i b_i k_i,   k_i = f(t + c_i dt, u + dt sum_(j<i) a_ij k_j),   i = 1 to 6.
 *
 * The difference to the embedded order 4 is held, in the root mean square over components of
 * e_i / (atol_i + rtol max(|u_i|, |u+_i|)), at or below 1 by proportional-integral control; no step grows right after a
 * rejection. Six evaluations an accepted step (the seventh stage is the first of the next step), six a rejected one,
 * two to start. Dense output is quartic, of order 4. Runs either way in time. A non-finite evaluation or state halves the
 * step, at most 10 times a step.
 *
 * Start with rtol 1e-6: the error at the end is then some 1e-6 where nearby solutions stay together. On a stiff problem it
 * stays stable but takes steps of about 3.5 / |lambda|: use `radau` or `bdf` there.
 *
 * Source: Tsitouras 2011, Computers and Mathematics with Applications 62, 770-775, table 1 and section 3.
 *
 * @throws TypeError or RangeError for unknown options or bounds out of range
 */
export function tsit5(options: StepControlOptions = {}): Method {
  return embeddedMethod(tsit5Pair, options);
}
