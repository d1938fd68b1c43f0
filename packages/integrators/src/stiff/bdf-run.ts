import { integer } from "@hml/guard";
import type { IntegrationError } from "../failure.ts";
import { nonFiniteIndex } from "../finite.ts";
import type { MethodRun, RunStart } from "../method.ts";
import { type MethodState, numbered, restoredState, savedState } from "../method-state.ts";
import type { Vec } from "../rhs.ts";
import { firstStep, roundedPower } from "../step-control.ts";
import {
  type BdfFormulas,
  type DifferenceTable,
  differenceTable,
  HIGHEST_ORDER,
  interpolate,
} from "./difference-table.ts";
import { type JacobianShape, type JacobianSource, jacobianSource } from "./jacobian.ts";
import { type MatrixFree, matrixFreeSource } from "./matrix-free.ts";
import {
  MOST_ITERATIONS,
  type NewtonOutcome,
  newtonTolerance,
  type Stage,
  type StageNewton,
  stageNewton,
} from "./newton.ts";
import { boundedStep, smallestStep } from "../smallest-step.ts";
import { type StepFailure, stepError } from "./step-error.ts";
import { toleranceWeights, weightedRms } from "./weighted-norm.ts";

const SAFETY = 0.9;
const SMALLEST_FACTOR = 0.2;
const LARGEST_FACTOR = 10;
/** Halvings in succession for a cause that smaller steps must cure at once or not at all. */
const MOST_HALVINGS = 10;
/** Tries at one step; at t = 0, where an ulp is no bound, this one ends the run. */
const MOST_TRIES = 100;

/** A run of `bdf`. */
export class BdfRun implements MethodRun {
  readonly u: Vec;
  t: number;
  tPrevious: number;
  readonly #run: RunStart;
  readonly #maxOrder: number;
  readonly #formulas: BdfFormulas;
  readonly #table: DifferenceTable;
  readonly #jacobian: JacobianSource;
  readonly #newton: StageNewton;
  readonly #stage: Stage & { predictor: Vec; slope: Vec; psi: Vec; weights: Vec };
  readonly #direction: number;
  #order = 1;
  /** The step's length, positive; 0 until the first step. */
  #h = 0;
  #equalSteps = 0;
  #error = 0;
  /** No Jacobian yet. */
  #jacobianMissing = true;
  /** The Jacobian was evaluated for the step that is being tried. */
  #jacobianCurrent = false;
  /** The differences, step length and equal steps before the tries of a step were rejected, and the rate Newton carried. */
  readonly #begun: readonly Vec[];
  #hBegun = 0;
  #equalBegun = 0;
  #carriedBegun = Number.POSITIVE_INFINITY;
  /** The step under way has been rejected. */
  #rejected = false;
  /** I - c J is factored for the present c and J. */
  #factored = false;

  constructor(run: RunStart, maxOrder: number, shape: JacobianShape | MatrixFree, formulas: BdfFormulas) {
    const { size } = run.problem;
    this.#run = run;
    this.#maxOrder = maxOrder;
    this.#formulas = formulas;
    const tolerance = newtonTolerance(run.rtol);
    this.#jacobian =
      shape !== "dense" && "krylov" in shape
        ? matrixFreeSource("bdf", run, shape, tolerance)
        : jacobianSource("bdf", run, shape);
    this.#table = differenceTable(size);
    this.#begun = Array.from({ length: HIGHEST_ORDER }, () => new Float64Array(size));
    this.#newton = stageNewton(run.problem.rhs, size, tolerance, run.stats);
    this.#stage = {
      t: run.t0,
      c: 0,
      predictor: new Float64Array(size),
      slope: new Float64Array(size),
      psi: new Float64Array(size),
      weights: new Float64Array(size),
    };
    this.#direction = run.t1 < run.t0 ? -1 : 1;
    this.t = run.t0;
    this.tPrevious = run.t0;
    this.u = this.#table.rows[0]!;
    this.u.set(run.u0);
  }

  step(): void {
    if (this.#h === 0) this.#begin();
    const { maxStep, stats } = this.#run;
    const h = boundedStep(this.#h, maxStep, this.t);
    if (!(h <= maxStep)) throw this.#failure("bounded");
    if (h !== this.#h) this.#rescale(h / this.#h);
    this.#jacobianCurrent = false;
    let last: StepFailure = "inaccurate";
    let repeated = 0;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const outcome = this.#try();
      if (outcome === "converged") {
        this.#accept();
        return;
      }
      stats.rejected++;
      if (!this.#rejected) this.#remember();
      repeated = outcome === last ? repeated + 1 : 1;
      last = outcome;
      if (repeated > MOST_HALVINGS && (outcome === "nonfinite" || outcome === "singular")) break;
      this.#rescale(outcome === "inaccurate" ? Math.max(SMALLEST_FACTOR, this.#factor(this.#error, this.#order)) : 0.5);
      if (!(this.#h >= smallestStep(this.t))) break;
    }
    throw this.#failure(last);
  }

  at(t: number, out: Vec): void {
    interpolate(this.#table.rows, this.#order, this.#h === 0 ? 0 : (t - this.t) / (this.#direction * this.#h), out);
  }

  save(): MethodState {
    const { t, tPrevious } = this;
    const rejected = this.#rejected;
    const [h, equal] = rejected ? [this.#hBegun, this.#equalBegun] : [this.#h, this.#equalSteps];
    // A Jacobian renewed in a step that failed is renewed again.
    const missing = Number(this.#jacobianMissing || this.#jacobianCurrent);
    const newton = { missing, factored: Number(this.#factored && !rejected), carried: this.#carriedBegun };
    const begun = rejected ? numbered("d", [this.u, ...this.#begun.slice(0, this.#order)]) : {};
    return savedState({ t, tPrevious, h, equal, order: this.#order, ...newton }, { ...this.#memory(), ...begun });
  }

  restore(state: MethodState): void {
    const names = ["t", "tPrevious", "h", "equal", "order", "missing", "factored", "carried"] as const;
    const { t, tPrevious, ...numbers } = restoredState("bdf", state, names, this.#memory());
    this.t = t;
    this.tPrevious = tPrevious;
    this.#h = numbers.h;
    this.#equalSteps = numbers.equal;
    this.#order = integer("bdf", "resume.state.numbers.order", numbers.order, 1, this.#maxOrder);
    this.#jacobianMissing = numbers.missing === 1;
    this.#newton.carried = numbers.carried;
    this.#carriedBegun = numbers.carried;
    const c = (this.#direction * this.#h) / this.#formulas.alpha[this.#order]!;
    const { solver, matrix } = this.#jacobian;
    if (!this.#jacobianMissing && numbers.factored === 1) this.#factored = solver.factor(matrix, 1, -c) === "factored";
  }

  #memory(): Record<string, Vec> {
    return { ...numbered("d", this.#table.rows), jacobian: this.#jacobian.matrix };
  }

  #remember(): void {
    this.#rejected = true;
    this.#hBegun = this.#h;
    this.#equalBegun = this.#equalSteps;
    for (let j = 1; j <= this.#order; j++) this.#begun[j - 1]!.set(this.#table.rows[j]!);
  }

  keep(): (t: number, out: Vec) => void {
    const rows = this.#table.rows.slice(0, this.#order + 1).map((row) => row.slice());
    const { t: end } = this;
    const order = this.#order;
    const h = this.#direction * this.#h || 1;
    return (t, out) => interpolate(rows, order, (t - end) / h, out);
  }

  /** First slope and first step. */
  #begin(): void {
    const { problem, t0, t1, rtol, atol, maxStep, stats, f0 } = this.#run;
    const slope = this.#table.rows[1]!;
    if (f0 === undefined) {
      problem.rhs(t0, this.u, slope);
      stats.rhs++;
    } else slope.set(f0);
    if (nonFiniteIndex(slope) >= 0) {
      this.#stage.slope.set(slope);
      throw this.#failure("nonfinite");
    }
    let h = this.#run.firstStep;
    if (h === undefined) {
      const { predictor, psi } = this.#stage;
      h = firstStep(problem.rhs, [t0, t1], this.u, slope, { rtol, atol }, 2, predictor, psi);
      stats.rhs++;
    }
    this.#h = Math.min(h, maxStep, Math.abs(t1 - t0));
    for (let i = 0; i < slope.length; i++) slope[i]! *= this.#direction * this.#h;
  }

  /** One try at a step of the present length and order; on success the correction is in Newton's hands. */
  #try(): StepFailure | "converged" {
    const { problem, t1, rtol, atol, stats } = this.#run;
    const stage = this.#stage;
    const left = Math.abs(t1 - this.t);
    // The slack keeps round-off in t from leaving a last step of a few ulp.
    const lastStep = this.#h >= left * (1 - 1e-10);
    if (lastStep && this.#h !== left) this.#rescale(left / this.#h);
    stage.t = lastStep ? t1 : this.t + this.#direction * this.#h;
    const alpha = this.#formulas.alpha[this.#order]!;
    stage.c = (this.#direction * this.#h) / alpha;
    const { predictor, slope, psi, weights } = stage;
    this.#table.predict(this.#order, alpha, predictor, psi);
    toleranceWeights(this.u, predictor, atol, rtol, weights);
    problem.rhs(stage.t, predictor, slope);
    stats.rhs++;
    let outcome: NewtonOutcome = "diverged";
    for (let pass = 0; pass < 2 && outcome === "diverged"; pass++) {
      if (this.#jacobianMissing || pass === 1) {
        if (this.#jacobianCurrent) break;
        // Elsewhere a slope that is not finite shows in Newton's first norm; differences would only spread it.
        if (nonFiniteIndex(slope) >= 0) return "nonfinite";
        // A right-hand side that throws leaves half a Jacobian.
        this.#jacobianMissing = true;
        this.#jacobianMissing = !this.#jacobian.refresh(stage.t, predictor, slope);
        if (this.#jacobianMissing) return "nonfinite";
        this.#jacobianCurrent = true;
        this.#factored = false;
        this.#newton.reset();
      }
      if (!this.#factored) {
        // What costs nothing is renewed with every factorisation.
        if (this.#jacobian.linearise) this.#jacobian.refresh(stage.t, predictor, slope);
        stats.factorisations++;
        if (this.#jacobian.solver.factor(this.#jacobian.matrix, 1, -stage.c) === "singular") return "singular";
        this.#factored = true;
      }
      this.#jacobian.linearise?.(stage);
      outcome = this.#newton.solve(stage, this.#jacobian.solver);
    }
    if (outcome !== "converged") return outcome;
    this.#error = this.#formulas.errorConstant[this.#order]! * weightedRms(this.#newton.correction, weights);
    return this.#error <= 1 ? "converged" : "inaccurate";
  }

  #accept(): void {
    this.#table.advance(this.#order, this.#newton.correction);
    this.tPrevious = this.t;
    this.t = this.#stage.t;
    this.#run.stats.steps++;
    this.#equalSteps++;
    if (this.#equalSteps > this.#order) this.#chooseOrder();
    this.#rejected = false;
    this.#jacobianCurrent = false;
    this.#carriedBegun = this.#newton.carried;
  }

  /** Takes the order, one lower, the same or one higher, that allows the longest step. */
  #chooseOrder(): void {
    const { rows } = this.#table;
    const { weights } = this.#stage;
    const { errorConstant } = this.#formulas;
    const q = this.#order;
    let factor = this.#factor(this.#error, q);
    let order = q;
    if (q > 1) {
      const lower = this.#factor(errorConstant[q - 1]! * weightedRms(rows[q]!, weights), q - 1);
      if (lower >= factor) {
        factor = lower;
        order = q - 1;
      }
    }
    if (q < this.#maxOrder) {
      const higher = this.#factor(errorConstant[q + 1]! * weightedRms(rows[q + 2]!, weights), q + 1);
      if (higher > factor) {
        factor = higher;
        order = q + 1;
      }
    }
    if (order !== q) this.#factored = false;
    this.#order = order;
    this.#rescale(Math.min(LARGEST_FACTOR, factor));
  }

  /** The factor by which the step may change for an error of the given order. */
  #factor(error: number, order: number): number {
    if (error === 0) return Number.POSITIVE_INFINITY;
    const iterations = 2 * MOST_ITERATIONS;
    const safety = (SAFETY * (iterations + 1)) / (iterations + Math.max(2, this.#newton.iterations));
    return safety * roundedPower(error, -1 / (order + 1));
  }

  #rescale(factor: number): void {
    this.#table.rescale(this.#order, factor);
    this.#h *= factor;
    this.#equalSteps = 0;
    this.#factored = false;
  }

  #failure(cause: StepFailure): IntegrationError {
    const { steps } = this.#run.stats;
    const at = `t = ${this.t}, step ${steps}, size ${this.#h}, order ${this.#order}`;
    return stepError("bdf", cause, { t: this.t, steps, at, stage: this.#stage, newton: this.#newton });
  }
}
