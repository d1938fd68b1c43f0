import { lengthOf, show } from "@hml/guard";
import type { Vec } from "../rhs.ts";

/** One number for all components, or an array that repeats along the state, `[member, component]`; never NaN. */
export function perComponent(where: string, name: string, value: number | ArrayLike<number>, size: number): Vec {
  const values = typeof value === "number" ? [value] : value;
  const period = lengthOf(where, name, values);
  if (period === 0 || size % period !== 0) {
    throw new RangeError(`${where}: the length of ${name} must divide the size of ${size}, got ${period}`);
  }
  const out = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const entry: unknown = values[i % period];
    if (typeof entry !== "number" || Number.isNaN(entry)) {
      const what = typeof value === "number" ? name : `${name}[${i % period}]`;
      throw new TypeError(`${where}: ${what} must be a number, got ${show(entry)}`);
    }
    out[i] = entry;
  }
  return out;
}
