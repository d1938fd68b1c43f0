import { type ChunkLoss, countedSteps } from "./chunk-loss.ts";
import type { Sequences } from "./sequence-data.ts";
import type { SequencePlan } from "./sequence-options.ts";
import { windowsOf } from "./windows.ts";

/** Windows of sequences, and how they are walked. */
export interface Walk {
  readonly sequences: Sequences;
  /** The first frame of each window. */
  readonly frames: Int32Array;
  readonly plan: SequencePlan;
}

/** Validation data are walked like training data, in windows that may be shorter where the sequences are. */
export function heldWalk(where: string, sequences: Sequences, plan: SequencePlan): Walk {
  const steps = sequences.times - 1;
  const least = plan.alone ? plan.carry : plan.warmUp + 1;
  if (steps < least) {
    throw new RangeError(`${where}: validation.times must be at least ${least + 1}, got ${sequences.times}`);
  }
  const own = { ...plan, carry: Math.min(plan.carry, steps) };
  const walk = { ...own, stride: own.carry };
  return { sequences, frames: windowsOf(sequences, walk), plan: walk };
}

/** The loss over all windows, in order, with nothing drawn. */
export function lossOf(chunks: ChunkLoss, { sequences, frames, plan }: Walk): number {
  const { carry, bptt, warmUp, alone } = plan;
  const { rows: most } = chunks.network;
  let sum = 0;
  for (let first = 0; first < frames.length; first += most) {
    const rows = Math.min(most, frames.length - first);
    const batch = { sequences, frames: frames.subarray(first, first + rows), rows };
    chunks.start();
    for (let from = 0; from < carry; from += bptt) {
      const steps = Math.min(bptt, carry - from);
      const value = chunks.value(batch, { from, steps, backward: false, own: alone ? 1 : 0 });
      sum += value * rows * countedSteps(from, steps, warmUp);
    }
  }
  return sum / (frames.length * (carry - warmUp));
}
