import type { FloatArray } from "./precision.ts";

/** Whether two arrays of one engine share a byte. */
export function overlap(x: FloatArray, y: FloatArray): boolean {
  return x.byteOffset < y.byteOffset + y.byteLength && y.byteOffset < x.byteOffset + x.byteLength;
}

/** Refuses arrays that share a byte; those that are undefined do not matter. */
export function checkApart(where: string, arrays: Readonly<Record<string, FloatArray | undefined>>): void {
  const entries = Object.entries(arrays);
  for (const [i, [name, x]] of entries.entries()) {
    for (const [other, y] of entries.slice(0, i)) {
      if (x === undefined || y === undefined || !overlap(x, y)) continue;
      throw new RangeError(`${where}: ${name} must lie apart from ${other}; they share memory`);
    }
  }
}
