import { checkOptions, finite } from "@hml/guard";
import type { Method } from "../method.ts";
import type { Vec } from "../rhs.ts";
import { piControl, type StepControlOptions } from "../step-control.ts";
import { startEmbeddedRun } from "./embedded-run.ts";
import type { ButcherTableau } from "./tableau.ts";

/**
 * An explicit Runge-Kutta scheme of s stages, the last at t + h, with an error estimate and dense output. Slopes are
 * k[0] ... k[s - 1] of the stages, k[s] = f(t + h, u+), which is the first slope of the next step, then those of the extra
 * stages.
 */
export interface EmbeddedPair {
  /** The method's name, for messages. */
  readonly name: string;
  /** The scheme that is advanced. */
  readonly tableau: ButcherTableau;
  /** The largest |dt lambda| at which a step is stable, for real lambda < 0. */
  readonly stabilityBound: number;
  /** Order of the step in which the error estimate vanishes. */
  readonly errorOrder: number;
  /** Weight of the error of the step before in step control; see `piControl`. */
  readonly beta?: number;
  /** Slopes that the error estimate does not see: a NaN in them must be looked for. */
  readonly unseen: readonly number[];
  /** Stages evaluated for dense output alone: weights of the slopes before them, and times. */
  readonly extra?: Pick<ButcherTableau, "a" | "c">;
  /** The error estimate over the slopes of a run, in units of the tolerance. */
  error(k: readonly Vec[], rtol: number, atol: Vec): ErrorEstimate;
  /** The coefficients of dense output over the slopes of a run. */
  dense(k: readonly Vec[]): DenseCoefficients;
  /** The state at `theta` in [0, 1] of a step of `dt` from `from`. */
  interpolate(from: Vec, coefficients: readonly Vec[], dt: number, theta: number, out: Vec): void;
}

/** Root mean square over components of the error of a step of `dt` from `from` to `to`, in units of the tolerance. */
export type ErrorEstimate = (dt: number, from: Vec, to: Vec) => number;

/** Vectors from which a step is interpolated. */
export interface DenseCoefficients {
  /** The vectors, overwritten by every `fill`. */
  readonly vectors: readonly Vec[];
  /** Fills them from the slopes of a step of `dt` from `from` to `to`. */
  fill(dt: number, from: Vec, to: Vec): void;
}

/** The adaptive method of a pair, its options checked. */
export function embeddedMethod(pair: EmbeddedPair, options: StepControlOptions): Method {
  const { name, errorOrder } = pair;
  checkOptions(name, options, ["safety", "minFactor", "maxFactor"]);
  const { safety = 0.9, minFactor = 0.2, maxFactor = 10 } = options;
  within(name, "safety", safety, safety > 0 && safety <= 1, "(0, 1]");
  within(name, "minFactor", minFactor, minFactor > 0 && minFactor < 1, "(0, 1)");
  within(name, "maxFactor", maxFactor, maxFactor >= 1, "[1, Infinity)");
  return {
    name,
    stabilityBound: pair.stabilityBound,
    start: (run) => startEmbeddedRun(pair, run, piControl(errorOrder, { safety, minFactor, maxFactor }, pair.beta)),
  };
}

function within(where: string, name: string, value: number, holds: boolean, range: string): void {
  finite(where, name, value);
  if (!holds) throw new RangeError(`${where}: ${name} must lie in ${range}, got ${value}`);
}
