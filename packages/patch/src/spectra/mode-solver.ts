import { finite } from "@hml/guard";
import type { Preconditioner, Vec } from "@hml/integrators";
import { inverse } from "./complex-inverse.ts";
import type { ComplexMatrix } from "./complex-matrix.ts";
import { modeMap } from "./mode-map.ts";
import type { PatchModes } from "./patch-modes.ts";

/** Solves (shift I + scale J) x = b for the block-circulant Jacobian J of a patch scheme. Owns scratch: not re-entrant. */
export interface ModeSolver {
  /** Number of unknowns. */
  readonly size: number;
  /** Inverts the blocks of shift I + scale J; false when one is singular. */
  factor(shift: number, scale: number): boolean;
  /** Writes x into `out`, which may be `b`. Call `factor` first. */
  solve(b: Vec, out: Vec): void;
  /**
   * The same for `bdf({ jacobian: { krylov: "gmres", preconditioner } })`: solves with I - c J, J the modes' own at every time
   * and state.
   *
   * @throws RangeError when a block is singular.
   */
  readonly preconditioner: Preconditioner;
}

/**
 * A direct solver for implicit steps of linear patch schemes, and a preconditioner for nonlinear ones that are near a state
 * which repeats from patch to patch (`patchModes` with `about`): each macroscale mode has a small matrix of its own, so a
 * solve costs two Fourier transforms over patches, whatever the coupling fills in.
 */
export function modeSolver(modes: PatchModes): ModeSolver {
  const where = "modeSolver";
  const { grid, leading, apply } = modeMap(modes);
  let inverses: readonly ComplexMatrix[] = [];
  const solver: ModeSolver = {
    size: grid.size,
    factor(shift, scale) {
      finite(where, "shift", shift);
      finite(where, "scale", scale);
      const made: ComplexMatrix[] = [];
      for (const mode of leading) {
        const { size, re, im } = modes.block(mode);
        for (let n = 0; n < size * size; n++) {
          re[n] = scale * re[n]! + (n % (size + 1) === 0 ? shift : 0);
          im[n] = scale * im[n]!;
        }
        const one = inverse({ size, re, im });
        if (one === undefined) return false;
        made.push(one);
      }
      inverses = made;
      return true;
    },
    solve(b, out) {
      if (inverses.length === 0) throw new TypeError(`${where}: factor must be called before solve`);
      apply(inverses, b, out);
    },
    preconditioner(_t, _u, c) {
      if (!solver.factor(1, -c)) throw new RangeError(`${where}: I - c J must be regular, got c = ${c}`);
      return solver;
    },
  };
  return solver;
}
