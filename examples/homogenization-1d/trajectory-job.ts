import { PAPER, paperDynamics } from "./study.ts";
import { type InitialCondition, initialField } from "./initial-conditions.ts";
import type { LiftingOrder, PatchDynamics } from "@hml/patch";

/** One trajectory to be made by patch dynamics. */
export interface TrajectoryJob {
  readonly initial: InitialCondition;
  readonly order: LiftingOrder;
  readonly spacing: number;
  readonly frames: number;
}

/** The macroscale values and their patch slopes, `[frame, node]`. */
export interface Trajectory {
  readonly u: Float64Array;
  readonly rate: Float64Array;
}

let built: { readonly key: string; readonly dynamics: PatchDynamics } | undefined;

/** Forward Euler with the paper's macro step; every step's slope is one burst in every patch. */
export default function trajectory({ initial, order, spacing, frames }: TrajectoryJob): Trajectory {
  const key = `${order} ${spacing}`;
  // A thread makes many trajectories: the patches and their factors are built once.
  if (built?.key !== key) built = { key, dynamics: paperDynamics(order, spacing) };
  const { rhs, nodes, size } = built.dynamics;
  const u = new Float64Array(frames * size);
  const rate = new Float64Array(frames * size);
  const state = nodes.map((x) => initialField(initial, x));
  const slope = new Float64Array(size);
  for (let n = 0; n < frames; n++) {
    rhs(n * PAPER.macroStep, state, slope);
    u.set(state, n * size);
    rate.set(slope, n * size);
    for (let i = 0; i < size; i++) state[i] = state[i]! + PAPER.macroStep * slope[i]!;
  }
  return { u, rate };
}
