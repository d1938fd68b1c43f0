import { random, type RandomSource, type TimeStepper } from "@hml/integrators";
import type { NetSpec } from "../spec/net-spec.ts";
import type { DataOf } from "../training/dataset.ts";
import type { Objective } from "../training/objective.ts";
import { objectivesOf } from "../training/objective-of.ts";
import type { TrainOptions } from "../training/train-options.ts";
import { abandon, allReduce } from "./all-reduce.ts";
import { COMMANDS, floatsOf, type ShardMemory } from "./shard-memory.ts";

/** One shard of every batch, as it reaches its thread. */
export interface Shard {
  readonly index: number;
  readonly count: number;
  readonly net: NetSpec;
  readonly data: DataOf<NetSpec>;
  readonly options: Omit<TrainOptions, "random">;
  readonly memory: ShardMemory;
}

/**
 * The shards of one thread as a flow whose state is the loss of each: what a pool of threads makes and advances. `t0` is an
 * epoch or a step, `t1` the command.
 *
 * @public since threads import it by the name of its file
 */
export default function shardFlow(shards: readonly Shard[]): TimeStepper {
  const works = worksOf(shards);
  return {
    size: shards.length,
    advance(losses, at, command) {
      for (const [s, { begin, step }] of works.entries()) {
        if (command === COMMANDS.begin) begin(at);
        else losses[s] = step(at);
      }
    },
  };
}

/** What a shard does at a command. */
interface ShardWork {
  readonly begin: (epoch: number) => void;
  readonly step: (index: number) => number;
}

function worksOf(shards: readonly Shard[]): ShardWork[] {
  const { net, data, options, memory } = shards[0]!;
  const { reduce } = memory;
  const streams = shards.map(({ index, count }) => {
    let source: RandomSource = random(0);
    return {
      index,
      count,
      random: () => source(),
      use(next: RandomSource) {
        source = next;
      },
      ...(reduce === undefined ? {} : { allReduce: allReduce(reduce, index) }),
    };
  });
  const objectives = objectivesOf("trainOnThreads", net, data, { ...options, random: random(0) }, streams);
  return objectives.map((objective, s) => workOf(objective, streams[s]!.index, memory, streams[s]!.use));
}

function workOf(
  objective: Objective,
  index: number,
  memory: ShardMemory,
  use: (source: RandomSource) => void,
): ShardWork {
  const { precision, count, trainable } = memory;
  const { parameters, gradient } = objective;
  const numbers = floatsOf(precision, memory.numbers, 0, count);
  const answer = floatsOf(precision, memory.answers, index * count, count);
  const order = new Int32Array(memory.order);
  const seed = new Float64Array(memory.seed);
  const statistics = parameters.subarray(trainable, count);
  return {
    begin(epoch) {
      // A stream for each shard and epoch: what a shard draws does not depend on which thread it is on.
      use(random(seed[0]!).fork(index));
      objective.begin(epoch);
      objective.order.set(order);
    },
    step(step) {
      try {
        parameters.set(numbers);
        const loss = objective.step(step);
        answer.set(gradient);
        answer.set(statistics, trainable);
        return loss;
      } catch (error) {
        if (memory.reduce !== undefined) abandon(memory.reduce);
        throw error;
      }
    },
  };
}
