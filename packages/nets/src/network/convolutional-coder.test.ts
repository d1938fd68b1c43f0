import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { gradientError } from "../../test/gradient-check.ts";
import { loadNet, saveNet } from "../files/net-file.ts";
import { decoderOf, encoderOf } from "../rollout/encoder-of.ts";
import { type ConvolutionalAutoencoder, convolutionalAutoencoder } from "../spec/convolutional-autoencoder.ts";
import { drawWeights } from "../spec/init.ts";
import { checkNetSpec, layoutOf, parameterCount } from "../spec/net-spec.ts";
import { rowLoss } from "../training/row-loss.ts";
import { samplesOf } from "../training/training-data.ts";
import { train } from "../training/train.ts";
import { mapped } from "./network-of.ts";

const LINE = convolutionalAutoencoder({ points: 8, latentSize: 2, widths: [3, 2] });
const PLANE = convolutionalAutoencoder({
  points: [4, 8],
  inputs: 64,
  latentSize: 3,
  widths: [2, 2],
  kernel: 3,
  padding: "zero",
  pool: "max",
  activation: "tanh",
  init: "torch",
});

const draws = (count: number, seed: number): Float64Array => {
  const source = random(seed);
  return Float64Array.from({ length: count }, () => 2 * source() - 1);
};

/** Travelling waves on a periodic line: a family of two numbers, an amplitude and a phase. */
function waves(rows: number, points: number, seed: number): Float64Array {
  const source = random(seed);
  const data = new Float64Array(rows * points);
  for (let r = 0; r < rows; r++) {
    const [size, phase] = [0.5 + source(), 2 * Math.PI * source()];
    for (let i = 0; i < points; i++) data[r * points + i] = size * Math.sin((2 * Math.PI * i) / points + phase);
  }
  return data;
}

describe.each([
  ["a line", LINE],
  ["a plane of two channels", PLANE],
] as const)("a convolutional autoencoder on %s", (_name, spec) => {
  it("has the gradient of central differences to 1e-6", () => {
    const { samples, mapped: net, criterion } = samplesOf("test", spec, { inputs: draws(3 * spec.inputs, 1) });
    const network = net.network({ rows: 3, engine: "wasm", precision: "float64", trainable: true });
    drawWeights(layoutOf(spec), random(2), network.parameters);
    expect(gradientError(rowLoss(network, net.map, criterion, 3), samples, Int32Array.of(2, 0, 1))).toBeLessThan(1e-6);
  });

  it.each(["float64", "float32"] as const)(
    "has the same bits on WebAssembly and on the plain twin, %s",
    (precision) => {
      const [ours, twin] = (["wasm", "plain"] as const).map((engine) => {
        const net = mapped("test", spec, [1]).network({ rows: 2, engine, precision, trainable: true });
        drawWeights(layoutOf(spec), random(3), net.parameters);
        net.update();
        net.input.set(draws(2 * spec.inputs, 4));
        net.forward(2, true);
        net.outputGradient.set(draws(2 * spec.inputs, 5));
        net.backward(2);
        return { output: net.output.slice(), gradient: net.gradient.slice() };
      });
      expect(ours).toEqual(twin);
      expect(ours!.gradient.some((g) => g !== 0)).toBe(true);
    },
  );

  it("is its encoder and its decoder, one after the other, also from a file", async () => {
    const data = { inputs: draws(10 * spec.inputs, 6) };
    const trained = await train(spec, data, { epochs: 2, batchSize: 5, scale: "standard", random: random(7) });
    const loaded = loadNet(saveNet(trained)) as typeof trained;
    expect(loaded.spec).toEqual(spec);
    const x = draws(2 * spec.inputs, 8);
    const [whole, parts] = [new Float64Array(x.length), new Float64Array(x.length)];
    trained.predict(x, whole);
    const z = new Float64Array(2 * spec.latentSize);
    encoderOf(loaded).encode(x, z);
    const decoder = decoderOf(loaded);
    decoder.decode(z, parts);
    expect(parts).toEqual(whole);
    expect([decoder.latentSize, decoder.size]).toEqual([spec.latentSize, spec.inputs]);
  });

  it("survives JSON", () => {
    expect(checkNetSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
    expect([spec, spec.widths].every(Object.isFrozen)).toBe(true);
  });
});

describe("convolutional autoencoders", () => {
  it("learn waves of any phase, in float32 as in float64, to 2 % of their variance", async () => {
    // A code of two numbers holds amplitude and phase; the best constant leaves an error of 1.
    for (const precision of ["float64", "float32"] as const) {
      const spec = convolutionalAutoencoder({ points: 16, latentSize: 2, widths: [4, 4] });
      const trained = await train(
        spec,
        { inputs: waves(200, 16, 1) },
        {
          epochs: 60,
          batchSize: 8,
          learningRate: 5e-3,
          schedule: { kind: "cosine" },
          scale: "standard",
          precision,
          random: random(2),
          validation: { inputs: waves(50, 16, 3) },
        },
      );
      expect(trained.history.validation.at(-1)).toBeLessThan(0.02);
    }
  });

  it("has the parameters of its layers", () => {
    // 5 (1 16 + 16 32 + 32 64 + 64 8) weights and 120 biases down, 4 points of 8 channels to 8 numbers and back, and
    // 5 (8 64 + 64 32 + 32 16 + 16 1) weights and 113 biases up.
    const spec: ConvolutionalAutoencoder = convolutionalAutoencoder({ points: 64, latentSize: 8 });
    expect(parameterCount(spec)).toBe(2 * 5 * (16 + 512 + 2048 + 512) + 120 + 113 + 8 * 33 + 32 * 9);
  });

  it.each<[string, () => unknown, string]>([
    ["points that cannot be halved", () => convolutionalAutoencoder({ points: 24, latentSize: 2 }), "divisible by 16"],
    ["an even kernel", () => convolutionalAutoencoder({ points: 16, latentSize: 2, kernel: 4 }), "kernel must be odd"],
    [
      "half a channel",
      () => convolutionalAutoencoder({ points: 16, inputs: 24, latentSize: 2 }),
      "a multiple of the 16",
    ],
    ["space", () => convolutionalAutoencoder({ points: [16, 16, 16], latentSize: 2 }), "points.length"],
    [
      "points with the data",
      () => samplesOf("train", LINE, { inputs: new Float64Array(8), points: 8 }),
      "points must be left out for this net, got 8",
    ],
  ])("refuse %s", (_what, build, message) => {
    expect(build).toThrow(message);
  });
});
