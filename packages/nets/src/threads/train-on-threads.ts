import { checkOptions, integer, positive } from "@hml/guard";
import { threadPool } from "@hml/integrators/threads";
import type { Trained } from "../rollout/trained.ts";
import { layoutOf, type NetSpec } from "../spec/net-spec.ts";
import type { DataOf } from "../training/dataset.ts";
import { trainByPlan } from "../training/train.ts";
import { TRAIN_KEYS, type TrainOptions } from "../training/train-options.ts";
import { trainPlan } from "../training/train-plan.ts";
import type { Shard } from "./shard-flow.ts";
import { type ShardMemory, shardMemory } from "./shard-memory.ts";
import { shardedObjective } from "./sharded-objective.ts";

/** How to train on threads: as on one, and how the work is divided. */
export interface ThreadedOptions extends TrainOptions {
  /** Threads that work; the calling one sleeps meanwhile. The number of cores is a good choice. */
  readonly workers: number;
  /**
   * Parts into which each batch is cut, at most its size; default 4, or the batch size where that is less. The bits depend on it,
   * not on the number of threads. More of them than threads cost little.
   */
  readonly shards?: number;
  /** Time in ms after which a thread that is at a step counts as hung; default 600 000. */
  readonly timeout?: number;
}

const KEYS = [...TRAIN_KEYS, "workers", "shards", "timeout"];

/**
 * Trains as `train` does, each batch cut into shards that threads work on (Node only). Losses and gradients are sums over the
 * shards in their order, and a shard draws noise from a stream of its own, so equal seed, data, options and `shards` give
 * equal bits whatever `workers` is. They are not those of `train`, whose sums run over the whole batch. Batch norms take their
 * statistics over the whole batch; their shards wait for each other at every layer, so a net with batch norms has a thread
 * for each shard, however many `workers` there are.
 *
 * It pays where a step takes a millisecond or more: waking, waiting and the sum of gradients take some 0.1 ms. Validation and
 * the optimiser run on the calling thread, which is blocked during a step. Each shard holds its own copy of sequences, each
 * thread one of other data.
 *
 * @throws as `train`; a reservoir, which is not trained by steps, and more shards than the smallest batch of a net with batch
 * norms has samples are RangeErrors; ThreadError when threads cannot be started
 */
export async function trainOnThreads<S extends NetSpec>(
  spec: S,
  data: DataOf<S>,
  options: ThreadedOptions,
): Promise<Trained<S>> {
  const where = "trainOnThreads";
  checkOptions(where, options, KEYS);
  const { workers, shards: asked, timeout = 600_000, ...rest } = options;
  integer(where, "workers", workers, 1, 1024);
  positive(where, "timeout", timeout);
  const plan = trainPlan(spec, data, rest);
  const { net, objective, source, precision } = plan;
  if (net.kind === "reservoir") throw new RangeError(`${where}: a reservoir is solved for at once; use train`);
  const { samples: batch, smallest } = batchesOf(objective.order.length, options.batchSize);
  const shards = integer(where, "shards", asked ?? Math.min(4, batch), 1, batch);

  const { tensors, parameters: trainable, numbers } = layoutOf(net);
  const channels = tensors.reduce((most, { at, length }) => (at < trainable ? most : Math.max(most, length)), 0);
  if (channels > 0 && shards > smallest) {
    throw new RangeError(
      `${where}: shards must be at most the ${smallest} samples of the last batch for a net with batch norms, got ${shards}`,
    );
  }
  const memory = shardMemory({ precision, shards, numbers, trainable, samples: objective.order.length, channels });
  const pool = await threadPool({
    module: MODULE,
    workers: channels > 0 ? shards : Math.min(workers, shards),
    timeout,
  });
  try {
    const flow = pool.flow(shardsOf(net, sharedData(data), rest, memory, shards), 1);
    const sharded = shardedObjective(objective, flow, memory, source.random);
    return await trainByPlan({ ...plan, objective: sharded });
  } finally {
    await pool.close();
  }
}

/** The flow's module: a source beside this one when run from sources, else a file of the package. */
const MODULE = new URL(import.meta.url.endsWith(".ts") ? "./shard-flow.ts" : "./shard-flow.js", import.meta.url);

/** Samples of a batch, and of the smallest one. */
function batchesOf(samples: number, batchSize = 64): { readonly samples: number; readonly smallest: number } {
  const size = Math.min(batchSize, samples);
  return { samples: size, smallest: samples % size === 0 ? size : samples % size };
}

/** The orders for the shards: what of the options decides about a step, and what can cross to a thread. */
function shardsOf(
  net: NetSpec,
  data: DataOf<NetSpec>,
  options: TrainOptions,
  memory: ShardMemory,
  count: number,
): Shard[] {
  const { random: _random, onProgress: _onProgress, signal: _signal, resume: _resume, ...others } = options;
  const { validation: _validation, start: _start, ...rest } = others;
  return Array.from({ length: count }, (_, index) => ({ index, count, net, data, options: rest, memory }));
}

/** Data in shared memory, where they are typed arrays, so that they are not copied for each thread on their way. */
function sharedData<D extends DataOf<NetSpec>>(data: D): D {
  const shared: Record<string, unknown> = { ...data };
  for (const [name, values] of Object.entries(data)) {
    if (values instanceof Float64Array) {
      const copy = new Float64Array(new SharedArrayBuffer(values.byteLength));
      copy.set(values);
      shared[name] = copy;
    } else if (values instanceof Float32Array) {
      const copy = new Float32Array(new SharedArrayBuffer(values.byteLength));
      copy.set(values);
      shared[name] = copy;
    }
  }
  return shared as D;
}
