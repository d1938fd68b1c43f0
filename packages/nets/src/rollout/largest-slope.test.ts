import fc from "fast-check";
import { expect, it } from "vitest";
import { largestSlope } from "./largest-slope.ts";

const term = fc.record({
  size: fc.double({ min: -3, max: 3, noNaN: true }),
  weight: fc.double({ min: -5, max: 5, noNaN: true }),
  bias: fc.double({ min: -4, max: 4, noNaN: true }),
});

it("is a bound on what it sums, not more than 1 % above the largest value of a fine sample", () => {
  fc.assert(
    fc.property(fc.array(term, { minLength: 1, maxLength: 12 }), (terms) => {
      // Slopes of at least 0.1, so that a sample from -60 to 60 sees all of them.
      const seen = terms.filter(({ weight }) => Math.abs(weight) > 0.1);
      const bound = largestSlope(seen);
      let largest = 0;
      for (let i = -60_000; i <= 60_000; i += 3) {
        const v = i * 1e-3;
        let sum = 0;
        for (const { size, weight, bias } of seen) {
          const c = Math.cosh(weight * v + bias);
          sum += size / (c * c);
        }
        largest = Math.max(largest, Math.abs(sum));
      }
      expect(bound).toBeGreaterThanOrEqual(largest);
      expect(bound).toBeLessThanOrEqual(1.011 * largest + 1e-4);
    }),
    { seed: 7, numRuns: 60 },
  );
});

it("is the size of one term, and 0 of none", () => {
  expect(largestSlope([{ size: -2, weight: 3, bias: 1 }])).toBeCloseTo(2.02, 12);
  expect(largestSlope([])).toBe(0);
  expect(largestSlope([{ size: 5, weight: 0, bias: 1 }])).toBe(0);
});
