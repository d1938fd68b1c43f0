import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boxWindow, smoothWindow, windowMoments } from "./window.ts";

describe("boxWindow", () => {
  it("averages constants exactly and cubics to round-off with Simpson's rule", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (half) => {
        const points = 2 * half + 1;
        const h = 2 / (points - 1);
        const [m0, m1, m2, m3] = windowMoments(boxWindow(points), h, 3);
        expect(Math.abs(m0! - 1)).toBeLessThan(1e-14);
        expect(m1).toBe(0);
        expect(Math.abs(m2! - 1 / 3)).toBeLessThan(1e-14);
        expect(m3).toBe(0);
      }),
    );
  });
  it("averages a periodic function over whole periods away, where a broken period leaves a remainder", () => {
    const wave = (points: number, perPeriod: number): number =>
      boxWindow(points, "trapezoid").reduce((sum, w, i) => sum + w * Math.cos((2 * Math.PI * i) / perPeriod + 0.3), 0);
    expect(Math.abs(wave(1001, 100))).toBeLessThan(1e-15);
    expect(Math.abs(wave(1051, 100))).toBeGreaterThan(1e-3);
  });
  it("refuses an even number of points with Simpson's rule and says what to take", () => {
    expect(() => boxWindow(10)).toThrow("take 11 points");
    expect(() => boxWindow(1)).toThrow(RangeError);
    expect(() => boxWindow(2.5)).toThrow(RangeError);
  });
});

describe("smoothWindow", () => {
  it("averages an oscillation away even over broken periods", () => {
    for (const points of [1001, 1021, 1051]) {
      const w = smoothWindow(points);
      const left = w.reduce((sum, weight, i) => sum + weight * Math.cos((2 * Math.PI * i) / 100 + 0.3), 0);
      // (1 - s^2)^4 over ten periods: the transform falls like (4! 2^4 c) / (10 pi)^5 = 3e-5, c ~ 2.5 the normalisation.
      expect(Math.abs(left)).toBeLessThan(3e-5);
    }
  });
  it("sums to one and is symmetric", () => {
    const w = smoothWindow(77, 3);
    expect(Math.abs(w.reduce((a, b) => a + b, 0) - 1)).toBeLessThan(1e-14);
    expect(w).toEqual(w.toReversed());
  });
});
