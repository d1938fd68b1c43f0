import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ACTIVATIONS, activate } from "./activation.ts";
import { elementwise, kernelEngine } from "./index.ts";

const FUNCTIONS = [...ACTIVATIONS, "exp"] as const;
const engine = kernelEngine({ bytes: 1 << 20 });

/** Numbers of every size, the ends of every range among them. */
const numbers = fc.array(
  fc.oneof(
    fc.double({ min: -40, max: 40 }),
    fc.double(),
    fc.constantFrom(0, -0, 1e-300, 709.78, -708, -745.1, 88.7, -87, -103.9, Infinity, -Infinity, Number.NaN),
  ),
  { minLength: 1, maxLength: 37 },
);

describe("elementwise", () => {
  it("runs on WebAssembly here, so that what follows compares two codes", () => {
    expect(engine.kind).toBe("wasm");
  });

  it.each(FUNCTIONS)("%s has the bits of its twin in both precisions, at any length", (f) => {
    const arrays = [engine.float64(37), engine.float32(37)] as const;
    const kernels = arrays.map((x) => elementwise(engine, f, x));
    fc.assert(
      fc.property(numbers, (values) => {
        for (const [i, x] of arrays.entries()) {
          x.fill(7);
          x.set(values);
          const twin = x.slice();
          activate(f, twin, twin, values.length);
          kernels[i]!(values.length);
          // Everything behind `count` is untouched. Object.is: NaN equals NaN, and 0 differs from -0.
          expect(x.every((value, k) => Object.is(value, twin[k]))).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("writes another array when given one, and leaves its input alone", () => {
    for (const on of [engine, kernelEngine({ bytes: 1000, use: "plain" })]) {
      const x = on.float64(5);
      const y = on.float64(5);
      x.fill(-1);
      elementwise(on, "relu", x, y)();
      elementwise(on, "linear", x, y)(2);
      expect([...x, ...y]).toEqual([-1, -1, -1, -1, -1, -1, -1, 0, 0, 0]);
    }
  });

  it("refuses what it cannot work on", () => {
    const x = engine.float64(8);
    // @ts-expect-error an unknown function
    expect(() => elementwise(engine, "gelu", x)).toThrow(/f must be one of/);
    expect(() => elementwise(engine, "exp", new Float64Array(8))).toThrow(/x must be an array of the engine/);
    expect(() => elementwise(engine, "exp", x, engine.float64(7))).toThrow(/out must have length 8, got 7/);
    expect(() => elementwise(engine, "exp", x, engine.float32(8))).toThrow(/out must be a Float64Array/);
    expect(() => elementwise(engine, "exp", x.subarray(0, 4), x.subarray(1, 5))).toThrow(/out must be x itself/);
    expect(() => elementwise(engine, "exp", x)(9)).toThrow(/count must be an integer between 0 and 8/);
    // @ts-expect-error not an engine
    expect(() => elementwise({}, "exp", x)).toThrow(/engine must come from kernelEngine/);
    // @ts-expect-error not an array
    expect(() => elementwise(engine, "exp", [1])).toThrow(/x must be a Float64Array/);
  });
});
