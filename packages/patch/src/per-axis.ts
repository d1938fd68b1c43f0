import { show } from "@hml/guard";
import type { Dim, PerAxis } from "./patch-view.ts";

/** Names of the axes, for messages. */
export const AXIS_NAMES = ["x", "y", "z"] as const;

/** Whether a value is a tuple rather than one value for all axes. */
function isTuple<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

/** One entry per axis from a tuple or from a value that stands for all of them, each passed through `check`. */
export function eachAxis<D extends Dim, T, U>(
  where: string,
  name: string,
  dim: D,
  value: T | readonly T[],
  check: (name: string, entry: T, axis: number) => U,
): PerAxis<D, U> {
  if (isTuple(value) && value.length !== dim) {
    throw new RangeError(
      `${where}: ${name} must have one entry per axis, ${dim}, got ${show(value)}; one bare value stands for all axes`,
    );
  }
  return perAxis<D, U>(dim, (axis) => {
    const entryName = isTuple(value) ? `${name}[${axis}]` : name;
    return check(entryName, isTuple(value) ? value[axis]! : value, axis);
  });
}

/** A frozen tuple of one entry per axis. */
export function perAxis<D extends Dim, T>(dim: D, entry: (axis: number) => T): PerAxis<D, T> {
  // The tuple's length is `dim` by construction, which the conditional type cannot see.
  return Object.freeze(Array.from({ length: dim }, (_, axis) => entry(axis))) as unknown as PerAxis<D, T>;
}
