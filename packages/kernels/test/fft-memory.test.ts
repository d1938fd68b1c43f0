import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { complexFft, kernelEngine, realFft } from "../src/index.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const RUNS = 5_000;

describe("transforms keep nothing: 5,000 there and back leave less than a byte each behind", () => {
  it.each(["auto", "plain"] as const)("on an engine of %s", (use) => {
    for (const kind of ["real", "complex"] as const) {
      const engine = kernelEngine({ use, bytes: 1 << 16 });
      // A length with a prime factor above 5 along one axis.
      const fft = kind === "real" ? realFft(engine, [16, 14]) : complexFft(engine, [6, 14]);
      const values = new Float64Array(kind === "real" ? fft.points : fft.size).map((_, j) => Math.sin(j * j));
      const c = new Float64Array(fft.size);
      const pass = (): void => {
        fft.forward(values, c);
        fft.inverse(c, values);
      };
      // As often before: what the compiler keeps is kept by then.
      for (let i = 0; i < RUNS; i++) pass();
      collect();
      const before = process.memoryUsage();
      for (let i = 0; i < RUNS; i++) pass();
      collect();
      const after = process.memoryUsage();
      expect((after.heapUsed - before.heapUsed) / RUNS).toBeLessThan(1);
      expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(RUNS);
    }
  });
});
