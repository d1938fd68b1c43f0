import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import type { Weights } from "../files/weights.ts";
import { functionalNet } from "../spec/field-net.ts";
import { mlp } from "../spec/mlp.ts";
import { train } from "./train.ts";

const linear = functionalNet({ layers: [{ units: 1, activation: "linear" }] });
const flat = (weights: Weights): number[] => [...weights.values()].flatMap(({ data }) => Array.from<number>(data));
const start: Weights = new Map([
  ["layers.0.weight", { shape: [1, 3], data: Float64Array.of(1, -2, 0.5) }],
  ["layers.0.bias", { shape: [1], data: Float64Array.of(3) }],
]);
const data = {
  inputs: Float64Array.from({ length: 12 }, (_, i) => Math.sin(1 + i)),
  targets: Float64Array.from({ length: 4 }, (_, i) => Math.cos(i)),
};

/** The loss's gradient at (w, b) on one whole batch. */
function slope(w: readonly number[]): number[] {
  const g = [0, 0, 0, 0];
  for (let r = 0; r < 4; r++) {
    const x = [...data.inputs.subarray(3 * r, 3 * r + 3), 1];
    const error = x.reduce((s, xi, i) => s + xi * w[i]!, 0) - data.targets[r]!;
    x.forEach((xi, i) => (g[i]! += (2 / 4) * error * xi));
  }
  return g;
}

describe("the optimiser", () => {
  it("decays weights beside Adam's step, and no biases: the textbook recursion of AdamW to 1e-13", async () => {
    const [rate, decay] = [0.01, 0.3];
    const w = flat(start);
    const m = [0, 0, 0, 0];
    const v = [0, 0, 0, 0];
    for (let t = 1; t <= 5; t++) {
      slope(w).forEach((g, i) => {
        m[i] = 0.9 * m[i]! + 0.1 * g;
        v[i] = 0.999 * v[i]! + 0.001 * g * g;
        const step = m[i]! / (1 - 0.9 ** t) / (Math.sqrt(v[i]! / (1 - 0.999 ** t)) + 1e-8);
        w[i] = w[i]! * (i < 3 ? 1 - rate * decay : 1) - rate * step;
      });
    }
    const options = { epochs: 5, random: random(1), learningRate: rate, weightDecay: decay, start };
    // The same sums in another order: rounding only.
    flat((await train(linear, data, options)).weights()).forEach((got, i) =>
      expect(Math.abs(got - w[i]!)).toBeLessThan(1e-13),
    );
  });

  it("clips a step's gradient to the largest norm: Adam's means are those of the shorter gradient", async () => {
    // One step with beta1 = beta2 = 0 and epsilon 1 is rate g / (|g| + 1), which tells the size of g.
    const g = slope(flat(start));
    const size = Math.sqrt(g.reduce((s, x) => s + x * x, 0));
    for (const clip of [0.1, 10 * size]) {
      const factor = Math.min(1, clip / size);
      const options = { epochs: 1, random: random(1), learningRate: 0.1, start, clip };
      const trained = await train(linear, data, { ...options, adam: { beta1: 0, beta2: 0, epsilon: 1 } });
      flat(trained.weights()).forEach((got, i) => {
        const part = factor * g[i]!;
        expect(Math.abs(got - (flat(start)[i]! - (0.1 * part) / (Math.abs(part) + 1)))).toBeLessThan(1e-15);
      });
    }
  });

  it.each(["float64", "float32"] as const)("takes the same steps on both engines in %s", async (precision) => {
    const net = mlp({
      inputs: 3,
      layers: [
        { units: 5, activation: "tanh" },
        { units: 1, activation: "linear" },
      ],
    });
    const [wasm, plain] = await Promise.all(
      (["wasm", "plain"] as const).map((engine) =>
        train(net, data, { epochs: 20, random: random(1), precision, engine, weightDecay: 0.1, clip: 0.3 }),
      ),
    );
    expect(wasm!.history.engine).toBe("wasm");
    expect(flat(wasm!.weights())).toEqual(flat(plain!.weights()));
  });

  it("refuses bad settings", async () => {
    const bad = (change: object): Promise<unknown> =>
      train(linear, data, { epochs: 1, random: random(1), ...change }).catch((error: unknown) => String(error));
    expect(await bad({ weightDecay: -1 })).toBe("RangeError: train: weightDecay must not be negative, got -1");
    expect(await bad({ clip: 0 })).toContain("RangeError: train: clip must be positive");
    expect(await bad({ clip: Number.NaN })).toContain("RangeError: train: clip must be finite");
    expect(await bad({ batchSize: 5 })).toBe(
      "RangeError: train: batchSize must be at most the 4 samples of the data, got 5",
    );
  });
});
