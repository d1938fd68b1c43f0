import { checkOptions } from "@hml/guard";
import type { IntegrationError } from "../failure.ts";
import { nonFiniteIndex } from "../finite.ts";
import type { Method, MethodRun, RunStart } from "../method.ts";
import { type MethodState, restoredState, savedState } from "../method-state.ts";
import type { Vec } from "../rhs.ts";
import { firstStep, piControl, type StepControl } from "../step-control.ts";
import { type JacobianShape, type JacobianSource, jacobianShape, jacobianSource } from "./jacobian.ts";
import { GAMMA, ros34pw2 } from "./rosenbrock-coefficients.ts";
import { combine, evaluate } from "./rosenbrock-sums.ts";
import { boundedStep, smallestStep } from "../smallest-step.ts";
import { type StepFailure, stepError } from "./step-error.ts";
import { toleranceWeights, weightedRms } from "./weighted-norm.ts";

/** Options of `rosenbrock`. */
export interface RosenbrockOptions {
  /**
   * Shape of df/du for difference Jacobians, default `"dense"`; not used when the problem brings its own Jacobian. One
   * space dimension with nearest neighbours is `{ lower: 1, upper: 1 }`, on a ring `{ lower: 1, upper: 1, periodic: true }`.
   */
  readonly jacobian?: JacobianShape;
}

/**
 * The Rosenbrock-W method ROS34PW2 of order 3 in adaptive steps, for stiff problems to moderate accuracy:
 *
 *   (I - gamma h J) k_i = h f(t + alpha_i h, u + sum_(j<i) alpha_ij k_j) + h J sum_(j<i) gamma_ij k_j + gamma_i h^2 df/dt,
 *   u_(n+1) = u_n + sum_i b_i k_i,   i = 1 to 4,   gamma = 0.4359.
 *
 * Linearly implicit: four linear solves a step with one factorisation, and no iteration that could fail to converge. L-stable
 * and stiffly accurate. The order 3 does not depend on J, so a Jacobian that leaves small terms out is allowed; the
 * stability does depend on it. J is evaluated in every step that follows an accepted one, df/dt by one difference.
 *
 * The difference to the embedded method of order 2 is kept below 1 in the root mean square of
 * error_i / (atol_i + rtol |u_i|), with proportional-integral step control. Dense output is a cubic
 * whose error is of order h^3, as that of the steps is. On very stiff components the order falls to 2, with an error
 * divided by the stiffness.
 *
 * A run fails with `nonfinite-rhs` after 10 halvings in succession, `linear-failed` after 10 singular matrices,
 * `step-too-small` when the error test takes the step below 10 ulp of the time. Its difference for df/dt is counted with
 * those for the Jacobian. Start with rtol 1e-4; without a given Jacobian `radau` has the same error in fewer evaluations.
 *
 * @throws TypeError / RangeError for bad options, or for a Jacobian that does not fit the problem (at the start).
 * Source: Rang, Angermann, BIT 45 (2005) 761; Hairer, Wanner, Solving Ordinary Differential Equations II, section IV.7.
 */
export function rosenbrock(options: RosenbrockOptions = {}): Method {
  checkOptions("rosenbrock", options, ["jacobian"]);
  const { jacobian = "dense" } = options;
  const shape = jacobianShape("rosenbrock", jacobian);
  return { name: "rosenbrock", start: (run) => new RosenbrockRun(run, shape) };
}

const STAGES = 4;
/** The embedded error is of order h^3. */
const ERROR_ORDER = 3;
/** Increment of the difference for df/dt, in steps: small against the step, its rounding small against 1e-6. */
const TIME_INCREMENT = 1e-6;
/** Halvings in succession for a cause that smaller steps must cure at once or not at all. */
const MOST_HALVINGS = 10;
/** Tries at one step; at t = 0, where an ulp is no bound, this one ends the run. */
const MOST_TRIES = 100;

class RosenbrockRun implements MethodRun {
  readonly u: Vec;
  t: number;
  tPrevious: number;
  readonly #run: RunStart;
  readonly #jacobian: JacobianSource;
  readonly #control: StepControl;
  readonly #direction: number;
  /** Transformed stages U_i. */
  readonly #stages: readonly Vec[];
  /** u at the step's end and the coefficients of s, s^2, s^3 for s = (t - end)/h. */
  readonly #dense: readonly [Vec, Vec, Vec, Vec];
  /** f(t, u). */
  readonly #slope: Vec;
  /** df/dt at (t, u). */
  readonly #timeSlope: Vec;
  /** A stage value, and f there; in the end u and f at the end of the step. */
  readonly #value: Vec;
  readonly #valueSlope: Vec;
  readonly #weights: Vec;
  readonly #error: Vec;
  /** Time of the last evaluation into `#valueSlope`. */
  #valueTime: number;
  /** The next step's length, positive; 0 until the first step. */
  #h = 0;
  /** With which the present step was begun. */
  #hBegun = 0;
  /** Signed length of the last step; 0 before the first. */
  #hLast = 0;
  #norm = 0;
  /** The Jacobian and df/dt are those of (t, u). */
  #jacobianCurrent = false;

  constructor(run: RunStart, shape: JacobianShape) {
    const { size } = run.problem;
    const vector = (): Vec => new Float64Array(size);
    this.#run = run;
    this.#jacobian = jacobianSource("rosenbrock", run, shape);
    this.#control = piControl(ERROR_ORDER, { safety: 0.9, minFactor: 0.2, maxFactor: 6 });
    this.#direction = run.t1 < run.t0 ? -1 : 1;
    this.#stages = Array.from({ length: STAGES }, vector);
    this.#dense = [vector(), vector(), vector(), vector()];
    this.#slope = vector();
    this.#timeSlope = vector();
    this.#value = vector();
    this.#valueSlope = vector();
    this.#weights = vector();
    this.#error = vector();
    this.#valueTime = run.t0;
    this.t = run.t0;
    this.tPrevious = run.t0;
    this.u = this.#dense[0];
    this.u.set(run.u0);
  }

  step(): void {
    if (this.#h === 0) this.#begin();
    const h = boundedStep(this.#h, this.#run.maxStep, this.t);
    if (!(h <= this.#run.maxStep)) throw this.#failure("bounded");
    this.#h = h;
    this.#hBegun = this.#h;
    let last: StepFailure = "inaccurate";
    let repeated = 0;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const outcome = this.#try();
      if (outcome === "accurate") {
        this.#accept(tries > 0);
        return;
      }
      this.#run.stats.rejected++;
      repeated = outcome === last ? repeated + 1 : 1;
      last = outcome;
      if (repeated > MOST_HALVINGS && outcome !== "inaccurate") break;
      // An error that is not a number says no more than that the step was too long.
      const measured = outcome === "inaccurate" && this.#norm < Number.POSITIVE_INFINITY;
      this.#h *= measured ? this.#control.rejected(this.#norm) : 0.5;
      if (!(this.#h >= smallestStep(this.t))) break;
    }
    throw this.#failure(last);
  }

  at(t: number, out: Vec): void {
    evaluate(this.#dense, (t - this.t) / (this.#hLast || 1), out);
  }

  keep(): (t: number, out: Vec) => void {
    const [u, d1, d2, d3] = this.#dense;
    const kept = [u.slice(), d1.slice(), d2.slice(), d3.slice()] as const;
    const end = this.t;
    const h = this.#hLast || 1;
    return (t, out) => evaluate(kept, (t - end) / h, out);
  }

  save(): MethodState {
    const { t, tPrevious } = this;
    const { previous } = this.#control;
    return savedState({ t, tPrevious, h: this.#hBegun, hLast: this.#hLast, previous }, this.#memory());
  }

  restore(state: MethodState): void {
    const names = ["t", "tPrevious", "h", "hLast", "previous"] as const;
    const { h, hLast, previous, ...times } = restoredState("rosenbrock", state, names, this.#memory());
    ({ t: this.t, tPrevious: this.tPrevious } = times);
    this.#h = h;
    this.#hBegun = h;
    this.#hLast = hLast;
    this.#control.previous = previous;
  }

  #memory(): Record<string, Vec> {
    const [u, d1, d2, d3] = this.#dense;
    return { u, d1, d2, d3, slope: this.#slope };
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
      h = firstStep(problem.rhs, [t0, t1], this.u, slope, { rtol, atol }, ERROR_ORDER, this.#value, this.#valueSlope);
      stats.rhs++;
    }
    this.#h = Math.min(h, maxStep, Math.abs(t1 - t0));
  }

  /** One try at a step of the present length; on success its end is in `#value`, f there in `#valueSlope`. */
  #try(): StepFailure | "accurate" {
    const { t1, stats } = this.#run;
    const left = Math.abs(t1 - this.t);
    // The slack keeps round-off in t from leaving a last step of a few ulp.
    if (this.#h >= left * (1 - 1e-10)) this.#h = left;
    const h = this.#direction * this.#h;
    if (!this.#jacobianCurrent && !this.#linearise(h)) return "nonfinite";
    const { solver, matrix } = this.#jacobian;
    stats.factorisations++;
    if (solver.factor(matrix, 1 / (GAMMA * h), -1) === "singular") return "singular";
    for (let i = 0; i < STAGES; i++) if (!this.#solveStage(i, h)) return "nonfinite";
    this.#norm = this.#measure();
    if (!(this.#norm <= 1)) return "inaccurate";
    return this.#evaluate(this.#h === left ? t1 : this.t + h) ? "accurate" : "nonfinite";
  }

  /** f at (`t`, `#value`); false when it is not finite. */
  #evaluate(t: number): boolean {
    this.#run.problem.rhs(t, this.#value, this.#valueSlope);
    this.#run.stats.rhs++;
    this.#valueTime = t;
    return nonFiniteIndex(this.#valueSlope) < 0;
  }

  /** The Jacobian and df/dt at (t, u); false when one is not finite. */
  #linearise(h: number): boolean {
    const { problem, stats } = this.#run;
    const increment = Math.max(TIME_INCREMENT * this.#h, Math.min(this.#h, 1e-12 * Math.abs(this.t)));
    const later = this.t + (h < 0 ? -increment : increment);
    problem.rhs(later, this.u, this.#valueSlope);
    stats.rhsForJacobian++;
    this.#valueTime = later;
    if (nonFiniteIndex(this.#valueSlope) >= 0) return false;
    const inverse = later === this.t ? 0 : 1 / (later - this.t);
    for (let i = 0; i < this.u.length; i++) this.#timeSlope[i] = (this.#valueSlope[i]! - this.#slope[i]!) * inverse;
    this.#jacobianCurrent = this.#jacobian.refresh(this.t, this.u, this.#slope);
    return this.#jacobianCurrent;
  }

  /** Stage i: (1/(gamma h) I - J) U_i = f + sum_j c_ij/h U_j + gamma_i h df/dt. */
  #solveStage(i: number, h: number): boolean {
    const { nodes, slopes, a, c } = ros34pw2;
    const stage = this.#stages[i]!;
    let f = this.#slope;
    if (i > 0) {
      combine(this.u, a[i]!, this.#stages, i, this.#value);
      f = this.#valueSlope;
      if (!this.#evaluate(this.t + nodes[i]! * h)) return false;
    }
    const factor = slopes[i]! * h;
    for (let k = 0; k < stage.length; k++) stage[k] = f[k]! + factor * this.#timeSlope[k]!;
    for (let j = 0; j < i; j++) {
      const coupling = c[i]![j]! / h;
      const earlier = this.#stages[j]!;
      for (let k = 0; k < stage.length; k++) stage[k]! += coupling * earlier[k]!;
    }
    this.#jacobian.solver.solve(stage);
    return true;
  }

  /** The end of the step into `#value`; its error in units of the tolerance. */
  #measure(): number {
    const { rtol, atol } = this.#run;
    const { m, e } = ros34pw2;
    combine(this.u, m, this.#stages, STAGES, this.#value);
    this.#error.fill(0);
    combine(this.#error, e, this.#stages, STAGES, this.#error);
    toleranceWeights(this.u, this.#value, atol, rtol, this.#weights);
    return weightedRms(this.#error, this.#weights);
  }

  #accept(afterRejection: boolean): void {
    const { dense } = ros34pw2;
    const [u, d1, d2, d3] = this.#dense;
    const [p, q, r] = dense as [readonly number[], readonly number[], readonly number[]];
    const [x, y, z, w] = this.#stages as [Vec, Vec, Vec, Vec];
    for (let i = 0; i < u.length; i++) {
      // u + a theta + b theta^2 + c theta^3 with theta = 1 + s.
      const a = p[0]! * x[i]! + p[1]! * y[i]! + p[2]! * z[i]! + p[3]! * w[i]!;
      const b = q[0]! * x[i]! + q[1]! * y[i]! + q[2]! * z[i]! + q[3]! * w[i]!;
      const c = r[0]! * x[i]! + r[1]! * y[i]! + r[2]! * z[i]! + r[3]! * w[i]!;
      d1[i] = a + 2 * b + 3 * c;
      d2[i] = b + 3 * c;
      d3[i] = c;
    }
    u.set(this.#value);
    this.#slope.set(this.#valueSlope);
    this.tPrevious = this.t;
    this.t = this.#valueTime;
    this.#hLast = this.#direction * this.#h;
    this.#jacobianCurrent = false;
    this.#run.stats.steps++;
    const factor = this.#control.accepted(this.#norm);
    this.#h *= afterRejection ? Math.min(1, factor) : factor;
    this.#hBegun = this.#h;
  }

  #failure(cause: StepFailure): IntegrationError {
    const { steps } = this.#run.stats;
    const bad = nonFiniteIndex(this.#valueSlope) >= 0;
    const stage = bad ? { t: this.#valueTime, slope: this.#valueSlope } : { t: this.t, slope: this.#slope };
    const at = `t = ${this.t}, step ${steps}, size ${this.#h}`;
    return stepError("rosenbrock", cause, { t: this.t, steps, at, stage, newton: stage });
  }
}
