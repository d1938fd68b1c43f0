import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "vitest";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes of heap in use after a collection. */
export function heapAfterCollection(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/**
 * Bytes of array buffers made per step. They are alive until a collection, so that sampling counts them: an array of 64
 * numbers a step would be 512.
 */
export function arrayBytesPerStep(steps: number, step: () => void): number {
  for (let k = 0; k < 100; k++) step();
  collect();
  const start = process.memoryUsage().arrayBuffers;
  let most = 0;
  for (let k = 1; k <= steps; k++) {
    step();
    if (k % 1000 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers - start);
  }
  return most / 1000;
}

/** Bytes of heap per step that a collection does not free. */
export function retainedBytesPerStep(steps: number, step: () => void): number {
  for (let k = 0; k < 1000; k++) step();
  const start = heapAfterCollection();
  for (let k = 0; k < steps; k++) step();
  return (heapAfterCollection() - start) / steps;
}

/** No arrays made, and nothing kept over 1e5 steps. */
export function expectSteadyMemory(step: () => void): void {
  // The test runner's own messages may make a few buffers.
  expect(arrayBytesPerStep(10_000, step)).toBeLessThan(50);
  // The engine may keep code that it compiled during the first run; a leak shows in a second one too.
  if (retainedBytesPerStep(100_000, step) >= 1) expect(retainedBytesPerStep(100_000, step)).toBeLessThan(1);
}
