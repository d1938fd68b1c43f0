import { FormatError, finite, integer, show } from "@hml/guard";
import type { Stats } from "./method.ts";
import type { MethodState } from "./method-state.ts";

/**
 * Where a run of `solve` stopped and all that its next steps depend on; pass it as `resume` to go on. Plain data:
 * `structuredClone` and `postMessage` take it, `restartToJson` writes it as text.
 *
 * A dense Jacobian is part of it for implicit methods, `size` times `size` numbers.
 */
export interface Restart {
  /** Version of this layout, 1. */
  readonly version: 1;
  /** Name of the method; `"stepper"` for a run of a bound stepper. */
  readonly method: string;
  /** Number of unknowns. */
  readonly size: number;
  /** Start of the run, across all its parts. */
  readonly t0: number;
  /** Time reached. */
  readonly t: number;
  /** Work of the run so far. */
  readonly stats: Stats;
  /** What the run remembers. */
  readonly state: MethodState;
}

/** Refuses a restart that is none, or belongs to another method, size or start. */
export function checkRestart(
  where: string,
  restart: Restart,
  { method, size, t0 }: Pick<Restart, "method" | "size" | "t0">,
): void {
  if (restart === null || typeof restart !== "object") {
    throw new TypeError(`${where}: resume must be the restart of a solution, got ${show(restart)}`);
  }
  const version: unknown = restart.version;
  if (version !== 1) throw new RangeError(`${where}: resume.version must be 1, got ${show(version)}`);
  if (restart.method !== method) {
    throw new RangeError(`${where}: resume is of the method ${show(restart.method)}, not of "${method}"`);
  }
  if (restart.size !== size) throw new RangeError(`${where}: resume.size must be ${size}, got ${show(restart.size)}`);
  if (restart.t0 !== t0) {
    const advice = "give the whole span and u0 of the run that was stopped";
    throw new RangeError(`${where}: span[0] must be the start of the run, ${show(restart.t0)}, got ${t0}; ${advice}`);
  }
  finite(where, "resume.t", restart.t);
  for (const [name, count] of Object.entries(restart.stats)) integer(where, `resume.stats.${name}`, count);
}

/** Numbers that JSON has no name for, by the text that stands for them. */
const UNNAMED: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
  ["-0", -0],
]);

/**
 * A restart as JSON text: vectors are arrays of numbers, and `"NaN"`, `"Infinity"`, `"-Infinity"` and `"-0"` stand for
 * the numbers that JSON does not have. Every bit of every number comes back from `restartFromJson`.
 */
export function restartToJson(restart: Restart): string {
  return JSON.stringify(restart, (_name, value: unknown) => {
    if (value instanceof Float64Array) return Array.from(value);
    if (typeof value !== "number" || (Number.isFinite(value) && !Object.is(value, -0))) return value;
    return Object.is(value, -0) ? "-0" : String(value);
  });
}

/**
 * The restart that `restartToJson` wrote. What belongs to the run, its method and sizes, is checked by `solve`.
 *
 * @throws FormatError with code `header` for a text that is no such JSON, `version` for one of another version
 */
export function restartFromJson(text: string): Restart {
  let value: unknown;
  try {
    value = JSON.parse(text, (name, entry: unknown) => {
      if (Array.isArray(entry)) return Float64Array.from(entry as ArrayLike<number>, numeric);
      return name === "method" ? entry : numeric(entry);
    });
  } catch (cause) {
    throw new FormatError("header", `restartFromJson: the text must be JSON; ${show(String(cause))}`);
  }
  if (!isRecord(value) || !("version" in value)) {
    throw new FormatError("header", `restartFromJson: the text must hold a restart, got ${show(value)}`);
  }
  if (value["version"] !== 1) {
    throw new FormatError("version", `restartFromJson: version must be 1, got ${show(value["version"])}`);
  }
  const { method, size, t0, t, stats, state } = value;
  const numbers = [size, t0, t].every((entry) => typeof entry === "number");
  if (typeof method !== "string" || !numbers || !isRecord(stats) || !isState(state)) {
    throw new FormatError("header", "restartFromJson: method, size, t0, t, stats and state must be those of a restart");
  }
  return value as unknown as Restart;
}

function numeric(value: unknown): number {
  return (typeof value === "string" ? (UNNAMED.get(value) ?? value) : value) as number;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object";
}

function isState(value: unknown): boolean {
  return isRecord(value) && isRecord(value["numbers"]) && isRecord(value["vectors"]);
}
