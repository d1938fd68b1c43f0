import { normal, random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { loadNet, saveNet } from "../files/net-file.ts";
import { autoencoder } from "../spec/autoencoder.ts";
import { mixtureDensity, type MixtureSupport } from "../spec/mixture-density.ts";
import { setAutoencoder } from "../spec/set-autoencoder.ts";
import { train } from "../training/train.ts";
import { encoderOf } from "./encoder-of.ts";
import { mixtureOf } from "./mixture-of.ts";
import type { Trained } from "./trained.ts";

const tanh = (...units: number[]) => units.map((n) => ({ units: n, activation: "tanh" as const }));
const bounds: MixtureSupport = { kind: "logit", low: -2, high: 2 };

/** Values x = (c + 0.3 e, -c + 0.3 f), e and f of correlation 0.8, for conditions c in (-1, 1); e stays within 3. */
function lawful(rows: number, points: number, seed: number) {
  const source = random(seed);
  const gauss = normal(source);
  const inside = () => Math.max(-3, Math.min(3, gauss()));
  const inputs = Float64Array.from({ length: rows }, () => 2 * source() - 1);
  const targets = new Float64Array(rows * points * 2);
  for (let r = 0; r < rows; r++) {
    for (let p = 0; p < points; p++) {
      const e = inside();
      const at = 2 * (r * points + p);
      targets[at] = inputs[r]! + 0.3 * e;
      targets[at + 1] = -inputs[r]! + 0.3 * (0.8 * e + 0.6 * inside());
    }
  }
  return { inputs, targets, points };
}

const net = (support: MixtureSupport = { kind: "unbounded" }) =>
  mixtureDensity({ inputs: 1, layers: tanh(12), size: 2, components: 2, support });

const options = { epochs: 60, batchSize: 10, learningRate: 1e-2, schedule: { kind: "cosine" } } as const;
const fit = (support?: MixtureSupport, more = {}) =>
  train(net(support), lawful(200, 8, 1), { ...options, random: random(2), ...more });

describe("a mixture density net", () => {
  it.each<[string, MixtureSupport | undefined, object]>([
    ["without bounds", undefined, {}],
    ["without bounds, scaled", undefined, { scale: "standard" }],
    ["in bounds", bounds, {}],
    ["of the paper's support, in float32", { kind: "softplus-inverse", low: -2, high: 2 }, { precision: "float32" }],
  ])("learns a law: its likelihood, means and covariances, %s", async (_name, support, more) => {
    const trained = await fit(support, more);
    const mixture = mixtureOf(trained);
    // -log p of the law itself is log(2 pi 0.09 0.6) + 1 = -0.081; units of a scale move the loss, not the density.
    const test = lawful(400, 5, 9);
    const logs = new Float64Array(2000);
    mixture.logDensity(test.inputs, test.targets, logs);
    const loss = -logs.reduce((sum, log) => sum + log, 0) / 2000;
    expect(loss).toBeGreaterThan(-0.2);
    expect(loss).toBeLessThan(0.1);
    const conditions = Float64Array.of(-0.7, 0.1, 0.6);
    const mean = new Float64Array(6);
    const covariance = new Float64Array(12);
    mixture.moments(conditions, mean, covariance);
    conditions.forEach((c, r) => {
      expect(Math.abs(mean[2 * r]! - c)).toBeLessThan(0.08);
      expect(Math.abs(mean[2 * r + 1]! + c)).toBeLessThan(0.08);
      const [xx, xy, yx, yy] = covariance.subarray(4 * r, 4 * r + 4);
      expect(yx).toBe(xy);
      for (const [got, true_] of [
        [xx!, 0.09],
        [xy!, 0.072],
        [yy!, 0.09],
      ] as const) {
        expect(Math.abs(got - true_)).toBeLessThan(0.03);
      }
    });
  });

  it("draws values whose moments are those it says, seeded", async () => {
    for (const more of [{}, { scale: "standard" }]) {
      const mixture = mixtureOf(await fit("scale" in more ? undefined : bounds, { ...more, epochs: 5 }));
      const conditions = Float64Array.of(0.3, -0.8);
      const many = 40_000;
      const [values, again] = [new Float64Array(4 * many), new Float64Array(4 * many)];
      mixture.sample(conditions, random(4), values);
      mixture.sample(conditions, random(4), again);
      expect(again).toEqual(values);
      if (!("scale" in more)) expect(values.every((x) => x > -2 && x < 2)).toBe(true);
      const mean = new Float64Array(4);
      const covariance = new Float64Array(8);
      mixture.moments(conditions, mean, covariance);
      for (const c of [0, 1]) {
        const sums = [0, 0, 0, 0];
        for (let p = c * many; p < (c + 1) * many; p++) {
          const dx = values[2 * p]! - mean[2 * c]!;
          const dy = values[2 * p + 1]! - mean[2 * c + 1]!;
          [dx, dy, dx * dx, dx * dy].forEach((term, m) => (sums[m] = sums[m]! + term / many));
        }
        const [xx, xy, , yy] = covariance.subarray(4 * c, 4 * c + 4);
        // Five standard errors; that of a squared deviation is at most twice its mean for these laws.
        const tolerance = 5 / Math.sqrt(many);
        expect(Math.abs(sums[0]!)).toBeLessThan(tolerance * Math.sqrt(xx!));
        expect(Math.abs(sums[1]!)).toBeLessThan(tolerance * Math.sqrt(yy!));
        expect(Math.abs(sums[2]! - xx!)).toBeLessThan(2 * tolerance * xx!);
        expect(Math.abs(sums[3]! - xy!)).toBeLessThan(2 * tolerance * Math.sqrt(xx! * yy!));
      }
    }
  });

  it("gives its raw outputs as predictions, and comes back from a file", async () => {
    const trained = await fit(bounds, { epochs: 2 });
    const raw = new Float64Array(2 * 12);
    trained.predict(Float64Array.of(0.1, 0.2), raw);
    const loaded = loadNet(saveNet(trained)) as typeof trained;
    expect(loaded.spec).toEqual(trained.spec);
    const same = new Float64Array(24);
    loaded.predict(Float64Array.of(0.1, 0.2), same);
    expect(same).toEqual(raw);
    const logs = [trained, loaded].map((one) => {
      const out = new Float64Array(1);
      mixtureOf(one).logDensity(Float64Array.of(0.1), Float64Array.of(0.2, 0.3), out);
      return out[0];
    });
    expect(logs[1]).toBe(logs[0]);
  });

  it("keeps its likelihood bounded where targets repeat, by its floor", async () => {
    const rows = 20;
    const data = { inputs: new Float64Array(rows), targets: new Float64Array(rows * 2) };
    const trained = await train(net(), data, { ...options, epochs: 300, clip: 1, random: random(1) });
    // The least standard deviations are 1e-2 in both coordinates: log(2 pi 1e-4) = -7.37.
    expect(trained.history.loss.at(-1)).toBeGreaterThan(-7.38);
    expect(trained.history.loss.at(-1)).toBeLessThan(-6);
  });
});

describe("a particle autoencoder", () => {
  const spec = (variational: boolean) =>
    setAutoencoder({
      size: 1,
      element: [...tanh(10, 10), { units: 12, activation: "linear" }],
      pooled: tanh(8),
      latentSize: 1,
      decoder: tanh(8),
      components: 2,
      support: { kind: "logit", low: -1, high: 1 },
      variational,
      beta: 1 / 30,
    });

  /** Samples of 30 particles about a center in (-0.5, 0.5), in bounds. */
  function clouds(rows: number, particles: number, seed: number) {
    const source = random(seed);
    const gauss = normal(source);
    const centers = Float64Array.from({ length: rows }, () => source() - 0.5);
    const inputs = Float64Array.from({ length: rows * particles }, (_, i) =>
      Math.max(-1, Math.min(1, centers[Math.floor(i / particles)]! + 0.1 * gauss())),
    );
    return { centers, inputs };
  }

  it.each([false, true])(
    "learns the law of a particle from a cloud, for any number of particles; variational: %s",
    async (variational) => {
      const { inputs } = clouds(120, 30, 1);
      const trained: Trained<ReturnType<typeof spec>> = await train(
        spec(variational),
        { inputs, points: 30 },
        { epochs: 60, batchSize: 10, learningRate: 1e-2, schedule: { kind: "cosine" }, random: random(2) },
      );
      const encoder = encoderOf(trained);
      const mixture = mixtureOf(trained);
      for (const particles of [30, 400]) {
        const test = clouds(20, particles, 5);
        const z = new Float64Array(20);
        encoder.encode(test.inputs, z, particles);
        const [mean, covariance] = [new Float64Array(20), new Float64Array(20)];
        mixture.moments(z, mean, covariance);
        for (let r = 0; r < 20; r++) {
          // The mean of 30 particles of deviation 0.1 has one of 0.018.
          expect(Math.abs(mean[r]! - test.centers[r]!)).toBeLessThan(0.1);
          expect(Math.sqrt(covariance[r]!)).toBeGreaterThan(0.06);
          expect(Math.sqrt(covariance[r]!)).toBeLessThan(0.16);
        }
        // One sample, where the number of particles is left out.
        const first = new Float64Array(1);
        encoder.encode(test.inputs.slice(0, particles), first);
        expect(first[0]).toBe(z[0]);
        const raw = new Float64Array(20 * 6);
        trained.predict(test.inputs, raw, [particles]);
        expect(raw.every(Number.isFinite)).toBe(true);
      }
    },
  );

  it("comes back from a file, in float32 and scaled", async () => {
    const { inputs } = clouds(12, 30, 1);
    const short = { epochs: 2, batchSize: 5, precision: "float32", scale: { inputs: { scale: 2 } } } as const;
    const trained = await train(spec(true), { inputs, points: 30 }, { ...short, random: random(6) });
    const loaded = loadNet(saveNet(trained)) as typeof trained;
    expect(loaded.spec).toEqual(trained.spec);
    expect(loaded.precision).toBe("float32");
    const draws = [trained, loaded].map((one) => {
      const [z, values] = [new Float64Array(12), new Float64Array(24)];
      encoderOf(one).encode(inputs, z, 30);
      mixtureOf(one).sample(z, random(3), values);
      // In the units of the data, twice those of the support.
      expect(values.every((x) => x > -2 && x < 2)).toBe(true);
      return { z, values };
    });
    expect(draws[1]).toEqual(draws[0]);
  });

  it("is reproducible by its seed, draws of the code included", async () => {
    const data = { inputs: clouds(12, 30, 1).inputs, points: 30 };
    const run = () => train(spec(true), data, { epochs: 3, batchSize: 5, random: random(6) });
    const [a, b] = [await run(), await run()];
    expect(b.history).toEqual(a.history);
    expect(b.weights()).toEqual(a.weights());
  });
});

describe("bad input", () => {
  const small = { epochs: 1, batchSize: 1, random: random(1) };

  it("is refused: values out of bounds, losses, lengths, other nets", async () => {
    const data = lawful(4, 2, 1);
    await expect(train(net({ ...bounds, high: 0 }), data, small)).rejects.toThrow(
      "train: values must lie in the support [-2, 0], got",
    );
    await expect(train(net(), data, { ...small, loss: "mse" })).rejects.toThrow(
      "train: loss must be left out for a mixtureDensity, which is trained by its likelihood",
    );
    await expect(train(net(), { ...data, points: [2, 1] }, small)).rejects.toThrow(
      "train: points must be a number for this net",
    );
    await expect(train(net(), { ...data, points: 3 }, small)).rejects.toThrow("targets must have length 24, got 16");
    const mixture = mixtureOf(await train(net(), data, small));
    const one = Float64Array.of(0.5);
    expect([mixture.conditionSize, mixture.size, mixture.components]).toEqual([1, 2, 2]);
    expect(() => mixture.sample(one, random(1), new Float64Array(3))).toThrow(
      "sample: out must hold as many values of 2 numbers for each of 1 conditions, got length 3",
    );
    expect(() => mixture.logDensity(one, new Float64Array(4), new Float64Array(1))).toThrow("out must have length 2");
    expect(() => mixture.moments(one, new Float64Array(1))).toThrow("moments: mean must have length 2, got 1");
    expect(() => mixture.sample(one, 3 as never, new Float64Array(2))).toThrow(TypeError);
    const dense = autoencoder({ inputs: 2, encoder: [], latentSize: 1 });
    const other = await train(dense, { inputs: new Float64Array(4) }, small);
    expect(() => mixtureOf(other as never)).toThrow("mixtureOf: net must be a mixtureDensity or a setAutoencoder");
  });
});
