import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chordSlope, leastSquaresSlope, polynomialSlope, projective, type TimeStepper } from "../index.ts";

describe("polynomialSlope", () => {
  it("differentiates polynomials up to degree m - 1 exactly, anywhere", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 6 }),
        fc.double({ min: -2, max: 1.5, noNaN: true }),
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 }),
        (m, at, coefficients) => {
          const { weights } = polynomialSlope(m, at);
          let slope = 0;
          weights.forEach((weight, j) => {
            for (let d = 0; d < m; d++) slope += weight * coefficients[d]! * (j / (m - 1)) ** d;
          });
          let exact = 0;
          for (let d = 1; d < m; d++) exact += d * coefficients[d]! * at ** (d - 1);
          // Weights reach 1e4 at m = 6, at = -2, each with a few roundings.
          expect(Math.abs(slope - exact)).toBeLessThan(1e-10);
        },
      ),
    );
  });

  it("is the chord for two samples, and the backward difference of order 2 at the end of three", () => {
    expect(polynomialSlope(2).weights).toEqual(leastSquaresSlope(2).weights);
    // (3 u_2 - 4 u_1 + u_0) / (2 h) with h = T / 2.
    polynomialSlope(3).weights.forEach((weight, j) => expect(weight).toBeCloseTo([1, -4, 3][j]!, 14));
    const absolute = (at: number): number => polynomialSlope(3, at).weights.reduce((sum, w) => sum + Math.abs(w), 0);
    expect(absolute(1)).toBeCloseTo(8, 12);
    expect(absolute(-1)).toBeCloseTo(24, 12);
  });

  it("has an error of order m - 1 in the chord, as a slope of projective forward Euler", () => {
    const flow: TimeStepper = { size: 1, advance: (u, t0, t1) => void (u[0] = u[0]! + Math.sin(t1) - Math.sin(t0)) };
    for (const [m, order] of [
      [2, 1],
      [3, 2],
      [4, 3],
    ] as const) {
      const errors = [0.2, 0.1].map((chord) => {
        const u = Float64Array.of(0);
        const slope = m === 2 ? chordSlope : polynomialSlope(m);
        projective(flow, { burst: 0.5, chord, slope }).step(0, 1, u, u);
        return Math.abs(u[0]! - Math.sin(0.5) - 0.5 * Math.cos(0.5));
      });
      expect(Math.abs(Math.log2(errors[0]! / errors[1]!) - order)).toBeLessThan(0.15);
    }
  });

  it("refuses arguments out of range", () => {
    expect(() => polynomialSlope(1)).toThrow(RangeError);
    expect(() => polynomialSlope(13)).toThrow(RangeError);
    expect(() => polynomialSlope(2.5)).toThrow("polynomialSlope: samples must be an integer");
    expect(() => polynomialSlope(3, Number.NaN)).toThrow(RangeError);
  });
});
