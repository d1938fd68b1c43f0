import { finiteVector, integer, lengthOf } from "@hml/guard";

/**
 * The coefficients of an explicit Runge-Kutta scheme of s stages: k_i = f(t + c_i h, u + h sum_(l<i) a_il k_l),
 * u+ = u + h sum_i b_i k_i.
 */
export interface ButcherTableau {
  /** Classical order of convergence. */
  readonly order: number;
  /** Row i holds a_i0 ... a_i(i-1), so the first row is empty. */
  readonly a: readonly (readonly number[])[];
  /** Weights of the s stages; their sum is 1. */
  readonly b: readonly number[];
  /** Times of the stages within the step; c_i is the sum of row i of `a`. */
  readonly c: readonly number[];
}

/**
 * Refuses a tableau whose shape is wrong, whose rows do not sum to `c`, or whose weights fail sum b_i c_i^(q-1) = 1/q for
 * a q up to its order: a misprinted coefficient is found before it costs an order of accuracy.
 */
export function checkTableau(where: string, { order, a, b, c }: ButcherTableau): void {
  integer(where, "order of the tableau", order, 1);
  const stages = lengthOf(where, "b of the tableau", b);
  integer(where, "stages of the tableau", stages, 1);
  finiteVector(where, "b of the tableau", b);
  finiteVector(where, "c of the tableau", c, stages);
  lengthOf(where, "a of the tableau", a, stages);
  for (let i = 0; i < stages; i++) {
    const row = a[i]!;
    finiteVector(where, `a[${i}] of the tableau`, row, i);
    let sum = 0;
    for (const entry of row) sum += entry;
    // Coefficients as doubles carry 1e-16 each; 1e-12 is far below any misprint.
    if (!(Math.abs(sum - c[i]!) < 1e-12)) {
      throw new RangeError(`${where}: row ${i} of a must sum to c[${i}] = ${c[i]}, got ${sum}`);
    }
  }
  const powers = b.map(() => 1);
  for (let q = 1; q <= order; q++) {
    let sum = 0;
    for (let i = 0; i < stages; i++) {
      sum += b[i]! * powers[i]!;
      powers[i]! *= c[i]!;
    }
    if (!(Math.abs(sum - 1 / q) < 1e-12)) {
      throw new RangeError(`${where}: sum of b_i c_i^${q - 1} must be 1/${q} at order ${order}, got ${sum}`);
    }
  }
}
