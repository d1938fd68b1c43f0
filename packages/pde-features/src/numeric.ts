import { lengthOf, show } from "@hml/guard";
import type { NpyArray } from "./npy.ts";

/** Numbers as they come: anything with a length, or an array read from an npy or npz file. */
export type Numbers = ArrayLike<number> | NpyArray;

/** A float64 copy of `values` (64-bit integers included, when they fit exactly); the caller's array is never kept. */
export function float64Copy(where: string, name: string, values: Numbers): Float64Array {
  const source: unknown =
    values !== null && typeof values === "object" && "data" in values && "shape" in values ? values.data : values;
  const length = lengthOf(where, name, source as ArrayLike<number>);
  const out = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const value = (source as ArrayLike<unknown>)[i];
    if (typeof value === "number") out[i] = value;
    else if (typeof value === "bigint") {
      out[i] = Number(value);
      if (BigInt(out[i]!) !== value) {
        throw new RangeError(`${where}: ${name}[${i}] must fit a float64 exactly, got ${show(value)}`);
      }
    } else throw new TypeError(`${where}: ${name}[${i}] must be a number, got ${show(value)}`);
  }
  return out;
}
