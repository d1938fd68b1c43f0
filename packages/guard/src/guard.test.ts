import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkOptions, copyFinite, finite, finiteVector, float64, integer, oneOf, positive, show } from "./index.ts";

describe("checkOptions", () => {
  it("names the nearest known option for a misspelt one", () => {
    expect(() => checkOptions("solve", { rtoll: 1e-6 }, ["rtol", "atol"])).toThrow(
      new TypeError("solve: unknown option rtoll; did you mean rtol?"),
    );
  });
  it("lists the known options when none is near", () => {
    expect(() => checkOptions("solve", { colour: 1 }, ["rtol", "atol"])).toThrow("known: rtol, atol");
  });
  it("refuses what is not an options object", () => {
    for (const bad of [null, undefined, 3, "x", [], new Float64Array(2), () => 0]) {
      expect(() => checkOptions("f", bad, ["a"])).toThrow(TypeError);
    }
  });
  it("either accepts or throws a TypeError that names the function, whatever the object", () => {
    fc.assert(
      fc.property(fc.object(), (value) => {
        try {
          checkOptions("f", value, ["a", "toString"]);
          expect(Object.keys(value).every((key) => key === "a" || key === "toString")).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
          expect((error as Error).message).toMatch(/^f: unknown option/);
        }
      }),
    );
  });
});

describe("numbers and vectors", () => {
  it("tell a wrong type (TypeError) from a wrong value (RangeError)", () => {
    expect(() => finite("f", "x", "1")).toThrow(new TypeError('f: x must be a number, got "1"'));
    expect(() => finite("f", "x", Number.NaN)).toThrow(new RangeError("f: x must be finite, got NaN"));
    expect(() => positive("f", "x", 0)).toThrow(new RangeError("f: x must be positive, got 0"));
    expect(() => integer("f", "n", 1.5, 1)).toThrow(new RangeError("f: n must be an integer at least 1, got 1.5"));
    expect(() => integer("f", "n", 9, 1, 4)).toThrow("between 1 and 4");
    expect(() => oneOf("f", "order", 3, [2, 4])).toThrow(new RangeError("f: order must be one of 2, 4, got 3"));
  });
  it("name the index of the first bad entry", () => {
    expect(() => finiteVector("solve", "u0", [1, Number.NaN])).toThrow(
      new RangeError("solve: u0[1] must be finite, got NaN"),
    );
    expect(() => finiteVector("solve", "u0", [1], 2)).toThrow("u0 must have length 2, got 1");
    expect(() => finiteVector("solve", "u0", "ab" as unknown as number[])).toThrow(TypeError);
    expect(() => float64("f", "out", [1])).toThrow("must be a Float64Array");
  });
  it("copy, so the caller's array stays the caller's", () => {
    const mine = [1, 2];
    const copy = copyFinite("f", "u", mine);
    copy[0] = 9;
    expect(mine).toEqual([1, 2]);
  });
  it("show never throws and stays short", () => {
    fc.assert(fc.property(fc.anything(), (value) => show(value).length < 100));
    expect(
      show(
        new Proxy(
          {},
          {
            get: () => {
              throw new Error("trap");
            },
          },
        ),
      ),
    ).toBe("an object");
  });
});
