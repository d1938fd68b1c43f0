import { random } from "@hml/integrators";
import {
  avgPool,
  grad,
  image,
  maxPool,
  mean,
  mul,
  reshape,
  type Scalar,
  squaredDifference,
  sum,
  type Tensor,
  type Tensor4D,
  tensor,
  tidy,
  type Variable,
  variableGrads,
} from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, it } from "vitest";
import { BACKENDS } from "../../test/tfjs-backends.ts";
import {
  autoencoder,
  cnnLstm,
  convolutionalAutoencoder,
  deepSet,
  discretisedNet,
  divergenceNet,
  fieldCnn,
  fluxNet,
  functionalNet,
  mlp,
  type NetSpec,
  type TrainingData,
} from "../index.ts";
import { layoutOf } from "../spec/net-spec.ts";
import { objectiveOf } from "../training/objective-of.ts";
import { modelOf } from "./layers-model.ts";
import { prepareTfjs } from "./prepare.ts";
import { linksOf } from "./weight-links.ts";

function noise(length: number, seed = length): Float64Array {
  const source = random(seed);
  return Float64Array.from({ length }, () => 2 * source() - 1);
}

const hidden = [
  { units: 6, activation: "relu" },
  { units: 6, activation: "tanh" },
  { units: 5, activation: "sigmoid" },
  { units: 5, activation: "softplus" },
  { units: 4, activation: "selu" },
  { units: 4, activation: "celu" },
] as const;
const layers = [...hidden, { units: 1, activation: "linear" }] as const;
const plane = [8, 12] as const;

/** Nets with two or three samples each. */
const NETS: Readonly<Record<string, readonly [NetSpec, TrainingData | { readonly inputs: Float64Array }]>> = {
  "functional, odd with a skip": [
    functionalNet({ layers, odd: true, skip: true }),
    { inputs: noise(30), targets: noise(10), points: 5 },
  ],
  "multilayer perceptron, residual, every activation": [
    mlp({ inputs: 6, layers, residual: true }),
    { inputs: noise(60), targets: noise(10) },
  ],
  "discretised, valid": [discretisedNet({ layers, stencil: 5 }), { inputs: noise(30), targets: noise(30), points: 10 }],
  "discretised on a periodic plane": [
    discretisedNet({ layers, stencil: [3, 5], padding: "periodic" }),
    { inputs: noise(192), targets: noise(192), points: plane },
  ],
  flux: [fluxNet({ layers, spacing: 0.5 }), { inputs: noise(30), targets: noise(30), points: 10 }],
  divergence: [divergenceNet({ period: [1, 2] }), { inputs: noise(384), targets: noise(192), points: plane }],
  "field CNN of 121,057 parameters": [fieldCnn(), { inputs: noise(192), targets: noise(192), points: plane }],
  "field CNN, periodic, max-pooling of negative values": [
    fieldCnn({ widths: [5, 3], padding: "periodic", activation: "celu", inputs: 2 }),
    { inputs: noise(384), targets: noise(192), points: plane },
  ],
  "CNN-LSTM of one step, on a field": [
    cnnLstm({ filters: 6, units: 4, layers }),
    { inputs: noise(192), targets: noise(192), points: plane },
  ],
  "CNN-LSTM of three steps": [
    cnnLstm({ offsets: [-4, -3, -2, -1, 0, 1, 2, 3].map((dx) => [dx]), filters: 6, units: 4, layers }),
    { inputs: noise(80), targets: noise(10) },
  ],
  autoencoder: [autoencoder({ inputs: 6, encoder: hidden, latentSize: 2 }), { inputs: noise(60) }],
  "convolutional autoencoder of lines, average pooling": [
    convolutionalAutoencoder({ points: 8, latentSize: 2, widths: [3, 4], kernel: 3 }),
    { inputs: noise(24) },
  ],
  "convolutional autoencoder of planes, max-pooling": [
    convolutionalAutoencoder({
      points: [4, 8],
      inputs: 64,
      latentSize: 2,
      widths: [3],
      kernel: 3,
      pool: "max",
      padding: "zero",
    }),
    { inputs: noise(192) },
  ],
  "net of sets": [
    deepSet({ size: 2, element: hidden, pooled: layers }),
    { inputs: noise(30), targets: noise(3), points: [5] },
  ],
};

/** Loss and gradient by our engine in float64, over all samples as one batch. */
function ours(spec: NetSpec, data: TrainingData, parameters: Float64Array) {
  // A source that leaves the order of the samples as it is.
  const objective = objectiveOf("test", spec, data, { epochs: 1, random: () => 1 - 1e-9 });
  objective.parameters.set(parameters);
  objective.begin(1);
  return {
    loss: objective.step(0),
    gradient: Float64Array.from(objective.gradient),
    extents: [data.points ?? 1].flat(),
  };
}

/** The same by TensorFlow.js. */
function theirs(spec: NetSpec, data: TrainingData, parameters: Float64Array, gather?: Int32Array) {
  const extents = [data.points ?? 1].flat();
  const model = modelOf("test", spec, extents, parameters);
  const gradient = new Float64Array(layoutOf(spec).parameters);
  const loss = tidy(() => {
    const lengths = model.inputs[0]!.shape.slice(1) as number[];
    const inputs = Float32Array.from(gather === undefined ? data.inputs : Array.from(gather, (i) => data.inputs[i]!));
    const x = tensor(inputs, [inputs.length / lengths.reduce((a, b) => a * b, 1), ...lengths]);
    const variables = model.trainableWeights.map((weight) => weight.read() as Variable);
    const { value, grads } = variableGrads(() => {
      const out = [model.call(x, { training: true })].flat()[0]!;
      return mean<Scalar>(squaredDifference(out, reshape(targetsOf(data, out.size), out.shape)));
    }, variables);
    for (const { layer, index, places, added } of linksOf(spec)) {
      const weight = model.getLayer(layer).weights[index]!;
      const slopes = model.trainableWeights.includes(weight) ? grads[(weight.read() as Variable).name]!.dataSync() : [];
      for (const [i, slope] of slopes.entries()) {
        gradient[places[i]!] = slope;
        if (added !== undefined) gradient[added[i]!] = slope;
      }
    }
    return value.dataSync()[0]!;
  });
  model.dispose();
  return { loss, gradient };
}

/** Targets as a tensor; of a valid stencil of five on ten points the inner six. */
function targetsOf(data: TrainingData, size: number): Tensor {
  const all = Array.from(data.targets ?? data.inputs);
  return tensor(all.length === size ? all : all.filter((_, i) => i % 10 >= 2 && i % 10 < 8));
}

/** The places about each point of two fields, as the CNN-LSTM on the cross reads them. */
function crosses(): Int32Array {
  const [nx, ny] = plane;
  const places: number[] = [];
  for (let field = 0; field < 2; field++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++) {
        for (const [dx, dy] of [
          [0, -1],
          [-1, 0],
          [0, 0],
          [1, 0],
          [0, 1],
        ] as const) {
          places.push(field * nx * ny + ((y + dy + ny) % ny) * nx + ((x + dx + nx) % nx));
        }
      }
    }
  }
  return Int32Array.from(places);
}

describe.each(BACKENDS)("gradients on the %s backend", (backend) => {
  beforeEach(() => prepareTfjs(backend));

  it.each(Object.entries(NETS))("are those of our engine: %s", (_name, [spec, samples]) => {
    const data = samples as TrainingData;
    const { tensors, numbers } = layoutOf(spec);
    const parameters = noise(numbers, 1);
    for (const { name, at, length, spread } of tensors) {
      for (let i = at; i < at + length; i++) {
        parameters[i] = name.endsWith("variance") ? 1 : Math.fround((spread === 0 ? 0.1 : spread) * parameters[i]!);
      }
    }
    const expected = ours(spec, data, parameters);
    const got = theirs(
      spec,
      data,
      parameters,
      spec.kind === "cnnLstm" && data.points !== undefined ? crosses() : undefined,
    );
    expect(Math.abs(got.loss / expected.loss - 1)).toBeLessThan(1e-5);
    const size = Math.max(...expected.gradient.map(Math.abs));
    const error = Math.max(...expected.gradient.map((slope, i) => Math.abs(slope - got.gradient[i]!)));
    // float32 through up to seven convolutions and batch norms over few points, which divide by small deviations.
    expect(error).toBeLessThan(1e-4 * size);
  });

  // Central differences of functions that are linear between kinks: exact but for float32, 1e-7 of sums of size 10 over 2 h.
  it.each<[string, (x: Tensor4D) => Tensor]>([
    ["up-sampling", (x) => image.resizeNearestNeighbor(x, [8, 12])],
    ["up-sampling by 3/2", (x) => image.resizeNearestNeighbor(x, [6, 9])],
    ["max-pooling", (x) => maxPool(x, 2, 2, "valid")],
    ["overlapping max-pooling", (x) => maxPool(x, 3, 1, "same")],
    ["average pooling", (x) => avgPool(x, 2, 2, "valid")],
  ])("are those of central differences: %s", (_name, operation) => {
    const shape: [number, number, number, number] = [3, 4, 6, 2];
    // Distinct multiples of 1/100, half of them negative, so that no step of 1/1000 passes a kink.
    const values = Float32Array.from({ length: 144 }, (_, i) => (((i * 89) % 144) - 100) / 100);
    const weights = (size: number) => tensor(Float32Array.from(noise(size)));
    const value = (x: Tensor): Scalar =>
      tidy(() => {
        const out = operation(x as Tensor4D);
        return sum(mul(reshape(out, [out.size]), weights(out.size)));
      });
    const slopes = tidy(() => grad(value)(tensor(values, shape)).dataSync());
    const h = 1e-3;
    const at = (i: number, step: number): number =>
      tidy(
        () =>
          value(
            tensor(
              values.map((u, k) => (k === i ? u + step : u)),
              shape,
            ),
          ).dataSync()[0]!,
      );
    for (let i = 0; i < values.length; i += 5) {
      expect(Math.abs((at(i, h) - at(i, -h)) / (2 * h) - slopes[i]!)).toBeLessThan(0.02);
    }
  });
});
