import { integer } from "@hml/guard";

/** Samples of a step: 64, or as many as there are, unless told otherwise. */
export function batchSizeOf(where: string, batchSize: number | undefined, samples: number): number {
  if (batchSize === undefined) return Math.min(64, samples);
  integer(where, "batchSize", batchSize, 1);
  if (batchSize <= samples) return batchSize;
  throw new RangeError(`${where}: batchSize must be at most the ${samples} samples of the data, got ${batchSize}`);
}
