import type { Precision } from "@hml/kernels";
import type { FloatArray } from "../network/part.ts";
import { type ReduceMemory, reduceMemory } from "./all-reduce.ts";

/** Shared memory between a training and the threads that work on the shards of its batches. */
export interface ShardMemory {
  readonly precision: Precision;
  /** All numbers of the net, written by the training before a step. */
  readonly numbers: SharedArrayBuffer;
  /** How many there are, and how many of them are trained. */
  readonly count: number;
  readonly trainable: number;
  /** [shard, number]: a shard's part of the gradient, then the statistics as it leaves them. */
  readonly answers: SharedArrayBuffer;
  /** The order of the samples. */
  readonly order: SharedArrayBuffer;
  /** The seed of an epoch, a float64 number. */
  readonly seed: SharedArrayBuffer;
  /** For sums over a batch, where the net takes statistics of it. */
  readonly reduce: ReduceMemory | undefined;
}

/** What a shard is told to do, beside a number: the epoch that begins, or the step of it. */
export const COMMANDS = { begin: 0, step: 1 } as const;

/** Sizes of what is shared. */
export interface ShardSizes {
  readonly precision: Precision;
  readonly shards: number;
  readonly numbers: number;
  readonly trainable: number;
  readonly samples: number;
  /** Channels of the widest batch norm; 0 where there is none. */
  readonly channels: number;
}

/** Makes the memory. */
export function shardMemory({ precision, shards, numbers, trainable, samples, channels }: ShardSizes): ShardMemory {
  const bytes = precision === "float64" ? Float64Array.BYTES_PER_ELEMENT : Float32Array.BYTES_PER_ELEMENT;
  return {
    precision,
    numbers: new SharedArrayBuffer(numbers * bytes),
    count: numbers,
    trainable,
    answers: new SharedArrayBuffer(shards * numbers * bytes),
    order: new SharedArrayBuffer(samples * Int32Array.BYTES_PER_ELEMENT),
    seed: new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT),
    // Sums of a batch norm: of its channels and the rows, or twice its channels.
    reduce: channels === 0 ? undefined : reduceMemory(shards, Math.max(channels + 1, 2 * channels)),
  };
}

/** `length` numbers of the memory's precision from number `at`. */
export function floatsOf(precision: Precision, memory: SharedArrayBuffer, at: number, length: number): FloatArray {
  return precision === "float64" ? new Float64Array(memory, at * 8, length) : new Float32Array(memory, at * 4, length);
}
