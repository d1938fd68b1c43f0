import { random } from "@hml/integrators";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rowProblem } from "../../test/row-problem.ts";
import { loadNet, saveNet } from "../files/net-file.ts";
import { trainedNet } from "../rollout/trained.ts";
import { deepSet, deepSetShape } from "../spec/deep-set.ts";
import { drawWeights } from "../spec/init.ts";
import { train } from "../training/train.ts";

const tanh = (...units: number[]) => units.map((n) => ({ units: n, activation: "tanh" as const }));
const linear = (units: number) => ({ units, activation: "linear" as const });
const spec = deepSet({ size: 3, element: [...tanh(8, 8), linear(10)], pooled: [...tanh(7), linear(4)] });

/** A net with seeded weights. */
function drawn(seed: number) {
  const { layout } = deepSetShape(spec);
  const parameters = new Float64Array(layout.numbers);
  drawWeights(layout, random(seed), parameters);
  const none = new Float64Array(0);
  const history = { loss: none, validation: none, learningRate: none, keptEpoch: 0, engine: undefined };
  return trainedNet(
    spec,
    parameters.map((p) => p + 0.05),
    { status: "loaded", ...history },
  );
}

describe("a set net", () => {
  it("does not see the order of the elements, nor how often all of them are repeated, to rounding", () => {
    const net = drawn(1);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), (n, seed) => {
        const source = random(seed);
        const elements = Array.from({ length: n }, () => [2 * source() - 1, 2 * source() - 1, 2 * source() - 1]);
        const order = elements.map((element) => ({ element, key: source() })).toSorted((a, b) => a.key - b.key);
        const answer = (set: readonly (readonly number[])[]) => {
          const out = new Float64Array(4);
          net.predict(Float64Array.from(set.flat()), out);
          return out;
        };
        const first = answer(elements);
        const same = [answer(order.map(({ element }) => element)), answer([...elements, ...elements])];
        // Sums of n numbers below 1 in another order.
        for (const other of same) other.forEach((y, i) => expect(Math.abs(y - first[i]!)).toBeLessThan(1e-13));
      }),
      { seed: 2, numRuns: 40 },
    );
  });

  it("is g of the mean of phi, evaluated by hand", () => {
    const net = drawn(3);
    const weights = net.weights();
    const layer = (name: string, below: readonly number[], residual = false): number[] => {
      const { shape, data } = weights.get(`${name}.weight`)!;
      const bias = weights.get(`${name}.bias`)!.data;
      return Array.from({ length: shape[0]! }, (_, j) =>
        below.reduce((s, y, k) => s + data[j * shape[1]! + k]! * y, bias[j]! + (residual ? below[j]! : 0)),
      );
    };
    const source = random(4);
    const n = 200;
    const x = Float64Array.from({ length: 3 * n }, () => 2 * source() - 1);
    const mean = Array.from({ length: 10 }, () => 0);
    for (let e = 0; e < n; e++) {
      const first = layer("element.layers.0", [...x.subarray(3 * e, 3 * e + 3)]).map(Math.tanh);
      const second = layer("element.layers.1", first, true).map(Math.tanh);
      layer("element.layers.2", second).forEach((y, j) => (mean[j] = mean[j]! + y / n));
    }
    const expected = layer("pooled.layers.1", layer("pooled.layers.0", mean).map(Math.tanh));
    const out = new Float64Array(4);
    net.predict(x, out);
    // A few hundred roundings of numbers below 1.
    expected.forEach((y, j) => expect(Math.abs(out[j]! - y)).toBeLessThan(1e-13));
  });

  it("takes batches of sets of any size, one size after the other", () => {
    const net = drawn(5);
    const source = random(6);
    for (const n of [5, 129, 5, 1]) {
      const sets = 3;
      const x = Float64Array.from({ length: sets * n * 3 }, () => 2 * source() - 1);
      const all = new Float64Array(sets * 4);
      net.predict(x, all, [n]);
      for (let s = 0; s < sets; s++) {
        const one = new Float64Array(4);
        net.predict(x.slice(s * n * 3, (s + 1) * n * 3), one);
        expect(one).toEqual(all.slice(4 * s, 4 * s + 4));
      }
    }
    expect(() => net.predict(new Float64Array(15), new Float64Array(4), [2])).toThrow(
      "predict: x must hold whole samples of 6 numbers, got length 15",
    );
    expect(() => net.predict(new Float64Array(12), new Float64Array(4), [2, 2])).toThrow(
      "predict: points must be the number of elements, [n], got [2, 2]",
    );
  });

  it("learns the mean square of sets, scaled, of a number that it was not trained on", async () => {
    const sets = (rows: number, n: number, seed: number) => {
      const source = random(seed);
      const inputs = new Float64Array(rows * n);
      const targets = new Float64Array(rows);
      for (let r = 0; r < rows; r++) {
        const size = 5 * source();
        for (let e = 0; e < n; e++) {
          const x = size * (2 * source() - 1);
          inputs[r * n + e] = x;
          targets[r] = targets[r]! + (x * x) / n;
        }
      }
      return { inputs, targets };
    };
    const net = deepSet({ size: 1, element: [...tanh(16), linear(8)], pooled: [...tanh(8), linear(1)] });
    const trained = await train(
      net,
      { ...sets(200, 10, 1), points: 10 },
      {
        epochs: 120,
        batchSize: 10,
        learningRate: 1e-2,
        schedule: { kind: "cosine" },
        scale: "standard",
        random: random(2),
      },
    );
    const test = sets(50, 40, 7);
    const [out, same] = [new Float64Array(50), new Float64Array(50)];
    trained.predict(test.inputs, out, [40]);
    loadNet(saveNet(trained)).predict(test.inputs, same, [40]);
    expect(same).toEqual(out);
    const squares = out.reduce((sum, y, r) => sum + (y - test.targets[r]!) * (y - test.targets[r]!), 0) / 50;
    // Mean squares reach 8, with a standard deviation of 2.5.
    expect(Math.sqrt(squares)).toBeLessThan(0.3);
  });

  it("keeps its activations for a tile alone", () => {
    // 1,000 elements of 8 numbers in two layers, both ways, would take 256 kB a row.
    const { loss } = rowProblem(spec, { points: 1000, rows: 2, tile: 2 });
    expect(loss.network.kernels.used).toBeLessThan(1 << 20);
  });
});
