import { FormatError } from "@hml/guard";
import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { heatData } from "../../test/heat-data.ts";
import { loadEnsemble, saveEnsemble } from "../files/ensemble-file.ts";
import { saveNet } from "../files/net-file.ts";
import { readSafetensors } from "../files/read-safetensors.ts";
import type { Weights } from "../files/weights.ts";
import { writeSafetensors } from "../files/write-safetensors.ts";
import { netEnsemble } from "../rollout/net-ensemble.ts";
import { discretisedNet } from "../spec/field-net.ts";
import { mlp } from "../spec/mlp.ts";
import { gru } from "../spec/recurrent-net.ts";
import { train } from "./train.ts";
import { trainEnsemble } from "./train-ensemble.ts";

const net = mlp({
  inputs: 1,
  layers: [
    { units: 8, activation: "tanh" },
    { units: 1, activation: "linear" },
  ],
});
const inputs = Float64Array.from({ length: 40 }, (_, i) => -1 + i / 20);
const data = { inputs, targets: inputs.map((x) => Math.sin(3 * x)) };
const options = { epochs: 60, batchSize: 10, learningRate: 0.02, schedule: { kind: "cosine" } } as const;
const flat = (weights: Weights): number[] => [...weights.values()].flatMap(({ data: d }) => Array.from<number>(d));

describe("trainEnsemble", () => {
  it("trains each member by a stream of its own, however many there are", async () => {
    const three = await trainEnsemble(net, data, { ...options, random: random(1) }, 3);
    const two = await trainEnsemble(net, data, { ...options, random: random(1) }, 2);
    const one = await train(net, data, { ...options, random: random(1).fork(1) });
    expect(two.members.map((m) => flat(m.weights()))).toEqual(three.members.slice(0, 2).map((m) => flat(m.weights())));
    expect(flat(three.members[1]!.weights())).toEqual(flat(one.weights()));
    expect(flat(three.members[0]!.weights())).not.toEqual(flat(three.members[1]!.weights()));
  });

  it("predicts the members' mean and spread, and knows less away from its data", async () => {
    const ensemble = await trainEnsemble(net, data, { ...options, random: random(1), scale: "standard" }, 5);
    const x = Float64Array.of(-0.5, 0.5, 4);
    const [mean, spread] = [new Float64Array(3), new Float64Array(3)];
    ensemble.predict(x, mean, spread);
    const each = ensemble.members.map((member) => {
      const out = new Float64Array(3);
      member.predict(x, out);
      return out;
    });
    for (let i = 0; i < 3; i++) {
      const average = each.reduce((sum, out) => sum + out[i]!, 0) / 5;
      const variance = each.reduce((sum, out) => sum + (out[i]! - average) * (out[i]! - average), 0) / 5;
      expect(Math.abs(mean[i]! - average)).toBeLessThan(1e-15);
      expect(Math.abs(spread[i]! - Math.sqrt(variance))).toBeLessThan(1e-14);
    }
    expect(spread[2]).toBeGreaterThan(3 * Math.max(spread[0]!, spread[1]!));
  });

  it("draws rows with replacement for each member: a member is a training with counts as weights", async () => {
    const ensemble = await trainEnsemble(net, data, { ...options, random: random(7), bootstrap: true }, 2);
    const source = random(7).fork(1);
    const weights = new Float64Array(40);
    for (let k = 0; k < 40; k++) weights[Math.floor(40 * source())]!++;
    // A row of forty is left out with probability (39 / 40)^40, 0.363: some 15 of them.
    const absent = weights.filter((w) => w === 0).length;
    expect(absent).toBeGreaterThan(8);
    expect(absent).toBeLessThan(22);
    const member = await train(net, { ...data, weights }, { ...options, random: source });
    expect(flat(ensemble.members[1]!.weights())).toEqual(flat(member.weights()));
  });

  it("draws sequences where the data are sequences", async () => {
    const sequences = { values: Float64Array.from({ length: 60 }, (_, i) => Math.sin(i * i)), times: 6 };
    const spec = gru({ channels: 1, units: 3 });
    const few = { epochs: 2, batchSize: 4 };
    const ensemble = await trainEnsemble(spec, sequences, { ...few, random: random(7), bootstrap: true }, 1);
    const source = random(7).fork(0);
    const weights = new Float64Array(10);
    for (let k = 0; k < 10; k++) weights[Math.floor(10 * source())]!++;
    const member = await train(spec, { ...sequences, weights }, { ...few, random: source });
    expect(flat(ensemble.members[0]!.weights())).toEqual(flat(member.weights()));
  });

  it("reports epochs by member, and refuses bad arguments", async () => {
    const seen: string[] = [];
    const progress = { onProgress: (at: { epoch: number }, member: number) => seen.push(`${member}.${at.epoch}`) };
    await trainEnsemble(net, data, { ...options, ...progress, epochs: 2, random: random(1) }, 2);
    expect(seen).toEqual(["0.1", "0.2", "1.1", "1.2"]);
    const bad = (change: object, members = 2): Promise<unknown> =>
      trainEnsemble(net, data, { ...options, random: random(1), ...change }, members).catch(String);
    expect(await bad({}, 0)).toContain("trainEnsemble: members must be an integer");
    expect(await bad({ bootstrap: 1 })).toContain("bootstrap must be true or false");
    expect(await bad({ random: () => 0.5 })).toContain("random.fork must be a function");
    expect(await bad({ resume: new Uint8Array(1) })).toContain("unknown option resume");
    expect(await bad({ epochs: 0 })).toContain("train: epochs");
  });
});

describe("an ensemble", () => {
  it.skipIf("document" in globalThis)("predicts fields too, on their grids, without making arrays", async () => {
    const heat = heatData(30, 9, 0.1, random(1));
    const ensemble = await trainEnsemble(discretisedNet(), heat, { epochs: 1, random: random(2) }, 3);
    const u = Float64Array.from(heat.inputs).subarray(0, 9);
    const [mean, spread] = [new Float64Array(9), new Float64Array(9)];
    ensemble.predict(u, mean, spread);
    const before = process.memoryUsage().arrayBuffers;
    for (let k = 0; k < 1000; k++) ensemble.predict(u, mean, spread);
    // A copy of the field a call would be 72 kB.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000);
    expect([mean[0], spread[0], spread[4]! > 0]).toEqual([0, 0, true]);
    expect(() => ensemble.predict(u, mean, spread.subarray(1))).toThrow(/spread must have length 9, got 8/);
  });

  it("is refused when it is empty or of several specifications", async () => {
    const one = await train(net, data, { epochs: 1, random: random(1) });
    const other = await train(mlp({ inputs: 1 }), data, { epochs: 1, random: random(1) });
    expect(() => netEnsemble([])).toThrow(/members must not be empty/);
    expect(() => netEnsemble([one, other])).toThrow(/members\[1\] differs/);
    expect(() => netEnsemble(one as never)).toThrow(/members must be a list of nets/);
  });

  it("is saved and loaded with every bit, and refused when members are missing", async () => {
    const ensemble = await trainEnsemble(
      net,
      data,
      { ...options, epochs: 2, random: random(1), scale: "min-max", precision: "float32" },
      11,
    );
    const bytes = saveEnsemble(ensemble);
    const loaded = loadEnsemble(bytes);
    const results = [ensemble, loaded].map((nets) => {
      const [mean, spread] = [new Float64Array(40), new Float64Array(40)];
      nets.predict(inputs, mean, spread);
      return [mean, spread];
    });
    expect(results[1]).toEqual(results[0]);
    expect(loaded.members.map((m) => m.scaling)).toEqual(ensemble.members.map((m) => m.scaling));
    expect(saveEnsemble(loaded)).toEqual(bytes);

    const { tensors, metadata } = readSafetensors(bytes);
    const without = new Map([...tensors].filter(([name]) => !name.startsWith("members.10.")));
    expect(() => loadEnsemble(writeSafetensors(without, metadata))).toThrow(FormatError);
    const partial = new Map([...tensors].filter(([name]) => name !== "members.10.layers.1.bias"));
    expect(() => loadEnsemble(writeSafetensors(partial, metadata))).toThrow(/missing layers.1.bias/);
    expect(() => loadEnsemble(writeSafetensors(without, new Map([...metadata, ["members", "1e9"]])))).toThrow(
      /got "1e9"/,
    );
    expect(() => loadEnsemble(saveNet(ensemble.members[0]!))).toThrow(/metadata.format must be hml-ensemble/);
  });
});
