import type { Method } from "../method.ts";
import type { Vec } from "../rhs.ts";
import type { StepControlOptions } from "../step-control.ts";
import { type EmbeddedPair, type ErrorEstimate, embeddedMethod } from "./embedded-pair.ts";
import { interpolateQuartic, quarticCoefficients } from "./quartic.ts";
import type { ButcherTableau } from "./tableau.ts";

/** The six stages of Dormand and Prince's order 5; the seventh, f(t + h, u+), serves the error and the next step. */
export const dopri5Tableau: ButcherTableau = {
  order: 5,
  a: [
    [],
    [1 / 5],
    [3 / 40, 9 / 40],
    [44 / 45, -56 / 15, 32 / 9],
    [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
    [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  ],
  b: [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
  c: [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1],
};

/** b minus the weights of the embedded order 4, seven stages. */
const ERROR = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40] as const;

/**
 * Shampine's quartic (1986, Math. Comp. 46): u(t + theta h) = u + h theta (q0 + theta (q1 + theta (q2 + theta q3))) with
 * q0 = k1 and q_j the sum over stages of the weights in row j - 1.
 */
const DENSE = [
  [
    -8048581381 / 2820520608,
    0,
    131558114200 / 32700410799,
    -1754552775 / 470086768,
    127303824393 / 49829197408,
    -282668133 / 205662961,
    40617522 / 29380423,
  ],
  [
    8663915743 / 2820520608,
    0,
    -68118460800 / 10900136933,
    14199869525 / 1410260304,
    -318862633887 / 49829197408,
    2019193451 / 616988883,
    -110615467 / 29380423,
  ],
  [
    -12715105075 / 11282082432,
    0,
    87487479700 / 32700410799,
    -10690763975 / 1880347072,
    701980252875 / 199316789632,
    -1453857185 / 822651844,
    69997945 / 29380423,
  ],
] as const;

function error(k: readonly Vec[], rtol: number, atol: Vec): ErrorEstimate {
  const [k0, , k2, k3, k4, k5, k6] = k as [Vec, Vec, Vec, Vec, Vec, Vec, Vec];
  const [e0, , e2, e3, e4, e5, e6] = ERROR;
  return (dt, from, to) => {
    const size = to.length;
    let sum = 0;
    for (let i = 0; i < size; i++) {
      const e = dt * (e0 * k0[i]! + e2 * k2[i]! + e3 * k3[i]! + e4 * k4[i]! + e5 * k5[i]! + e6 * k6[i]!);
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

const pair: EmbeddedPair = {
  name: "dopri5",
  tableau: dopri5Tableau,
  stabilityBound: 3.3,
  // The embedded scheme has order 4.
  errorOrder: 5,
  unseen: [1],
  error,
  dense: (k) => quarticCoefficients(DENSE, k),
  interpolate: interpolateQuartic,
};

/**
 * The adaptive explicit method of order 5 of Dormand and Prince: the first choice for problems that are not stiff.
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
 * stays stable but takes steps of about 3.3 / |lambda|: use `radau` or `bdf` there.
 *
 * Source: Dormand, Prince 1980, J. Comp. Appl. Math. 6; Hairer, Norsett, Wanner, Solving Ordinary Differential
 * Equations I (1993), sections II.4 to II.6.
 *
 * @throws TypeError or RangeError for unknown options or bounds out of range
 */
export function dopri5(options: StepControlOptions = {}): Method {
  return embeddedMethod(pair, options);
}
