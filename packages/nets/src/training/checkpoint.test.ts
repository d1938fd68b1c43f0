import { FormatError } from "@hml/guard";
import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { heatData } from "../../test/heat-data.ts";
import { readSafetensors } from "../files/read-safetensors.ts";
import type { Tensor } from "../files/weights.ts";
import { writeSafetensors } from "../files/write-safetensors.ts";
import { discretisedNet } from "../spec/field-net.ts";
import { fieldCnn } from "../spec/field-cnn.ts";
import { type Mlp, mlp } from "../spec/mlp.ts";
import type { NetSpec } from "../spec/net-spec.ts";
import { gru } from "../spec/recurrent-net.ts";
import { variationalAutoencoder } from "../spec/variational-autoencoder.ts";
import type { DataOf } from "./dataset.ts";
import { train } from "./train.ts";
import type { TrainOptions } from "./train-options.ts";
import type { TrainingData } from "./training-data.ts";

const net = discretisedNet({
  layers: [
    { units: 5, activation: "tanh" },
    { units: 1, activation: "linear" },
  ],
});
const data = heatData(30, 7, 0.1, random(1));
const held = heatData(10, 7, 0.1, random(2));
const base = { epochs: 20, batchSize: 8, learningRate: 0.01 };

/** A training whole, with the checkpoints after each of its epochs. */
async function whole(
  options: Partial<TrainOptions>,
  of: { spec: typeof net | Mlp; data: TrainingData } = { spec: net, data },
) {
  const checkpoints: Uint8Array[] = [];
  const trained = await train(of.spec, of.data, {
    ...base,
    ...options,
    random: random(3),
    onProgress: (_progress, checkpoint) => checkpoints.push(checkpoint()),
  });
  return { trained, checkpoints };
}

const cases: readonly (readonly [string, Partial<TrainOptions>])[] = [
  ["a constant rate", {}],
  ["a cosine with warm-up", { schedule: { kind: "cosine", warmUp: 3 } }],
  ["steps", { schedule: { kind: "steps", factor: 0.5, every: 3 } }],
  ["rounds", { schedule: { kind: "rounds", patience: 2, rounds: 3 }, learningRate: 0.3, validation: held }],
  ["patience and the best epoch", { patience: 4, learningRate: 0.3, validation: held }],
  ["float32", { precision: "float32", validation: held, restoreBest: false }],
  ["noise, scaling, decay and clipping", { noise: 0.1, scale: "standard", weightDecay: 0.1, clip: 0.5 }],
  ["the relative loss on plain code", { engine: "plain", loss: "relative" }],
];

describe("a training that is resumed", () => {
  it.each(cases)("ends with the bits of one that was not stopped, whatever the epoch: %s", async (_name, options) => {
    const { trained, checkpoints } = await whole(options);
    expect(checkpoints.length).toBe(trained.history.loss.length);
    for (const bytes of checkpoints) {
      const again = await train(net, data, { ...base, ...options, random: random(3), resume: bytes });
      expect(again.weights()).toEqual(trained.weights());
      expect(again.history).toEqual(trained.history);
      expect(again.scaling).toEqual(trained.scaling);
    }
  });

  const wave = (length: number): Float64Array => Float64Array.from({ length }, (_, i) => Math.sin(i * i));
  const hidden = [{ units: 4, activation: "tanh" }] as const;
  const families: readonly (readonly [string, NetSpec, DataOf<NetSpec>, Partial<TrainOptions>])[] = [
    [
      "codes that are drawn",
      variationalAutoencoder({ inputs: 4, encoder: hidden, latentSize: 2 }),
      { inputs: wave(80) },
      {},
    ],
    [
      "sequences in chunks, some of them fed back",
      gru({ channels: 2, units: 3 }),
      { values: wave(180), times: 15 },
      { sequence: { bptt: 5, sampling: { kind: "linear", rate: 0.2 } }, noise: 0.1 },
    ],
    [
      "fields, whose batch norms keep statistics",
      fieldCnn({ widths: [2] }),
      { inputs: wave(320), targets: wave(320), points: [4, 4] },
      { schedule: { kind: "rounds", patience: 1 }, learningRate: 0.3 },
    ],
  ];
  it.each(families)("does so with each family: %s", async (_name, spec, samples, options) => {
    const checkpoints: Uint8Array[] = [];
    const common = { ...base, epochs: 6, batchSize: 4, ...options };
    const trained = await train(spec, samples, {
      ...common,
      random: random(3),
      onProgress: (_progress, checkpoint) => checkpoints.push(checkpoint()),
    });
    for (const bytes of checkpoints) {
      const again = await train(spec, samples, { ...common, random: random(3), resume: bytes });
      expect(again.weights()).toEqual(trained.weights());
      expect(again.history).toEqual(trained.history);
    }
  });

  it("covers what it claims: rounds that end, early stops and best epochs before the last", async () => {
    const rounds = (await whole(cases[3]![1])).trained.history;
    expect(rounds.learningRate.at(-1)).toBeLessThan(0.3);
    const patience = (await whole(cases[4]![1])).trained.history;
    expect([rounds.status, patience.status]).toEqual(["stopped-early", "stopped-early"]);
    expect(patience.keptEpoch).toBeLessThan(patience.loss.length);
  });

  it("resumes after an abort in the middle of an epoch from the epoch before", async () => {
    const { trained, checkpoints } = await whole({});
    const controller = new AbortController();
    const kept: Uint8Array[] = [];
    const stopped = await train(net, data, {
      ...base,
      random: random(3),
      throw: false,
      signal: controller.signal,
      onProgress: ({ epoch }, checkpoint) => {
        kept.push(checkpoint());
        if (epoch === 7) controller.abort();
      },
    });
    expect(stopped.history.status).toBe("aborted");
    expect(kept.at(-1)).toEqual(checkpoints[6]);
    const again = await train(net, data, { ...base, random: random(3), resume: kept.at(-1)! });
    expect(again.weights()).toEqual(trained.weights());
  });

  it("goes on to more epochs than were asked for at first", async () => {
    const { checkpoints } = await whole({ epochs: 5 });
    const { trained } = await whole({ epochs: 9 });
    const again = await train(net, data, { ...base, epochs: 9, random: random(3), resume: checkpoints[4]! });
    expect(again.weights()).toEqual(trained.weights());
  });
});

describe("a checkpoint", () => {
  const resume = (bytes: Uint8Array, change: Partial<TrainOptions> = {}, spec: unknown = net): Promise<unknown> =>
    train(spec as typeof net, data, { ...base, ...change, random: random(3), resume: bytes }).then(
      () => "accepted",
      (error: unknown) => (error instanceof FormatError ? `${error.code}: ${error.message}` : String(error)),
    );
  const altered = (
    bytes: Uint8Array,
    change: (tensors: Map<string, Tensor>, metadata: Map<string, string>) => void,
  ): Uint8Array => {
    const file = readSafetensors(bytes);
    const [tensors, metadata] = [new Map(file.tensors), new Map(file.metadata)];
    change(tensors, metadata);
    return writeSafetensors(tensors, metadata);
  };

  it("is refused by a training that it does not belong to", async () => {
    const bytes = (await whole({ epochs: 2 })).checkpoints[1]!;
    expect(await resume(bytes)).toBe("accepted");
    expect(await resume(bytes, {}, discretisedNet())).toContain("header: train: resume: spec must be that of this");
    expect(await resume(bytes, { precision: "float32" })).toContain("header: train: resume: precision must be");
    expect(await resume(bytes, { batchSize: 7 })).toContain("header: train: resume: stepsPerEpoch must be");
    const foreign = writeSafetensors(new Map(), new Map([["format", "hml-net"]]));
    expect(await resume(foreign)).toContain("header: train: resume: metadata.format");
    expect(await resume(altered(bytes, (_, m) => m.set("version", "2")))).toContain("version: train: resume");
    expect(await resume(bytes, { start: new Map() })).toContain("start must be left out with resume");
    expect(await resume([1] as unknown as Uint8Array)).toContain("TypeError");
  });

  it("is refused when anything in it is missing, of another length or kind, not finite or not a count", async () => {
    const bytes = (await whole({ epochs: 2, validation: held })).checkpoints[1]!;
    const { tensors, metadata } = readSafetensors(bytes);
    for (const [name, { data: values }] of tensors) {
      expect(await resume(altered(bytes, (t) => t.delete(name)))).toContain("dtype: train: resume: ");
      const longer = { shape: [values.length + 1], data: new Float64Array(values.length + 1) };
      expect(await resume(altered(bytes, (t) => t.set(name, longer)))).toMatch(/^(shape|dtype): /);
      if (!(values instanceof Float64Array)) continue;
      const bad = { shape: [values.length], data: values.slice().fill(Number.NaN, 0, 1) };
      expect(await resume(altered(bytes, (t) => t.set(name, bad)))).toContain("nonfinite: train: resume: ");
    }
    expect(await resume(altered(bytes, (_, m) => m.set("draws", "9007199254740991")))).toContain("too-large: ");
    for (const name of metadata.keys()) {
      expect(await resume(altered(bytes, (_, m) => m.delete(name)))).toMatch(/^(header|version|crc|shape): /);
      expect(await resume(altered(bytes, (_, m) => m.set(name, "1e999")))).toMatch(/^(header|version|crc|shape): /);
    }
  });

  it("is refused when one bit of its numbers has changed, and whatever was cut off", async () => {
    const bytes = (await whole({ epochs: 2 })).checkpoints[1]!;
    const source = random(5);
    const header = 8 + new DataView(bytes.buffer).getUint32(0, true);
    for (let k = 0; k < 200; k++) {
      const damaged = bytes.slice();
      const at = header + Math.floor(source() * (bytes.length - header));
      damaged[at] = damaged[at]! ^ (1 << Math.floor(source() * 8));
      expect(await resume(damaged)).toMatch(/^(crc|nonfinite): /);
      expect(await resume(bytes.slice(0, Math.floor(source() * bytes.length)))).toMatch(
        /^(truncated|header|offsets): /,
      );
    }
  });
});

describe("a long training", () => {
  it.skipIf("document" in globalThis)(
    "holds the same memory after 10,000 steps, and the bits of its seed",
    async () => {
      const line = mlp({
        inputs: 2,
        layers: [
          { units: 3, activation: "tanh" },
          { units: 1, activation: "linear" },
        ],
      });
      const samples = {
        inputs: Float64Array.from({ length: 40 }, (_, i) => Math.sin(i)),
        targets: new Float64Array(20),
      };
      for (const precision of ["float64", "float32"] as const) {
        const run = async () => {
          const bytes: number[] = [];
          const trained = await train(line, samples, {
            epochs: 2500,
            batchSize: 4,
            random: random(1),
            precision,
            noise: 0.1,
            clip: 1,
            scale: "min-max",
            onProgress: ({ epoch }) => {
              if (epoch === 100 || epoch === 2500) bytes.push(process.memoryUsage().arrayBuffers);
            },
          });
          return { trained, grown: bytes[1]! - bytes[0]! };
        };
        const [one, two] = [await run(), await run()];
        // 12,500 steps; one array of the net's 13 numbers a step would be 600 kB or more.
        expect(Math.max(one.grown, two.grown)).toBeLessThan(20_000);
        expect(two.trained.weights()).toEqual(one.trained.weights());
        expect(two.trained.history).toEqual(one.trained.history);
      }
    },
  );
});
