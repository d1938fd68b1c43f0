import { lastStep } from "../last-step.ts";
import type { Vec } from "../rhs.ts";
import { type Basis, bindRows, type Row } from "./diagonal-scheme.ts";
import { ars222, resolventBasis } from "./imex.ts";
import { checkSemilinear, type SemilinearProblem, type SemilinearScheme } from "./semilinear.ts";

/** v+ from the vectors v_n, v_(n-1), N_n, N_(n-1). */
interface TwoStepTableau {
  readonly basis: Basis;
  readonly row: Row;
}

/**
 * The Crank-Nicolson Adams-Bashforth scheme, order 2, z = L dt; one evaluation a step:
 *
 *   (1 - z/2) v+ = (1 + z/2) v_n + dt (3 N_n - N_(n-1)) / 2.
 *
 * Not damped in stiff modes: a factor near -1 a step, so rough data ring; `sbdf2` damps them. A step that does not
 * continue the last one (another time, dt or state) starts anew by one step of `ars222`. Not a flow of its state alone, so
 * compare runs with the same steps only. Begin with half the dt of `ars222`. Source: Ascher, Ruuth, Wetton, SIAM J. Numer.
 * Anal. 32 (1995) 797, section 2.
 *
 * @throws TypeError or RangeError for a malformed problem
 */
export const cnab2: SemilinearScheme = /* @__PURE__ */ twoStep("cnab2", {
  basis: /* @__PURE__ */ resolventBasis(1 / 2),
  row: [
    [
      [2, 1],
      [-1, 0],
    ],
    [],
    [[3 / 2, 1]],
    [[-1 / 2, 1]],
  ],
});

/**
 * The semi-implicit backward differentiation scheme of order 2, z = L dt; one evaluation a step:
 *
 *   (3 - 2 z) v+ = 4 v_n - v_(n-1) + 2 dt (2 N_n - N_(n-1)).
 *
 * Damps stiff modes strongly; also called extrapolated Gear. A step that does not continue the last one (another time, dt
 * or state) starts anew by one step of `ars222`. Not a flow of its state alone, so compare runs with the same steps only.
 * Begin with half the dt of `ars222`. Source: Ascher, Ruuth, Wetton, SIAM J. Numer. Anal. 32 (1995) 797, section 2.
 *
 * @throws TypeError or RangeError for a malformed problem
 */
export const sbdf2: SemilinearScheme = /* @__PURE__ */ twoStep("sbdf2", {
  basis: /* @__PURE__ */ resolventBasis(2 / 3),
  row: [[[4 / 3, 1]], [[-1 / 3, 1]], [[4 / 3, 1]], [[-2 / 3, 1]]],
});

function twoStep(name: string, { basis, row }: TwoStepTableau): SemilinearScheme {
  return (problem: SemilinearProblem) => {
    const diagonal = checkSemilinear(name, problem);
    const { size, nonlinear } = problem;
    const start = ars222(problem);
    const rows = bindRows(diagonal, basis, [row], 2);
    // v_n, v_(n-1), N_n, N_(n-1).
    const vectors: Vec[] = Array.from({ length: 4 }, () => new Float64Array(size));
    const last = lastStep(size);
    const { given } = last;

    function swap(i: number, j: number): void {
      const kept = vectors[i]!;
      vectors[i] = vectors[j]!;
      vectors[j] = kept;
    }

    return {
      size,
      order: 2,
      step(t, dt, u, out) {
        const continued = last.continuedBy(t, dt, u);
        vectors[0]!.set(u);
        nonlinear(t, u, vectors[2]!);
        if (continued) {
          rows.prepare(dt);
          rows.apply(0, vectors, given);
        } else {
          start.step(t, dt, u, given);
        }
        out.set(given);
        swap(0, 1);
        swap(2, 3);
        last.gave(t, dt);
      },
    };
  };
}
