import fc from "fast-check";
import { expect, it } from "vitest";
import { conv1d, conv1dBytes, conv2d, conv2dBytes, kernelEngine, type Precision } from "./index.ts";

const shapes = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 1, max: 9 }),
  width: fc.integer({ min: 1, max: 11 }),
  inputs: fc.integer({ min: 1, max: 9 }),
  units: fc.integer({ min: 1, max: 11 }),
  kernel: fc.constantFrom(1, 3, 5),
  bias: fc.boolean(),
  precision: fc.constantFrom<Precision>("float64", "float32"),
  gradient: fc.constantFrom<"none" | "parameters" | "all">("none", "parameters", "all"),
});

it.each(["conv1d", "conv2d"])(
  "%s fills an engine of the bytes that it says it takes, arrays its own or shared",
  (name) => {
    fc.assert(
      fc.property(
        shapes,
        fc.subarray(["input", "inputGradient", "weightGradient", "biasGradient"] as const),
        ({ height, ...shape }, wanted) => {
          const { batch, width, inputs, units, kernel, precision, gradient } = shape;
          const flat = name === "conv1d";
          const rows = flat ? 1 : height;
          const lengths = {
            input: batch * rows * width * inputs,
            inputGradient: batch * rows * width * inputs,
            weightGradient: (flat ? 1 : kernel) * kernel * inputs * units,
            biasGradient: units,
          };
          const written = {
            input: true,
            inputGradient: gradient === "all",
            weightGradient: gradient !== "none",
            biasGradient: gradient !== "none" && shape.bias,
          };
          const shared = wanted.filter((array) => written[array]);
          const engine = kernelEngine({ bytes: 1 << 18 });
          const given = Object.fromEntries(shared.map((array) => [array, engine[precision](lengths[array])]));
          const before = engine.used;
          if (flat) conv1d<Precision>(engine, { ...shape, ...given });
          else conv2d<Precision>(engine, { ...shape, height, ...given });
          const bytes = flat ? conv1dBytes(shape, shared) : conv2dBytes({ ...shape, height }, shared);
          if (engine.kind === "wasm") expect(engine.used - before).toBe(bytes);
          else expect(engine.used - before).toBeLessThanOrEqual(bytes);
        },
      ),
    );
    const shape = { batch: 1, height: 2, width: 2, inputs: 1, units: 1 };
    expect(() => conv2dBytes({ ...shape, width: 0 })).toThrow(/conv2dBytes: width must be an integer/);
    expect(() => conv1dBytes(shape)).toThrow(/unknown option height/);
    // @ts-expect-error no array of this name
    expect(() => conv2dBytes(shape, ["output"])).toThrow(/shared must be one of/);
  },
);
