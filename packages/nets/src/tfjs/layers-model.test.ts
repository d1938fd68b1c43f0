import { random } from "@hml/integrators";
import { io, memory, type Tensor, tensor, tidy } from "@tensorflow/tfjs-core";
import { type LayersModel, loadLayersModel } from "@tensorflow/tfjs-layers";
import { beforeEach, describe, expect, it } from "vitest";
import { BACKENDS } from "../../test/tfjs-backends.ts";
import {
  cnnLstm,
  convolutionalAutoencoder,
  discretisedNet,
  divergenceNet,
  fieldCnn,
  fluxNet,
  functionalNet,
  gru,
  linearMemory,
  lstm,
  mlp,
  mlpPropagator,
  type NetSpec,
  parameterCount,
} from "../index.ts";
import { autoencoder } from "../spec/autoencoder.ts";
import { deepSet } from "../spec/deep-set.ts";
import { variationalAutoencoder } from "../spec/variational-autoencoder.ts";
import { trainedNet } from "../rollout/trained.ts";
import { layoutOf } from "../spec/net-spec.ts";
import type { Scaling } from "../training/scaling.ts";
import { weightsFromLayers, weightsToLayers } from "./layer-weights.ts";
import { toLayersModel } from "./layers-model.ts";
import { prepareTfjs } from "./prepare.ts";

const hidden = [
  { units: 7, activation: "tanh" },
  { units: 7, activation: "celu" },
] as const;
const one = [...hidden, { units: 1, activation: "linear" }] as const;
const plane = [8, 6] as const;

/** A net, the points of its grid, and how many numbers go in and come out. */
interface Case {
  readonly spec: NetSpec;
  readonly points?: number | readonly number[];
  readonly inputs: number;
  readonly outputs: number;
  /** Points at each end along x, (y) that the net does not predict, where it has such. */
  readonly margin?: readonly number[];
}

const CASES: Readonly<Record<string, Case>> = {
  functional: {
    spec: functionalNet({ layers: [...hidden, { units: 2, activation: "softplus" }] }),
    points: 5,
    inputs: 15,
    outputs: 10,
  },
  "functional, odd with a skip": {
    spec: functionalNet({ layers: one, odd: true, skip: true }),
    points: 5,
    inputs: 15,
    outputs: 5,
  },
  "multilayer perceptron, residual": {
    spec: mlp({ inputs: 7, layers: [...hidden, { units: 4, activation: "selu", bias: false }], residual: true }),
    inputs: 7,
    outputs: 4,
  },
  discretised: { spec: discretisedNet(), points: 9, inputs: 9, outputs: 7, margin: [1] },
  "discretised, periodic, odd with a skip": {
    spec: discretisedNet({ stencil: 5, padding: "periodic", layers: one, odd: true, skip: true }),
    points: 9,
    inputs: 9,
    outputs: 9,
  },
  "discretised on a plane": {
    spec: discretisedNet({ stencil: [3, 5], layers: one }),
    points: plane,
    inputs: 48,
    outputs: 12,
    margin: [1, 2],
  },
  "discretised on a periodic plane": {
    spec: discretisedNet({ stencil: [3, 5], padding: "periodic", layers: one }),
    points: plane,
    inputs: 48,
    outputs: 48,
  },
  flux: { spec: fluxNet({ spacing: 0.1, layers: one }), points: 9, inputs: 9, outputs: 9 },
  "flux, valid": {
    spec: fluxNet({ spacing: 0.1, stencil: 4, padding: "valid", layers: one }),
    points: 9,
    inputs: 9,
    outputs: 5,
    margin: [2],
  },
  "divergence on a line": { spec: divergenceNet({ period: [1], derivative: 4 }), points: 9, inputs: 9, outputs: 9 },
  "divergence on a plane, spectral": {
    spec: divergenceNet({ period: [1, 2] }),
    points: plane,
    inputs: 96,
    outputs: 48,
  },
  "field CNN": { spec: fieldCnn({ widths: [4, 6], inputs: 2 }), points: [8, 12], inputs: 192, outputs: 96 },
  "field CNN, periodic": {
    spec: fieldCnn({ widths: [4], padding: "periodic" }),
    points: plane,
    inputs: 48,
    outputs: 48,
  },
  "CNN-LSTM": {
    spec: cnnLstm({ offsets: [[-3], [-2], [-1], [0], [1], [2], [3]], filters: 5, units: 4, layers: one }),
    inputs: 70,
    outputs: 10,
  },
  autoencoder: { spec: autoencoder({ inputs: 9, encoder: hidden, latentSize: 2 }), inputs: 18, outputs: 18 },
  "convolutional autoencoder of lines": {
    spec: convolutionalAutoencoder({ points: 8, latentSize: 2, widths: [3, 4], kernel: 3 }),
    inputs: 16,
    outputs: 16,
  },
  "convolutional autoencoder of planes": {
    spec: convolutionalAutoencoder({
      points: [4, 8],
      inputs: 64,
      latentSize: 2,
      widths: [3],
      pool: "max",
      padding: "zero",
    }),
    inputs: 64,
    outputs: 64,
  },
  "net of sets": { spec: deepSet({ size: 3, element: hidden, pooled: one }), points: [11], inputs: 33, outputs: 1 },
  "LSTM of two layers, residual, with forcing": {
    spec: lstm({ channels: 2, forcing: 1, units: 5, layers: 2, residual: true }),
    inputs: 18,
    outputs: 12,
  },
  "GRU whose reset acts before": { spec: gru({ channels: 2, units: 5, reset: "before" }), inputs: 12, outputs: 12 },
  "dense propagator": {
    spec: mlpPropagator({ channels: 2, layers: [hidden[0], { units: 2, activation: "linear" }] }),
    inputs: 12,
    outputs: 12,
  },
};

/** A net of random numbers, biases and statistics among them. */
function drawn(spec: NetSpec, scaling?: Scaling) {
  const source = random(2);
  const { tensors, numbers } = layoutOf(spec);
  const parameters = Float64Array.from({ length: numbers }, () => 0.8 * (2 * source() - 1));
  for (const { name, at, length } of tensors) {
    if (name.endsWith("variance")) for (let i = at; i < at + length; i++) parameters[i] = 1 + parameters[i]!;
  }
  const none = new Float64Array(0);
  const history = { engine: undefined, loss: none, validation: none, learningRate: none, keptEpoch: 0 } as const;
  return trainedNet(spec, parameters, { status: "loaded", ...history }, "float64", scaling);
}

/** What the net gives, without the points at the ends that it does not predict. */
function predicted(trained: ReturnType<typeof drawn>, x: Float64Array, { points, outputs, margin }: Case): number[] {
  const [width = 1, height = 1] = [points ?? 1].flat();
  const out = new Float64Array(margin === undefined ? outputs : width * height);
  if (typeof points === "object") trained.predict(x, out, points);
  else trained.predict(x, out);
  const [mx = 0, my = 0] = margin ?? [];
  if (margin === undefined) return [...out];
  return [...out].filter((_, i) => {
    const column = i % width;
    const row = Math.floor(i / width);
    return column >= mx && column < width - mx && row >= my && row < height - my;
  });
}

/** What the model gives for all of x as one batch, or one sequence. */
function outputsOf(model: LayersModel, x: ArrayLike<number>): Float32Array {
  return tidy(() => {
    const [, ...lengths] = model.inputs[0]!.shape;
    const known = lengths.reduce<number>((product, n) => product * (n ?? 1), 1);
    const open = lengths.includes(null) ? x.length / known : 1;
    const shape = lengths.map((n) => n ?? open);
    const batch = x.length / (known * open);
    return (model.predict(tensor(Float32Array.from(x), [batch, ...shape])) as Tensor).dataSync<"float32">();
  });
}

function inputsOf({ inputs }: Case): Float64Array {
  const source = random(7);
  return Float64Array.from({ length: inputs }, () => Math.fround(2 * source() - 1));
}

function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));
}

const optionsOf = ({ points }: Case) => (points === undefined ? {} : { points });

describe.each(BACKENDS)("a net as a LayersModel on the %s backend", (backend) => {
  beforeEach(() => prepareTfjs(backend));

  it.each(Object.entries(CASES))("gives what the net gives: %s", (_name, test) => {
    const { spec, outputs } = test;
    const trained = drawn(spec);
    const before = memory().numTensors;
    const model = toLayersModel(trained, optionsOf(test));
    const x = inputsOf(test);
    const got = outputsOf(model, x);
    const expected = predicted(trained, x, test);
    expect(got.length).toBe(outputs);
    expect(expected.length).toBe(outputs);
    // float32 keeps 6e-8 of each term; sums of up to 60 terms, up to seven layers, differences over 0.1.
    expect(difference(got, expected)).toBeLessThan(1e-5 * Math.max(...expected.map(Math.abs)));

    const back = weightsFromLayers(model, spec);
    const other = toLayersModel(spec, { ...optionsOf(test), random: random(9) });
    expect(difference(outputsOf(other, x), got)).toBeGreaterThan(1e-3);
    weightsToLayers(other, spec, back);
    expect(outputsOf(other, x)).toEqual(got);
    for (const [name, { shape, data }] of trained.weights()) {
      expect(back.get(name)!.shape).toEqual(shape);
      if (name.includes("bias_hh")) {
        // One bias a gate, the sum of our two.
        const first = name.replace("bias_hh", "bias_ih");
        const sum = Array.from(trained.weights().get(first)!.data, (b, i) => Math.fround(b + data[i]!));
        expect([...back.get(first)!.data]).toEqual(sum);
        expect([...back.get(name)!.data]).toEqual(sum.map(() => 0));
      } else if (!name.includes("bias_ih")) expect([...back.get(name)!.data]).toEqual(Array.from(data, Math.fround));
    }
    other.dispose();
    model.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it("takes the scaling of a net with it", () => {
    const test = CASES["field CNN"]!;
    const channels = (offset: number[], scale: number[]) => ({
      offset: Float64Array.from(offset),
      scale: Float64Array.from(scale),
    });
    const trained = drawn(test.spec, { inputs: channels([0.25, -0.5], [2, 0.5]), targets: channels([3], [0.1]) });
    const model = toLayersModel(trained, optionsOf(test));
    const x = inputsOf(test);
    const expected = predicted(trained, x, test);
    expect(difference(outputsOf(model, x), expected)).toBeLessThan(1e-5 * Math.max(...expected.map(Math.abs)));
    model.dispose();
  });

  it("works on a grid of any size where no points are given", () => {
    const trained = drawn(discretisedNet({ padding: "periodic" }));
    const model = toLayersModel(trained);
    for (const n of [7, 12]) {
      const x = inputsOf({ spec: trained.spec, inputs: n, outputs: n });
      const expected = new Float64Array(n);
      trained.predict(x, expected);
      expect(difference(outputsOf(model, x), expected)).toBeLessThan(1e-5 * Math.max(...expected.map(Math.abs)));
    }
    model.dispose();
  });
});

describe("nets as LayersModels", () => {
  it("hold as many numbers to be trained as the net has parameters: 121,057 in the field CNN", async () => {
    await prepareTfjs("cpu");
    for (const [spec, points] of [
      [fieldCnn(), [16, 16]],
      [discretisedNet({ odd: true, skip: true }), 16],
      [divergenceNet({ period: [1] }), 16],
    ] as const) {
      const model = toLayersModel(spec, { points, random: random(1) });
      const numbers = model.trainableWeights.map(({ shape }) => shape.reduce<number>((a, b) => a * b!, 1));
      expect(numbers.reduce((a, b) => a + b, 0)).toBe(parameterCount(spec));
      model.dispose();
    }
    expect(parameterCount(fieldCnn())).toBe(121_057);
  });

  it.each(["flux", "functional, odd with a skip", "field CNN, periodic", "LSTM of two layers, residual, with forcing"])(
    "can be saved and loaded by TensorFlow.js, layers of our own among them: %s",
    async (name) => {
      await prepareTfjs("cpu");
      const test = CASES[name]!;
      const alike = { offset: Float64Array.of(0.25), scale: Float64Array.of(2) };
      const model = toLayersModel(drawn(test.spec, { inputs: alike, targets: alike }), optionsOf(test));
      const x = inputsOf(test);
      const expected = outputsOf(model, x);
      let artifacts: io.ModelArtifacts = {};
      await model.save(
        io.withSaveHandler((saved) => {
          artifacts = saved;
          return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } });
        }),
      );
      model.dispose();
      const loaded = await loadLayersModel(io.fromMemory(artifacts));
      expect(outputsOf(loaded, x)).toEqual(expected);
      loaded.dispose();
    },
  );

  it.each<[string, () => unknown, object]>([
    [
      "a GRU whose reset acts after",
      () => toLayersModel(drawn(gru({ channels: 1, units: 2 }))),
      { code: "not-expressible", message: expect.stringContaining("resetAfter") },
    ],
    [
      "a linear operator with memory",
      () => toLayersModel(drawn(linearMemory({ channels: 2, memories: 2 }))),
      { code: "not-expressible" },
    ],
    [
      "a variational autoencoder",
      () => toLayersModel(drawn(variationalAutoencoder({ inputs: 3, encoder: hidden, latentSize: 1 }))),
      { code: "not-expressible", message: expect.stringContaining("variationalAutoencoder") },
    ],
    [
      "a stencil in three dimensions",
      () => toLayersModel(drawn(discretisedNet({ stencil: [3, 3, 3] }))),
      { code: "not-expressible" },
    ],
    [
      "a flux net on a plane",
      () => toLayersModel(drawn(fluxNet({ spacing: [1, 1] }))),
      { code: "not-expressible", message: expect.stringContaining("on a plane") },
    ],
    [
      "a flux net with a positive mobility",
      () => toLayersModel(drawn(fluxNet({ spacing: 1, mobility: "positive" }))),
      { code: "not-expressible", message: expect.stringContaining("positive mobility") },
    ],
    [
      "a divergence without points",
      () => toLayersModel(drawn(divergenceNet({ period: [1] }))),
      { message: expect.stringContaining("points must be given") },
    ],
    [
      "a specification without random",
      () => toLayersModel(discretisedNet()),
      { message: expect.stringContaining("random must be a function") },
    ],
    [
      "an unknown option",
      () => toLayersModel(discretisedNet(), { point: 3 } as object),
      { message: expect.stringContaining("did you mean points?") },
    ],
  ])("refuse %s", async (_what, build, error) => {
    await prepareTfjs("cpu");
    const before = memory().numTensors;
    expect(build).toThrow(expect.objectContaining(error));
    expect(memory().numTensors).toBe(before);
  });

  it("refuse weights of another net, and a model of another net", async () => {
    await prepareTfjs("cpu");
    const spec = mlp({ inputs: 3, layers: [{ units: 2, activation: "relu" }] });
    const other = mlp({ inputs: 4, layers: [{ units: 2, activation: "relu" }] });
    const model = toLayersModel(drawn(spec));
    expect(() => weightsToLayers(model, spec, drawn(other).weights())).toThrow(
      "layers.0.weight must have shape [2, 3]",
    );
    expect(() => weightsFromLayers(model, other)).toThrow(
      'model must hold 8 numbers as weight 0 of layer "layers.0", got 6',
    );
    expect(() => weightsFromLayers(model, functionalNet())).toThrow("got 6");
    model.dispose();
  });
});
