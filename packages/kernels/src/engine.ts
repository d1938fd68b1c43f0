import { checkOptions, integer, oneOf, show } from "@hml/guard";
import type { Family } from "./families.ts";
import type { FloatArray, FloatArrays, Precision } from "./precision.ts";
import { host, refusal } from "./webassembly.ts";

/** Options of `kernelEngine`. */
export interface KernelEngineOptions {
  /** Size of the memory, 16 MiB unless told otherwise; what is not used costs address space only. */
  readonly bytes?: number;
  /** `auto` (default): WebAssembly where it has SIMD, else the plain twins. `plain`: the twins, to compare. */
  readonly use?: "auto" | "plain";
}

/**
 * A fixed piece of memory, and the code that works on it.
 *
 * Arrays that kernels read and write are made here and stay valid as long as anybody holds them: the memory never grows
 * and nothing is given back. It is freed, all of it, when the engine and its arrays are no longer reachable.
 */
export interface KernelEngine {
  /** `wasm`: SIMD WebAssembly; `plain`: TypeScript, the same results. */
  readonly kind: "wasm" | "plain";
  /** Why the engine is plain. */
  readonly reason: string | undefined;
  /** Size of the memory. */
  readonly bytes: number;
  /** Bytes taken so far. */
  readonly used: number;
  /** A new array of zeros. @throws RangeError when it does not fit. */
  float64(length: number): Float64Array;
  /** A new array of zeros. @throws RangeError when it does not fit. */
  float32(length: number): Float32Array;
}

/** What the kernels of this package see of an engine. */
interface Inside {
  readonly buffer: ArrayBuffer;
  load<Exports>(family: Family<Exports>): Exports | undefined;
}

const insides = new WeakMap<object, Inside>();

const PAGE = 65536;
/** Kernels may load, never store, up to this far behind an array. */
const SLACK = 64;
const MOST = 0x7fff0000;

/**
 * Makes an engine.
 *
 * A memory reserves some gigabytes of address space, whatever its size, so a process can hold thousands of engines, not
 * millions: let the layers of a network share one. Where a memory is refused, the engine is plain and says why.
 *
 * @throws TypeError, RangeError for bad options.
 */
export function kernelEngine(options: KernelEngineOptions = {}): KernelEngine {
  const where = "kernelEngine";
  checkOptions(where, options, ["bytes", "use"]);
  const { use = "auto" } = options;
  oneOf(where, "use", use, ["auto", "plain"]);
  const bytes = integer(where, "bytes", options.bytes ?? 16 * 1024 * 1024, 1, MOST);

  const { memory, reason } = use === "plain" ? { memory: undefined, reason: "plain was asked for" } : memoryOf(bytes);
  const buffer = memory?.buffer ?? new ArrayBuffer(bytes + SLACK);
  // Address 0 says "none" to the kernels.
  let used = 0;
  const take = (name: string, length: number, size: 4 | 8): number => {
    const most = Math.floor((bytes - used) / size);
    if (integer(`${where}.${name}`, "length", length, 1) > most) {
      throw new RangeError(
        `${where}.${name}: length must fit into the ${bytes - used} bytes left of ${bytes}, got ${length}; make the engine larger`,
      );
    }
    const at = SLACK + used;
    used = Math.min(bytes, used + 16 * Math.ceil((length * size) / 16));
    return at;
  };
  const engine: KernelEngine = {
    kind: memory === undefined ? "plain" : "wasm",
    reason,
    bytes,
    get used() {
      return used;
    },
    float64: (length) => new Float64Array(buffer, take("float64", length, 8), length),
    float32: (length) => new Float32Array(buffer, take("float32", length, 4), length),
  };
  const loaded = new Map<unknown, unknown>();
  insides.set(engine, {
    buffer,
    load<Exports>(family: Family<Exports>): Exports | undefined {
      if (memory === undefined) return undefined;
      const exports = (loaded.get(family) as Exports | undefined) ?? family.instantiate(memory);
      loaded.set(family, exports);
      return exports;
    },
  });
  return engine;
}

function memoryOf(bytes: number): { memory?: { readonly buffer: ArrayBuffer }; reason: string | undefined } {
  const reason = refusal();
  if (reason !== undefined || host === undefined) return { reason };
  const pages = Math.ceil((bytes + 2 * SLACK) / PAGE);
  try {
    return { memory: new host.Memory({ initial: pages, maximum: pages }), reason: undefined };
  } catch (error) {
    return { reason: `memory is refused: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** The functions of a family over the engine's memory, or undefined on a plain engine. */
export function load<Exports>(where: string, engine: KernelEngine, family: Family<Exports>): Exports | undefined {
  return inside(where, engine).load(family);
}

/** A new array of the engine. */
export function allocate<P extends Precision>(engine: KernelEngine, precision: P, length: number): FloatArrays[P];
export function allocate(engine: KernelEngine, precision: Precision, length: number): FloatArray {
  return precision === "float64" ? engine.float64(length) : engine.float32(length);
}

/** Checks that an array is the engine's, of that precision, and, when given, of that length. */
export function own<P extends Precision>(
  where: string,
  engine: KernelEngine,
  precision: P,
  name: string,
  value: unknown,
  length?: number,
): FloatArrays[P];
export function own(
  where: string,
  engine: KernelEngine,
  precision: Precision,
  name: string,
  value: unknown,
  length?: number,
): FloatArray {
  const wanted = precision === "float64" ? Float64Array : Float32Array;
  if (!(value instanceof wanted)) {
    throw new TypeError(`${where}: ${name} must be a ${wanted.name}, got ${show(value)}`);
  }
  if (value.buffer !== inside(where, engine).buffer) {
    throw new RangeError(`${where}: ${name} must be an array of the engine; make it by engine.${precision}(length)`);
  }
  if (length !== undefined && value.length !== length) {
    throw new RangeError(`${where}: ${name} must have length ${length}, got ${value.length}`);
  }
  return value;
}

function inside(where: string, engine: KernelEngine): Inside {
  const found = typeof engine === "object" && engine !== null ? insides.get(engine) : undefined;
  if (found === undefined) throw new TypeError(`${where}: engine must come from kernelEngine, got ${show(engine)}`);
  return found;
}
