import { describe, expect, it } from "vitest";
import { solve } from "../../solve.ts";
import { etdrk4, krogstad } from "../etdrk.ts";
import { type PeriodicFieldOptions, periodicField } from "./periodic-field.ts";

const heat: PeriodicFieldOptions = {
  points: 32,
  length: 2 * Math.PI,
  symbol: (k) => -k * k,
  nonlinear: (_t, _u, out) => void out.fill(0),
};

describe("periodicField", () => {
  it("advects and diffuses a wave exactly, in one step of any length", () => {
    // u_t = u_xx - 2 u_x: a wave of number 3 decays at rate 9 and moves at speed 2.
    const equation = periodicField({ ...heat, symbol: (k) => [-k * k, -2 * k] });
    const u = equation.coefficients(equation.x.map((x) => 1 + Math.sin(3 * x)));
    const field = new Float64Array(32);
    etdrk4(equation).step(0, 0.1, u, u);
    equation.field(u, field);
    equation.x.forEach((x, j) => {
      expect(Math.abs(field[j]! - 1 - Math.exp(-0.9) * Math.sin(3 * (x - 0.2)))).toBeLessThan(1e-14);
    });
  });

  it("solves Burgers' equation with the accuracy of the scheme", () => {
    // u_t = nu u_xx - (u^2 / 2)_x by the substitution of Cole and Hopf: u = -2 nu w_x / w, w = 2 + e^(-nu t) cos x, for
    // which w_t = nu w_xx.
    const nu = 0.2;
    const exact = (t: number, x: number): number => {
      const decay = Math.exp(-nu * t);
      return (2 * nu * decay * Math.sin(x)) / (2 + decay * Math.cos(x));
    };
    const equation = periodicField({
      ...heat,
      points: 64,
      symbol: (k) => -nu * k * k,
      nonlinear(_t, u, out) {
        for (let j = 0; j < u.length; j++) out[j] = -0.5 * u[j]! * u[j]!;
      },
      outer: (k) => [0, k],
    });
    const u0 = equation.coefficients(equation.x.map((x) => exact(0, x)));
    const field = new Float64Array(64);
    const worst = (dt: number): number => {
      const { u } = solve(krogstad(equation), u0, [0, 2], { dt, saveAt: [2] });
      equation.field(u, field);
      return Math.max(...equation.x.map((x, j) => Math.abs(field[j]! - exact(2, x))));
    };
    // 64 points resolve it to round-off: coefficients fall like (2 - sqrt 3)^m. Order 4 from the first step to the second.
    const [coarse, fine] = [worst(0.5), worst(0.25)];
    expect(fine).toBeLessThan(1e-5);
    expect(Math.log2(coarse / fine)).toBeGreaterThan(3.5);
    expect(worst(1 / 256)).toBeLessThan(1e-12);
  });

  it("keeps the mean of a conservation law and the zero imaginary parts at both ends of the spectrum", () => {
    const equation = periodicField({
      ...heat,
      symbol: (k) => [0.1 * k * k - k * k * k * k, k * k * k],
      nonlinear(_t, u, out) {
        for (let j = 0; j < u.length; j++) out[j] = u[j]! * u[j]!;
      },
      outer: (k) => [0, k],
    });
    const u0 = equation.coefficients(equation.x.map((x, j) => 0.3 + 0.5 * Math.cos(x) + (j % 2 === 0 ? 0.1 : -0.1)));
    const { u } = solve(etdrk4(equation), u0, [0, 1], { dt: 0.05, saveAt: [1] });
    expect(u[0]).toBe(u0[0]);
    expect([u[1], u[33]]).toEqual([0, 0]);
  });

  it("without the upper third of the modes, a product does not alias", () => {
    const square = (dealias: boolean): Float64Array => {
      const equation = periodicField({
        ...heat,
        nonlinear: (_t, u, out) => u.forEach((value, j) => void (out[j] = value * value)),
        dealias,
      });
      const out = new Float64Array(34);
      equation.nonlinear(0, equation.coefficients(equation.x.map((x) => Math.cos(10 * x))), out);
      return out;
    };
    // cos^2(10 x) = 1/2 + cos(20 x) / 2, and 20 appears as 32 - 20 = 12.
    const [aliased, clean] = [square(false), square(true)];
    expect(aliased[24]).toBeCloseTo(0.25, 14);
    expect(clean[0]).toBeCloseTo(0.5, 14);
    expect(Math.max(...clean.subarray(2).map(Math.abs))).toBeLessThan(1e-15);
  });

  it("gives the grid, and back the field it was given", () => {
    const equation = periodicField({ ...heat, length: 8, points: 4 });
    expect([...equation.x]).toEqual([0, 2, 4, 6]);
    expect(equation.size).toBe(6);
    const out = new Float64Array(4);
    equation.field(equation.coefficients([1, 2, -3, 5]), out);
    [1, 2, -3, 5].forEach((value, j) => expect(out[j]).toBeCloseTo(value, 14));
  });

  it("refuses bad options, symbols and fields", () => {
    const bad = (change: object, message: string): void => {
      expect(() => periodicField({ ...heat, ...change })).toThrow(message);
    };
    bad({ points: 48.5 }, "periodicField: points must be an integer between 1 and 67108864, got 48.5");
    bad(
      { points: [8, 0], length: [1, 1] },
      "periodicField: points[1] must be an integer between 1 and 67108864, got 0",
    );
    bad({ points: [8, 8], length: 1 }, "length must have one number an axis as points has, 2, got 1");
    bad({ points: [], length: [] }, "points must be a number or an array of one to three, got an array of length 0");
    bad({ points: [2, 2, 2, 2], length: [1, 1, 1, 1] }, "points must be a number or an array of one to three");
    bad({ points: "32" }, "periodicField: points must be an array of numbers");
    bad({ points: [8192, 8193], length: [1, 1] }, "points must be at most 67108864 in all, got 67117056");
    bad({ points: [8, 8], length: [1, Number.NaN] }, "periodicField: length[1] must be finite, got NaN");
    bad({ length: 0 }, "periodicField: length must be positive");
    bad({ symbol: 1 }, "periodicField: symbol must be a function");
    bad({ nonlinear: undefined }, "periodicField: nonlinear must be a function");
    bad({ outer: 2 }, "periodicField: outer must be a function");
    bad({ outer: [heat.symbol, 2] }, "periodicField: outer[1] must be a function");
    bad({ inner: [] }, "periodicField: inner must not be empty; leave it out for 1");
    bad({ dealias: "yes" }, "periodicField: dealias must be true or false");
    bad({ simbol: heat.symbol }, "did you mean symbol?");
    bad({ symbol: (k: number) => 1 / k }, "periodicField: symbol(0) must be finite, got Infinity");
    bad({ symbol: (k: number) => [0, k, 0] }, "periodicField: symbol(0) must have length 2");
    bad({ outer: () => [0, 1] }, "outer(0) must be real for a real field, got imaginary part 1");
    bad(
      { points: [4, 4], length: [1, 1], inner: [(_x: number, y: number) => y] },
      "inner[0] must have conjugate values at k and -k for a real field",
    );
    const equation = periodicField(heat);
    expect(() => equation.coefficients([1, 2])).toThrow("field must have length 32, got 2");
    expect(() => equation.coefficients((x) => 1 / x)).toThrow("field(0, 0, 0) must be finite, got Infinity");
    expect(() => equation.operator(() => Number.NaN)).toThrow("symbol(0) must be finite, got NaN");
    expect(() => equation.transform(new Float64Array(3), new Float64Array(34))).toThrow(
      "field must have length 32, got 3",
    );
    expect(() => equation.field(new Float64Array(34), new Float64Array(34))).toThrow("out must have length 32, got 34");
  });
});
