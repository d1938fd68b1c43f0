/** A state: one flat float64 array; its shape lives beside it, never inside it. */
export type Vec = Float64Array;

/**
 * The right-hand side of u' = f(t, u), written into `out`.
 *
 * `out` never aliases `u`, `u` is never written, nothing is returned and nothing is allocated. The same structure as in
 * `@hml/integrators`, repeated here so that this package stands alone.
 */
export type Rhs = (t: number, u: Vec, out: Vec) => void;
