import { FormatError } from "@hml/guard";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type JsonValue, parseJson } from "./json.ts";

/** Parsed JSON as `JSON.parse` gives it, for values whose keys are plain. */
function plain(value: JsonValue): unknown {
  if (Array.isArray(value)) return value.map(plain);
  return value instanceof Map ? Object.fromEntries([...value].map(([key, item]) => [key, plain(item)])) : value;
}

describe("parseJson", () => {
  it("agrees with JSON.parse on what JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5, stringUnit: "binary" }), fc.constantFrom(0, 1, "\t"), (value, space) => {
        const text = JSON.stringify(value, undefined, space);
        if (/\\ud[89a-f]/.test(text)) return;
        expect(plain(parseJson("f", text))).toEqual(JSON.parse(text));
      }),
      { seed: 4, numRuns: 1000 },
    );
  });

  it("refuses what JSON.parse refuses", () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 3 }),
        fc.nat(),
        fc.constantFrom("", '"', "\\", "{", "]", ",", "-", "0", "x"),
        (text, at, insert) => {
          const cut = at % (text.length + 1);
          const mutated = text.slice(0, cut) + insert + text.slice(cut + 1);
          let sound = true;
          try {
            JSON.parse(mutated);
          } catch {
            sound = false;
          }
          try {
            parseJson("f", mutated);
          } catch (error) {
            if (!(error instanceof FormatError)) throw error;
            // Stricter than JSON.parse in two things only.
            if (sound) expect(error.code === "duplicate" || /\\ud[89a-f]/i.test(mutated)).toBe(true);
            return;
          }
          expect(sound).toBe(true);
        },
      ),
      { seed: 5, numRuns: 2000 },
    );
  });

  it("takes 32 levels and refuses 33", () => {
    const nested = (n: number): string => "[".repeat(n) + "]".repeat(n);
    expect(() => parseJson("f", nested(32))).not.toThrow();
    expect(() => parseJson("f", nested(33))).toThrow("nesting deeper than 32");
  });

  it("names the place", () => {
    expect(() => parseJson("f", '{"a":}')).toThrow("f: JSON must be well formed; a value expected at character 5");
    expect(() => parseJson("f", '{"a":1,"a":2}')).toThrow("each key must be given once");
    expect(() => parseJson("f", '{"a" 1}')).toThrow(": expected at character 5");
    expect(() => parseJson("f", "[1,]")).toThrow("a value expected at character 3");
    expect(() => parseJson("f", "[1e0]", true)).toThrow("plain digits");
    expect(parseJson("f", "[1e0,-0.5]")).toEqual([1, -0.5]);
  });
});
