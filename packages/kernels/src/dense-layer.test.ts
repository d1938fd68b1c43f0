import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ACTIVATIONS } from "./activation.ts";
import {
  type Activation,
  denseLayer,
  type DenseLayer,
  denseLayerBytes,
  kernelEngine,
  type Precision,
} from "./index.ts";

/** One in four shapes is that of a residual layer. */
const shapes = fc
  .record({
    rows: fc.integer({ min: 1, max: 75 }),
    inputs: fc.integer({ min: 1, max: 20 }),
    units: fc.integer({ min: 1, max: 37 }),
    activation: fc.constantFrom<Activation>(...ACTIVATIONS),
    bias: fc.boolean(),
    residual: fc.nat({ max: 3 }).map((chance) => chance === 0),
    gradient: fc.constantFrom<"parameters" | "all">("parameters", "all"),
  })
  .map(({ rows, inputs, units, activation, bias, residual, gradient }) => {
    return { rows, inputs: residual ? units : inputs, units, activation, bias, residual, gradient };
  });

function fill(array: Float64Array | Float32Array | undefined, f: (i: number) => number): void {
  array?.forEach((_, i) => (array[i] = f(i)));
}

/** All arrays of a layer after a pass forward and two backward. */
function results(layer: DenseLayer<Precision>, inputs: number, units: number, bias: boolean, rows: number): unknown {
  fill(layer.input, (i) => Math.sin(i));
  fill(layer.weightGradient, (i) => Math.cos(i));
  layer.setParameters(
    Float64Array.from({ length: units * inputs }, (_, i) => Math.sin(7 * i) / Math.sqrt(inputs)),
    bias ? Float64Array.from({ length: units }, (_, i) => Math.cos(i)) : undefined,
  );
  layer.forward(rows);
  for (let pass = 0; pass < 2; pass++) {
    fill(layer.outputGradient, (i) => Math.cos(5 * i + pass));
    layer.backward(rows);
  }
  const { output, outputGradient, weightGradient, biasGradient, inputGradient } = layer;
  return { output, outputGradient, weightGradient, biasGradient, inputGradient };
}

describe("denseLayer", () => {
  it.each(["float64", "float32"] as const)("has the bits of its twin in %s, forward and backward", (precision) => {
    fc.assert(
      fc.property(shapes, fc.nat(), (shape, part) => {
        const rows = part % (shape.rows + 1);
        const [ours, twin] = (["auto", "plain"] as const).map((use) => {
          const engine = kernelEngine({ bytes: 1 << 18, use });
          const layer = denseLayer<Precision>(engine, { ...shape, precision });
          return results(layer, shape.inputs, shape.units, shape.bias, rows);
        });
        expect(ours).toEqual(twin);
      }),
      { numRuns: 200 },
    );
  });

  it.each([false, true].flatMap((residual) => ACTIVATIONS.map((activation) => ({ activation, residual }))))(
    "has the gradients that central differences of a net show, to 1e-7: $activation, residual $residual",
    (options) => {
      const { activation, residual } = options;
      const [rows, inputs, units] = [5, residual ? 7 : 3, residual ? 7 : 2];
      const engine = kernelEngine({ bytes: 1 << 16 });
      const below = denseLayer(engine, { rows, inputs, units: 7, activation, residual, gradient: "all" });
      const above = denseLayer(engine, {
        rows,
        inputs: 7,
        units,
        activation,
        residual,
        gradient: "all",
        input: below.output,
        inputGradient: below.outputGradient!,
      });
      const weights = [new Float64Array(7 * inputs), new Float64Array(7 * units)] as const;
      fill(weights[0], (i) => Math.sin(3 * i + 1) / Math.sqrt(inputs));
      fill(weights[1], (i) => Math.cos(2 * i) / Math.sqrt(7));
      const biases = [new Float64Array(7), new Float64Array(units)] as const;
      fill(biases[0], (i) => 0.3 * Math.sin(i));
      fill(biases[1], (i) => 0.2 * Math.cos(2 * i));
      fill(below.input, (i) => Math.sin(2.3 * i + 0.4));

      // L = sum_i cos(i) y_i + y_i^2 / 2.
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
      for (const [values, gradient] of pairs) {
        for (let i = 0; i < values.length; i++) {
          const value = values[i]!;
          values[i] = value + h;
          const up = loss();
          values[i] = value - h;
          const down = loss();
          values[i] = value;
          // Differences have error h^2 |L'''| / 6 ~ 1e-10 and eps |L| / h ~ 1e-10.
          expect(Math.abs((up - down) / (2 * h) - gradient[i]!)).toBeLessThan(1e-7);
        }
      }
    },
  );

  // 2-3-3-2, W_s[i, j] = sin(1 + s + 0.7 (n i + j)) / 2 with n columns, b_s[i] = cos(i + s) / 10, tanh, linear at the end; the
  // values are those of NumPy formulas in float64.
  it("as a residual layer gives the output of the LED references to 1e-15", () => {
    const engine = kernelEngine({ bytes: 1 << 12 });
    const first = denseLayer(engine, { rows: 1, inputs: 2, units: 3, activation: "tanh" });
    const second = denseLayer(engine, {
      rows: 1,
      inputs: 3,
      units: 3,
      activation: "tanh",
      residual: true,
      input: first.output,
    });
    const third = denseLayer(engine, { rows: 1, inputs: 3, units: 2, input: second.output });
    for (const [s, layer] of [first, second, third].entries()) {
      const [units, inputs] = [layer.output.length, layer.input.length];
      layer.setParameters(
        Float64Array.from({ length: units * inputs }, (_, i) => 0.5 * Math.sin(1 + s + 0.7 * i)),
        Float64Array.from({ length: units }, (_, i) => 0.1 * Math.cos(i + s)),
      );
    }
    first.input.set([0.3, -0.7]);
    for (const layer of [first, second, third]) layer.forward();
    // Numbers below one and sums of three terms: a few roundings of 1e-16.
    for (const [i, y] of [-0.1685718111676765, -0.019619851169474428].entries()) {
      expect(Math.abs(third.output[i]! - y)).toBeLessThan(1e-15);
    }
  });

  it("does not depend on how rows are cut into batches", () => {
    const engine = kernelEngine();
    const shape = { inputs: 5, units: 9, activation: "tanh", gradient: "parameters" } as const;
    const whole = denseLayer(engine, { ...shape, rows: 100 });
    const part = denseLayer(engine, { ...shape, rows: 10 });
    const weights = Float64Array.from({ length: 45 }, (_, i) => Math.sin(i));
    for (const layer of [whole, part]) layer.setParameters(weights, new Float64Array(9));
    fill(whole.input, (i) => Math.cos(i));
    whole.forward();
    fill(whole.outputGradient, (i) => Math.sin(i));
    for (let r = 0; r < 100; r += 10) {
      part.input.set(whole.input.subarray(5 * r, 5 * r + 50));
      part.forward();
      expect(part.output).toEqual(whole.output.slice(9 * r, 9 * r + 90));
      part.outputGradient!.set(whole.outputGradient!.subarray(9 * r, 9 * r + 90));
      part.backward();
    }
    whole.backward();
    expect(part.weightGradient).toEqual(whole.weightGradient);
    expect(part.biasGradient).toEqual(whole.biasGradient);
  });

  it("fills an engine of the bytes that it says it takes, arrays of its own or shared", () => {
    const arrays = ["input", "inputGradient", "weightGradient", "biasGradient"] as const;
    fc.assert(
      fc.property(
        shapes,
        fc.constantFrom<Precision>("float64", "float32"),
        fc.subarray([...arrays]),
        (shape, precision, wanted) => {
          const { rows, inputs, units } = shape;
          const written = shape.gradient === "all" ? wanted : wanted.filter((name) => name !== "inputGradient");
          const shared = shape.bias ? written : written.filter((name) => name !== "biasGradient");
          const lengths = {
            input: rows * inputs,
            inputGradient: rows * inputs,
            weightGradient: units * inputs,
            biasGradient: units,
          };
          const bytes = denseLayerBytes({ ...shape, precision }, shared);
          const others = shared.reduce((sum, name) => sum + 8 * lengths[name] + 16, 0);
          const engine = kernelEngine({ bytes: bytes + others });
          const given = Object.fromEntries(shared.map((name) => [name, engine[precision](lengths[name])]));
          const before = engine.used;
          denseLayer<Precision>(engine, { ...shape, precision, ...given });
          if (engine.kind === "wasm") expect(engine.used - before).toBe(bytes);
          else expect(engine.used - before).toBeLessThanOrEqual(bytes);
        },
      ),
    );
    expect(() => denseLayerBytes({ rows: 0, inputs: 1, units: 1 })).toThrow(/rows must be an integer/);
    // @ts-expect-error no array of this name
    expect(() => denseLayerBytes({ rows: 1, inputs: 1, units: 1 }, ["inputs"])).toThrow(/shared must be one of/);
  });

  it("takes up new parameters, from any array of numbers", () => {
    const engine = kernelEngine();
    const layer = denseLayer(engine, { rows: 1, inputs: 2, units: 1 });
    layer.input.set([3, 5]);
    layer.setParameters([1, 10], [100]);
    layer.forward();
    expect(layer.output[0]).toBe(153);
    layer.setParameters(new Float32Array([2, 0]), [0]);
    layer.forward();
    expect(layer.output[0]).toBe(6);
  });

  it("carries a NaN through to be noticed", () => {
    for (const activation of ACTIVATIONS) {
      const layer = denseLayer(kernelEngine({ bytes: 1000 }), { rows: 1, inputs: 2, units: 3, activation });
      layer.setParameters(new Float64Array(6), new Float64Array(3));
      layer.input.set([0, Number.NaN]);
      layer.forward();
      expect([...layer.output]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    }
  });

  it("refuses bad options, foreign arrays and calls out of order", () => {
    const engine = kernelEngine({ bytes: 4096 });
    const shape = { rows: 4, inputs: 2, units: 3 };
    expect(() => denseLayer(engine, { ...shape, units: 0 })).toThrow(/units must be an integer/);
    expect(() => denseLayer(engine, { ...shape, rows: 1e6 })).toThrow(/make the engine larger/);
    // @ts-expect-error unknown activation
    expect(() => denseLayer(engine, { ...shape, activation: "gelu" })).toThrow(/activation must be one of/);
    expect(() => denseLayer(engine, { ...shape, residual: true })).toThrow(/units must be 2, as inputs, got 3/);
    // @ts-expect-error not a boolean
    expect(() => denseLayer(engine, { ...shape, residual: 1 })).toThrow(/residual must be true or false, got 1/);
    // @ts-expect-error unknown key
    expect(() => denseLayer(engine, { ...shape, input_: 1 })).toThrow(/did you mean input/);
    expect(() => denseLayer(engine, { ...shape, input: new Float64Array(8) })).toThrow(/input must be an array of/);
    expect(() => denseLayer(engine, { ...shape, input: engine.float64(7) })).toThrow(/input must have length 8, got 7/);
    expect(() => denseLayer(engine, { ...shape, inputGradient: engine.float64(8) })).toThrow(/leave it out/);
    const shared = engine.float64(8);
    expect(() => denseLayer(engine, { ...shape, gradient: "all", input: shared, inputGradient: shared })).toThrow(
      /inputGradient must lie apart from input/,
    );
    const layer = denseLayer(engine, shape);
    expect(() => layer.forward()).toThrow(/call setParameters first/);
    expect(() => layer.setParameters(new Float64Array(5), new Float64Array(3))).toThrow(/weights must have length 6/);
    expect(() => layer.setParameters(new Float64Array(6))).toThrow(/bias must be an array of numbers/);
    layer.setParameters(new Float64Array(6), new Float64Array(3));
    expect(() => layer.forward(5)).toThrow(/rows must be an integer between 0 and 4/);
    layer.forward(2);
    expect(() => layer.backward()).toThrow(/the layer has no gradients/);
    const plain = denseLayer(engine, { ...shape, bias: false, gradient: "parameters" });
    expect(() => plain.setParameters(new Float64Array(6), new Float64Array(3))).toThrow(/the layer has none/);
    plain.setParameters(new Float64Array(6));
    plain.forward(2);
    expect(() => plain.backward(3)).toThrow(/rows must be an integer between 0 and 2/);
  });
});
