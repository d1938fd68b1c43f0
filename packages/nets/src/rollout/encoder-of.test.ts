import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { loadNet, saveNet } from "../files/net-file.ts";
import { autoencoder } from "../spec/autoencoder.ts";
import type { AutoencoderNet } from "../spec/coder-net.ts";
import { setAutoencoder } from "../spec/set-autoencoder.ts";
import { mlp } from "../spec/mlp.ts";
import { variationalAutoencoder } from "../spec/variational-autoencoder.ts";
import { train } from "../training/train.ts";
import { decoderOf, encoderOf } from "./encoder-of.ts";
import type { Trained } from "./trained.ts";

const tanh = (...units: number[]) => units.map((n) => ({ units: n, activation: "tanh" as const }));
const coder = { inputs: 6, encoder: tanh(9, 9), latentSize: 2 } as const;

/** Points of a closed curve in six dimensions, off the origin and of different sizes. */
function curve(rows: number, seed: number): Float64Array {
  const source = random(seed);
  const data = new Float64Array(rows * 6);
  for (let r = 0; r < rows; r++) {
    const angle = 2 * Math.PI * source();
    for (let i = 0; i < 6; i++) data[r * 6 + i] = 3 + (i + 1) * Math.sin(angle + i);
  }
  return data;
}

const quick = (spec: AutoencoderNet, options = {}) =>
  train(spec, { inputs: curve(40, 1) }, { epochs: 3, batchSize: 8, learningRate: 1e-2, random: random(2), ...options });

describe("an autoencoder", () => {
  // The curve is one closed line, so two numbers hold it; the mean of the data leaves an error of 1.
  it("learns a curve, in scaled values", async () => {
    const options = { epochs: 150, learningRate: 5e-3, scale: "standard", schedule: { kind: "cosine" } } as const;
    const trained = await quick(autoencoder(coder), { ...options, validation: { inputs: curve(30, 3) } });
    expect(trained.history.validation.at(-1)).toBeLessThan(5e-3);
    const x = curve(10, 4);
    const back = new Float64Array(x.length);
    trained.predict(x, back);
    const worst = x.reduce((most, value, i) => Math.max(most, Math.abs(back[i]! - value) / (1 + (i % 6))), 0);
    expect(worst).toBeLessThan(0.5);
  });

  it("learns to take noise away: the targets stay clean", async () => {
    const noisy = await quick(autoencoder(coder), { noise: 0.1, epochs: 2 });
    const clean = await quick(autoencoder(coder), { epochs: 2 });
    expect(noisy.history.loss).not.toEqual(clean.history.loss);
  });

  it("trains in float32, and by the relative loss", async () => {
    const [single, double] = [
      await quick(autoencoder(coder), { precision: "float32" }),
      await quick(autoencoder(coder)),
    ];
    // The same steps, each rounded at 6e-8.
    single.history.loss.forEach((value, e) => expect(value / double.history.loss[e]!).toBeCloseTo(1, 4));
    const relative = await quick(autoencoder(coder), { loss: "relative", scale: "standard" });
    // Compared with their size, values keep their origin.
    expect([...relative.scaling!.inputs!.offset]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(relative.scaling!.targets).toBe(relative.scaling!.inputs);
  });
});

const NETS: readonly [name: string, make: () => Promise<Trained<AutoencoderNet>>][] = [
  ["autoencoder", () => quick(autoencoder(coder))],
  ["autoencoder, scaled, float32", () => quick(autoencoder(coder), { scale: "standard", precision: "float32" })],
  ["variational autoencoder", () => quick(variationalAutoencoder({ ...coder, beta: 0.1, warmup: 2 }))],
  ["variational autoencoder, scaled", () => quick(variationalAutoencoder(coder), { scale: "min-max" })],
];

describe.each(NETS)("%s in halves", (_name, make) => {
  it("is the whole, for any number of samples", async () => {
    const trained = await make();
    const encoder = encoderOf(trained);
    const decoder = decoderOf(trained as Parameters<typeof decoderOf>[0]);
    expect([encoder.latentSize, decoder.latentSize, decoder.size]).toEqual([2, 2, 6]);
    for (const samples of [0, 1, 63, 64, 65, 130]) {
      const x = curve(samples, 5);
      const z = new Float64Array(samples * 2);
      encoder.encode(x, z);
      const back = new Float64Array(x.length);
      decoder.decode(z, back);
      const whole = new Float64Array(x.length);
      trained.predict(x, whole);
      // Codes pass through float64, which holds float32 numbers exactly.
      expect(back).toEqual(whole);
    }
  });

  it("comes back from a file", async () => {
    const trained = await make();
    const loaded = loadNet(saveNet(trained)) as Trained<AutoencoderNet>;
    expect(loaded.spec).toEqual(trained.spec);
    expect(loaded.weights()).toEqual(trained.weights());
    const x = curve(3, 6);
    const [a, b] = [new Float64Array(6), new Float64Array(6)];
    encoderOf(trained).encode(x, a);
    encoderOf(loaded).encode(x, b);
    expect(b).toEqual(a);
  });

  it("does not write its inputs, and refuses wrong lengths", async () => {
    const trained = await make();
    const encoder = encoderOf(trained);
    const x = curve(2, 7);
    const kept = x.slice();
    encoder.encode(x, new Float64Array(4));
    expect(x).toEqual(kept);
    expect(() => encoder.encode(new Float64Array(7), new Float64Array(2))).toThrow(
      "encode: x must hold whole samples of 6 numbers, got length 7",
    );
    expect(() => encoder.encode(x, new Float64Array(3))).toThrow("encode: out must have length 4, got 3");
    expect(() => encoder.encode(x, new Float64Array(4), 2)).toThrow("encode: points must be");
    const decoder = decoderOf(trained as Parameters<typeof decoderOf>[0]);
    expect(() => decoder.decode(new Float64Array(3), x)).toThrow("decode: z must hold whole codes of 2 numbers");
    expect(() => decoder.decode(new Float64Array(2), x)).toThrow("decode: out must have length 6, got 12");
  });
});

describe("a variational code", () => {
  it("is drawn about its mean, seeded, with the spread that the net says", async () => {
    const trained = await quick(variationalAutoencoder({ ...coder, beta: 0.1 }));
    const encoder = encoderOf(trained);
    const x = curve(1, 8);
    const many = 20_000;
    const repeated = Float64Array.from({ length: 6 * many }, (_, i) => x[i % 6]!);
    const z = new Float64Array(2 * many);
    encoder.sample(repeated, random(3), z);
    const again = new Float64Array(2 * many);
    encoder.sample(repeated, random(3), again);
    expect(again).toEqual(z);
    const mean = new Float64Array(2);
    encoder.encode(x, mean);
    const weights = trained.weights();
    // The standard deviation from the weights: the encoder by hand.
    const layer = (name: string, below: number[], residual: boolean): number[] => {
      const { shape, data } = weights.get(`${name}.weight`)!;
      const bias = weights.get(`${name}.bias`)!.data;
      return Array.from({ length: shape[0]! }, (_, j) =>
        below.reduce((s, y, k) => s + data[j * shape[1]! + k]! * y, bias[j]! + (residual ? below[j]! : 0)),
      );
    };
    const first = layer("encoder.layers.0", [...x], false).map(Math.tanh);
    const second = layer("encoder.layers.1", first, true).map(Math.tanh);
    const means = layer("encoder.mean", second, false);
    const deviations = layer("encoder.logVariance", second, false).map((l) => Math.exp(l / 2));
    for (const j of [0, 1]) {
      expect(mean[j]).toBeCloseTo(means[j]!, 12);
      let [sum, squares] = [0, 0];
      for (let r = 0; r < many; r++) {
        sum += z[2 * r + j]!;
        squares += (z[2 * r + j]! - mean[j]!) * (z[2 * r + j]! - mean[j]!);
      }
      // Four standard errors of a mean and of a standard deviation of 20,000 numbers.
      expect(Math.abs(sum / many - mean[j]!)).toBeLessThan((4 * deviations[j]!) / Math.sqrt(many));
      expect(Math.abs(Math.sqrt(squares / many) / deviations[j]! - 1)).toBeLessThan(4 / Math.sqrt(2 * many));
    }
  });

  it("collapses onto N(0, 1) when only the divergence counts", async () => {
    const trained = await quick(variationalAutoencoder({ ...coder, beta: 1e4 }), { epochs: 200 });
    const encoder = encoderOf(trained);
    const z = new Float64Array(20);
    encoder.encode(curve(10, 9), z);
    z.forEach((value) => expect(Math.abs(value)).toBeLessThan(0.2));
  });

  it("counts less during its warm-up, and wholly in the validation loss", async () => {
    const run = async (beta: number, warmup: number) => {
      const spec = variationalAutoencoder({ ...coder, beta, warmup });
      return (await quick(spec, { epochs: 1, validation: { inputs: curve(10, 3) }, learningRate: 1e-12 })).history;
    };
    const [none, whole, warm] = [await run(0, 0), await run(10, 0), await run(10, 4)];
    // In the first epoch the weight is zero, so the loss is that of no divergence, drawn numbers included.
    expect(warm.loss).toEqual(none.loss);
    // The steps, of 1e-12 a weight, differ.
    expect(warm.validation[0]).toBeCloseTo(whole.validation[0]!, 7);
    expect(warm.validation[0]).toBeGreaterThan(none.validation[0]! + 0.1);
  });

  it("is resumed with the bits of a training that was not stopped", async () => {
    const spec = variationalAutoencoder({ ...coder, warmup: 4 });
    // Seven rows of two numbers: the last draw of an epoch may leave half a pair behind.
    const more = { epochs: 6, batchSize: 7, noise: 0.1, validation: { inputs: curve(9, 4) } };
    const checkpoints: Uint8Array[] = [];
    const onProgress = (_: unknown, checkpoint: () => Uint8Array) => checkpoints.push(checkpoint());
    const whole = await quick(spec, { ...more, onProgress });
    for (const resume of checkpoints) {
      const again = await quick(spec, { ...more, random: random(2), resume });
      expect(again.weights()).toEqual(whole.weights());
      expect(again.history).toEqual(whole.history);
    }
  });

  it("takes the squared error alone", async () => {
    await expect(quick(variationalAutoencoder(coder), { loss: "relative" })).rejects.toThrow(
      "train: loss must be mse for a variationalAutoencoder, got relative",
    );
  });

  it("encodes without drawing, and other nets have nothing to draw", async () => {
    const plain = await quick(autoencoder(coder));
    const [a, b] = [new Float64Array(2), new Float64Array(2)];
    encoderOf(plain).encode(curve(1, 2), a);
    encoderOf(plain).sample(curve(1, 2), random(1), b);
    expect(b).toEqual(a);
  });
});

describe("bad input", () => {
  it("is refused: targets for an autoencoder, points, other nets", async () => {
    const inputs = curve(5, 1);
    const options = { epochs: 1, batchSize: 2, random: random(1) };
    await expect(train(autoencoder(coder), { inputs, targets: inputs } as never, options)).rejects.toThrow(
      "train: unknown option targets; known: inputs, points, weights",
    );
    await expect(train(autoencoder(coder), { inputs, points: 2 }, options)).rejects.toThrow(
      "train: points must be 1 or left out for this net, got 2",
    );
    await expect(train(autoencoder(coder), { inputs: inputs.slice(1) }, options)).rejects.toThrow(
      "train: inputs must hold whole rows of 6 numbers, at least one, got length 29",
    );
    await expect(train(autoencoder(coder), { inputs: inputs.with(3, Number.NaN) }, options)).rejects.toThrow(
      "inputs[3] must be finite",
    );
    const other = await train(mlp({ inputs: 6 }), { inputs, targets: new Float64Array(5) }, options);
    expect(() => encoderOf(other as never)).toThrow("encoderOf: net must be an autoencoder, got a mlp");
    const particles = setAutoencoder({
      size: 2,
      element: tanh(3),
      pooled: [],
      latentSize: 1,
      decoder: [],
      components: 1,
    });
    const set = await train(particles, { inputs: new Float64Array(12), points: 3 }, options);
    expect(() => decoderOf(set as never)).toThrow("decoderOf: net must not be a setAutoencoder; use mixtureOf");
  });
});
