import { finite, integer } from "@hml/guard";

/** First position and length of a macroscale domain `[from, to]`, checked. */
export function extentOf(where: string, extent: readonly [number, number]): readonly [from: number, length: number] {
  integer(where, "extent.length", (extent as ArrayLike<number> | undefined)?.length, 2, 2);
  const from = finite(where, "extent[0]", extent[0]);
  const to = finite(where, "extent[1]", extent[1]);
  if (!(to > from)) throw new RangeError(`${where}: extent must increase, got [${from}, ${to}]`);
  return [from, to - from];
}

/** Whether constants may be subtracted from fine states: the caller must say. */
export function shiftInvariance(where: string, shiftInvariant: unknown): boolean {
  if (typeof shiftInvariant === "boolean") return shiftInvariant;
  throw new TypeError(`${where}: shiftInvariant must be true or false; it says whether constants may be subtracted`);
}
