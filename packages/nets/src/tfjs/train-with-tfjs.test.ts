import { random } from "@hml/integrators";
import {
  Conv2DBackpropFilter,
  getBackend,
  getKernel,
  memory,
  registerKernel,
  unregisterKernel,
} from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { BACKENDS } from "../../test/tfjs-backends.ts";
import {
  autoencoder,
  cnnLstm,
  deepSet,
  discretisedNet,
  divergenceNet,
  fieldCnn,
  fluxNet,
  mlp,
  type NetSpec,
  parameterCount,
  train,
  type TrainingData,
} from "../index.ts";
import { prepareTfjs } from "./prepare.ts";
import { trainWithTfjs } from "./train-with-tfjs.ts";

beforeAll(async () => {
  for (const backend of BACKENDS) await prepareTfjs(backend);
});

/** Waves on a periodic line of 16 points, and u_xx of each by second differences; [row, point]. */
function waves(rows: number, seed: number): TrainingData {
  const points = 16;
  const source = random(seed);
  const inputs = new Float64Array(rows * points);
  for (let r = 0; r < rows; r++) {
    const [a, b, phase] = [2 * source() - 1, 2 * source() - 1, 6 * source()];
    for (let i = 0; i < points; i++) {
      const x = (2 * Math.PI * i) / points;
      inputs[r * points + i] = a * Math.sin(x + phase) + b * Math.cos(2 * x);
    }
  }
  const targets = inputs.map((u, k) => {
    const at = (i: number) => inputs[k - (k % points) + ((i + points) % points)]!;
    const i = k % points;
    return 4 * (at(i - 1) - 2 * u + at(i + 1));
  });
  return { inputs, targets, points };
}

const layers = [
  { units: 3, activation: "tanh" },
  { units: 1, activation: "linear" },
] as const;

function noise(length: number): Float64Array {
  const source = random(length);
  return Float64Array.from({ length }, () => 2 * source() - 1);
}

const net = discretisedNet({ padding: "periodic" });
const data = waves(96, 1);
const validation = waves(32, 2);
const options = { epochs: 3, batchSize: 20, learningRate: 2e-3 } as const;

describe.each(BACKENDS)("training on the %s backend", (backend) => {
  it("learns what our engine learns from the same seed, and leaves no tensor behind", async () => {
    const before = memory();
    const settings = { ...options, validation, schedule: { kind: "cosine" } } as const;
    const ours = await train(net, data, { ...settings, random: random(3) });
    const theirs = await trainWithTfjs(net, data, { ...settings, random: random(3), backend });
    expect(getBackend()).toBe(backend);
    const after = memory();
    expect([after.numTensors, after.numDataBuffers]).toEqual([before.numTensors, before.numDataBuffers]);
    expect(theirs.history).toMatchObject({ status: "done", engine: "tfjs", keptEpoch: ours.history.keptEpoch });
    expect(theirs.history.learningRate).toEqual(ours.history.learningRate);
    // float32 against float64 over 15 steps; another order of the rows changes the losses by some per cent.
    for (const name of ["loss", "validation"] as const) {
      for (const [e, loss] of ours.history[name].entries())
        expect(theirs.history[name][e]! / loss - 1).toBeCloseTo(0, 4);
    }
    const x = Float64Array.from(validation.inputs).slice(0, 16);
    const [a, b] = [new Float64Array(16), new Float64Array(16)];
    ours.predict(x, a);
    theirs.predict(x, b);
    for (let i = 0; i < 16; i++) expect(Math.abs(a[i]! - b[i]!)).toBeLessThan(1e-3);
  });

  it("trains a net with fixed derivatives, an odd stack and a relative loss", async () => {
    const points = [8, 6];
    const source = random(5);
    const inputs = Float64Array.from({ length: 40 * 96 }, () => 2 * source() - 1);
    const spec = divergenceNet({ period: [1, 2], derivative: 2 });
    // A law that the net can represent: the one of another such net.
    const law = await train(
      spec,
      { inputs, targets: inputs.slice(0, 40 * 48), points },
      { epochs: 1, batchSize: 40, random: random(8) },
    );
    const targets = new Float64Array(40 * 48);
    for (let r = 0; r < 40; r++)
      law.predict(inputs.slice(r * 96, (r + 1) * 96), targets.subarray(r * 48, (r + 1) * 48), points);
    const settings = { epochs: 2, batchSize: 8, learningRate: 5e-3, loss: "relative" } as const;
    const ours = await train(spec, { inputs, targets, points }, { ...settings, random: random(3) });
    const theirs = await trainWithTfjs(spec, { inputs, targets, points }, { ...settings, random: random(3), backend });
    for (const [e, loss] of ours.history.loss.entries()) expect(theirs.history.loss[e]! / loss - 1).toBeCloseTo(0, 4);
  });

  it("trains the field CNN of 121,057 parameters, its batch norms among them, as our engine does", async () => {
    // The cpu backend takes half a second for eight fields of 8 x 8.
    const n = backend === "cpu" ? 4 : 16;
    const fields = noise(12 * n * n);
    const targets = fields.map((u) => u - u * u * u);
    const split = (from: number, to: number) => ({
      inputs: fields.slice(from * n * n, to * n * n),
      targets: targets.slice(from * n * n, to * n * n),
      points: [n, n],
    });
    const spec = fieldCnn({ momentum: 0.5 });
    const settings = { epochs: 2, batchSize: 4, learningRate: 1e-3, validation: split(8, 12) } as const;
    const before = memory().numTensors;
    const ours = await train(spec, split(0, 8), { ...settings, random: random(3), precision: "float32" });
    const theirs = await trainWithTfjs(spec, split(0, 8), { ...settings, random: random(3), backend });
    expect(memory().numTensors).toBe(before);
    expect(ours.history.loss[1]).toBeLessThan(ours.history.loss[0]!);
    expect(parameterCount(theirs.spec)).toBe(121_057);
    // Two float32 engines over four steps; a wrong gradient of one layer changes the second loss by some per cent.
    for (const name of ["loss", "validation"] as const) {
      for (const [e, loss] of ours.history[name].entries())
        expect(theirs.history[name][e]! / loss - 1).toBeCloseTo(0, 3);
    }
    const [a, b] = [ours, theirs].map((trained) => trained.weights().get("bn2.moving_variance")!.data);
    const size = Math.max(...a!);
    for (const [i, variance] of a!.entries()) expect(Math.abs(variance - b![i]!)).toBeLessThan(1e-3 * size);
  });

  it.each<[string, NetSpec, TrainingData | { inputs: Float64Array }]>([
    [
      "a CNN-LSTM on a field",
      cnnLstm({ filters: 6, units: 4, pool: 3, layers }),
      { inputs: noise(6 * 48), targets: noise(6 * 48), points: [8, 6] },
    ],
    ["a multilayer perceptron", mlp({ inputs: 3, layers, residual: true }), { inputs: noise(60), targets: noise(20) }],
    ["an autoencoder", autoencoder({ inputs: 6, encoder: layers, latentSize: 2 }), { inputs: noise(120) }],
    [
      "a net of sets",
      deepSet({ size: 2, element: layers, pooled: layers }),
      { inputs: noise(6 * 10), targets: noise(6), points: [5] },
    ],
    ["a flux net", fluxNet({ spacing: 0.5, layers }), { inputs: noise(60), targets: noise(60), points: 10 }],
  ])("begins as our engine does: %s", async (_name, spec, samples) => {
    const settings = { epochs: 1, batchSize: 6, learningRate: 1e-4, scale: "standard" } as const;
    const ours = await train(spec, samples as TrainingData, { ...settings, random: random(3) });
    const theirs = await trainWithTfjs(spec, samples as TrainingData, { ...settings, random: random(3), backend });
    expect(theirs.history.loss[0]! / ours.history.loss[0]! - 1).toBeCloseTo(0, 4);
    expect(theirs.scaling).toEqual(ours.scaling);
  });

  it.each(["normalised", "mae"] as const)("makes the same loss small: %s", async (loss) => {
    const settings = { ...options, loss } as const;
    const ours = await train(net, data, { ...settings, random: random(3) });
    const theirs = await trainWithTfjs(net, data, { ...settings, random: random(3), backend });
    for (const [e, value] of ours.history.loss.entries()) expect(theirs.history.loss[e]! / value - 1).toBeCloseTo(0, 4);
  });

  it("gives equal bits for an equal seed", async () => {
    const [a, b] = [
      await trainWithTfjs(net, data, { ...options, random: random(3), backend }),
      await trainWithTfjs(net, data, { ...options, random: random(3), backend }),
    ];
    expect(a.weights()).toEqual(b.weights());
  });

  it("goes on from given weights, stops by patience and gives back the best weights", async () => {
    const first = await trainWithTfjs(net, data, { ...options, random: random(3), backend });
    const seen: number[] = [];
    const second = await trainWithTfjs(net, data, {
      ...options,
      epochs: 50,
      learningRate: 0.2,
      random: random(4),
      start: first.weights(),
      validation,
      patience: 2,
      onProgress: ({ epoch }) => seen.push(epoch),
      backend,
    });
    const { status, keptEpoch, validation: losses } = second.history;
    expect(status).toBe("stopped-early");
    expect(keptEpoch).toBe(1 + losses.indexOf(Math.min(...losses)));
    expect(seen).toEqual(Array.from(losses, (_, e) => e + 1));
    expect(losses.length).toBe(keptEpoch + 2);
  });

  it("stops where the loss is no number, with the last good weights and no tensor left", async () => {
    await prepareTfjs(backend);
    const before = memory().numTensors;
    const huge = { ...data, targets: Float64Array.from(data.targets, (y) => 1e30 * y) };
    const start = (await trainWithTfjs(net, data, { ...options, random: random(3), backend })).weights();
    const failed = trainWithTfjs(net, huge, { ...options, random: random(3), start, backend });
    // 1e30 squared is beyond float32, whose largest number is 3.4e38.
    const error = await failed.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "TrainingError", code: "nonfinite-state", epoch: 1, batch: 1 });
    expect((error as { trained: { weights(): unknown } }).trained.weights()).toEqual(start);
    expect(memory().numTensors).toBe(before);
  });

  it("stops by a signal and when the callback throws", async () => {
    const signal = { aborted: false, reason: "enough" };
    const stopped = trainWithTfjs(net, data, {
      ...options,
      random: random(3),
      signal,
      onProgress: () => {
        signal.aborted = true;
      },
      backend,
    });
    await expect(stopped).rejects.toMatchObject({ code: "aborted", epoch: 1, cause: "enough" });
    const kept = await trainWithTfjs(net, data, { ...options, random: random(3), signal, throw: false, backend });
    expect(kept.history).toMatchObject({ status: "aborted", keptEpoch: 0 });
    const thrown = trainWithTfjs(net, data, {
      ...options,
      random: random(3),
      onProgress: () => {
        throw new Error("mine");
      },
      backend,
    });
    await expect(thrown).rejects.toMatchObject({ code: "callback-threw", epoch: 1 });
  });
});

describe("training with TensorFlow.js", () => {
  it("refuses a layer whose kernel is missing before it begins", async () => {
    const kernel = getKernel(Conv2DBackpropFilter, "cpu");
    unregisterKernel(Conv2DBackpropFilter, "cpu");
    try {
      const before = memory().numTensors;
      await expect(trainWithTfjs(net, data, { ...options, random: random(3), backend: "cpu" })).rejects.toMatchObject({
        code: "untrainable-layer",
        layer: "layers.0",
        kernel: "Conv2DBackpropFilter",
      });
      expect(memory().numTensors).toBe(before);
    } finally {
      registerKernel(kernel);
    }
  });

  it.each<[string, object, string]>([
    ["an unknown option", { epoch: 3 }, "unknown option epoch; did you mean epochs?"],
    ["no epochs", { epochs: 0 }, "epochs must be an integer between 1"],
    ["a backend without a package", { backend: "webgpu" }, 'must be one that is registered, got "webgpu"'],
    ["a schedule of rounds", { schedule: { kind: "rounds" } }, 'got "rounds"; take train'],
    ["an unknown loss", { loss: "huber" }, "loss must be one of"],
    ["a batch larger than the data", { batchSize: 97 }, "batchSize must be at most the 96 samples"],
    ["validation data on another grid", { validation: { ...validation, points: 8 } }, "validation.points must be"],
  ])("refuses %s", async (_what, wrong, message) => {
    await expect(trainWithTfjs(net, data, { ...options, random: random(1), ...wrong })).rejects.toThrow(message);
    const nan = { ...data, inputs: Float64Array.from(data.inputs).fill(Number.NaN, 5, 6) };
    await expect(trainWithTfjs(net as NetSpec, nan, { ...options, random: random(1) })).rejects.toThrow(
      "inputs[5] must be finite",
    );
  });
});
