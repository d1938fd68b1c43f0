import { IntegrationError, type TimeStepper, type Vec } from "@hml/integrators";
import { exponential } from "./complex-exponential.ts";
import type { ComplexMatrix } from "./complex-matrix.ts";
import { modeMap } from "./mode-map.ts";
import type { PatchModes } from "./patch-modes.ts";

/** Lengths of time whose exponentials are kept. */
const KEPT = 4;
/** Lengths of time that agree to this many digits are one: t1 - t0 carries the rounding of its ends. */
const DIGITS = 12;

/**
 * The exact flow of a linear patch scheme on a periodic grid, without time steps or tolerances: each macroscale mode goes by
 * the exponential of its own block,
 *
 *   w_k(t1) = exp(B_k (t1 - t0)) w_k(t0),
 *
 * between a Fourier transform over patches and its inverse. States are those of `gapTooth` on the same grid, micro model
 * and coupling. The first advance over a length of time makes the exponentials, later ones over the same length (to 12 digits; the last
 * four lengths are kept) cost two transforms and one small matrix a mode. To heal a lifted state, advance it by some
 * relaxation times of the micro modes before the first snapshot.
 *
 * `advance` throws IntegrationError "nonfinite-state" when the state overflows, as it does backwards in time.
 * Source: Moler and Van Loan, SIAM Review 45 (2003) 3, for exponentials of small matrices.
 */
export function exactFlow(modes: PatchModes): TimeStepper {
  const { grid, leading, apply } = modeMap(modes);
  const kept: { readonly key: number; readonly exponentials: readonly ComplexMatrix[] }[] = [];
  const over = (time: number): readonly ComplexMatrix[] => {
    const key = Number(time.toPrecision(DIGITS));
    const known = kept.find((one) => one.key === key);
    if (known !== undefined) return known.exponentials;
    const exponentials = Array.from(leading, (m) => exponential(modes.block(m), key));
    kept.push({ key, exponentials });
    if (kept.length > KEPT) kept.shift();
    return exponentials;
  };
  return {
    size: grid.size,
    advance(u: Vec, t0: number, t1: number) {
      if (t1 === t0) return;
      apply(over(t1 - t0), u, u);
      let check = 0;
      for (let n = 0; n < u.length; n++) check += u[n]!;
      if (!Number.isFinite(check)) {
        throw new IntegrationError(
          "nonfinite-state",
          t0,
          0,
          `exactFlow: the state overflowed between t = ${t0} and ${t1}`,
        );
      }
    },
  };
}
