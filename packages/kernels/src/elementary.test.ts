import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exp, expm1, sigmoid, softplus, tanh } from "./elementary.ts";
import * as single from "./elementary32.ts";

const relative = (got: number, wanted: number): number => (got === wanted ? 0 : Math.abs(got / wanted - 1));

// By mpmath 1.3 with 32 digits, rounded to float64, at arguments that are exact in binary.
const VALUES: readonly (readonly [name: string, f: (x: number) => number, x: number, wanted: number])[] = [
  ["tanh", tanh, 0.0009765625, 0.0009765621895592603],
  ["tanh", tanh, 0.1875, 0.1853331999081395],
  ["tanh", tanh, 0.359375, 0.3446633983585721],
  ["tanh", tanh, 1, 0.7615941559557649],
  ["tanh", tanh, 4.5, 0.9997532108480275],
  ["exp", exp, -700, 9.85967654375977e-305],
  ["exp", exp, -0.34375, 0.7091061824373984],
  ["exp", exp, 1, Math.E],
  ["exp", exp, 500.5, 2.314132344963141e217],
  ["sigmoid", sigmoid, -700, 9.85967654375977e-305],
  ["sigmoid", sigmoid, -3.25, 0.03732688734412946],
  ["sigmoid", sigmoid, 0.5, 0.6224593312018546],
  ["softplus", softplus, -700, 9.85967654375977e-305],
  ["softplus", softplus, -3.25, 0.038041371687783126],
  ["softplus", softplus, 0.5, 0.9740769841801067],
  ["softplus", softplus, 20, 20.000000002061153],
];

describe("the elementary functions in float64", () => {
  it("meet known values to 4e-16 relative", () => {
    for (const [name, f, x, wanted] of VALUES) expect(relative(f(x), wanted), `${name} ${x}`).toBeLessThan(4e-16);
  });

  it("agree with Math within the stated error of ours and one last place of theirs", () => {
    const size = fc.double({ min: -30, max: 30, noNaN: true });
    const small = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.oneof(size, small), (x) => {
        // Halving a subnormal number loses a digit.
        fc.pre(Math.abs(x) > 1e-300);
        expect(relative(tanh(x), Math.tanh(x))).toBeLessThan(7e-16);
        expect(relative(exp(x), Math.exp(x))).toBeLessThan(6e-16);
        expect(relative(expm1(-Math.abs(x)), Math.expm1(-Math.abs(x)))).toBeLessThan(7e-16);
        // The logistic function of Math has errors of its own, of three operations.
        expect(relative(sigmoid(x), 1 / (1 + Math.exp(-x)))).toBeLessThan(1e-15);
        const wanted = x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
        expect(relative(softplus(x), wanted)).toBeLessThan(1e-15);
      }),
      { numRuns: 3000 },
    );
  });

  it("tanh is odd to the bit, within [-1, 1], and decreases by no more than its rounding", () => {
    let last = -1;
    for (let i = -4000; i <= 4000; i++) {
      const x = i / 200;
      const y = tanh(x);
      expect(-tanh(-x) === y && Math.abs(y) <= 1 && y > last - 4e-16).toBe(true);
      last = y;
    }
  });

  it("keep NaN and know the ends of their ranges", () => {
    for (const f of [tanh, exp, expm1, sigmoid, softplus]) {
      expect(f(Number.NaN)).toBeNaN();
      expect((f === exp ? single.exp : single.tanh)(Number.NaN)).toBeNaN();
    }
    expect([tanh(Infinity), tanh(-Infinity), tanh(0), tanh(5e-324)]).toEqual([1, -1, 0, 5e-324]);
    expect([exp(Infinity), exp(710), exp(-746), exp(-Infinity), exp(0)]).toEqual([Infinity, Infinity, 0, 0, 1]);
    expect(exp(-745)).toBe(5e-324);
    expect(exp(709.78)).toBeLessThan(Infinity);
    expect([sigmoid(Infinity), sigmoid(0), expm1(-Infinity), expm1(0)]).toEqual([1, 0.5, -1, 0]);
    expect(sigmoid(-Infinity)).toBeLessThan(1e-307);
    expect([softplus(Infinity), softplus(1e300)]).toEqual([Infinity, 1e300]);
  });
});

describe("the elementary functions in float32", () => {
  it("are within 2.5e-7 of the float64 ones, two last places", () => {
    fc.assert(
      fc.property(fc.float({ min: -80, max: 80, noNaN: true }), (x) => {
        fc.pre(Math.abs(x) > 1e-30);
        expect(relative(single.tanh(x), tanh(x))).toBeLessThan(2.5e-7);
        expect(relative(single.exp(x), exp(x))).toBeLessThan(2.5e-7);
        expect(relative(single.expm1(-Math.abs(x)), expm1(-Math.abs(x)))).toBeLessThan(2.5e-7);
        expect(relative(single.sigmoid(x), sigmoid(x))).toBeLessThan(2.5e-7);
        expect(relative(single.softplus(x), softplus(x))).toBeLessThan(2.5e-7);
      }),
      { numRuns: 3000 },
    );
  });
});
