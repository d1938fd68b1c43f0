import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import {
  autoencoder,
  decoderOf,
  deepSet,
  encoderOf,
  gru,
  latentNet,
  mixtureDensity,
  mixtureOf,
  setAutoencoder,
  train,
  variationalAutoencoder,
} from "../src/index.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const tanh = { units: 6, activation: "tanh" } as const;
const options = { epochs: 1, batchSize: 2, random: random(1) };

/**
 * Bytes of the heap that a call takes, those included that a collection would free: the least of several rounds, since code
 * that is not yet compiled keeps numbers in boxes of 16 bytes.
 */
function bytesPerCall(call: () => void, calls: number): number {
  let least = Infinity;
  for (let round = 0; round < 12 && !(least < 8); round++) {
    for (let i = 0; i < calls; i++) call();
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < calls; i++) call();
    least = Math.min(least, (process.memoryUsage().heapUsed - before) / calls);
  }
  return least;
}

// The smallest array takes 32 bytes or more; what the runtime does beside takes a byte or two.
describe("nothing is allocated by", () => {
  it("encoders and decoders", async () => {
    const coder = { inputs: 4, encoder: [tanh], latentSize: 2 };
    const [x, z] = [new Float64Array(8).fill(0.5), new Float64Array(4)];
    for (const spec of [autoencoder(coder), variationalAutoencoder(coder)]) {
      const trained = await train(spec, { inputs: x }, { ...options, scale: "standard" });
      const [encoder, decoder] = [encoderOf(trained), decoderOf(trained)];
      expect(bytesPerCall(() => encoder.encode(x, z), 5000)).toBeLessThan(12);
      expect(bytesPerCall(() => decoder.decode(z, x), 5000)).toBeLessThan(12);
    }
  });

  it("latent nets", async () => {
    const coder = autoencoder({ inputs: 4, encoder: [tanh], latentSize: 2 });
    const net = latentNet({ coder, propagator: gru({ channels: 2, units: 5 }) });
    const x = new Float64Array(12).fill(0.5);
    const trained = await train(net, { values: x, times: 3 }, { ...options, batchSize: 1, scale: "standard" });
    const out = new Float64Array(12);
    expect(bytesPerCall(() => trained.predict(x, out), 2000)).toBeLessThan(12);
  });

  it("set nets and particle autoencoders, as long as the number of elements stays", async () => {
    const inputs = new Float64Array(4 * 3 * 2).fill(0.2);
    const net = deepSet({ size: 2, element: [tanh], pooled: [tanh] });
    const set = await train(net, { inputs, targets: new Float64Array(24), points: 3 }, options);
    const [out, points] = [new Float64Array(24), [3]];
    expect(bytesPerCall(() => set.predict(inputs, out, points), 5000)).toBeLessThan(12);
    const spec = { size: 2, element: [tanh], pooled: [], latentSize: 1, decoder: [tanh], components: 2 };
    const encoder = encoderOf(await train(setAutoencoder(spec), { inputs, points: 3 }, options));
    const codes = new Float64Array(4);
    expect(bytesPerCall(() => encoder.encode(inputs, codes, 3), 5000)).toBeLessThan(12);
  });

  it("densities and means, but for numbers that functions hand back in boxes; none of them is kept", async () => {
    const inputs = new Float64Array(4).fill(0.1);
    const targets = new Float64Array(8).fill(0.2);
    const support = { kind: "logit", low: -1, high: 1 } as const;
    const net = mixtureDensity({ inputs: 1, layers: [tanh], size: 2, components: 2, support });
    const mixture = mixtureOf(await train(net, { inputs, targets }, options));
    const [logs, mean] = [new Float64Array(4), new Float64Array(8)];
    const work = (): void => {
      mixture.logDensity(inputs, targets, logs);
      mixture.moments(inputs, mean);
    };
    for (let i = 0; i < 1000; i++) work();
    collect();
    const before = process.memoryUsage();
    for (let i = 0; i < 2000; i++) work();
    collect();
    const after = process.memoryUsage();
    // Less than the smallest array a call.
    expect((after.heapUsed - before.heapUsed) / 2000).toBeLessThan(32);
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(1000);
  });
});
