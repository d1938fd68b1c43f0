import { show } from "./show.ts";

/** Refuses anything without a safe length and, when `length` is given, of another length. */
export function lengthOf(where: string, name: string, values: unknown, length?: number): number {
  const got = (values as { length?: unknown } | null | undefined)?.length;
  if (
    typeof values === "string" ||
    typeof values === "function" ||
    typeof got !== "number" ||
    !Number.isSafeInteger(got)
  ) {
    throw new TypeError(`${where}: ${name} must be an array of numbers, got ${show(values)}`);
  }
  if (length !== undefined && got !== length) {
    throw new RangeError(`${where}: ${name} must have length ${length}, got ${got}`);
  }
  return got;
}

/** Refuses a wrong length or any value that is not a finite number, naming the index. */
export function finiteVector(where: string, name: string, values: ArrayLike<number>, length?: number): void {
  const n = lengthOf(where, name, values, length);
  for (let i = 0; i < n; i++) {
    const value: unknown = values[i];
    if (typeof value !== "number") {
      throw new TypeError(`${where}: ${name}[${i}] must be a number, got ${show(value)}`);
    }
    if (!Number.isFinite(value)) throw new RangeError(`${where}: ${name}[${i}] must be finite, got ${show(value)}`);
  }
}

/** A float64 copy of `values` after `finiteVector`; the caller's array is never kept. */
export function copyFinite(where: string, name: string, values: ArrayLike<number>, length?: number): Float64Array {
  finiteVector(where, name, values, length);
  return Float64Array.from(values);
}

/** A Float64Array of the given length, for arguments that are written to or sit on hot paths. */
export function float64(where: string, name: string, value: unknown, length?: number): Float64Array {
  if (!(value instanceof Float64Array)) {
    throw new TypeError(`${where}: ${name} must be a Float64Array, got ${show(value)}`);
  }
  lengthOf(where, name, value, length);
  return value;
}
