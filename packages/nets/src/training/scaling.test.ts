import { random } from "@hml/integrators";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { heatData, periodicHeatData } from "../../test/heat-data.ts";
import type { Weights } from "../files/weights.ts";
import { learnedRhs } from "../rollout/learned-rhs.ts";
import { discretisedNet, fluxNet, functionalNet } from "../spec/field-net.ts";
import { autoencoder } from "../spec/autoencoder.ts";
import { mlp } from "../spec/mlp.ts";
import { type ScaleOption, scaleValues, scalingOf, unscaleValues } from "./scaling.ts";
import { train } from "./train.ts";

const flat = (weights: Weights): number[] => [...weights.values()].flatMap(({ data }) => Array.from<number>(data));
const values = Float64Array.of(1, 10, 5, 3, 10, -2, 8, 10, 0); // three of three channels
const inputs = { values, channels: 3, centred: true };

describe("scalingOf", () => {
  it("finds mean and standard deviation, or range, channel by channel", () => {
    const standard = scalingOf("test", "standard", inputs, undefined)!;
    expect([...standard.inputs!.offset]).toEqual([4, 10, 1]);
    // Deviations -3 -1 4, none, and 4 -3 -1; a channel that never changes is not divided.
    [Math.sqrt(26 / 3), 1, Math.sqrt(26 / 3)].forEach((s, c) => expect(standard.inputs!.scale[c]).toBeCloseTo(s, 15));
    expect(standard.targets).toBe(standard.inputs);
    const range = scalingOf("test", "min-max", inputs, { ...inputs, centred: false })!;
    expect([...range.inputs!.offset, ...range.inputs!.scale]).toEqual([1, 10, -2, 7, 1, 7]);
    expect([...range.targets!.offset, ...range.targets!.scale]).toEqual([0, 0, 0, 8, 10, 5]);
    const size = scalingOf("test", "standard", { ...inputs, centred: false }, undefined)!.inputs!;
    expect(size.scale[1]).toBe(10);
  });

  it("is undone to rounding, whatever the values", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 40 }),
        (list) => {
          const x = Float64Array.from(list.slice(0, list.length - (list.length % 2)));
          const { inputs: by } = scalingOf("test", "standard", { values: x, channels: 2, centred: true }, undefined)!;
          const [scaled, back] = [x.slice(), x.slice()];
          scaleValues(by!, x, 0, x.length, scaled, 0);
          unscaleValues(by!, scaled, 0, x.length, back, 0);
          // Three roundings, of numbers no larger than the largest value and its offset.
          x.forEach((value, i) => expect(Math.abs(back[i]! - value)).toBeLessThanOrEqual(1e-15 * 4e6));
        },
      ),
    );
  });

  it("takes numbers as they are given, one for all or one a channel, and refuses others", () => {
    const given = scalingOf("test", { inputs: { offset: 1, scale: [1, 2, 4] } }, inputs, inputs)!;
    expect([...given.inputs!.offset, ...given.inputs!.scale]).toEqual([1, 1, 1, 1, 2, 4]);
    expect(given.targets).toBeUndefined();
    const bad =
      (option: unknown, targets: typeof inputs | undefined = inputs) =>
      () =>
        scalingOf("test", option as ScaleOption, inputs, targets);
    expect(bad("minmax")).toThrow(/scale must be one of/);
    expect(bad({ input: {} })).toThrow(/did you mean inputs/);
    expect(bad({ inputs: { scale: 0 } })).toThrow(/scale.inputs.scale must be positive, got 0/);
    expect(bad({ inputs: { scale: [1, 2] } })).toThrow(/scale.inputs.scale must have length 3, got 2/);
    expect(bad({ targets: { offset: 1 } }, { ...inputs, centred: false })).toThrow(/offset must be 0 for this net/);
    const alike = (): unknown => scalingOf("test", { targets: {} }, inputs, undefined);
    expect(alike).toThrow(/scale.targets must be left out/);
    const huge = { values: Float64Array.of(1e308, 1e308, -1e308), channels: 1, centred: true };
    expect(() => scalingOf("test", "standard", huge, undefined)).toThrow(/too large to be summed/);
  });
});

describe("a net trained on scaled values", () => {
  const source = random(3);
  const x = Float64Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? 1e4 : 1e-3) * source() + (i % 3));
  const y = Float64Array.from({ length: 100 }, (_, r) => 1e-4 * x[3 * r]! + 50 * (x[3 * r + 1]! - 1) + 700);
  const data = { inputs: x, targets: y };
  const net = mlp({ inputs: 3, layers: [{ units: 1, activation: "linear" }] });

  it("is the net of values scaled by hand, to the bit, and predicts unscaled ones", async () => {
    const options = { epochs: 300, random: random(1), learningRate: 0.03, schedule: { kind: "cosine" } } as const;
    const ours = await train(net, data, { ...options, scale: "standard" });
    const { inputs: before, targets: after } = ours.scaling!;
    const hand = { inputs: x.slice(), targets: y.slice() };
    scaleValues(before!, x, 0, 300, hand.inputs, 0);
    scaleValues(after!, y, 0, 100, hand.targets, 0);
    const theirs = await train(net, hand, { ...options, random: random(1) });
    expect(flat(ours.weights())).toEqual(flat(theirs.weights()));
    expect(ours.history.loss).toEqual(theirs.history.loss);
    const out = new Float64Array(100);
    ours.predict(x, out);
    // A law that is linear in values of such different size is found to 1e-3 of its spread.
    const spread = after!.scale[0]!;
    out.forEach((value, r) => expect(Math.abs(value - y[r]!)).toBeLessThan(1e-3 * spread));
    const raw = await train(net, data, { ...options, random: random(1) });
    raw.predict(x, out);
    expect(Math.max(...out.map((value, r) => Math.abs(value - y[r]!)))).toBeGreaterThan(spread);
  });

  it("judges validation data by the training data's scaling", async () => {
    const options = { epochs: 3, random: random(1), scale: "standard" } as const;
    const shifted = { inputs: x, targets: y.map((value) => value + 1000) };
    const { history, scaling } = await train(net, data, { ...options, validation: shifted });
    // A shift of 1,000 is many deviations, whose square the loss shows.
    const shift = 1000 / scaling!.targets!.scale[0]!;
    expect(history.validation[0]).toBeGreaterThan(0.5 * shift * shift);
  });

  it("is the same law for every integrator: held ends stay, sums stay, offsets come back", async () => {
    const heat = heatData(200, 9, 0.1, random(1));
    const options = {
      epochs: 60,
      batchSize: 8,
      random: random(2),
      learningRate: 3e-3,
      schedule: { kind: "cosine" },
    } as const;
    const trained = await train(discretisedNet(), heat, { ...options, scale: "standard" });
    const u = Float64Array.from(heat.inputs).subarray(0, 9);
    const [direct, law] = [new Float64Array(9), new Float64Array(9)];
    trained.predict(u, direct);
    learnedRhs(trained, { size: 9, ends: "dirichlet" })(0, u, law);
    expect(law).toEqual(direct);
    expect([law[0], law[8]]).toEqual([0, 0]);
    const spread = trained.scaling!.targets!.scale[0]!;
    law.forEach((value, i) => expect(Math.abs(value - heat.targets[i]!)).toBeLessThan(0.1 * spread));

    const spacing = 0.125;
    const periodic = periodicHeatData(100, 8, 0.1, spacing, random(4));
    const flux = await train(fluxNet({ spacing }), periodic, {
      ...options,
      random: random(2),
      epochs: 3,
      scale: "min-max",
    });
    expect([...flux.scaling!.targets!.offset]).toEqual([0]);
    const out = new Float64Array(8);
    flux.predict(Float64Array.from(periodic.inputs).subarray(0, 8), out);
    expect(Math.abs(out.reduce((s, value) => s + value, 0))).toBeLessThan(1e-13 * Math.max(...out.map(Math.abs)));
  });

  it("is the same law of features, each scaled for itself", async () => {
    const features = ["u", "u_x"];
    const u = Float64Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 1e3 * source() : source()));
    const slopes = Float64Array.from({ length: 30 }, (_, r) => 0.01 * u[2 * r]! - u[2 * r + 1]!);
    const spec = functionalNet({ features, layers: [{ units: 1, activation: "linear" }] });
    const options = { epochs: 400, random: random(1), learningRate: 0.05, schedule: { kind: "cosine" } } as const;
    const trained = await train(spec, { inputs: u, targets: slopes }, { ...options, scale: "standard" });
    const field = Float64Array.from({ length: 8 }, (_, i) => 100 * i);
    const slope = { apply: (_u: ArrayLike<number>, out: Float64Array) => void out.fill(0.5) };
    const [law, direct] = [new Float64Array(8), new Float64Array(8)];
    learnedRhs(trained, { size: 8, ends: "periodic", derivatives: { u_x: slope } })(0, field, law);
    trained.predict(
      Float64Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? field[i / 2]! : 0.5)),
      direct,
    );
    expect(law).toEqual(direct);
    // The law is linear, so the net has it; Adam with a rate that falls to zero ends within 1e-5 of the spread.
    law.forEach((value, i) => expect(Math.abs(value - (0.01 * field[i]! - 0.5))).toBeLessThan(1e-4));
  });

  it("stays odd where it is odd, and has relative losses of relative sizes", async () => {
    const odd = functionalNet({
      features: ["u"],
      odd: true,
      layers: [
        { units: 4, activation: "tanh" },
        { units: 1, activation: "linear" },
      ],
    });
    const u = Float64Array.from({ length: 20 }, (_, i) => 1 + i);
    const options = { epochs: 2, random: random(1), scale: "standard" } as const;
    const trained = await train(odd, { inputs: u, targets: u }, options);
    const out = new Float64Array(2);
    trained.predict(Float64Array.of(3, -3), out);
    expect(out[1]).toBe(-out[0]!);
    const relative = await train(net, data, { ...options, loss: "relative" });
    expect([...relative.scaling!.targets!.offset]).toEqual([0]);
    expect(relative.scaling!.inputs!.offset[0]).not.toBe(0);
  });
});

describe("noise on the inputs", () => {
  it("is seeded, is drawn anew at each step, and leaves targets and validation clean", async () => {
    const net = mlp({ inputs: 1, layers: [{ units: 1, activation: "linear" }] });
    const x = Float64Array.from({ length: 2000 }, (_, i) => Math.sin(i));
    const data = { inputs: x, targets: x };
    const run = (noise: number, seed = 1) =>
      train(net, data, {
        epochs: 400,
        batchSize: 500,
        random: random(seed),
        learningRate: 0.02,
        schedule: { kind: "cosine" },
        noise,
        validation: data,
        restoreBest: false,
      });
    const [noisy, again] = await Promise.all([run(0.5), run(0.5)]);
    expect(noisy).toMatchObject({ history: again!.history });
    // Errors in the variable: the slope falls to var / (var + noise^2) = 0.5 / (0.5 + 0.25), here to 2 %.
    const slope = noisy!.weights().get("layers.0.weight")!.data[0]!;
    expect(Math.abs(slope - 2 / 3)).toBeLessThan(0.02);
    // The validation loss is that of clean inputs: (1 - slope)^2 var.
    expect(Math.abs(noisy!.history.validation.at(-1)! - 0.5 * (1 - slope) * (1 - slope))).toBeLessThan(1e-3);
    expect(noisy!.history.loss.at(-1)!).toBeGreaterThan(0.1);
  });

  it("is what an autoencoder learns to take away: its targets are the clean inputs", async () => {
    const spec = autoencoder({ inputs: 1, encoder: [], latentSize: 1 });
    const x = Float64Array.from({ length: 2000 }, (_, i) => Math.sin(i));
    const trained = await train(
      spec,
      { inputs: x },
      {
        epochs: 200,
        batchSize: 500,
        random: random(1),
        learningRate: 0.02,
        schedule: { kind: "cosine" },
        noise: 0.5,
      },
    );
    const out = new Float64Array(2);
    trained.predict(Float64Array.of(0, 1), out);
    // As above; noisy targets would give the identity, slope 1.
    expect(Math.abs(out[1]! - out[0]! - 2 / 3)).toBeLessThan(0.02);
  });

  it("reaches every place of a field that reads it: one value, one number", async () => {
    // A centred difference of a line: with noise on values, neighbouring rows share their noise.
    const data = heatData(40, 9, 0.1, random(1));
    const options = { epochs: 3, random: random(1), noise: 0.1 };
    const one = await train(discretisedNet(), data, options);
    const none = await train(discretisedNet(), data, { ...options, random: random(1), noise: 0 });
    expect(flat(one.weights())).not.toEqual(flat(none.weights()));
    await expect(train(discretisedNet(), data, { ...options, noise: -1 })).rejects.toThrow(
      /noise must not be negative/,
    );
  });
});
