import { random } from "@hml/integrators";
import { memory } from "@tensorflow/tfjs-core";
import { input, layers, model, sequential } from "@tensorflow/tfjs-layers";
import { beforeEach, describe, expect, it } from "vitest";
import { BACKENDS } from "../../test/tfjs-backends.ts";
import { discretisedNet } from "../index.ts";
import { fromLayersModel } from "./from-layers-model.ts";
import { toLayersModel } from "./layers-model.ts";
import { prepareTfjs } from "./prepare.ts";

describe.each(BACKENDS)("a model of the user's own on the %s backend", (backend) => {
  beforeEach(() => prepareTfjs(backend));

  it("takes and gives plain arrays, any number of samples at once, and leaves no tensor behind", () => {
    const before = memory().numTensors;
    const dense = layers.dense({ inputShape: [2], units: 3, kernelInitializer: "ones", name: "sums" });
    const wrapped = fromLayersModel(sequential({ layers: [dense] }));
    const held = memory().numTensors;
    const out = new Float64Array(6);
    for (let k = 0; k < 3; k++) wrapped.predict(Float64Array.of(1, 2, 3, 4), out);
    expect([...out]).toEqual([3, 3, 3, 7, 7, 7]);
    expect([...wrapped.weights()].map(([name, { shape, data }]) => [name, shape, [...data]])).toEqual([
      ["sums/kernel", [2, 3], [1, 1, 1, 1, 1, 1]],
      ["sums/bias", [3], [0, 0, 0]],
    ]);
    expect(memory().numTensors).toBe(held);
    wrapped.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it("works on fields of any size, whose points are named", () => {
    const net = toLayersModel(discretisedNet({ stencil: [3, 3], padding: "periodic" }), { random: random(1) });
    const wrapped = fromLayersModel(net);
    const field = Float64Array.from({ length: 60 }, (_, i) => Math.sin(i));
    const [one, two] = [new Float64Array(30), new Float64Array(60)];
    wrapped.predict(field.subarray(30), one, [6, 5]);
    wrapped.predict(field, two, [6, 5]);
    expect([...two.subarray(30)]).toEqual([...one]);
    expect(() => wrapped.predict(field, two)).toThrow("points must name the 2 axes that the model leaves open, got 0");
    expect(() => wrapped.predict(field, two, [7, 5])).toThrow("x must hold whole samples of 35 numbers");
    expect(() => wrapped.predict(field, one, [6, 5])).toThrow("out must have length 60, got 30");
    expect(() => wrapped.predict([...field] as never, two, [6, 5])).toThrow("x must be a Float64Array");
    wrapped.dispose();
  });

  it("refuses what it cannot ask", () => {
    expect(() => fromLayersModel({} as never)).toThrow("fromLayersModel: model must be a LayersModel, got an object");
    const [a, b] = [input({ shape: [1] }), input({ shape: [1] })];
    const both = model({ inputs: [a, b], outputs: layers.add().apply([a, b]) as typeof a });
    expect(() => fromLayersModel(both)).toThrow("model must have one input and one output, got 2 and 1");
    both.dispose();
  });
});
