import { callable, float64, integer } from "@hml/guard";
import type { Vec } from "@hml/integrators";
import type { BurstPatch } from "./burst-patch.ts";

/** A fine flow whose ends are held to given slopes: a `TimeStepper` that is told them at each call. */
export interface ToothFlow {
  /** Number of unknowns. */
  readonly size: number;
  /**
   * Carries u from t0 to t1, in place, with du/dx held at the ends: `slopes[2 p]` at the lower and `slopes[2 p + 1]` at the
   * upper end of tooth p, along increasing x at both.
   */
  advance(u: Vec, t0: number, t1: number, slopes: Vec): void;
}

/**
 * The fine model of all teeth: given them once, it returns one flow of the state `[tooth, cell]`. Values belong to cells of
 * width `spacing`, whose centres are the points of the `BurstPatch`; so a tooth ends half a spacing beyond its
 * outermost points.
 */
export type ToothModel = (teeth: readonly BurstPatch[]) => ToothFlow;

/**
 * Makes a tooth model from a flow for each tooth, which gets its own two slopes. `make` may return the same flow for
 * several teeth, as it is used by one at a time.
 *
 * @throws RangeError when a flow's size is not the number of cells of its tooth.
 */
export function perTooth(make: (tooth: BurstPatch) => ToothFlow): ToothModel {
  callable("perTooth", "make", make);
  return (teeth) => {
    const flows = teeth.map((tooth) => {
      const flow = make(tooth);
      integer("perTooth", `the size of tooth ${tooth.index}'s flow`, flow.size, tooth.points, tooth.points);
      return flow;
    });
    const size = teeth.reduce((sum, tooth) => sum + tooth.points, 0);
    const ends = new Float64Array(2);
    let owner: Vec | undefined;
    let views: Vec[] = [];
    return {
      size,
      advance(u, t0, t1, slopes) {
        if (u !== owner) {
          float64("perTooth", "u", u, size);
          let from = 0;
          views = teeth.map((tooth) => u.subarray(from, (from += tooth.points)));
          owner = u;
        }
        for (let p = 0; p < flows.length; p++) {
          ends[0] = slopes[2 * p]!;
          ends[1] = slopes[2 * p + 1]!;
          flows[p]!.advance(views[p]!, t0, t1, ends);
        }
      },
    };
  };
}
