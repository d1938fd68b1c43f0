import { checkOptions } from "@hml/guard";
import type { IntegrationError } from "../failure.ts";
import { nonFiniteIndex } from "../finite.ts";
import type { Method, MethodRun, RunStart } from "../method.ts";
import { type MethodState, restoredState, savedState } from "../method-state.ts";
import type { Vec } from "../rhs.ts";
import { firstStep, roundedPower } from "../step-control.ts";
import { type ComplexSolver, complexLu } from "./complex-lu.ts";
import { type JacobianShape, type JacobianSource, jacobianShape, jacobianSource } from "./jacobian.ts";
import { type NewtonOutcome, newtonTolerance } from "./newton.ts";
import { ALPHA, BETA, C1, C2, E, MU } from "./radau-coefficients.ts";
import { type Cubic, cubic, evaluateCubic, extrapolateCubic, fitCubic } from "./radau-cubic.ts";
import {
  type Collocation,
  type CollocationNewton,
  collocationNewton,
  MOST_COLLOCATION_ITERATIONS,
} from "./radau-newton.ts";
import { boundedStep, smallestStep } from "../smallest-step.ts";
import { type StepFailure, stepError } from "./step-error.ts";
import { toleranceWeights, weightedRms } from "./weighted-norm.ts";

/** Options of `radau`. */
export interface RadauOptions {
  /**
   * Shape of df/du for difference Jacobians, default `"dense"`; not used when the problem brings its own Jacobian. One
   * space dimension with nearest neighbours is `{ lower: 1, upper: 1 }`, on a ring `{ lower: 1, upper: 1, periodic: true }`.
   */
  readonly jacobian?: JacobianShape;
}

/**
 * The three-stage Radau IIA method of order 5 in adaptive steps, for stiff problems to high accuracy:
 *
 *   z_i = h sum_j a_ij f(t_n + c_j h, u_n + z_j),   u_(n+1) = u_n + z_3,   c = ((4 - sqrt 6)/10, (4 + sqrt 6)/10, 1).
 *
 * A-stable and L-stable: fit for stiff oscillations, where `bdf` is not, and for errors of 1e-6 or better. On
 * very stiff components the order falls towards 3, with an error divided by the stiffness.
 *
 * The stages are solved together by simplified Newton iteration, split into one real and one complex system, dense or
 * banded, from the last step's collocation polynomial. The Jacobian is kept while Newton contracts by 1000, it and both
 * factorisations while the step would grow by less than 1.2. The error of the embedded formula of order 3, filtered by
 * (MU/h I - J)^-1, is kept below 1 in the root mean square of error_i / (atol_i + rtol |u_i|); steps follow
 * Gustafsson's predictive control. Dense output is the collocation polynomial, of degree 3: inside long steps it is less
 * accurate than at their ends, so bound them by `maxStep` where frames between steps must be as good.
 *
 * A run fails with `nonfinite-rhs` after 10 halvings in succession, `linear-failed` after 10 singular matrices,
 * `nonlinear-failed` or `step-too-small` when Newton or the error test takes the step below 10 ulp of the time.
 * Start with rtol 1e-4: the global error is usually far below rtol, because the estimate is of lower order, and about that
 * of `bdf` at 1e-6, in 0.6 to 1.1 times the time.
 *
 * @throws TypeError / RangeError for bad options, or for a Jacobian that does not fit the problem (at the start).
 * Source: Hairer, Wanner, Solving Ordinary Differential Equations II, 2nd ed., section IV.8.
 */
export function radau(options: RadauOptions = {}): Method {
  checkOptions("radau", options, ["jacobian"]);
  const { jacobian = "dense" } = options;
  const shape = jacobianShape("radau", jacobian);
  return { name: "radau", start: (run) => new RadauRun(run, shape) };
}

const SAFETY = 0.9;
const SMALLEST_FACTOR = 0.2;
const LARGEST_FACTOR = 10;
/** A factor from SAFETY, which still foresees an error below 1, to this one is not worth two factorisations. */
const WORTH_GROWING = 1.2;
/** A Jacobian that gives Newton this rate or a better one is kept. */
const GOOD_RATE = 1e-3;
/** Errors below this say nothing about the next one. */
const SMALLEST_PAST_ERROR = 0.01;
/** Halvings in succession for a cause that smaller steps must cure at once or not at all. */
const MOST_HALVINGS = 10;
/** Tries at one step; at t = 0, where an ulp is no bound, this one ends the run. */
const MOST_TRIES = 100;

class RadauRun implements MethodRun {
  readonly u: Vec;
  t: number;
  tPrevious: number;
  readonly #run: RunStart;
  readonly #cubic: Cubic;
  readonly #jacobian: JacobianSource;
  readonly #complex: ComplexSolver;
  readonly #newton: CollocationNewton;
  readonly #step: Collocation;
  readonly #direction: number;
  /** f(t, u). */
  readonly #slope: Vec;
  /** f at the end of the step that is being tried. */
  readonly #slopeNext: Vec;
  #timeNext = 0;
  readonly #uNext: Vec;
  readonly #filtered: Vec;
  /** The next step's length, positive; 0 until the first step. */
  #h = 0;
  /** With which the present step was begun, and the rate that Newton then carried. */
  #hBegun = 0;
  #carriedBegun = Number.POSITIVE_INFINITY;
  /** Signed length of the last step, on which the cubic lives; 0 before the first. */
  #hLast = 0;
  #error = 0;
  #errorLast = 1;
  #rejected = false;
  /** No Jacobian, or one that Newton no longer likes. */
  #jacobianMissing = true;
  /** The Jacobian was evaluated for the step that is being tried. */
  #jacobianCurrent = false;
  /** Signed step for which the present Jacobian is factored; 0 for none. */
  #factoredFor = 0;

  constructor(run: RunStart, shape: JacobianShape) {
    const { size } = run.problem;
    this.#run = run;
    this.#jacobian = jacobianSource("radau", run, shape);
    this.#complex = complexLu(size, this.#jacobian.band);
    this.#newton = collocationNewton(run.problem.rhs, size, newtonTolerance(run.rtol), run.stats);
    this.#cubic = cubic(size);
    this.#slope = new Float64Array(size);
    this.#slopeNext = new Float64Array(size);
    this.#uNext = new Float64Array(size);
    this.#filtered = new Float64Array(size);
    this.#direction = run.t1 < run.t0 ? -1 : 1;
    this.t = run.t0;
    this.tPrevious = run.t0;
    this.u = this.#cubic[0];
    this.u.set(run.u0);
    this.#step = { t: run.t0, h: 0, u: this.u, weights: new Float64Array(size) };
  }

  step(): void {
    if (this.#h === 0) this.#begin();
    const h = boundedStep(this.#h, this.#run.maxStep, this.t);
    if (!(h <= this.#run.maxStep)) throw this.#failure("bounded");
    this.#h = h;
    this.#hBegun = this.#h;
    this.#jacobianCurrent = false;
    this.#rejected = false;
    let last: StepFailure = "inaccurate";
    let repeated = 0;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const outcome = this.#try();
      if (outcome === "converged") {
        this.#accept();
        return;
      }
      this.#run.stats.rejected++;
      this.#rejected = true;
      repeated = outcome === last ? repeated + 1 : 1;
      last = outcome;
      if (repeated > MOST_HALVINGS && (outcome === "nonfinite" || outcome === "singular")) break;
      this.#h *= outcome === "inaccurate" ? this.#factor() : 0.5;
      if (!(this.#h >= smallestStep(this.t))) break;
    }
    throw this.#failure(last);
  }

  at(t: number, out: Vec): void {
    evaluateCubic(this.#cubic, (t - this.t) / (this.#hLast || 1), out);
  }

  keep(): (t: number, out: Vec) => void {
    const [u, d1, d2, d3] = this.#cubic;
    const kept: Cubic = [u.slice(), d1.slice(), d2.slice(), d3.slice()];
    const end = this.t;
    const h = this.#hLast || 1;
    return (t, out) => evaluateCubic(kept, (t - end) / h, out);
  }

  save(): MethodState {
    const { t, tPrevious } = this;
    const numbers = { t, tPrevious, h: this.#hBegun, hLast: this.#hLast, errorLast: this.#errorLast };
    // A Jacobian renewed in a step that failed is renewed again.
    const missing = Number(this.#jacobianMissing || this.#jacobianCurrent);
    const newton = { missing, factoredFor: this.#factoredFor, carried: this.#carriedBegun };
    return savedState({ ...numbers, ...newton }, this.#memory());
  }

  restore(state: MethodState): void {
    const names = ["t", "tPrevious", "h", "hLast", "errorLast", "missing", "factoredFor", "carried"] as const;
    const { t, tPrevious, ...numbers } = restoredState("radau", state, names, this.#memory());
    this.t = t;
    this.tPrevious = tPrevious;
    this.#h = numbers.h;
    this.#hBegun = numbers.h;
    this.#hLast = numbers.hLast;
    this.#errorLast = numbers.errorLast;
    this.#jacobianMissing = numbers.missing === 1;
    this.#newton.carried = numbers.carried;
    this.#carriedBegun = numbers.carried;
    if (!this.#jacobianMissing && numbers.factoredFor !== 0) this.#factorise(numbers.factoredFor);
  }

  #memory(): Record<string, Vec> {
    const [u, d1, d2, d3] = this.#cubic;
    return { u, d1, d2, d3, slope: this.#slope, jacobian: this.#jacobian.matrix };
  }

  /** First slope and first step. */
  #begin(): void {
    const { problem, t0, t1, rtol, atol, maxStep, stats, f0 } = this.#run;
    const slope = this.#slope;
    if (f0 === undefined) {
      problem.rhs(t0, this.u, slope);
      stats.rhs++;
    } else slope.set(f0);
    if (nonFiniteIndex(slope) >= 0) throw this.#failure("nonfinite");
    let h = this.#run.firstStep;
    if (h === undefined) {
      h = firstStep(problem.rhs, [t0, t1], this.u, slope, { rtol, atol }, 4, this.#uNext, this.#slopeNext);
      stats.rhs++;
    }
    this.#h = Math.min(h, maxStep, Math.abs(t1 - t0));
  }

  /** One try at a step of the present length; on success its stages are in Newton's hands. */
  #try(): StepFailure | "converged" {
    const { t1, stats } = this.#run;
    const left = Math.abs(t1 - this.t);
    // The slack keeps round-off in t from leaving a last step of a few ulp.
    if (this.#h >= left * (1 - 1e-10)) this.#h = left;
    const step = this.#step;
    step.t = this.t;
    step.h = this.#direction * this.#h;
    let outcome: NewtonOutcome = "diverged";
    for (let pass = 0; pass < 2 && outcome === "diverged"; pass++) {
      if (this.#jacobianMissing || pass === 1) {
        if (this.#jacobianCurrent) break;
        // A right-hand side that throws leaves half a Jacobian.
        this.#jacobianMissing = true;
        this.#jacobianMissing = !this.#jacobian.refresh(this.t, this.u, this.#slope);
        if (this.#jacobianMissing) {
          // Tells, for the message, whether the right-hand side itself has ceased to be finite.
          this.#evaluateNext(this.t, this.u);
          return "nonfinite";
        }
        this.#jacobianCurrent = true;
        this.#factoredFor = 0;
        this.#newton.reset();
      }
      if (this.#factoredFor !== step.h) {
        stats.factorisations += 2;
        if (!this.#factorise(step.h)) return "singular";
      }
      this.#predict();
      outcome = this.#newton.solve(step, this.#jacobian.solver, this.#complex);
    }
    if (outcome !== "converged") return outcome;
    return this.#judge();
  }

  /** Factors both matrices for the signed step `h`; false when one is singular. */
  #factorise(h: number): boolean {
    const { solver, matrix } = this.#jacobian;
    this.#factoredFor = 0;
    if (solver.factor(matrix, MU / h, -1) === "singular") return false;
    if (this.#complex.factor(matrix, ALPHA / h, -BETA / h) === "singular") return false;
    this.#factoredFor = h;
    return true;
  }

  /** First guesses of the stages, from the cubic of the last step, and the weights of Newton's norm. */
  #predict(): void {
    const { z } = this.#newton;
    const { h, weights } = this.#step;
    const { rtol, atol } = this.#run;
    if (this.#hLast === 0) for (const increment of z) increment.fill(0);
    else {
      const ratio = h / this.#hLast;
      extrapolateCubic(this.#cubic, C1 * ratio, z[0]);
      extrapolateCubic(this.#cubic, C2 * ratio, z[1]);
      extrapolateCubic(this.#cubic, ratio, z[2]);
    }
    const end = z[2];
    for (let i = 0; i < weights.length; i++) {
      const size = Math.max(Math.abs(this.u[i]!), Math.abs(this.u[i]! + end[i]!));
      const tolerance = atol[i]! + rtol * size;
      // A zero tolerance at a zero component: what the slope will make of it is the only scale there is.
      weights[i] = 1 / (tolerance > 0 ? tolerance : Math.max(rtol * Math.abs(h * this.#slope[i]!), 1e-300));
    }
  }

  /** The error of the step whose stages were found, and the slope at its end. */
  #judge(): StepFailure | "converged" {
    const { rtol, atol } = this.#run;
    const { z } = this.#newton;
    const { h, weights } = this.#step;
    const [z1, z2, z3] = z;
    const [e1, e2, e3] = E;
    const next = this.#uNext;
    const error = this.#filtered;
    for (let i = 0; i < next.length; i++) {
      next[i] = this.u[i]! + z3[i]!;
      error[i] = this.#slope[i]! + (e1 * z1[i]! + e2 * z2[i]! + e3 * z3[i]!) / h;
    }
    toleranceWeights(this.u, next, atol, rtol, weights);
    this.#jacobian.solver.solve(error);
    this.#error = weightedRms(error, weights);
    if (this.#error > 1 && (this.#hLast === 0 || this.#rejected)) this.#filterAgain();
    if (!(this.#error <= 1)) return "inaccurate";
    this.#evaluateNext(this.#end(), next);
    return nonFiniteIndex(this.#slopeNext) < 0 ? "converged" : "nonfinite";
  }

  /** Filters the error once more, which keeps a long first step into a stiff transient from being refused in vain. */
  #filterAgain(): void {
    const { problem, stats } = this.#run;
    const { h, weights } = this.#step;
    const [z1, z2, z3] = this.#newton.z;
    const [e1, e2, e3] = E;
    const error = this.#filtered;
    for (let i = 0; i < error.length; i++) this.#uNext[i] = this.u[i]! + error[i]!;
    problem.rhs(this.t, this.#uNext, error);
    stats.rhs++;
    for (let i = 0; i < error.length; i++) {
      error[i]! += (e1 * z1[i]! + e2 * z2[i]! + e3 * z3[i]!) / h;
      this.#uNext[i] = this.u[i]! + z3[i]!;
    }
    this.#jacobian.solver.solve(error);
    const again = weightedRms(error, weights);
    // A probe that leaves the domain of the right-hand side changes nothing.
    if (again < Number.POSITIVE_INFINITY) this.#error = again;
  }

  #evaluateNext(t: number, u: Vec): void {
    this.#run.problem.rhs(t, u, this.#slopeNext);
    this.#run.stats.rhs++;
    this.#timeNext = t;
  }

  #accept(): void {
    const { z, rate, iterations } = this.#newton;
    const grown = Math.min(LARGEST_FACTOR, this.#factor());
    fitCubic(this.#cubic, z[0], z[1], z[2]);
    this.#slope.set(this.#slopeNext);
    this.tPrevious = this.t;
    this.t = this.#end();
    this.#run.stats.steps++;
    this.#hLast = this.#step.h;
    this.#errorLast = Math.max(this.#error, SMALLEST_PAST_ERROR);
    this.#jacobianMissing = iterations > 2 && rate > GOOD_RATE;
    if (this.#jacobianMissing || !(grown >= SAFETY && grown < WORTH_GROWING)) this.#h *= grown;
    this.#jacobianCurrent = false;
    this.#hBegun = this.#h;
    this.#carriedBegun = this.#newton.carried;
  }

  /** End of the step that is being tried. */
  #end(): number {
    return this.#h === Math.abs(this.#run.t1 - this.t) ? this.#run.t1 : this.t + this.#step.h;
  }

  /** The factor by which the step may change for its error and that of the step before. */
  #factor(): number {
    const error = this.#error;
    if (error === 0) return LARGEST_FACTOR;
    const iterations = 2 * MOST_COLLOCATION_ITERATIONS;
    const safety = (SAFETY * (iterations + 1)) / (iterations + this.#newton.iterations);
    let factor = roundedPower(error, -0.25);
    if (this.#hLast !== 0) {
      const trend = (this.#step.h / this.#hLast) * roundedPower(this.#errorLast / error, 0.25);
      factor *= Math.min(1, trend);
    }
    // An error that is not a number takes the smallest factor too.
    return safety * factor > SMALLEST_FACTOR ? safety * factor : SMALLEST_FACTOR;
  }

  #failure(cause: StepFailure): IntegrationError {
    const { steps } = this.#run.stats;
    const { h, t } = this.#step;
    const [f1, f2, f3] = this.#newton.slopes;
    const seen = [
      { t, slope: this.#slope },
      { t: t + C1 * h, slope: f1 },
      { t: t + C2 * h, slope: f2 },
      { t: t + h, slope: f3 },
      { t: this.#timeNext, slope: this.#slopeNext },
    ];
    const stage = seen.find(({ slope }) => nonFiniteIndex(slope) >= 0) ?? { t, slope: this.#slope };
    const at = `t = ${this.t}, step ${steps}, size ${this.#h}`;
    return stepError("radau", cause, { t: this.t, steps, at, stage, newton: stage });
  }
}
