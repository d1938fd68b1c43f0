import { Conv2DBackpropFilter, getKernel, memory, registerKernel, unregisterKernel } from "@tensorflow/tfjs-core";
import { layers, sequential } from "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { BACKENDS } from "../../test/tfjs-backends.ts";
import { prepareTfjs } from "./prepare.ts";
import { assertTrainable, modelTrainability } from "./trainability.ts";

const convolutional = () =>
  sequential({
    layers: [
      layers.conv2d({
        inputShape: [32, 32, 1],
        filters: 2,
        kernelSize: 3,
        padding: "same",
        activation: "relu",
        name: "first",
      }),
      layers.batchNormalization({ name: "norm" }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.upSampling2d({ size: [2, 2] }),
      layers.conv2d({ filters: 1, kernelSize: 3, padding: "same", name: "last" }),
      layers.flatten(),
      layers.dense({ units: 1 }),
    ],
  });

describe("what a backend can train", () => {
  it.each(BACKENDS)("all of an encoder-decoder, with the kernels added: %s", async (backend) => {
    await prepareTfjs(backend);
    const model = convolutional();
    const before = memory().numTensors;
    const weights = model.getWeights().map((weight) => Array.from(weight.dataSync()));
    const found = modelTrainability(model, backend);
    expect(found.layers.map(({ layer, missing }) => [layer, missing])).toEqual(
      model.layers.map(({ name }) => [name, undefined]),
    );
    expect(found.trainable).toBe(true);
    expect(model.getWeights().map((weight) => Array.from(weight.dataSync()))).toEqual(weights);
    expect(memory().numTensors).toBe(before);
    model.dispose();
  });

  it("names the layers and the kernel that is missing", async () => {
    await prepareTfjs("wasm");
    const kernel = getKernel(Conv2DBackpropFilter, "wasm");
    unregisterKernel(Conv2DBackpropFilter, "wasm");
    try {
      const model = convolutional();
      const found = modelTrainability(model, "wasm");
      expect(found.layers.filter(({ trainable }) => !trainable)).toEqual(
        ["first", "last"].map((layer) => ({
          layer,
          kind: "Conv2D",
          trainable: false,
          missing: "Conv2DBackpropFilter",
        })),
      );
      expect(found.trainable).toBe(false);
      expect(() => assertTrainable("train", found)).toThrow(
        expect.objectContaining({ code: "untrainable-layer", layer: "first", kernel: "Conv2DBackpropFilter" }),
      );
      model.dispose();
    } finally {
      registerKernel(kernel);
    }
  });

  it.each(BACKENDS)(
    "recurrent and embedding layers of the user's own, with their default start: %s",
    async (backend) => {
      await prepareTfjs(backend);
      const model = sequential({
        layers: [
          layers.embedding({ inputDim: 5, outputDim: 3, inputLength: 12 }),
          layers.lstm({ units: 3, returnSequences: true }),
          layers.gru({ units: 3, returnSequences: true }),
          layers.reshape({ targetShape: [6, 6] }),
          layers.timeDistributed({ layer: layers.dense({ units: 2 }) }),
        ],
      });
      expect(modelTrainability(model, backend)).toMatchObject({ trainable: true });
      model.dispose();
    },
  );

  it("refuses a backend that is not there", async () => {
    await expect(prepareTfjs("webgl")).rejects.toThrow(
      'must be one that is registered, got "webgl"; import @tensorflow/tfjs-backend-webgl',
    );
    await expect(prepareTfjs(3 as never)).rejects.toThrow(TypeError);
  });
});
