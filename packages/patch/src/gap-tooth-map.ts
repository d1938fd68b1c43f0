import { callable, checkOptions, positive } from "@hml/guard";
import { type TimeStepper, timeStepper, type Vec } from "@hml/integrators";
import type { Coupling } from "./edge-weights.ts";
import { type GapToothOptions, patchSystem, type PatchSystem } from "./gap-tooth.ts";
import type { PatchGrid } from "./patch-grid.ts";
import { blocksOf, gather } from "./patch-layout.ts";
import type { Dim, PatchView } from "./patch-view.ts";

/**
 * A black-box micro model on one patch: writes the state at t + dt at the interior points of `out`, from values `u` at t whose
 * edges are filled and hold over the step. `u` and `out` have the layout of the view; `u` must not be written.
 */
export type PatchStep<D extends Dim = Dim> = (t: number, dt: number, u: Vec, out: Vec, patch: PatchView<D>) => void;

/** Choices of `gapToothMap`. */
export interface GapToothMapOptions<D extends Dim> extends Omit<GapToothOptions<D>, "check"> {
  /** Longest step of the micro model; an advance is cut into the fewest equal steps no longer than this. */
  readonly dt: number;
}

/** The gap-tooth scheme as a flow map. */
export interface GapToothMap<D extends Dim = Dim> extends PatchSystem<D>, TimeStepper {
  /** Longest step of the micro model. */
  readonly dt: number;
}

/**
 * The gap-tooth scheme of a micro model that is given as a step, `step(t, dt, u, out, patch)`, not as a slope: a lattice
 * Boltzmann method, a simulator of somebody else's. Edges are filled once per step and stay as they are during it, which is
 * an error of first order in dt: keep dt well below the time that the micro model needs to carry a value across
 * the patch.
 *
 * @throws TypeError or RangeError as `gapTooth`, and for a dt that is not positive.
 * Source: Kevrekidis et al., Comm. Math. Sci. 1 (2003) 715; Roberts and Kevrekidis, SIAM J. Sci. Comput. 29 (2007) 1495.
 */
export function gapToothMap<D extends Dim>(
  grid: PatchGrid<D>,
  step: PatchStep<NoInfer<D>>,
  coupling: Coupling,
  options: GapToothMapOptions<NoInfer<D>>,
): GapToothMap<D> {
  callable("gapToothMap", "step", step);
  checkOptions("gapToothMap", options, ["boundary", "restriction", "lifting", "products", "dt"]);
  const { dt, ...choices } = options;
  positive("gapToothMap", "dt", dt);
  const { system, fields } = patchSystem("gapToothMap", grid, coupling, choices);
  const { layout, blocks } = fields;
  const next = new Float64Array(layout.size);
  const nextBlocks = blocksOf(layout, next);
  const { patches } = layout;
  const flow = timeStepper(
    {
      size: grid.size,
      order: 1,
      step(t, h, u, out) {
        fields.fill(t, u);
        for (let p = 0; p < patches.length; p++) step(t, h, blocks[p]!, nextBlocks[p]!, patches[p]!);
        gather(layout, next, out);
      },
    },
    dt,
  );
  return Object.freeze({ ...system, dt, advance: (u: Vec, t0: number, t1: number) => flow.advance(u, t0, t1) });
}
