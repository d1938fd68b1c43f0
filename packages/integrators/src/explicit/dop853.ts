import type { Method } from "../method.ts";
import type { Vec } from "../rhs.ts";
import type { StepControlOptions } from "../step-control.ts";
import { addCombination, combination } from "./combination.ts";
import { DOP853_DENSE, DOP853_ERROR5, DOP853_EXTRA, DOP853_ORDER3, dop853Tableau } from "./dop853-coefficients.ts";
import { type DenseCoefficients, type EmbeddedPair, type ErrorEstimate, embeddedMethod } from "./embedded-pair.ts";

export { dop853Tableau } from "./dop853-coefficients.ts";

/**
 * err5^2 / sqrt(err5^2 + 0.01 err3^2), of order 8 in h, with err5 and err3 the root mean squares of the differences to
 * the embedded orders 5 and 3 in units of the tolerance.
 */
function error(k: readonly Vec[], rtol: number, atol: Vec): ErrorEstimate {
  const [k0, , , , , k5, k6, k7, k8, k9, k10, k11] = k as [Vec, Vec, Vec, Vec, Vec, Vec, Vec, Vec, Vec, Vec, Vec, Vec];
  const [e0, , , , , e5, e6, e7, e8, e9, e10, e11] = DOP853_ERROR5;
  const [w0, w8, w11] = DOP853_ORDER3;
  const weights = combination(dop853Tableau.b, k);
  const zero = new Float64Array(k0.length);
  const mean = new Float64Array(k0.length);
  return (dt, from, to) => {
    const size = to.length;
    addCombination(zero, 1, weights, mean);
    let fifth = 0;
    let third = 0;
    for (let i = 0; i < size; i++) {
      const low = e0 * k0[i]! + e5 * k5[i]! + e6 * k6[i]! + e7 * k7[i]!;
      const d5 = dt * (low + e8 * k8[i]! + e9 * k9[i]! + e10 * k10[i]! + e11 * k11[i]!);
      const d3 = dt * (mean[i]! - w0 * k0[i]! - w8 * k8[i]! - w11 * k11[i]!);
      const before = Math.abs(from[i]!);
      const after = Math.abs(to[i]!);
      const scale = atol[i]! + rtol * (before > after ? before : after);
      // A zero error passes even where the tolerance is zero: a component with atol 0 may rest at 0.
      if (d5 !== 0) fifth += (d5 / scale) * (d5 / scale);
      if (d3 !== 0) third += (d3 / scale) * (d3 / scale);
    }
    if (fifth === 0 && third === 0) return 0;
    return fifth / Math.sqrt((fifth + 0.01 * third) * size);
  };
}

/**
 * The seven coefficients of u + theta (F0 + (1 - theta) (F1 + theta (F2 + (1 - theta) (F3 + theta (F4 + (1 - theta) (F5 +
 * theta F6)))))): F0 to F2 make the cubic of Hermite, F3 to F6 come from all slopes.
 */
function dense(k: readonly Vec[]): DenseCoefficients {
  const first = k[0]!;
  const last = k[12]!;
  const size = first.length;
  const rows = DOP853_DENSE.map((row) => combination(row, k));
  const vectors = Array.from({ length: 3 + rows.length }, (): Vec => new Float64Array(size));
  const [f0, f1, f2] = vectors as [Vec, Vec, Vec, ...Vec[]];
  const zero = new Float64Array(size);
  return {
    vectors,
    fill(dt, from, to) {
      for (let i = 0; i < size; i++) {
        const change = to[i]! - from[i]!;
        f0[i] = change;
        f1[i] = dt * first[i]! - change;
        f2[i] = 2 * change - dt * (first[i]! + last[i]!);
      }
      for (let j = 0; j < rows.length; j++) addCombination(zero, dt, rows[j]!, vectors[j + 3]!);
    },
  };
}

function interpolate(from: Vec, vectors: readonly Vec[], _dt: number, theta: number, out: Vec): void {
  const [f0, f1, f2, f3, f4, f5, f6] = vectors as [Vec, Vec, Vec, Vec, Vec, Vec, Vec];
  const left = 1 - theta;
  for (let i = 0; i < out.length; i++) {
    const high = f3[i]! + theta * (f4[i]! + left * (f5[i]! + theta * f6[i]!));
    out[i] = from[i]! + theta * (f0[i]! + left * (f1[i]! + theta * (f2[i]! + left * high)));
  }
}

/** The pair, for the run and for tests of its coefficients. */
export const dop853Pair: EmbeddedPair = {
  name: "dop853",
  tableau: dop853Tableau,
  stabilityBound: 6.39,
  errorOrder: 8,
  // With 0.4 the step recovers slowly after a close approach, at up to 1.14 times SciPy's evaluations; with 0, Hairer's
  // choice and SciPy's, errors of 20 times the tolerance pass on smooth problems.
  beta: 0.3,
  unseen: [1, 2, 3, 4, 12],
  extra: DOP853_EXTRA,
  error,
  dense,
  interpolate,
};

/**
 * The adaptive explicit method of order 8 of Dormand and Prince with Hairer's error estimate, DOP853: for smooth problems
 * that are not stiff, at tolerances of about 1e-8 and below, where it needs half the evaluations of `dopri5`.
 *
 *   u+ = u + dt sum_i b_i k_i,   k_i = f(t + c_i dt, u + dt sum_(j<i) a_ij k_j),   i = 1 to 12.
 *
 * The estimate err5^2 / sqrt(err5^2 + 0.01 err3^2) joins the differences to embedded orders 5 and 3, each the root mean
 * square over components of e_i / (atol_i + rtol max(|u_i|, |u+_i|)). It is held at or below 1 by proportional-integral
 * control; no step grows right after a rejection. Twelve evaluations a step, accepted or rejected (the last is the first
 * slope of the next step), two to start. Dense output has order 7 and costs three more evaluations, made only for steps
 * within which a state is asked for (`saveAt`, `dense`, `events`). Runs either way in time. A non-finite evaluation or
 * state halves the step, at most 10 times a step; one in a stage of dense output ends the run.
 *
 * Start with rtol 1e-9. With a right-hand side that is not smooth it loses its advantage. On a stiff problem it stays stable
 * but takes steps of about 6 / |lambda|: use `radau` or `bdf` there.
 *
 * Source: Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I (1993), sections II.5, II.6 and II.10.
 *
 * @throws TypeError or RangeError for unknown options or bounds out of range
 */
export function dop853(options: StepControlOptions = {}): Method {
  return embeddedMethod(dop853Pair, options);
}
