import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { adam, gradientNorm, gruLayer, kernelEngine, maxPool1d, upsample1d } from "../src/index.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

describe.each(["auto", "plain"] as const)("an optimiser beside small layers (%s)", (use) => {
  it("keeps nothing: 100,000 steps leave less than a byte each behind", () => {
    const engine = kernelEngine({ bytes: 1 << 16, use });
    const [parameters, gradient] = [engine.float64(10), engine.float64(10)];
    const optimiser = adam(engine, { parameters, gradient, decay: 0.1, decayed: [[2, 5]] });
    const size = gradientNorm(engine, gradient);
    const gru = gruLayer(engine, { rows: 2, inputs: 2, units: 3, steps: 2, reset: "before", gradient: "all" });
    gru.setParameters({ inputWeights: new Float64Array(18).fill(0.1), stateWeights: new Float64Array(27).fill(0.1) });
    const pool = maxPool1d(engine, { batch: 2, width: 2, channels: 3, gradient: "all", input: gru.output });
    const up = upsample1d(engine, { batch: 2, width: 1, channels: 3, gradient: "all", input: pool.output });
    const step = (): void => {
      gru.forward();
      pool.forward();
      up.forward();
      up.outputGradient!.fill(1);
      up.backward();
      pool.backward();
      gru.backward();
      gru.step();
      size.clip(0.1);
      optimiser.step(1e-3);
    };
    for (let i = 0; i < 3000; i++) step();
    collect();
    const before = process.memoryUsage();
    for (let i = 0; i < 100_000; i++) step();
    collect();
    const after = process.memoryUsage();
    expect((after.heapUsed - before.heapUsed) / 100_000).toBeLessThan(1);
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(100_000);
  }, 60_000);
});
