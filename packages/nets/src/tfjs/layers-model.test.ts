import { memory, tensor, type Tensor, tidy } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { random } from "@hml/integrators";
import { beforeEach, describe, expect, it } from "vitest";
import { BACKENDS } from "../../test/tfjs-backends.ts";
import {
  discretisedNet,
  divergenceNet,
  fluxNet,
  functionalNet,
  mlp,
  type NetSpec,
  parameterCount,
  type Trained,
} from "../index.ts";
import { trainedNet } from "../rollout/trained.ts";
import { toLayersModel } from "./layers-model.ts";
import { weightsFromLayers, weightsToLayers } from "./layer-weights.ts";
import { prepareTfjs } from "./prepare.ts";

const hidden = [
  { units: 7, activation: "tanh" },
  { units: 7, activation: "celu" },
] as const;
const one = [...hidden, { units: 1, activation: "linear" }] as const;

/** A net, the points of its grid, the numbers of its sample and of the answer. */
const nets: readonly (readonly [string, NetSpec, number | number[], number, number])[] = [
  ["functional", functionalNet({ layers: [...hidden, { units: 2, activation: "softplus" }] }), 5, 15, 10],
  ["functional, odd with a skip", functionalNet({ layers: one, odd: true, skip: true }), 5, 15, 5],
  [
    "multilayer perceptron, residual",
    mlp({ inputs: 7, layers: [...hidden, { units: 4, activation: "selu", bias: false }], residual: true }),
    1,
    7,
    4,
  ],
  ["discretised", discretisedNet(), 9, 9, 7],
  [
    "discretised, periodic, odd with a skip",
    discretisedNet({ stencil: 5, padding: "periodic", layers: one, odd: true, skip: true }),
    9,
    9,
    9,
  ],
  ["discretised on a plane", discretisedNet({ stencil: [3, 5], layers: one }), [8, 6], 48, 12],
  [
    "discretised on a periodic plane",
    discretisedNet({ stencil: [3, 5], padding: "periodic", layers: one }),
    [8, 6],
    48,
    48,
  ],
  ["flux", fluxNet({ spacing: 0.1, layers: one }), 9, 9, 9],
  ["flux, valid", fluxNet({ spacing: 0.1, stencil: 4, padding: "valid", layers: one }), 9, 9, 5],
  ["divergence on a line", divergenceNet({ period: [1], derivative: 4 }), 9, 9, 9],
  ["divergence on a plane, spectral", divergenceNet({ period: [1, 2] }), [8, 6], 96, 48],
];

/** A net with weights, biases and skips of random numbers. */
function drawn(spec: NetSpec) {
  const source = random(2);
  const parameters = Float64Array.from({ length: parameterCount(spec) }, () => 0.8 * (2 * source() - 1));
  const none = new Float64Array(0);
  const history = { engine: undefined, loss: none, validation: none, learningRate: none, keptEpoch: 0 } as const;
  return trainedNet(spec, parameters, { status: "loaded", ...history });
}

function outputsOf(model: LayersModel, x: ArrayLike<number>): Float32Array {
  return tidy(() => {
    const shape = model.inputs[0]!.shape.slice(1) as number[];
    const size = shape.reduce((a, b) => a * b, 1);
    return (model.predict(tensor(Float32Array.from(x), [x.length / size, ...shape])) as Tensor).dataSync<"float32">();
  });
}

describe.each(BACKENDS)("a net as a LayersModel on the %s backend", (backend) => {
  beforeEach(() => prepareTfjs(backend));

  it.each(nets)("gives what the net gives: %s", (_name, spec, points, inputs, outputs) => {
    const trained = drawn(spec);
    const before = memory().numTensors;
    const model = toLayersModel(trained, { points });
    expect(model.layers.reduce((sum, layer) => sum + (layer.trainable ? layer.countParams() : 0), 0)).toBe(
      parameterCount(spec),
    );
    const source = random(7);
    const x = Float64Array.from({ length: inputs }, () => Math.fround(2 * source() - 1));
    const got = outputsOf(model, x);
    expect(got.length).toBe(outputs);
    const expected = predicted(trained, x, points, outputs);
    const size = Math.max(...expected.map(Math.abs));
    // float32 carries 6e-8 of each term; sums of up to 15 terms through three layers, differences over 0.1.
    expect(Math.max(...expected.map((value, i) => Math.abs(value - got[i]!)))).toBeLessThan(1e-5 * size);

    const back = weightsFromLayers(model, spec);
    for (const [name, { shape, data }] of trained.weights()) {
      expect(back.get(name)?.shape).toEqual(shape);
      expect(Array.from(back.get(name)!.data)).toEqual(Array.from(data, Math.fround));
    }
    const other = toLayersModel(spec, { points, random: random(9) });
    weightsToLayers(other, spec, back);
    expect(outputsOf(other, x)).toEqual(got);
    other.dispose();
    model.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

/** What the net predicts, without the points at the ends that it does not. */
function predicted(trained: Trained, x: Float64Array, points: number | number[], outputs: number): number[] {
  const { spec } = trained;
  if (spec.kind === "functionalNet" || spec.kind === "mlp") {
    const out = new Float64Array(outputs);
    trained.predict(x, out);
    return [...out];
  }
  const [width, height = 1] = Array.isArray(points) ? points : [points];
  const out = new Float64Array(width! * height);
  if (Array.isArray(points)) trained.predict(x, out, points);
  else trained.predict(x, out);
  if (out.length === outputs) return [...out];
  const [mx, my = 0] = ("stencil" in spec ? [spec.stencil].flat() : []).map((stencil) => Math.floor(stencil / 2));
  return [...out].filter((_, i) => {
    const column = i % width!;
    const row = Math.floor(i / width!);
    return column >= mx! && column < width! - mx! && row >= my && row < height - my;
  });
}
