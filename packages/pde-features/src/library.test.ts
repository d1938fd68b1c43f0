import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { derivative, derivativeFeatures, features, library } from "./index.ts";

describe("features", () => {
  const x = Float64Array.from({ length: 12 }, (_, i) => i / 11);
  it("name u and its derivatives and hold one contiguous column each", () => {
    const f = derivativeFeatures(x, 2, { order: 4 });
    expect(f.names).toEqual(["u", "u_x", "u_xx"]);
    const out = new Float64Array(36);
    f.evaluate(
      x.map((v) => v * v),
      out,
    );
    for (let i = 0; i < 12; i++) {
      expect(out[i]).toBe(x[i]! * x[i]!);
      // A quadratic is differentiated exactly; the slack is rounding times the weights, about 1/h^2 = 121.
      expect(Math.abs(out[12 + i]! - 2 * x[i]!)).toBeLessThan(1e-13);
      expect(Math.abs(out[24 + i]! - 2)).toBeLessThan(1e-11);
    }
  });
  it("take any operator, and write into whatever array is given", () => {
    const square = { size: 3, apply: (u: Float64Array, out: Float64Array) => void out.set(u.map((v) => v * v)) };
    const f = features({ u: derivative([0, 1, 2], 0), w: square });
    const [a, b] = [new Float64Array(6), new Float64Array(6)];
    f.evaluate(Float64Array.of(1, 2, 3), a);
    f.evaluate(Float64Array.of(3, 2, 1), b);
    f.evaluate(Float64Array.of(2, 2, 2), a);
    expect([...a]).toEqual([2, 2, 2, 4, 4, 4]);
    expect([...b]).toEqual([3, 2, 1, 9, 4, 1]);
  });
  it("refuse names that products could not be told from, other grids and wrong lengths", () => {
    expect(() => features({ "u x": derivative([0, 1], 0) })).toThrow(TypeError);
    expect(() => features({})).toThrow(RangeError);
    expect(() => features(null as unknown as Record<string, never>)).toThrow(TypeError);
    expect(() => features({ u: derivative([0, 1], 0), v: derivative([0, 1, 2], 0) })).toThrow("must share one grid");
    expect(() => features({ u: { size: 2 } as never })).toThrow("method apply");
    const f = derivativeFeatures(x, 1);
    expect(() => f.evaluate(new Float64Array(3), new Float64Array(24))).toThrow("lengths 12 and 24, got 3 and 24");
  });
});

describe("library", () => {
  it("orders products by degree, then by their factors", () => {
    expect(library(["u", "v"], { degree: 2 }).names).toEqual(["1", "u", "v", "u^2", "u v", "v^2"]);
    expect(library(["u", "v"], { degree: 2, constant: false }).names).toEqual(["u", "v", "u^2", "u v", "v^2"]);
    // Number of monomials of degree at most d in n variables: (n + d choose d).
    expect(library(["a", "b", "c"], { degree: 3 }).names).toHaveLength(20);
  });
  it("reads named products in any order of factors, with powers", () => {
    const lib = library(["u", "u_x"], { terms: ["u_x u", "u^2 u_x", "u u", "1"] });
    expect(lib.names).toEqual(["u u_x", "u^2 u_x", "u^2", "1"]);
    expect(lib.latex).toEqual(["u u_{x}", "u^{2} u_{x}", "u^{2}", "1"]);
    const out = new Float64Array(8);
    lib.evaluate(Float64Array.of(2, 3, 5, 7), out);
    expect([...out]).toEqual([10, 21, 20, 63, 4, 9, 1, 1]);
  });
  it("appends functions of all inputs", () => {
    const lib = library(["u", "v"], { terms: ["u"], functions: { difference: ([u, v]) => u! - v! } });
    const out = new Float64Array(4);
    lib.evaluate(Float64Array.of(5, 6, 1, 3), out);
    expect(lib.names).toEqual(["u", "difference"]);
    expect([...out]).toEqual([5, 6, 4, 3]);
  });
  it("gives any choice of its terms the same values from only the features they need", () => {
    const lib = library(["a", "b", "c"], { degree: 3, functions: { sum: ([a, b, c]) => a! + b! + c! } });
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(20), { minLength: 1, maxLength: 6 }),
        fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 6, maxLength: 6 }),
        (chosen, values) => {
          const all = new Float64Array(42);
          const inputs = Float64Array.from(values);
          lib.evaluate(inputs, all);
          const part = lib.only(chosen);
          const needed = part.inputs.flatMap((name) => {
            const k = lib.inputs.indexOf(name);
            return [...inputs.subarray(2 * k, 2 * k + 2)];
          });
          const out = new Float64Array(2 * chosen.length);
          part.evaluate(Float64Array.from(needed), out);
          expect([...out]).toEqual(chosen.flatMap((t) => [all[2 * t], all[2 * t + 1]]));
          expect(part.names).toEqual(chosen.map((t) => lib.names[t]));
        },
      ),
    );
    expect(lib.only([lib.names.indexOf("b^2")]).inputs).toEqual(["b"]);
  });
  it("refuses what it cannot read", () => {
    expect(() => library(["u"], { terms: ["w"] })).toThrow('must be products of u such as "u u_x" or "u^2", got "w"');
    expect(() => library(["u"], { terms: ["u^0"] })).toThrow(TypeError);
    expect(() => library(["u"], { terms: [3 as unknown as string] })).toThrow(TypeError);
    expect(() => library(["u"], { terms: ["u", "u"] })).toThrow('terms must be distinct, got "u" twice');
    expect(() => library(["u", "u"])).toThrow("inputs must be distinct");
    expect(() => library(["u"], { terms: [] })).toThrow("at least one term");
    expect(() => library(["u"], { terms: ["u"], degree: 2 })).toThrow(TypeError);
    expect(() => library(["u"], { degre: 2 } as object)).toThrow("did you mean degree?");
    expect(() => library(["u"], { functions: null as never })).toThrow(TypeError);
    expect(() => library(["u"], { functions: { f: 3 as never } })).toThrow(TypeError);
    expect(() =>
      library(
        Array.from({ length: 40 }, (_, k) => `a${k}`),
        { degree: 12 },
      ),
    ).toThrow("at most 10000 terms");
    expect(() => library(["u"]).evaluate(new Float64Array(3), new Float64Array(5))).toThrow(RangeError);
  });
});
