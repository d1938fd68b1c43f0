import { dopri5, random, solve } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { loadNet, saveNet } from "../files/net-file.ts";
import { learnedRhs } from "../rollout/learned-rhs.ts";
import type { Trained } from "../rollout/trained.ts";
import { type FieldCnn, fieldCnn } from "../spec/field-cnn.ts";
import { checkNetSpec, parameterCount } from "../spec/net-spec.ts";
import { train } from "./train.ts";

const small = fieldCnn({ widths: [2, 3], padding: "periodic", momentum: 0.8 });
const field = (count: number, seed: number): Float64Array => {
  const source = random(seed);
  return Float64Array.from({ length: count }, () => 2 * source() - 1);
};
const data = (seed = 1) => ({ inputs: field(6 * 32, seed), targets: field(6 * 32, seed + 1), points: [8, 4] });
const quick = (options = {}): Promise<Trained<FieldCnn>> =>
  train(small, data(), { epochs: 4, batchSize: 4, learningRate: 1e-3, random: random(3), ...options });

describe("a field CNN", () => {
  it("has the paper's 121,057 trainable parameters, and 384 statistics besides", async () => {
    expect(parameterCount(fieldCnn())).toBe(121_057);
    const trained = await train(
      fieldCnn(),
      { inputs: field(16, 1), targets: field(16, 2), points: [4, 4] },
      {
        epochs: 1,
        random: random(1),
        precision: "float32",
      },
    );
    const weights = [...trained.weights()];
    const count = (pattern: RegExp): number =>
      weights.reduce((sum, [name, { data: numbers }]) => sum + (pattern.test(name) ? numbers.length : 0), 0);
    expect(count(/moving/)).toBe(384);
    expect(count(/kernel|bias|gamma|beta/)).toBe(121_057);
    expect(trained.weights().get("conv3.kernel")!.shape).toEqual([3, 3, 32, 64]);
  });

  it("is kept in files with its statistics, and predicts the same bits", async () => {
    expect(checkNetSpec(JSON.parse(JSON.stringify(small)))).toEqual(small);
    for (const precision of ["float64", "float32"] as const) {
      const trained = await quick({ precision, scale: "standard" });
      const loaded = loadNet(saveNet(trained));
      expect(loaded.spec).toEqual(small);
      expect(loaded.weights()).toEqual(trained.weights());
      expect(
        trained
          .weights()
          .get("bn1.moving_mean")!
          .data.some((mean) => mean !== 0),
      ).toBe(true);
      const x = field(32, 5);
      const [a, b] = [new Float64Array(32), new Float64Array(32)];
      trained.predict(x, a, [8, 4]);
      loaded.predict(x, b, [8, 4]);
      expect(b).toEqual(a);
    }
  });

  it("takes the same steps in float32 as in float64, and the same bits again by the same seed", async () => {
    const [double, single, again] = [await quick(), await quick({ precision: "float32" }), await quick()];
    // Some ten steps, each rounded at 6e-8 and amplified by batch norms of few points.
    single.history.loss.forEach((value, e) => expect(value / double.history.loss[e]!).toBeCloseTo(1, 3));
    expect(again.weights()).toEqual(double.weights());
    expect(again.history).toEqual(double.history);
  });

  it("is judged on validation data by its running statistics, which are not moved there", async () => {
    const trained = await quick({ validation: data(1), epochs: 1, restoreBest: false });
    const plain = await quick({ epochs: 1 });
    expect(trained.weights()).toEqual(plain.weights());
    const out = new Float64Array(32);
    const { inputs, targets } = data();
    let sum = 0;
    for (let r = 0; r < 6; r++) {
      trained.predict(inputs.subarray(32 * r, 32 * r + 32), out, [8, 4]);
      out.forEach((value, i) => {
        sum += (value - targets[32 * r + i]!) * (value - targets[32 * r + i]!);
      });
    }
    // The same sum in another order.
    expect(Math.abs(trained.history.validation[0]! - sum / 192)).toBeLessThan(1e-14);
  });

  it("is a law on its grid, also on another than that of its training", async () => {
    const trained = await quick();
    const size = [12, 8];
    const rhs = learnedRhs(trained, { size, ends: "periodic" });
    const u = field(96, 6);
    const [a, b] = [new Float64Array(96), new Float64Array(96)];
    rhs(0, u, a);
    trained.predict(u, b, size);
    expect(a).toEqual(b);
    const run = solve({ rhs, size: 96 }, u, [0, 0.01], { method: dopri5() });
    expect(run.status).toBe("done");
  });

  it.skipIf("document" in globalThis)("makes no arrays when called", async () => {
    const trained = await quick();
    const rhs = learnedRhs(trained, { size: [12, 8], ends: "periodic" });
    const [u, out] = [field(96, 6), new Float64Array(96)];
    const call = (): void => {
      rhs(0, u, out);
      trained.predict(u, out, [12, 8]);
    };
    call();
    const before = process.memoryUsage().arrayBuffers;
    for (let k = 0; k < 500; k++) call();
    // One array of a field a call would be 384 kB and more.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4096);
  });

  it("refuses what does not fit", async () => {
    const trained = await quick();
    const out = new Float64Array(32);
    expect(() => trained.predict(field(32, 1), out)).toThrow("points must name the grid of a fieldCnn");
    expect(() => trained.predict(field(31, 1), out, [8, 4])).toThrow(
      "x must hold one field of 32 numbers, got length 31",
    );
    expect(() => learnedRhs(trained, { size: [8, 4], ends: "dirichlet" })).toThrow(
      "ends must be periodic for a fieldCnn",
    );
    expect(() => learnedRhs(trained, { size: [8, 6], ends: "periodic" })).toThrow("must be divisible by 4, got 6");
    expect(() => fieldCnn({ widths: [] })).toThrow("widths.length must be an integer between 1 and 6, got 0");
    expect(() => fieldCnn({ momentum: 1.5 })).toThrow("momentum must lie in [0, 1], got 1.5");
    expect(() => fieldCnn({ padding: "same" as "zero" })).toThrow("padding must be one of");
    await expect(
      train(small, { ...data(), targets: new Float64Array(6 * 32).fill(Number.NaN) }, { epochs: 1, random: random(1) }),
    ).rejects.toThrow("targets[0] must be finite");
  });
});
