import { integer } from "@hml/guard";

/** The most values an array of states may hold: 2^27, 1 GiB. */
export const MAX_VALUES = 134_217_728;

/** Refuses a length of state that is no positive integer or too large to allocate. */
export function checkSize(where: string, name: string, size: unknown): number {
  return integer(where, name, size, 1, MAX_VALUES);
}
