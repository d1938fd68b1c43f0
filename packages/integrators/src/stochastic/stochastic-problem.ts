import { callable, finite, finiteVector, show } from "@hml/guard";
import type { Rhs, Vec } from "../rhs.ts";
import { checkSize } from "../state-size.ts";
import { perComponent } from "./per-component.ts";

/**
 * A drift or a diffusion: a function that fills `out`, one value per component; or constants, one number for all
 * components or an array that repeats along the state, so that `[component]` serves every member of
 * `[member, component]`.
 */
export type Coefficient = Rhs | number | ArrayLike<number>;

/**
 * The stochastic differential equation dX_i = a_i(t, X) dt + b_i(t, X) dW_i with one independent Brownian motion per
 * component. Constants for b are additive noise.
 *
 * The unknowns are flat: an ensemble is `[member, component]` in one problem, whose functions loop over the members.
 */
export interface StochasticProblem {
  /** Number of unknowns, members included. */
  readonly size: number;
  /** The drift a. */
  readonly drift: Coefficient;
  /** The diffusion b, the square root of twice the diffusivity, in units of X per square root of time. */
  readonly diffusion: Coefficient;
  /**
   * db_i/dX_i at (t, X), written into `out`; used by `milstein` alone, which takes a difference when it is absent. It is
   * not read when the diffusion is constant.
   */
  readonly diffusionDerivative?: Rhs;
}

/** A coefficient as the schemes use it: `values` to read, after a call of `evaluate` where there is one. */
export interface BoundCoefficient {
  /** The last values, `[size]`. */
  readonly values: Vec;
  /** Fills its last argument; undefined for constants. */
  readonly evaluate: Rhs | undefined;
}

/** A problem with its arguments checked and its constants expanded. */
export interface BoundProblem {
  readonly size: number;
  readonly drift: BoundCoefficient;
  readonly diffusion: BoundCoefficient;
  readonly diffusionDerivative: Rhs | undefined;
}

/** Refuses what is no stochastic problem. */
export function bindProblem(where: string, problem: StochasticProblem): BoundProblem {
  if (problem === null || typeof problem !== "object") {
    throw new TypeError(`${where}: problem must be an object { size, drift, diffusion }, got ${show(problem)}`);
  }
  const size = checkSize(where, "problem.size", problem.size);
  const { diffusionDerivative } = problem;
  if (diffusionDerivative !== undefined) callable(where, "problem.diffusionDerivative", diffusionDerivative);
  return {
    size,
    drift: bindCoefficient(where, "problem.drift", problem.drift, size),
    diffusion: bindCoefficient(where, "problem.diffusion", problem.diffusion, size),
    diffusionDerivative,
  };
}

function bindCoefficient(where: string, name: string, coefficient: Coefficient, size: number): BoundCoefficient {
  if (typeof coefficient === "function") return { values: unset(size), evaluate: coefficient };
  if (coefficient === null || (typeof coefficient !== "number" && typeof coefficient !== "object")) {
    throw new TypeError(`${where}: ${name} must be a function, a number or numbers, got ${show(coefficient)}`);
  }
  if (typeof coefficient === "number") finite(where, name, coefficient);
  else finiteVector(where, name, coefficient);
  return { values: perComponent(where, name, coefficient, size), evaluate: undefined };
}

/** Scratch that a user's function fills: a component it leaves out makes the state NaN, which ends the run. */
export function unset(size: number): Vec {
  return new Float64Array(size).fill(Number.NaN);
}
