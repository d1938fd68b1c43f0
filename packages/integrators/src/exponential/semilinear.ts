import { callable, copyFinite, integer, oneOf, show } from "@hml/guard";
import type { Rhs, Vec } from "../rhs.ts";
import { checkSize } from "../state-size.ts";
import type { Stepper } from "../stepper.ts";

/**
 * u' = L u + N(t, u) with a diagonal L that may be as stiff as it likes and an N that is not: a spectral method for a
 * semilinear partial differential equation, in Fourier coefficients, or any system in the eigenvectors of its linear part.
 */
export interface SemilinearProblem {
  /** Length of the state. */
  readonly size: number;
  /** How state and `linear` are read: `size` real numbers, or `size` / 2 complex ones, interleaved re, im. */
  readonly scalars: "real" | "complex";
  /** The diagonal of L, `size` finite numbers laid out as the state is. */
  readonly linear: ArrayLike<number>;
  /** N(t, u), written into `out`. */
  readonly nonlinear: Rhs;
}

/** An exponential or IMEX scheme: binds a semilinear problem and gives a stepper. */
export type SemilinearScheme = (problem: SemilinearProblem) => Stepper;

/** The diagonal of L, mode by mode, with the number of state components each mode has. */
export interface Diagonal {
  readonly re: Vec;
  readonly im: Vec;
  /** 1 for real scalars, 2 for complex ones. */
  readonly width: 1 | 2;
  /** Every mode has imaginary part 0, so that L acts on each component of the state alone. */
  readonly isReal: boolean;
}

/** Refuses what is no semilinear problem and copies its diagonal. */
export function checkSemilinear(where: string, problem: SemilinearProblem): Diagonal {
  if (problem === null || typeof problem !== "object") {
    throw new TypeError(`${where}: problem must be { size, scalars, linear, nonlinear }, got ${show(problem)}`);
  }
  const size = checkSize(where, "problem.size", problem.size);
  callable(where, "problem.nonlinear", problem.nonlinear);
  const scalars = oneOf(where, "problem.scalars", problem.scalars, ["real", "complex"]);
  const linear = copyFinite(where, "problem.linear", problem.linear, size);
  if (scalars === "real") return { re: linear, im: new Float64Array(size), width: 1, isReal: true };
  const modes = integer(where, "problem.size / 2 (complex scalars)", size / 2, 1);
  const re = Float64Array.from({ length: modes }, (_, k) => linear[2 * k]!);
  const im = Float64Array.from({ length: modes }, (_, k) => linear[2 * k + 1]!);
  return { re, im, width: 2, isReal: im.every((value) => value === 0) };
}
