import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { gruLayer, kernelEngine, lstmLayer } from "../src/index.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

describe.each(["auto", "plain"] as const)("recurrent layers (%s)", (use) => {
  it("keep nothing: 100,000 rounds leave less than a byte each behind", () => {
    const engine = kernelEngine({ bytes: 1 << 16, use });
    const shape = { rows: 2, units: 3, steps: 2, gradient: "all" } as const;
    const gru = gruLayer(engine, { ...shape, inputs: 2 });
    const lstm = lstmLayer(engine, {
      ...shape,
      inputs: 3,
      input: gru.output,
      inputGradient: gru.outputGradient!,
    });
    gru.setParameters({ inputWeights: new Float64Array(18).fill(0.1), stateWeights: new Float64Array(27).fill(0.1) });
    lstm.setParameters({ inputWeights: new Float64Array(36).fill(0.1), stateWeights: new Float64Array(36).fill(0.1) });
    const round = (): void => {
      gru.forward();
      lstm.forward();
      lstm.outputGradient!.fill(1);
      lstm.backward();
      gru.backward();
      gru.step();
      lstm.step();
      lstm.forward(1);
      lstm.carry();
    };
    for (let i = 0; i < 3000; i++) round();
    collect();
    const before = process.memoryUsage();
    for (let i = 0; i < 100_000; i++) round();
    collect();
    const after = process.memoryUsage();
    expect((after.heapUsed - before.heapUsed) / 100_000).toBeLessThan(1);
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(100_000);
  }, 60_000);
});
