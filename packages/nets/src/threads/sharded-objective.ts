import type { RandomSource, TimeStepper } from "@hml/integrators";
import type { Objective } from "../training/objective.ts";
import { COMMANDS, floatsOf, type ShardMemory } from "./shard-memory.ts";

/**
 * An objective whose steps are made by a flow of shards: losses and gradients are their sums, in the order of the shards. All else, validation too, is left to the objective itself. `random` gives each epoch its seed.
 */
export function shardedObjective(
  whole: Objective,
  flow: TimeStepper,
  memory: ShardMemory,
  random: RandomSource,
): Objective {
  const { precision, count, trainable } = memory;
  const { parameters, gradient } = whole;
  const losses = new Float64Array(flow.size);
  const numbers = floatsOf(precision, memory.numbers, 0, count);
  const order = new Int32Array(memory.order);
  const seed = new Float64Array(memory.seed);
  const parts = Array.from(losses, (_, s) => floatsOf(precision, memory.answers, s * count, trainable));
  const statistics = floatsOf(precision, memory.answers, trainable, count - trainable);
  return {
    ...whole,
    begin(epoch) {
      whole.begin(epoch);
      order.set(whole.order);
      seed[0] = Math.floor(random() * 9_007_199_254_740_992);
      flow.advance(losses, epoch, COMMANDS.begin);
    },
    step(index) {
      numbers.set(parameters);
      flow.advance(losses, index, COMMANDS.step);
      // Statistics of a batch are the same on all shards.
      parameters.set(statistics, trainable);
      gradient.set(parts[0]!);
      let loss = losses[0]!;
      for (let s = 1; s < parts.length; s++) {
        const part = parts[s]!;
        for (let i = 0; i < trainable; i++) gradient[i] = gradient[i]! + part[i]!;
        loss += losses[s]!;
      }
      return loss;
    },
  };
}
