import { callable, float64, integer } from "@hml/guard";
import type { TimeStepper, Vec } from "@hml/integrators";

/** One buffered patch of patch dynamics: where its fine points lie. */
export interface BurstPatch {
  /** Number of the patch, from 0. */
  readonly index: number;
  /** Position of the macroscale node in its middle. */
  readonly centre: number;
  /** Position of the first fine point. */
  readonly from: number;
  /** Distance between fine points. */
  readonly spacing: number;
  /** Number of fine points, both outermost ones included. */
  readonly points: number;
}

/**
 * The fine model of all patches: given them once, it returns one flow of the state `[patch, point]`. The outermost points
 * of each patch are the model's own business; for patch dynamics they should stay at the values they are given.
 */
export type BurstModel = (patches: readonly BurstPatch[]) => TimeStepper;

/**
 * Makes a burst model from a flow for each patch. `make` may return the same flow for several patches, as it is used by
 * one patch at a time.
 *
 * @throws RangeError when a flow's size is not the number of points of its patch.
 */
export function perPatch(make: (patch: BurstPatch) => TimeStepper): BurstModel {
  callable("perPatch", "make", make);
  return (patches) => {
    const flows = patches.map((patch) => {
      const flow = make(patch);
      integer("perPatch", `the size of patch ${patch.index}'s flow`, flow.size, patch.points, patch.points);
      return flow;
    });
    const size = patches.reduce((sum, patch) => sum + patch.points, 0);
    let owner: Vec | undefined;
    let views: Vec[] = [];
    return {
      size,
      advance(u, t0, t1) {
        if (u !== owner) {
          float64("perPatch", "u", u, size);
          let from = 0;
          views = patches.map((patch) => u.subarray(from, (from += patch.points)));
          owner = u;
        }
        for (let p = 0; p < flows.length; p++) flows[p]!.advance(views[p]!, t0, t1);
      },
    };
  };
}
