import { type LiftingOrder, type PatchDynamics, patchDynamics } from "@hml/patch";
import { type HeterogeneousDiffusion, heterogeneousDiffusion } from "@hml/systems";

/** The paper's numbers for the 1D study; lengths in units of the domain, time dimensionless. */
export const PAPER = {
  epsilon: 1e-5,
  teeth: 10,
  toothWidth: 1e-4,
  bufferWidth: 8e-3,
  spacing: 1e-7,
  burst: 1e-6,
  macroStep: 1e-3,
  frames: 500,
  trajectories: 10,
  seed: 42,
} as const;

/** The medium a(x / epsilon) = 1.1 + sin(2 pi x / epsilon), sampled as the authors' program does. */
export const medium: HeterogeneousDiffusion = heterogeneousDiffusion({ epsilon: PAPER.epsilon, sampling: "right" });

/**
 * Patch dynamics at the paper's resolution, or on a coarser fine lattice. The micro-model is a black box here: nothing but
 * its flow map is used.
 */
export function paperDynamics(
  order: LiftingOrder,
  spacing: number = PAPER.spacing,
  teeth: number = PAPER.teeth,
): PatchDynamics {
  return patchDynamics({
    extent: [0, 1],
    teeth,
    toothWidth: PAPER.toothWidth,
    bufferWidth: PAPER.bufferWidth,
    spacing,
    burst: PAPER.burst,
    micro: (patches) => medium.exponential(patches),
    shiftInvariant: true,
    order,
    closure: "odd",
    period: PAPER.epsilon,
    diffusivity: 0.458,
  });
}
