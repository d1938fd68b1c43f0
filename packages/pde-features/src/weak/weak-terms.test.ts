import { describe, expect, it } from "vitest";
import { weakTerms } from "./weak-terms.ts";

describe("weak terms", () => {
  it("are lap^p(u^q), p and q in order, with names in text and LaTeX", () => {
    const terms = weakTerms({ powers: 2, laplacians: 2 });
    expect(terms.map((t) => t.name)).toEqual(["u", "u^2", "lap(u)", "lap(u^2)", "lap^2(u)", "lap^2(u^2)"]);
    expect(terms.map((t) => t.latex)).toEqual([
      "u",
      "u^{2}",
      "\\nabla^{2} u",
      "\\nabla^{2} u^{2}",
      "\\nabla^{4} u",
      "\\nabla^{4} u^{2}",
    ]);
    expect(terms[5]!.symbol(1, 2, 3)).toBe(196);
    expect(terms[3]!.field.of(3)).toBe(9);
  });

  it("conserve the mean with a least power of one", () => {
    for (const term of weakTerms({ least: 1 })) expect(Math.abs(Number(term.symbol(0, 0, 0)))).toBe(0);
  });

  it("are read by name, mixed derivatives and functions included", () => {
    const terms = weakTerms({
      powers: 0,
      terms: ["1", "u_yx", "(u^2)_x", "u_xxx", "lap^2(sin)", "(sin)_y", "u^4"],
      functions: { sin: Math.sin },
    });
    expect(terms.map((t) => t.name)).toEqual(["1", "u_xy", "(u^2)_x", "u_xxx", "lap^2(sin)", "(sin)_y", "u^4"]);
    expect(terms[1]!.symbol(2, 3, 0)).toBe(-6); // i^2
    expect(terms[2]!.symbol(2, 3, 0)).toEqual([0, 2]); // i
    expect(terms[3]!.symbol(2, 3, 0)).toEqual([0, -8]); // i^3
    expect(terms[4]!.field.of(1)).toBe(Math.sin(1));
    expect(terms[4]!.field.power).toBeUndefined();
    expect(terms[2]!.latex).toBe("\\left(u^{2}\\right)_{x}");
  });

  it.each([["u u_x"], ["lap"], ["lap(v)"], ["u_w"], ["lap^9(u)"], ["u^9"], [3]])("refuse %j", (name) => {
    // @ts-expect-error one of the names is a number
    expect(() => weakTerms({ terms: [name] })).toThrow(/weakTerms: terms must look like/);
  });

  it("refuse repeated terms and names that could be misread", () => {
    expect(() => weakTerms({ terms: ["lap(u)"] })).toThrow(/distinct, got "lap\(u\)" twice/);
    expect(() => weakTerms({ powers: 0 })).toThrow(/at least one term/);
    expect(() => weakTerms({ functions: { u: (v) => v } })).toThrow(/names of letters/);
  });
});
