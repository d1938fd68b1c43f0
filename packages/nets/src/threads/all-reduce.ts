import type { FloatArray } from "../network/part.ts";

/** Places in the control words of a reduction. */
const WORDS = { arrived: 0, round: 1, failed: 2 } as const;
/** Milliseconds between two looks whether another share has failed. */
const LOOK = 1000;

/** Shared memory in which the shares of a batch add up their sums. */
export interface ReduceMemory {
  /** Control words. */
  readonly control: SharedArrayBuffer;
  /** [2, share, length] float64. */
  readonly slots: SharedArrayBuffer;
  /** Most numbers that are summed at once. */
  readonly length: number;
  /** Shares, each on a thread of its own. */
  readonly count: number;
}

/** Memory for sums of up to `length` numbers over `count` shares. */
export function reduceMemory(count: number, length: number): ReduceMemory {
  return {
    control: new SharedArrayBuffer(4 * Object.keys(WORDS).length),
    slots: new SharedArrayBuffer(2 * count * length * Float64Array.BYTES_PER_ELEMENT),
    length,
    count,
  };
}

/**
 * The sums over all shares, taken in the order of the shares whatever thread is first. All shares call it equally often, each
 * from a thread of its own, and sleep there until the last one has come.
 */
export function allReduce(memory: ReduceMemory, index: number): (sums: FloatArray) => void {
  const { count, length } = memory;
  const control = new Int32Array(memory.control);
  const slots = new Float64Array(memory.slots);
  let calls = 0;
  return (sums) => {
    // Two sets of slots in turn: nobody writes into a set again before all have left it, since they meet in between.
    const set = (calls++ % 2) * count * length;
    slots.set(sums, set + index * length);
    meet(control, count);
    sums.fill(0);
    for (let s = 0; s < count; s++) {
      const at = set + s * length;
      for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + slots[at + i]!;
    }
  };
}

/** Lets all shares that wait, and those that will, fail. */
export function abandon({ control }: ReduceMemory): void {
  const words = new Int32Array(control);
  Atomics.store(words, WORDS.failed, 1);
  Atomics.notify(words, WORDS.round);
}

/** Sleeps until all shares are here. */
function meet(control: Int32Array, count: number): void {
  const round = Atomics.load(control, WORDS.round);
  if (Atomics.add(control, WORDS.arrived, 1) === count - 1) {
    Atomics.store(control, WORDS.arrived, 0);
    Atomics.store(control, WORDS.round, round + 1);
    Atomics.notify(control, WORDS.round);
  }
  while (Atomics.load(control, WORDS.round) === round) {
    if (Atomics.load(control, WORDS.failed) === 1) throw new Error("another share of the batch failed");
    Atomics.wait(control, WORDS.round, round, LOOK);
  }
}
