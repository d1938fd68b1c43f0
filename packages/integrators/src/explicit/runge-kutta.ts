import { callable } from "@hml/guard";
import type { Rhs, Vec } from "../rhs.ts";
import { checkSize } from "../state-size.ts";
import type { Scheme } from "../stepper.ts";
import { addCombination, combination } from "./combination.ts";
import { type ButcherTableau, checkTableau } from "./tableau.ts";

/**
 * The fixed-step scheme of an explicit Runge-Kutta tableau; `rungeKutta(dopri5Tableau)` is Dormand-Prince without step
 * control.
 *
 *   u+ = u + h sum_(i=1..s) b_i k_i,   k_i = f(t + c_i h, u + h sum_(j<i) a_ij k_j).
 *
 * A stepper of s stages owns s + 1 arrays of `size` numbers and calls the right-hand side s times a step.
 *
 * Source: Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I (1993), section II.1.
 *
 * @throws TypeError or RangeError for a tableau that is not explicit, consistent and of its stated order as far as
 * quadrature shows, and, when bound, for an `f` that is no function or a `size` that is no positive integer
 */
export function rungeKutta(tableau: ButcherTableau): Scheme {
  checkTableau("rungeKutta", tableau);
  const { order } = tableau;
  const stages = tableau.b.length;
  const c = Array.from(tableau.c);
  return (f: Rhs, size: number) => {
    callable("rungeKutta", "f", f);
    checkSize("rungeKutta", "size", size);
    const k = Array.from({ length: stages }, (): Vec => new Float64Array(size));
    const rows = tableau.a.map((row) => combination(row, k));
    const weights = combination(tableau.b, k);
    const y = new Float64Array(size);
    return {
      size,
      order,
      step(t, dt, u, out) {
        f(t, u, k[0]!);
        for (let i = 1; i < stages; i++) {
          addCombination(u, dt, rows[i]!, y);
          f(t + c[i]! * dt, y, k[i]!);
        }
        addCombination(u, dt, weights, out);
      },
    };
  };
}
