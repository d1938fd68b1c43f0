import type { Vec } from "../rhs.ts";

/** Entries of the largest matrix kept, 1 GB of them. */
export const LARGEST_MATRIX = 134_217_728;

/** How a factorisation ended: `"singular"` when a pivot is zero or not finite. */
export type Factorisation = "factored" | "singular";

/**
 * A direct solver of (shift I + scale A) x = b for matrices of one size and layout, which the factory documents.
 *
 * It owns the factors and its scratch, made once: not re-entrant, one per worker.
 */
export interface LinearSolver {
  /** Number of unknowns. */
  readonly size: number;
  /** Factors `shift` I + `scale` A. `matrix` holds A and is not written; nothing is allocated. */
  factor(matrix: Vec, shift: number, scale: number): Factorisation;
  /** Replaces the first `size` numbers of `b` by the solution. Only after a `factor` that gave `"factored"`. */
  solve(b: Vec): void;
}
