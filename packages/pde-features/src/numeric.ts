import { lengthOf, show } from "@hml/guard";
import type { NpyArray } from "./npy.ts";

/** Numbers as they come: anything with a length, or an array read from an npy or npz file. */
export type Numbers = ArrayLike<number> | NpyArray;

/** A float64 copy of `values` (64-bit integers included, when they fit exactly); the caller's array is never kept. */
export function float64Copy(where: string, name: string, values: Numbers): Float64Array {
  const source: unknown =
    values !== null && typeof values === "object" && "data" in values && "shape" in values ? values.data : values;
  const length = lengthOf(where, name, source as ArrayLike<number>);
  // An object that only claims a length is told by its last value, before memory is asked for.
  if (length > 0) checkValue(where, name, length - 1, (source as ArrayLike<unknown>)[length - 1]);
  const out = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const value = (source as ArrayLike<unknown>)[i];
    out[i] = checkValue(where, name, i, value);
  }
  return out;
}

/** The value as a float64, or an error that names its index. */
function checkValue(where: string, name: string, index: number, value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value !== "bigint") {
    throw new TypeError(`${where}: ${name}[${index}] must be a number, got ${show(value)}`);
  }
  const number = Number(value);
  if (BigInt(number) !== value) {
    throw new RangeError(`${where}: ${name}[${index}] must fit a float64 exactly, got ${show(value)}`);
  }
  return number;
}
