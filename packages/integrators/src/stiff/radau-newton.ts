import { nonFiniteIndex } from "../finite.ts";
import type { Stats } from "../method.ts";
import type { Rhs, Vec } from "../rhs.ts";
import { roundedPower } from "../step-control.ts";
import type { ComplexSolver } from "./complex-lu.ts";
import type { LinearSolver } from "./linear-solver.ts";
import type { NewtonOutcome } from "./newton.ts";
import { ALPHA, BETA, C1, C2, MU, T, T_INVERSE } from "./radau-coefficients.ts";

/** Iterations before a solve counts as diverged. */
export const MOST_COLLOCATION_ITERATIONS = 6;

/** Above this a carried-over rate is not trusted, as in `stageNewton`. */
const NEARLY_LINEAR = 1e-3;

/** The stage equations of one step, as the method poses them. */
export interface Collocation {
  /** Start of the step. */
  t: number;
  /** Its signed length. */
  h: number;
  /** State at its start. */
  readonly u: Vec;
  /** Reciprocals of the tolerances, for the norm. */
  readonly weights: Vec;
}

/** Simplified Newton for the three stages of Radau IIA. Owns its scratch: not re-entrant. */
export interface CollocationNewton {
  /** The increments of the stages over u: first guess on entry, solution after a solve that converged. */
  readonly z: readonly [Vec, Vec, Vec];
  /** The right-hand side at the stages, in the last iteration. */
  readonly slopes: readonly [Vec, Vec, Vec];
  /** Iterations of the last solve. */
  readonly iterations: number;
  /** The rate that judges the first iteration of the next solve; Infinity for none. All that is remembered of the last. */
  carried: number;
  /** Ratio of the norms of its last two corrections; 0 after a solve of one iteration. */
  readonly rate: number;
  /** Solves the stages with MU/h I - J as factored in `real` and (ALPHA - i BETA)/h I - J as factored in `complex`. */
  solve(step: Collocation, real: LinearSolver, complex: ComplexSolver): NewtonOutcome;
  /** Forgets the rate of convergence, because the Jacobian is new. */
  reset(): void;
}

/**
 * Simplified Newton for Z = h (A x I) F(u + Z) in the variables W = (T^-1 x I) Z, in which it is one real and one complex
 * system of `size` equations:
 *
 *   (MU/h I - J) dW1 = (T^-1 F)_1 - MU/h W1,
 *   ((ALPHA - i BETA)/h I - J) (dW2 + i dW3) = (T^-1 F)_2 + i (T^-1 F)_3 - (ALPHA - i BETA)/h (W2 + i W3).
 *
 * With theta the ratio of the last two norms of dW, it stops when theta/(1 - theta) |dW| < tolerance, and gives up when
 * theta >= 1, when the iterations left cannot reach the tolerance at this theta, or after six. The first iteration is
 * judged by (theta/(1 - theta))^0.8 of the solve before where that is below 1e-3.
 *
 * Source: Hairer, Wanner, Solving Ordinary Differential Equations II, 2nd ed., section IV.8, eq. (8.8) to (8.11).
 */
export function collocationNewton(
  rhs: Rhs,
  size: number,
  tolerance: number,
  stats: { -readonly [K in keyof Stats]: Stats[K] },
): CollocationNewton {
  const vector = (): Vec => new Float64Array(size);
  const z = [vector(), vector(), vector()] as const;
  const slopes = [vector(), vector(), vector()] as const;
  const w = [vector(), vector(), vector()] as const;
  const delta = [vector(), vector(), vector()] as const;
  const value = vector();
  const state = { iterations: 0, rate: 0, carried: Number.POSITIVE_INFINITY };
  const evaluate = (stage: 0 | 1 | 2, t: number, u: Vec): void => {
    const increment = z[stage];
    for (let i = 0; i < size; i++) value[i] = u[i]! + increment[i]!;
    rhs(t, value, slopes[stage]);
    stats.rhs++;
  };
  return {
    z,
    slopes,
    get iterations() {
      return state.iterations;
    },
    get rate() {
      return state.rate;
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
    solve({ t, h, u, weights }, real, complex) {
      const carried = roundedPower(Math.max(state.carried, Number.EPSILON), 0.8);
      state.carried = Number.POSITIVE_INFINITY;
      state.rate = 0;
      transform(T_INVERSE, z, w);
      let previous = 0;
      for (let k = 0; k < MOST_COLLOCATION_ITERATIONS; k++) {
        evaluate(0, t + C1 * h, u);
        evaluate(1, t + C2 * h, u);
        evaluate(2, t + h, u);
        residual(h, slopes, w, delta);
        real.solve(delta[0]);
        complex.solve(delta[1], delta[2]);
        const norm = add(delta, w, weights);
        state.iterations = k + 1;
        if (!(norm < Number.POSITIVE_INFINITY)) return slopes.every(isFinite) ? "diverged" : "nonfinite";
        let factor = carried < NEARLY_LINEAR ? carried : Number.POSITIVE_INFINITY;
        if (k > 0) {
          const theta = norm / previous;
          if (!(theta < 1)) return "diverged";
          state.rate = theta;
          factor = theta / (1 - theta);
          let reachable = norm / (1 - theta);
          for (let left = k; left < MOST_COLLOCATION_ITERATIONS; left++) reachable *= theta;
          if (reachable > tolerance) return "diverged";
        }
        transform(T, w, z);
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

type Three = readonly [Vec, Vec, Vec];
type Row = readonly [number, number, number];

function isFinite(values: Vec): boolean {
  return nonFiniteIndex(values) < 0;
}

/** out = (matrix x I) values. */
function transform([[a, b, c], [d, e, f], [g, h, k]]: readonly [Row, Row, Row], [x, y, z]: Three, out: Three): void {
  const [p, q, r] = out;
  for (let i = 0; i < x.length; i++) {
    const xi = x[i]!;
    const yi = y[i]!;
    const zi = z[i]!;
    p[i] = a * xi + b * yi + c * zi;
    q[i] = d * xi + e * yi + f * zi;
    r[i] = g * xi + h * yi + k * zi;
  }
}

/** The right-hand sides of the real and the complex system. */
function residual(h: number, slopes: Three, [w1, w2, w3]: Three, out: Three): void {
  transform(T_INVERSE, slopes, out);
  const mu = MU / h;
  const alpha = ALPHA / h;
  const beta = BETA / h;
  const [d1, d2, d3] = out;
  for (let i = 0; i < w1.length; i++) {
    d1[i]! -= mu * w1[i]!;
    d2[i]! -= alpha * w2[i]! + beta * w3[i]!;
    d3[i]! -= alpha * w3[i]! - beta * w2[i]!;
  }
}

/** w += delta; the root mean square of delta over the three components. */
function add([d1, d2, d3]: Three, [w1, w2, w3]: Three, weights: Vec): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i]!;
    const a = d1[i]!;
    const b = d2[i]!;
    const c = d3[i]!;
    w1[i]! += a;
    w2[i]! += b;
    w3[i]! += c;
    // Each is scaled before it is squared: weights may be 1e300.
    const x = a * weight;
    const y = b * weight;
    const z = c * weight;
    sum += x * x + (y * y + z * z);
  }
  return Math.sqrt(sum / (3 * weights.length));
}
