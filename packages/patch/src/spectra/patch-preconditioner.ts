import { callable } from "@hml/guard";
import type { Preconditioner } from "@hml/integrators";
import type { Coupling } from "../edge-weights.ts";
import { type PatchGrid, product } from "../patch-grid.ts";
import type { Dim, PatchRhs } from "../patch-view.ts";
import { type ModeSolver, modeSolver } from "./mode-solver.ts";
import { patchModes } from "./patch-modes.ts";

/**
 * A preconditioner for implicit steps of a nonlinear patch scheme: I - c J with the Jacobian J of the state that has the
 * mean patch of u everywhere, solved mode by mode. Hand it to `bdf`:
 *
 *   bdf({ jacobian: { krylov: "gmres", preconditioner: patchPreconditioner(grid, micro, coupling) } })
 *
 * At a new state the model runs on one patch twice for each of its points; for every c each macroscale mode's block is
 * inverted; a solve is two Fourier transforms over patches. What it leaves to the iteration is how much J
 * varies from patch to patch: a few products a step where the state's effect on the model varies by tens of per cent. A
 * linear model is solved exactly: take `modeSolver(modes).preconditioner` then, which is set up from its modes once.
 *
 * @throws RangeError / TypeError as `patchModes` does, when it is first set up: for walls, or a model that differs between
 * patches.
 * Source: Chan, SIAM J. Sci. Stat. Comput. 9 (1988) 766, for circulant preconditioners.
 */
export function patchPreconditioner<D extends Dim>(
  grid: PatchGrid<D>,
  micro: PatchRhs<NoInfer<D>>,
  coupling: Coupling,
): Preconditioner {
  callable("patchPreconditioner", "micro", micro);
  const inner = product(grid.interior);
  const patches = product(grid.patches);
  const about = new Float64Array(grid.size / patches);
  let setUpAt = Number.NaN;
  let solver: ModeSolver | undefined;
  return (t, u, c) => {
    // A change of c alone, which is the most frequent call, keeps the modes.
    let same = solver !== undefined && t === setUpAt;
    for (let n = 0; n < about.length; n++) {
      const start = Math.floor(n / inner) * patches * inner + (n % inner);
      let sum = 0;
      for (let p = 0; p < patches; p++) sum += u[start + p * inner]!;
      same &&= about[n] === sum / patches;
      about[n] = sum / patches;
    }
    if (!same) {
      solver = modeSolver(patchModes(grid, micro, coupling, { about, t }));
      setUpAt = t;
    }
    return solver!.preconditioner(t, u, c);
  };
}
