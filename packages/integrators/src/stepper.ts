import type { Rhs, Vec } from "./rhs.ts";

/**
 * One step of a scheme bound to a problem. It owns its work arrays, made once, so it is not re-entrant: one per worker.
 */
export interface Stepper {
  /** Length of the state. */
  readonly size: number;
  /** Classical order of convergence in `dt`. */
  readonly order: number;
  /** Writes the state at `t + dt` into `out`, which may be `u`. */
  step(t: number, dt: number, u: Vec, out: Vec): void;
}

/** A scheme: binds a right-hand side of `size` unknowns and gives a stepper. */
export type Scheme<S extends Stepper = Stepper> = (f: Rhs, size: number) => S;
