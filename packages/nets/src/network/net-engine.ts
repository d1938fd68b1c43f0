import { type KernelEngine, kernelEngine } from "@hml/kernels";

/**
 * The code that a net runs on: `wasm`, SIMD WebAssembly, or `plain`, its twin in TypeScript. Both give the same bits, so
 * it decides about time alone.
 */
export type EngineKind = "wasm" | "plain";

/** Bytes of a memory that small nets share. */
const SHARED = 1 << 20;
/** What a memory of WebAssembly can hold, 2 GiB less a page. */
const MOST = 0x7fff0000;

/** The memory that is being filled. */
let shared: KernelEngine | undefined;

/**
 * An engine with room for `bytes` more; a plain one where WebAssembly has no SIMD or memory is refused.
 *
 * Each memory reserves gigabytes of address space, whatever its size, and a process has room for some thousands of them.
 * So nets that are small beside 1 MiB lie one behind the other in memories of that size, each of which is freed when
 * none of its nets is reachable any more. A larger net has a memory of its own.
 */
export function engineFor(kind: EngineKind, bytes: number): KernelEngine {
  if (!(bytes <= MOST)) {
    throw new RangeError(
      `nets: a net and its work arrays must fit into ${MOST} bytes, got ${bytes}; narrow its layers`,
    );
  }
  if (kind === "plain") return kernelEngine({ use: "plain", bytes });
  if (bytes > SHARED / 4) return kernelEngine({ bytes });
  if (shared === undefined || shared.bytes - shared.used < bytes) shared = kernelEngine({ bytes: SHARED });
  return shared;
}
