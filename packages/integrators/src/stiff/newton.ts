import { nonFiniteIndex } from "../finite.ts";
import type { Stats } from "../method.ts";
import type { Rhs, Vec } from "../rhs.ts";
import { roundedPower } from "../step-control.ts";
import type { LinearSolver } from "./linear-solver.ts";

/** Iterations before a solve counts as diverged. */
export const MOST_ITERATIONS = 4;

/** Above this a carried-over rate is not trusted: near a fold it lets the solution jump branches. */
const NEARLY_LINEAR = 1e-3;

/** How a solve ended: `"nonfinite"` when the right-hand side gave a value that is not finite. */
export type NewtonOutcome = "converged" | "diverged" | "nonfinite";

/** One stage equation d = c f(t, p + d) - psi, as the method poses it. */
export interface Stage {
  /** Time of the stage. */
  t: number;
  /** Factor of f. */
  c: number;
  /** First guess p of the stage value. */
  readonly predictor: Vec;
  /** f(t, p), already evaluated. */
  readonly slope: Vec;
  /** What the past contributes. */
  readonly psi: Vec;
  /** Reciprocals of the tolerances, for the norm. */
  readonly weights: Vec;
}

/**
 * When Newton's iteration stops, in units of the error test: far tighter than rtol it would stall in rounding, looser than
 * 3 % of the error test it would show in the error.
 */
export function newtonTolerance(rtol: number): number {
  const relative = Math.max(rtol, 100 * Number.EPSILON);
  return Math.max((10 * Number.EPSILON) / relative, Math.min(0.03, Math.sqrt(relative)));
}

/** Simplified Newton for stage equations of one size. Owns its scratch: not re-entrant. */
export interface StageNewton {
  /** The correction d of the last solve, `[size]`. */
  readonly correction: Vec;
  /** Iterations of the last solve. */
  readonly iterations: number;
  /** The rate that judges the first iteration of the next solve; Infinity for none. All that is remembered of the last. */
  carried: number;
  /** The right-hand side of its last iteration after the first, `[size]`. */
  readonly slope: Vec;
  /** Solves the stage with I - c J as factored in `linear`. */
  solve(stage: Stage, linear: LinearSolver): NewtonOutcome;
  /** Forgets the rate of convergence, because the Jacobian is new. */
  reset(): void;
}

/**
 * Simplified Newton: (I - c J) delta = c f(t, p + d) - psi - d, d += delta, from d = 0.
 *
 * With theta the ratio of the last two norms of delta, it stops when theta/(1 - theta) |delta| < tolerance, and gives up
 * when theta >= 1, when the iterations left cannot reach the tolerance at this theta, or after four. The first
 * iteration, which has no ratio of its own, is judged by (theta/(1 - theta))^0.8 of the solve before, but only where
 * that is below 1e-3: linear problems then cost one iteration a step, others keep their two.
 *
 * Source: Hairer, Wanner, Solving Ordinary Differential Equations II, 2nd ed., section IV.8, eq. (8.10) and (8.11).
 */
export function stageNewton(
  rhs: Rhs,
  size: number,
  tolerance: number,
  stats: { -readonly [K in keyof Stats]: Stats[K] },
): StageNewton {
  const correction = new Float64Array(size);
  const value = new Float64Array(size);
  const slope = new Float64Array(size);
  const delta = new Float64Array(size);
  const state = { iterations: 0, carried: Number.POSITIVE_INFINITY };
  return {
    correction,
    slope,
    get iterations() {
      return state.iterations;
    },
    get carried() {
      return state.carried;
    },
    set carried(rate) {
      state.carried = rate;
    },
    reset() {
      state.carried = Number.POSITIVE_INFINITY;
    },
    solve(stage, linear) {
      const { t, c, predictor, psi, weights } = stage;
      const carried = roundedPower(Math.max(state.carried, Number.EPSILON), 0.8);
      state.carried = Number.POSITIVE_INFINITY;
      correction.fill(0);
      let f = stage.slope;
      let previous = 0;
      for (let k = 0; k < MOST_ITERATIONS; k++) {
        if (k > 0) {
          f = slope;
          rhs(t, value, f);
          stats.rhs++;
        }
        residual(c, f, psi, correction, delta);
        linear.solve(delta);
        const norm = correct(delta, weights, predictor, correction, value);
        state.iterations = k + 1;
        if (!(norm < Number.POSITIVE_INFINITY)) return nonFiniteIndex(f) < 0 ? "diverged" : "nonfinite";
        let factor = carried < NEARLY_LINEAR ? carried : Number.POSITIVE_INFINITY;
        if (k > 0) {
          const theta = norm / previous;
          if (!(theta < 1)) return "diverged";
          factor = theta / (1 - theta);
          let reachable = norm / (1 - theta);
          for (let left = k; left < MOST_ITERATIONS; left++) reachable *= theta;
          if (reachable > tolerance) return "diverged";
        }
        if (norm === 0 || factor * norm < tolerance) {
          state.carried = factor;
          return "converged";
        }
        previous = norm;
      }
      return "diverged";
    },
  };
}

/** out = c f - psi - d. */
function residual(c: number, f: Vec, psi: Vec, d: Vec, out: Vec): void {
  for (let i = 0; i < out.length; i++) out[i] = c * f[i]! - psi[i]! - d[i]!;
}

/** d += delta and value = predictor + d; the root mean square of delta times the weights. */
function correct(delta: Vec, weights: Vec, predictor: Vec, d: Vec, value: Vec): number {
  let sum = 0;
  for (let i = 0; i < delta.length; i++) {
    const change = delta[i]!;
    const corrected = d[i]! + change;
    const scaled = change * weights[i]!;
    sum += scaled * scaled;
    d[i] = corrected;
    value[i] = predictor[i]! + corrected;
  }
  return Math.sqrt(sum / delta.length);
}
