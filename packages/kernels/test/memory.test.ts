import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { denseLayer, kernelEngine } from "../src/index.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

describe("a dense layer", () => {
  it("keeps nothing: 100,000 passes leave less than a byte each behind", () => {
    const engine = kernelEngine({ bytes: 1 << 16 });
    const layer = denseLayer(engine, { rows: 2, inputs: 3, units: 4, activation: "tanh", gradient: "all" });
    const [weights, bias] = [new Float64Array(12).fill(0.1), new Float64Array(4)];
    const pass = (): void => {
      layer.setParameters(weights, bias);
      layer.forward();
      layer.outputGradient!.fill(1);
      layer.backward();
    };
    for (let i = 0; i < 1000; i++) pass();
    collect();
    const before = process.memoryUsage();
    for (let i = 0; i < 100_000; i++) pass();
    collect();
    const after = process.memoryUsage();
    expect((after.heapUsed - before.heapUsed) / 100_000).toBeLessThan(1);
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(100_000);
  });

  it("and its engine are collected when nobody holds them: of 100 times 8 MiB less than half stays", () => {
    collect();
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 100; i++) {
      kernelEngine({ bytes: 1 << 23 })
        .float64(1 << 20)
        .fill(1);
      if (i % 10 === 9) collect();
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * (1 << 23));
  });
});
