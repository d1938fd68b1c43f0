import { show } from "./show.ts";

/** Any finite number. */
export function finite(where: string, name: string, value: unknown): number {
  if (typeof value !== "number") throw new TypeError(`${where}: ${name} must be a number, got ${show(value)}`);
  if (!Number.isFinite(value)) throw new RangeError(`${where}: ${name} must be finite, got ${show(value)}`);
  return value;
}

/** A finite number above zero. */
export function positive(where: string, name: string, value: unknown): number {
  const number = finite(where, name, value);
  if (!(number > 0)) throw new RangeError(`${where}: ${name} must be positive, got ${show(number)}`);
  return number;
}

/** A finite number, zero allowed, not negative. */
export function nonNegative(where: string, name: string, value: unknown): number {
  const number = finite(where, name, value);
  if (!(number >= 0)) throw new RangeError(`${where}: ${name} must not be negative, got ${show(number)}`);
  return number;
}

/** A whole number in [min, max]; sizes pass here before anything is allocated. */
export function integer(
  where: string,
  name: string,
  value: unknown,
  min = 0,
  max: number = Number.MAX_SAFE_INTEGER,
): number {
  if (typeof value !== "number") throw new TypeError(`${where}: ${name} must be an integer, got ${show(value)}`);
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    const range = max === Number.MAX_SAFE_INTEGER ? `at least ${min}` : `between ${min} and ${max}`;
    throw new RangeError(`${where}: ${name} must be an integer ${range}, got ${show(value)}`);
  }
  return value;
}

/** One of a fixed set of values. */
export function oneOf<const T extends string | number>(
  where: string,
  name: string,
  value: unknown,
  allowed: readonly T[],
): T {
  for (const candidate of allowed) if (candidate === value) return candidate;
  throw new RangeError(`${where}: ${name} must be one of ${allowed.map(show).join(", ")}, got ${show(value)}`);
}
