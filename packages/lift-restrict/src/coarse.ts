import { checkOptions, nonNegative } from "@hml/guard";
import type { TimeStepper } from "@hml/integrators";
import type { Lifting, Restriction } from "./maps.ts";

/**
 * A coarse time-stepper from a fine one: lift, heal, run, restrict.
 *
 * Without healing, U(t1) = R phi(t0 -> t1) L U(t0). With `heal` > 0 the lifted state first runs over [t0 - heal, t0], so
 * that what the lifting got wrong dies out, and the increment of the restriction over [t0, t1] is added to U. The error
 * that healing leaves grows with `heal` times the coarse rate of change; take a few relaxation times of the fast modes.
 *
 * Owns a fine state: not re-entrant, one per worker.
 *
 * @throws RangeError when the sizes of the three parts do not fit, or `heal` is negative.
 * Source: Kevrekidis et al., Commun. Math. Sci. 1 (2003) 715, the coarse time-stepper; Gear, Kaper, Kevrekidis, Zagaris,
 * SIAM J. Appl. Dyn. Syst. 4 (2005) 711, on healing.
 */
export function coarse(
  fine: TimeStepper,
  maps: { readonly restriction: Restriction; readonly lifting: Lifting; readonly heal?: number },
): TimeStepper {
  checkOptions("coarse", maps, ["restriction", "lifting", "heal"], "maps");
  const { restriction, lifting } = maps;
  const heal = nonNegative("coarse", "heal", maps.heal ?? 0);
  const size = restriction.coarseSize;
  if (lifting.coarseSize !== size) {
    throw new RangeError(
      `coarse: restriction.coarseSize must equal lifting.coarseSize, got ${size} and ${lifting.coarseSize}`,
    );
  }
  for (const [name, got] of [
    ["restriction.fineSize", restriction.fineSize],
    ["lifting.fineSize", lifting.fineSize],
  ] as const) {
    if (got !== fine.size) throw new RangeError(`coarse: ${name} must equal fine.size = ${fine.size}, got ${got}`);
  }
  const state = new Float64Array(fine.size);
  const before = new Float64Array(size);
  const after = new Float64Array(size);
  return {
    size,
    advance(u, t0, t1) {
      lifting.lift(u, state);
      if (heal === 0) {
        fine.advance(state, t0, t1);
        restriction.restrict(state, u);
        return;
      }
      fine.advance(state, t0 - heal, t0);
      restriction.restrict(state, before);
      fine.advance(state, t0, t1);
      restriction.restrict(state, after);
      for (let i = 0; i < size; i++) u[i] = u[i]! + (after[i]! - before[i]!);
    },
  };
}
