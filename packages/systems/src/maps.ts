import type { Vec } from "@hml/integrators";

/** Fine to coarse: what is kept of a fine state; a `Restriction` of `@hml/lift-restrict`. */
export interface Restriction {
  /** Length of the fine state. */
  readonly fineSize: number;
  /** Length of the coarse state. */
  readonly coarseSize: number;
  /** Writes the coarse state of `fine` into `out`. */
  restrict(fine: Vec, out: Vec): void;
}

/** Coarse to fine: a fine state that has the given coarse state; a `Lifting` of `@hml/lift-restrict`. */
export interface Lifting {
  /** Length of the fine state. */
  readonly fineSize: number;
  /** Length of the coarse state. */
  readonly coarseSize: number;
  /** Writes a fine state with the coarse state `coarse` into `out`. */
  lift(coarse: Vec, out: Vec): void;
}
