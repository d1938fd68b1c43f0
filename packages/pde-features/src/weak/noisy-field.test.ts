import { describe, expect, it } from "vitest";
import { gaussian, random } from "../../test/shared.ts";
import { noiseCovariance, unbiased } from "./noisy-field.ts";
import { weakTerms } from "./weak-terms.ts";

const powers = weakTerms({ laplacians: 0, powers: 3 }).map(({ field }) => field);
const COUNT = 400_000;
const SIGMA = 0.4;

describe("functions of noisy values", () => {
  const normal = gaussian(random(5));
  // The clean values are 0.3 and 0.9 by turns.
  const clean = Float64Array.from({ length: COUNT }, (_, i) => (i % 2 === 0 ? 0.3 : 0.9));
  const noisy = clean.map((u) => u + SIGMA * normal());
  const values = powers.map((field) => {
    const out = new Float64Array(COUNT);
    unbiased(field, SIGMA * SIGMA, noisy, out);
    return out;
  });
  const mean = (f: (i: number) => number): number => {
    let sum = 0;
    for (let i = 0; i < COUNT; i++) sum += f(i);
    return sum / COUNT;
  };

  it("have the powers of the clean values as their means", () => {
    for (const [k, field] of powers.entries()) {
      const error = mean((i) => values[k]![i]! - field.of(clean[i]!));
      // The standard deviation of the cube is about 1.3, so that of the mean 0.002; five of them.
      expect(Math.abs(error)).toBeLessThan(0.01);
    }
    // Without the correction the cube is off by 3 s^2 <u> = 0.29.
    expect(mean((i) => noisy[i]! ** 3 - clean[i]! ** 3)).toBeGreaterThan(0.25);
  });

  it("have the covariance that is taken off", () => {
    const covariance = noiseCovariance(powers, SIGMA * SIGMA, noisy);
    for (let f = 0; f < 3; f++) {
      for (let g = 0; g < 3; g++) {
        const sampled = mean(
          (i) => (values[f]![i]! - powers[f]!.of(clean[i]!)) * (values[g]![i]! - powers[g]!.of(clean[i]!)),
        );
        // Fourth and sixth moments of 400,000 numbers: a standard error of 0.5 %.
        expect(Math.abs(covariance[f * 3 + g]! / sampled - 1)).toBeLessThan(0.03);
      }
    }
  });

  it("of other kinds have theirs to first order", () => {
    const [term] = weakTerms({ powers: 0, terms: ["sin"], functions: { sin: Math.sin } });
    const small = clean.map((u) => u + 0.01 * normal());
    const expected = 1e-4 * (Math.cos(0.3) ** 2 + Math.cos(0.9) ** 2) * 0.5;
    expect(noiseCovariance([term!.field], 1e-4, small)[0]! / expected).toBeCloseTo(1, 3);
  });
});
