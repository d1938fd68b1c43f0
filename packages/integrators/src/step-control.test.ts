import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstStep, piControl, roundedPower } from "./step-control.ts";

describe("roundedPower", () => {
  it("is x^p in single precision, so that an ulp of exp or log does not show", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-8, max: 1e8, noNaN: true }), fc.constantFrom(-0.2, -0.14, 0.08), (x, p) => {
        const value = roundedPower(x, p);
        expect(value).toBe(Math.fround(value));
        expect(Math.abs(value / x ** p - 1)).toBeLessThan(2 ** -23);
      }),
    );
  });
});

describe("piControl", () => {
  const bounds = { safety: 0.9, minFactor: 0.2, maxFactor: 10 };

  it("follows its formula, with memory of one error", () => {
    const control = piControl(5, bounds);
    expect(control.accepted(0.5)).toBeCloseTo(0.9 * 0.5 ** -0.14, 6);
    expect(control.accepted(0.25)).toBeCloseTo(0.9 * 0.25 ** -0.14 * 0.5 ** 0.08, 6);
    expect(control.rejected(3)).toBeCloseTo(0.9 * 3 ** -0.2, 6);
  });

  it("stays within its factors for any error, and always shrinks after a rejection", () => {
    const control = piControl(5, bounds);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 1, noNaN: true }), (small, large) => {
        const after = control.accepted(small);
        expect(after >= 0.2 && after <= 10).toBe(true);
        const retry = control.rejected(large);
        expect(retry >= 0.2 && retry <= 0.9).toBe(true);
      }),
    );
  });
});

describe("firstStep", () => {
  it("is positive, no longer than the span, and right for decay", () => {
    fc.assert(
      fc.property(fc.double({ min: -6, max: 6, noNaN: true }), fc.constantFrom(1, -1), (exponent, direction) => {
        const rate = 10 ** exponent;
        const decay = (_t: number, u: Float64Array, out: Float64Array): void => void (out[0] = -rate * u[0]!);
        const tolerance = { rtol: 1e-6, atol: Float64Array.of(1e-9) };
        const span = [0, direction * 1e9] as const;
        const scratch = [new Float64Array(1), new Float64Array(1)] as const;
        const h = firstStep(decay, span, Float64Array.of(1), Float64Array.of(-rate), tolerance, 5, ...scratch);
        // d1 = d2 = rate (in units of tolerance, per unit of u'): h = (0.01 / max(d1, d2))^(1/5), at most 100 x 0.01 / rate.
        const d1 = rate / (1e-9 + 1e-6);
        const d2 = (rate * rate) / (1e-9 + 1e-6);
        const expected = Math.min((0.01 / Math.max(d1, d2)) ** 0.2, 1 / rate);
        expect(h / expected).toBeCloseTo(1, 5);
      }),
    );
  });

  it("survives zero states, zero slopes, zero tolerances and spans shorter than any guess", () => {
    const scratch = [new Float64Array(1), new Float64Array(1)] as const;
    const still = (_t: number, _u: Float64Array, out: Float64Array): void => void out.fill(0);
    for (const [u, f, atol, t1] of [
      [0, 0, 1e-9, 1],
      [0, 1, 0, 1],
      [1, 0, 0, 1],
      [1, 1, 1e-9, 1e-12],
      [1e300, 1e-300, 1e-9, 1],
    ] as const) {
      const tolerance = { rtol: 1e-6, atol: Float64Array.of(atol) };
      const h = firstStep(still, [0, t1], Float64Array.of(u), Float64Array.of(f), tolerance, 5, ...scratch);
      expect(h > 0 && h <= t1).toBe(true);
    }
  });
});
