import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

const folder = resolve(new URL("../../../", import.meta.url).pathname, process.env["HML_SHARED"] ?? "../shared");

/** Path of a file of reference data; undefined, with a message, when it is absent. */
export function shared(name: string): string | undefined {
  const path = resolve(folder, name);
  if (existsSync(path)) return path;
  process.stderr.write(`reference data ${path} are absent; the tests that need them are skipped\n`);
  return undefined;
}

/** A JSON file of reference data, or undefined. */
export function sharedJson<T>(name: string): T | undefined {
  const path = shared(name);
  return path === undefined ? undefined : (JSON.parse(readFileSync(path, "utf8")) as T);
}

/** Seeded uniform numbers in [0, 1) for tests (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 4294967296;
  };
}

/** Standard normal numbers from uniform ones (Box and Muller). */
export function gaussian(uniform: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** The shortest of up to five runs in milliseconds: a busy machine makes some runs long, slow code makes all of them. */
export function shortest(work: () => void, enough: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let k = 0; k < 5 && !(best < enough); k++) {
    const started = performance.now();
    work();
    best = Math.min(best, performance.now() - started);
  }
  return best;
}

/** Bytes of array buffers that one run takes, collected or not. */
export function bufferBytes(work: () => void): number {
  const before = process.memoryUsage().arrayBuffers;
  work();
  return process.memoryUsage().arrayBuffers - before;
}
