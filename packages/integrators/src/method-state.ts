import { float64, show } from "@hml/guard";
import type { Vec } from "./rhs.ts";

/**
 * What a run remembers between two steps: numbers and vectors by name, and, where one run drives another, the other's.
 * Plain data, so `structuredClone`, `postMessage` and `restartToJson` take it. The names are each method's own.
 */
export interface MethodState {
  /** Times, lengths, counters; yes and no as 1 and 0. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Copies of the vectors. */
  readonly vectors: Readonly<Record<string, Vec>>;
  /** The state of the run that this one drives. */
  readonly inner?: MethodState;
}

/** A state that holds copies of the vectors. */
export function savedState(
  numbers: Readonly<Record<string, number>>,
  vectors: Readonly<Record<string, Vec>>,
): MethodState {
  return {
    numbers,
    vectors: Object.fromEntries(Object.entries(vectors).map(([name, vector]) => [name, vector.slice()])),
  };
}

/**
 * Copies the vectors of a saved state into `vectors` and gives its numbers.
 *
 * @throws TypeError or RangeError, with nothing copied, for a state without exactly these names and lengths
 */
export function restoredState<Name extends string>(
  where: string,
  state: MethodState,
  names: readonly Name[],
  vectors: Readonly<Record<string, Vec>>,
): Readonly<Record<Name, number>> {
  checkNames(where, "numbers", state?.numbers, names);
  checkNames(where, "vectors", state?.vectors, Object.keys(vectors));
  for (const name of names) {
    const value: unknown = state.numbers[name];
    if (typeof value !== "number") {
      throw new TypeError(`${where}: resume.state.numbers.${name} must be a number, got ${show(value)}`);
    }
  }
  for (const [name, { length }] of Object.entries(vectors)) {
    float64(where, `resume.state.vectors.${name}`, state.vectors[name], length);
  }
  for (const [name, vector] of Object.entries(vectors)) vector.set(state.vectors[name]!);
  return state.numbers as Readonly<Record<Name, number>>;
}

/** The state within a state. */
export function innerState(where: string, { inner }: MethodState): MethodState {
  if (inner !== undefined) return inner;
  throw new RangeError(
    `${where}: resume.state.inner must be a state, got undefined; resume with the method of that run`,
  );
}

/** The vectors of a list by number: k0, k1, ... */
export function numbered(prefix: string, vectors: readonly Vec[]): Record<string, Vec> {
  return Object.fromEntries(vectors.map((vector, index) => [`${prefix}${index}`, vector]));
}

function checkNames(where: string, kind: string, record: unknown, names: readonly string[]): void {
  const found = record !== null && typeof record === "object" ? Object.keys(record) : undefined;
  if (found?.length === names.length && names.every((name) => found.includes(name))) return;
  throw new RangeError(
    `${where}: resume.state.${kind} must hold ${names.join(", ")}, got ${found?.join(", ") ?? show(record)}; resume with ` +
      "the method and options of the run that was stopped",
  );
}
