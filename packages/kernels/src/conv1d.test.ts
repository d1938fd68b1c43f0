import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ACTIVATIONS } from "./activation.ts";
import type { ConvLayer } from "./conv-layer.ts";
import { type Activation, conv1d, conv2d, kernelEngine, type Padding, type Precision } from "./index.ts";

const shapes = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 1, max: 9 }),
  width: fc.integer({ min: 1, max: 11 }),
  inputs: fc.integer({ min: 1, max: 9 }),
  units: fc.integer({ min: 1, max: 11 }),
  kernel: fc.constantFrom(1, 3, 5),
  padding: fc.constantFrom<Padding>("zero", "periodic"),
  activation: fc.constantFrom<Activation>(...ACTIVATIONS),
  bias: fc.boolean(),
  gradient: fc.constantFrom<"parameters" | "all">("parameters", "all"),
});

type Numbers = Float64Array | Float32Array;

function fill(array: Numbers | undefined, f: (i: number) => number): void {
  array?.forEach((_, i) => (array[i] = f(i)));
}

function values(length: number, seed: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => Math.sin(1.7 * i * i + i + seed));
}

/** All arrays of a layer after a pass forward and two backward of the first `fields`. */
function results(layer: ConvLayer<Precision>, weights: number, units: number, bias: boolean, fields: number): unknown {
  fill(layer.input, (i) => Math.sin(i));
  fill(layer.weightGradient, (i) => Math.cos(i));
  layer.setParameters(
    values(weights, 0).map((w) => w / 4),
    bias ? values(units, 1) : undefined,
  );
  layer.forward(fields);
  for (let pass = 0; pass < 2; pass++) {
    fill(layer.outputGradient, (i) => Math.cos(5 * i + pass));
    layer.backward(fields);
  }
  const { output, outputGradient, weightGradient, biasGradient, inputGradient } = layer;
  return { output, outputGradient, weightGradient, biasGradient, inputGradient };
}

describe("conv1d", () => {
  it("is a two-dimensional convolution of fields of one row", () => {
    fc.assert(
      fc.property(
        shapes,
        fc.constantFrom<Precision>("float64", "float32"),
        ({ batch, width, inputs, units, kernel, activation, bias }, precision) => {
          const shape = { batch, width, inputs, units, kernel, activation, bias, gradient: "all" } as const;
          const engine = kernelEngine({ bytes: 1 << 20 });
          const line = conv1d<Precision>(engine, { ...shape, precision });
          const field = conv2d<Precision>(engine, { ...shape, precision, height: 1 });
          const taps = values(kernel * inputs * units, 0).map((w) => w / 4);
          const square = new Float64Array(kernel * kernel * inputs * units);
          square.set(taps, ((kernel - 1) / 2) * taps.length);
          for (const [layer, weights] of [[line, taps] as const, [field, square] as const]) {
            layer.setParameters(weights, bias ? values(units, 1) : undefined);
            layer.input.set(values(layer.input.length, 2));
            layer.forward(batch);
            layer.outputGradient!.set(values(layer.output.length, 3));
            layer.backward();
          }
          expect(line.output).toEqual(field.output);
          expect(line.inputGradient).toEqual(field.inputGradient);
          const middle = ((kernel - 1) / 2) * taps.length;
          expect(line.weightGradient).toEqual(field.weightGradient!.slice(middle, middle + taps.length));
        },
      ),
    );
  });

  it.each(["float64", "float32"] as const)("has the bits of its twin in %s", (precision) => {
    fc.assert(
      fc.property(
        shapes,
        fc.constantFrom(1, 3, 5, 7),
        ({ batch, width, inputs, units, padding, activation, bias }, kernel) => {
          const shape = { batch, width, inputs, units, padding, activation, bias, gradient: "all" } as const;
          const [ours, twin] = (["auto", "plain"] as const).map((use) => {
            const layer = conv1d<Precision>(kernelEngine({ bytes: 1 << 20, use }), { ...shape, kernel, precision });
            return results(layer, kernel * shape.inputs * shape.units, shape.units, shape.bias, shape.batch);
          });
          expect(ours).toEqual(twin);
        },
      ),
    );
  });

  it("refuses a height, even kernels and weights of another length", () => {
    const engine = kernelEngine({ bytes: 1 << 12 });
    const line = { batch: 1, width: 4, inputs: 2, units: 3 };
    // @ts-expect-error a line has no height
    expect(() => conv1d(engine, { ...line, height: 1 })).toThrow(/conv1d: unknown option height/);
    expect(() => conv1d(engine, { ...line, kernel: 2 })).toThrow(/conv1d: kernel must be odd, got 2/);
    expect(() => conv1d(engine, line).setParameters(new Float64Array(17), [0, 0, 0])).toThrow(
      /conv1d.setParameters: weights must have length 18/,
    );
  });

  it("differentiates a wave: a central difference has the eigenvalue i sin(k h) / h", () => {
    const n = 32;
    const layer = conv1d(kernelEngine({ bytes: 1 << 14 }), {
      batch: 1,
      width: n,
      inputs: 1,
      units: 1,
      bias: false,
      padding: "periodic",
    });
    const h = (2 * Math.PI) / n;
    layer.setParameters([-1 / (2 * h), 0, 1 / (2 * h)]);
    fill(layer.input, (i) => Math.sin(3 * i * h));
    layer.forward();
    layer.output.forEach((y, i) => expect(y).toBeCloseTo((Math.sin(3 * h) / h) * Math.cos(3 * i * h), 13));
  });
});
