import type { Vec } from "../rhs.ts";
import { complexBandedLu } from "./complex-lu-banded.ts";
import { complexCyclicLu } from "./complex-lu-cyclic.ts";
import { complexDenseLu } from "./complex-lu-dense.ts";
import { complexTridiagonalLu } from "./complex-lu-tridiagonal.ts";
import type { JacobianBand } from "./jacobian.ts";
import type { Factorisation } from "./linear-solver.ts";

/**
 * A direct solver of (s I - A) x = b for a real matrix A and a complex shift s. Complex vectors are two real ones.
 *
 * It owns the factors, made once: not re-entrant, one per worker.
 */
export interface ComplexSolver {
  /** Number of unknowns. */
  readonly size: number;
  /** Factors (`re` + i `im`) I - A. `matrix` holds A and is not written; nothing is allocated. */
  factor(matrix: Vec, re: number, im: number): Factorisation;
  /** Replaces the first `size` numbers of b = `re` + i `im` by the solution. Only after a `factor` that gave `"factored"`. */
  solve(re: Vec, im: Vec): void;
}

/** The complex solver for matrices in the layout of a Jacobian with this band, dense when there is none. */
export function complexLu(size: number, band: JacobianBand | undefined): ComplexSolver {
  if (band === undefined) return complexDenseLu(size);
  if (band.periodic) return complexCyclicLu(size, band.lower, band.upper);
  if (band.lower === 1 && band.upper === 1) return complexTridiagonalLu(size);
  return complexBandedLu(size, band.lower, band.upper);
}
