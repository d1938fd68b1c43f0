import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ACTIVATIONS } from "./activation.ts";
import type { ConvLayer } from "./conv-layer.ts";
import { type Activation, type Conv2dOptions, conv2d, kernelEngine, type Padding, type Precision } from "./index.ts";

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

function dot(x: Float64Array, y: Float64Array): number {
  return x.reduce((sum, a, i) => sum + a * y[i]!, 0);
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

/** The definition, written down as it stands, in float64: every pixel outside is looked up or zero. */
function naive(options: Conv2dOptions, x: Numbers, w: Numbers, b: Numbers): Float64Array {
  const { batch, height, width, inputs, units, kernel = 3, padding } = options;
  const r = (kernel - 1) / 2;
  const out = new Float64Array(batch * height * width * units);
  const at = (n: number, y: number, i: number, c: number): number => {
    const inside = y >= 0 && y < height && i >= 0 && i < width;
    if (!inside && padding !== "periodic") return 0;
    const [row, column] = [((y % height) + height) % height, ((i % width) + width) % width];
    return x[((n * height + row) * width + column) * inputs + c]!;
  };
  for (let n = 0; n < batch; n++) {
    for (let j = 0; j < units; j++) {
      for (let y = 0; y < height; y++) {
        for (let i = 0; i < width; i++) {
          let sum = b[j]!;
          for (let c = 0; c < inputs; c++) {
            for (let p = 0; p < kernel * kernel; p++) {
              const [ky, kx] = [Math.floor(p / kernel), p % kernel];
              sum += at(n, y + ky - r, i + kx - r, c) * w[(p * inputs + c) * units + j]!;
            }
          }
          out[((n * height + y) * width + i) * units + j] = sum;
        }
      }
    }
  }
  return out;
}

describe("conv2d", () => {
  it.each(["float64", "float32"] as const)("has the bits of its twin in %s, forward and backward", (precision) => {
    fc.assert(
      fc.property(shapes, fc.nat(), (shape, part) => {
        const fields = part % (shape.batch + 1);
        const count = shape.kernel * shape.kernel * shape.inputs * shape.units;
        const [ours, twin] = (["auto", "plain"] as const).map((use) => {
          const engine = kernelEngine({ bytes: 1 << 20, use });
          const layer = conv2d<Precision>(engine, { ...shape, precision });
          return results(layer, count, shape.units, shape.bias, fields);
        });
        expect(ours).toEqual(twin);
      }),
      { numRuns: 150 },
    );
  });

  it("has the bits of its twin on fields of more than a block of pixels", () => {
    for (const precision of ["float64", "float32"] as const) {
      const shape = { batch: 2, height: 30, width: 40, inputs: 3, units: 5, padding: "periodic" } as const;
      const [ours, twin] = (["auto", "plain"] as const).map((use) => {
        const layer = conv2d<Precision>(kernelEngine({ use }), { ...shape, precision, gradient: "all" });
        return results(layer, 135, 5, true, 2);
      });
      expect(ours).toEqual(twin);
    }
  });

  it.each([
    ["float64", 5e-14],
    ["float32", 3e-5],
  ] as const)("is the definition in %s to %d, in both paddings, whatever the sizes", (precision, tolerance) => {
    fc.assert(
      fc.property(shapes, (drawn) => {
        const shape = { ...drawn, activation: "linear", gradient: "none", bias: true } as const;
        const layer = conv2d<Precision>(kernelEngine({ bytes: 1 << 19 }), { ...shape, precision });
        const weights = values(shape.kernel * shape.kernel * shape.inputs * shape.units, 2);
        const bias = values(shape.units, 3);
        layer.setParameters(weights, bias);
        layer.input.set(values(layer.input.length, 4));
        layer.forward();
        const expected = naive(shape, layer.input, weights, bias);
        // 226 terms of size 1: 226 eps = 5e-14 is far above what another order does. In float32 weights are rounded too,
        // 2 * 226 * 6e-8 = 3e-5.
        layer.output.forEach((y, i) => expect(Math.abs(y - expected[i]!)).toBeLessThan(tolerance));
      }),
    );
  });

  it("is linear in the field, and its inputGradient is the adjoint: <A x, y> = <x, A' y>", () => {
    fc.assert(
      fc.property(shapes, (drawn) => {
        const shape = { ...drawn, activation: "linear", bias: false, gradient: "all" } as const;
        const layer = conv2d(kernelEngine({ bytes: 1 << 20 }), shape);
        layer.setParameters(values(layer.weightGradient!.length, 5));
        const [x, z] = [values(layer.input.length, 6), values(layer.input.length, 7)];
        const image = (u: Float64Array): Float64Array => {
          layer.input.set(u);
          layer.forward();
          return layer.output.slice();
        };
        const [ax, az, both] = [image(x), image(z), image(x.map((a, i) => 2 * a - 3 * z[i]!))];
        // Outputs are sums of at most 225 terms of size 5: 225 * 5 eps = 2.5e-13.
        both.forEach((y, i) => expect(Math.abs(y - (2 * ax[i]! - 3 * az[i]!))).toBeLessThan(3e-13));
        const y = values(layer.output.length, 8);
        layer.outputGradient!.set(y);
        layer.backward();
        image(x);
        layer.outputGradient!.set(y);
        layer.backward();
        // Either side has at most 297 * 99 * 25 terms up to 1 of random sign: 1e-11 is 5e4 eps.
        expect(Math.abs(dot(ax, y) - dot(x, layer.inputGradient!))).toBeLessThan(1e-11);
      }),
    );
  });

  it("commutes with translations when the padding is periodic, to the bit", () => {
    const [height, width, inputs, units] = [6, 9, 3, 5];
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 8 }), (down, right) => {
        const shift = (x: Float64Array, channels: number): Float64Array =>
          x.map((_, i) => {
            const [c, column, row] = [i % channels, Math.floor(i / channels) % width, Math.floor(i / channels / width)];
            return x[(((row + down) % height) * width + ((column + right) % width)) * channels + c]!;
          });
        const layer = conv2d(kernelEngine({ bytes: 1 << 16 }), {
          batch: 1,
          height,
          width,
          inputs,
          units,
          activation: "tanh",
          padding: "periodic",
        });
        layer.setParameters(values(9 * inputs * units, 1), values(units, 2));
        const x = values(layer.input.length, 3);
        layer.input.set(x);
        layer.forward();
        const expected = shift(layer.output, units);
        layer.input.set(shift(x, inputs));
        layer.forward();
        expect(layer.output).toEqual(expected);
      }),
    );
  });

  it.each(["zero", "periodic"] as const)("has the gradients of central differences to 1e-7, %s padding", (padding) => {
    for (const activation of ACTIVATIONS) {
      const field = { batch: 2, height: 3, width: 4, padding, activation, gradient: "all" } as const;
      const engine = kernelEngine({ bytes: 1 << 16 });
      const below = conv2d(engine, { ...field, inputs: 2, units: 3 });
      const above = conv2d(engine, {
        ...field,
        inputs: 3,
        units: 2,
        input: below.output,
        inputGradient: below.outputGradient!,
      });
      const weights = [values(54, 1), values(54, 2)] as const;
      const biases = [values(3, 3), values(2, 4)] as const;
      // Small weights, so that the third derivatives are of size 1.
      for (const w of weights) fill(w, (i) => 0.3 * w[i]!);
      below.input.set(values(below.input.length, 5));
      const loss = (): number => {
        below.setParameters(weights[0], biases[0]);
        above.setParameters(weights[1], biases[1]);
        below.forward();
        above.forward();
        return above.output.reduce((sum, y, i) => sum + Math.cos(i) * y + (y * y) / 2, 0);
      };
      loss();
      fill(above.outputGradient, (i) => Math.cos(i) + above.output[i]!);
      above.backward();
      below.backward();
      const pairs: readonly [Float64Array, Float64Array][] = [
        [weights[0], below.weightGradient!.slice()],
        [weights[1], above.weightGradient!.slice()],
        [biases[0], below.biasGradient!.slice()],
        [biases[1], above.biasGradient!.slice()],
        [below.input, below.inputGradient!.slice()],
      ];
      const h = 1e-5;
      for (const [array, gradient] of pairs) {
        for (let i = 0; i < array.length; i++) {
          const value = array[i]!;
          array[i] = value + h;
          const up = loss();
          array[i] = value - h;
          const down = loss();
          array[i] = value;
          // Differences have error h^2 |L'''| / 6 ~ 1e-9 and eps |L| / h ~ 1e-9.
          expect(Math.abs((up - down) / (2 * h) - gradient[i]!)).toBeLessThan(1e-7);
        }
      }
    }
  });

  it("does not depend on how fields are cut into batches", () => {
    const engine = kernelEngine();
    const shape = { height: 5, width: 7, inputs: 2, units: 9, activation: "relu", gradient: "all" } as const;
    const whole = conv2d(engine, { ...shape, batch: 6 });
    const part = conv2d(engine, { ...shape, batch: 2 });
    for (const layer of [whole, part]) layer.setParameters(values(162, 0), values(9, 1));
    whole.input.set(values(whole.input.length, 2));
    whole.forward();
    whole.outputGradient!.set(values(whole.output.length, 3));
    for (let n = 0; n < 6; n += 2) {
      part.input.set(whole.input.subarray(70 * n, 70 * n + 140));
      part.forward();
      expect(part.output).toEqual(whole.output.slice(315 * n, 315 * n + 630));
      part.outputGradient!.set(whole.outputGradient!.subarray(315 * n, 315 * n + 630));
      part.backward();
    }
    whole.backward();
    expect(part.weightGradient).toEqual(whole.weightGradient);
    expect(part.biasGradient).toEqual(whole.biasGradient);
    expect(part.inputGradient).toEqual(whole.inputGradient!.slice(280));
  });

  it("carries a NaN to the pixels that see it and to no other", () => {
    const layer = conv2d(kernelEngine({ bytes: 1 << 14 }), { batch: 1, height: 5, width: 5, inputs: 1, units: 1 });
    layer.setParameters(new Float64Array(9).fill(1), [0]);
    layer.input[12] = Number.NaN;
    layer.forward();
    const seen = [...layer.output].map((y) => Number.isNaN(y));
    expect(seen.filter(Boolean)).toHaveLength(9);
    expect(seen[0]).toBe(false);
  });

  it("refuses bad options, foreign arrays and calls out of order", () => {
    const engine = kernelEngine({ bytes: 1 << 16 });
    const shape = { batch: 1, height: 4, width: 4, inputs: 2, units: 3 };
    expect(() => conv2d(engine, { ...shape, kernel: 4 })).toThrow(/conv2d: kernel must be odd, got 4/);
    expect(() => conv2d(engine, { ...shape, height: 0 })).toThrow(/height must be an integer/);
    expect(() => conv2d(engine, { ...shape, height: 1e6 })).toThrow(/make the engine larger/);
    // @ts-expect-error no width
    expect(() => conv2d(engine, { batch: 1, height: 1, inputs: 1, units: 1 })).toThrow(/width must be an integer/);
    // @ts-expect-error no options
    expect(() => conv2d(engine, undefined)).toThrow(/options must be an object/);
    // @ts-expect-error unknown padding
    expect(() => conv2d(engine, { ...shape, padding: "same" })).toThrow(/padding must be one of/);
    // @ts-expect-error unknown key
    expect(() => conv2d(engine, { ...shape, paddings: "zero" })).toThrow(/did you mean padding/);
    // @ts-expect-error not a yes or no
    expect(() => conv2d(engine, { ...shape, bias: 1 })).toThrow(/bias must be true or false/);
    expect(() => conv2d(engine, { ...shape, input: new Float64Array(32) })).toThrow(
      /input must be an array of the eng/,
    );
    expect(() => conv2d(engine, { ...shape, inputGradient: engine.float64(32) })).toThrow(/leave it out/);
    const layer = conv2d(engine, shape);
    expect(() => layer.forward()).toThrow(/call setParameters first/);
    expect(() => layer.setParameters(new Float64Array(53), [0, 0, 0])).toThrow(/weights must have length 54/);
    layer.setParameters(new Float64Array(54), [0, 0, 0]);
    expect(() => layer.forward(2)).toThrow(/batch must be an integer between 0 and 1/);
    layer.forward();
    expect(() => layer.backward()).toThrow(/the layer has no gradients/);
  });
});
