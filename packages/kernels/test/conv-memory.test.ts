import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { batchNorm, conv1d, conv2d, kernelEngine, maxPool2d, upsample2d } from "../src/index.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

describe.each(["auto", "plain"] as const)("layers of fields (%s)", (use) => {
  it("keep nothing: 100,000 passes leave less than a byte each behind", () => {
    const engine = kernelEngine({ bytes: 1 << 16, use });
    const field = { batch: 2, height: 2, width: 4, gradient: "all" } as const;
    const conv = conv2d(engine, { ...field, inputs: 1, units: 3, padding: "periodic", activation: "tanh" });
    const line = conv1d(engine, { batch: 2, width: 8, inputs: 3, units: 3, gradient: "all", input: conv.output });
    const norm = batchNorm(engine, { rows: 16, channels: 3, gradient: "all", input: line.output });
    const pool = maxPool2d(engine, { ...field, channels: 3, input: norm.output });
    const up = upsample2d(engine, { batch: 2, height: 1, width: 2, channels: 3, gradient: "all", input: pool.output });
    const [weights, bias, scale] = [new Float64Array(27).fill(0.1), new Float64Array(3), new Float64Array(3).fill(1)];
    const pass = (): void => {
      conv.setParameters(weights, bias);
      line.setParameters(weights, bias);
      norm.setParameters(scale, bias);
      conv.forward();
      line.forward();
      norm.forward();
      norm.forwardTraining();
      pool.forward();
      up.forward();
      up.outputGradient!.fill(1);
      up.backward();
      pool.backward();
      norm.backward();
      line.backward();
      conv.backward();
    };
    for (let i = 0; i < 3000; i++) pass();
    collect();
    const before = process.memoryUsage();
    for (let i = 0; i < 100_000; i++) pass();
    collect();
    const after = process.memoryUsage();
    expect((after.heapUsed - before.heapUsed) / 100_000).toBeLessThan(1);
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(100_000);
  });
});
