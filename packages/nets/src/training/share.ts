import type { RandomSource } from "@hml/integrators";
import type { FloatArray } from "../network/part.ts";

/** One part of every batch, which a thread of its own may work on. */
export interface Share {
  /** Which part, counted from 0. */
  readonly index: number;
  /** Into how many a batch is cut. */
  readonly count: number;
  /** What is drawn from for this part alone. */
  readonly random: RandomSource;
  /** Replaces sums over this part by those over the batch; given where statistics of the batch are needed. */
  readonly allReduce?: (sums: FloatArray) => void;
}

/** The whole of every batch. */
export function wholeShare(random: RandomSource): Share {
  return { index: 0, count: 1, random };
}

/** The share of `n` samples: the first one, counted from 0, and the one behind the last. */
export function shareOf(n: number, { index, count }: Share): readonly [from: number, to: number] {
  return [Math.floor((index * n) / count), Math.floor(((index + 1) * n) / count)];
}

/** The largest share of `n` samples. */
export function largestShare(n: number, { count }: Share): number {
  return Math.ceil(n / count);
}
