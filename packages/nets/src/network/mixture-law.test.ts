import { random } from "@hml/integrators";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mixtureDensity, type MixtureSpec, type MixtureSupport, rawSize } from "../spec/mixture-density.ts";
import { mixtureLaw } from "./mixture-law.ts";
import { mixtureMoments } from "./mixture-moments.ts";
import { supportMap } from "./mixture-support.ts";

const mixture = (size: number, components: number, support: MixtureSupport = { kind: "unbounded" }): MixtureSpec =>
  mixtureDensity({ inputs: 1, layers: [], size, components, support, floor: 0 });

// The mixture and the values of the LED references: formulas in NumPy, float64.
const RAW = [0.2, -0.3, 0.1, -0.2, 0.5, 0.4, 0.3, -0.1, 0.2, 0.6, 0.25, -0.4];
const X = [
  [0.2, 0.7],
  [0.9, 0.05],
  [0.5, 0.5],
] as const;

/** The mean of -log p over the three values. */
function loss(support: MixtureSupport, values: readonly (readonly number[])[] = X): number {
  const law = mixtureLaw(mixture(2, 2, support));
  law.read(Float64Array.from(RAW), 0);
  const flat = Float64Array.from(values.flat());
  return values.reduce((sum, _, r) => sum - law.logDensity(flat, 2 * r), 0) / values.length;
}

const inBounds: MixtureSupport = { kind: "logit", low: 0, high: 1, epsilon: 1e-6 };
const paper: MixtureSupport = { kind: "softplus-inverse", low: 0, high: 1, epsilon: 1e-6 };

describe("a mixture law", () => {
  // A few dozen roundings of numbers below 5.
  it("has the likelihoods of the references to 1e-14", () => {
    const line = (support: MixtureSupport): number[][] => {
      const v = new Float64Array(2);
      return X.map((x) => {
        supportMap(support).take(Float64Array.from(x), 0, v);
        return Array.from(v);
      });
    };
    expect(Math.abs(loss({ kind: "unbounded" }) - 1.804197092836154)).toBeLessThan(1e-14);
    expect(Math.abs(loss({ kind: "unbounded" }, line(paper)) - 4.62121591077151)).toBeLessThan(1e-14);
    expect(Math.abs(loss({ kind: "unbounded" }, line(inBounds)) - 4.7656507386531315)).toBeLessThan(1e-14);
    expect(Math.abs(loss(paper) - 2.020522372478383)).toBeLessThan(1e-14);
    expect(Math.abs(loss(inBounds) - 0.8920543683710735)).toBeLessThan(1e-14);
  });

  it("integrates to one where its values lie", () => {
    // The midpoint rule in both coordinates; the densities vanish smoothly at the ends of the squares.
    const cases: [MixtureSupport, number, number][] = [
      [{ kind: "unbounded" }, -9, 9],
      [{ kind: "logit", low: -1, high: 3, epsilon: 1e-9 }, -1, 3],
      [{ kind: "softplus-inverse", low: 2, high: 3, epsilon: 1e-9 }, 2, 12],
    ];
    for (const [support, low, high] of cases) {
      const law = mixtureLaw(mixture(2, 2, support));
      law.read(Float64Array.from(RAW), 0);
      const n = 400;
      const h = (high - low) / n;
      const x = new Float64Array(2);
      let mass = 0;
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          x[0] = low + (i + 0.5) * h;
          x[1] = low + (j + 0.5) * h;
          mass += h * h * Math.exp(law.logDensity(x, 0));
        }
      }
      expect(Math.abs(mass - 1)).toBeLessThan(1e-4);
    }
  });

  it("does not overflow: a component far away does not hide the others", () => {
    const law = mixtureLaw(mixture(1, 2));
    // Logits 900 apart, the better one 60 standard deviations away.
    law.read(Float64Array.of(0, 900, 0, 60, Math.log(Math.E - 1), Math.log(Math.E - 1)), 0);
    const expected = -900 - 0.5 * Math.log(2 * Math.PI);
    expect(Math.abs(law.logDensity(Float64Array.of(0), 0) - expected)).toBeLessThan(1e-10);
    expect(law.logDensity(Float64Array.of(1e200), 0)).toBe(-Infinity);
  });

  it("has slopes of central differences to 1e-6, whatever the mixture", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom<MixtureSupport>({ kind: "unbounded" }, inBounds, paper),
        fc.nat(),
        (size, components, support, seed) => {
          const spec = mixture(size, components, support);
          const source = random(seed);
          const raw = Float64Array.from({ length: rawSize(spec) }, () => 2 * source() - 1);
          const x = Float64Array.from({ length: size }, () => 0.1 + 0.8 * source());
          const law = mixtureLaw(spec);
          law.read(raw, 0);
          law.logDensity(x, 0);
          law.addSlopes(1);
          const slopes = new Float64Array(raw.length);
          law.rawSlopes(slopes);
          const h = 1e-4;
          const largest = Math.max(1e-3, ...slopes.map(Math.abs));
          slopes.forEach((slope, i) => {
            const at = (shift: number): number => {
              const moved = raw.slice();
              moved[i] = moved[i]! + shift;
              law.read(moved, 0);
              return -law.logDensity(x, 0);
            };
            const difference = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
            expect(Math.abs(difference - slope)).toBeLessThan(1e-6 * Math.max(Math.abs(slope), 1e-3 * largest));
          });
        },
      ),
      { seed: 3, numRuns: 60 },
    );
  });
});

describe("moments of a mixture", () => {
  it("without bounds are those of its normal laws", () => {
    const spec = mixture(2, 2);
    const law = mixtureLaw(spec);
    law.read(Float64Array.from(RAW), 0);
    const moments = mixtureMoments(spec, law);
    moments.take(true);
    const [p, q] = law.weights;
    const means = [
      [0.1, -0.2],
      [0.5, 0.4],
    ];
    const softplus = (x: number) => Math.log1p(Math.exp(x));
    const factors = [
      [softplus(0.3), 0.25, softplus(-0.1)],
      [softplus(0.2), -0.4, softplus(0.6)],
    ];
    const mean = [0, 1].map((i) => p! * means[0]![i]! + q! * means[1]![i]!);
    const second = (i: number, j: number) =>
      [p!, q!].reduce((sum, w, k) => {
        const [a, b, c] = factors[k]!;
        const covariance = [a! * a!, a! * b!, b! * b! + c! * c!][i + j]!;
        return sum + w * (covariance + means[k]![i]! * means[k]![j]!);
      }, 0);
    mean.forEach((value, i) => expect(moments.mean[i]).toBeCloseTo(value, 14));
    for (const i of [0, 1]) {
      for (const j of [0, 1]) {
        expect(moments.covariance[2 * i + j]).toBeCloseTo(second(i, j) - mean[i]! * mean[j]!, 14);
      }
    }
  });

  it("in bounds are those of sums over a fine grid to 1e-6", () => {
    const support: MixtureSupport = { kind: "logit", low: -1, high: 2, epsilon: 1e-9 };
    const spec = mixture(2, 2, support);
    const law = mixtureLaw(spec);
    // Standard deviations of v up to 3, strongly correlated.
    law.read(Float64Array.of(0.2, -0.3, 0.1, -1.2, 1.5, 0.4, 1.3, -0.1, 0.2, 2.2, 0.9, -2), 0);
    const moments = mixtureMoments(spec, law);
    moments.take(true);
    // In v, where the trapezoidal rule converges faster than any power.
    const { value } = supportMap(support);
    const plain = mixtureLaw(mixture(2, 2));
    plain.read(Float64Array.of(0.2, -0.3, 0.1, -1.2, 1.5, 0.4, 1.3, -0.1, 0.2, 2.2, 0.9, -2), 0);
    const sums = [0, 0, 0, 0, 0];
    const h = 0.1;
    const v = new Float64Array(2);
    for (let i = -250; i <= 250; i++) {
      for (let j = -250; j <= 250; j++) {
        v[0] = i * h;
        v[1] = j * h;
        const mass = h * h * Math.exp(plain.logDensity(v, 0));
        const [x, y] = [value(v[0]), value(v[1])];
        [x, y, x * x, x * y, y * y].forEach((term, m) => (sums[m] = sums[m]! + mass * term));
      }
    }
    const [x, y, xx, xy, yy] = sums as [number, number, number, number, number];
    expect(Math.abs(moments.mean[0]! - x)).toBeLessThan(1e-6);
    expect(Math.abs(moments.mean[1]! - y)).toBeLessThan(1e-6);
    expect(Math.abs(moments.covariance[0]! - (xx - x * x))).toBeLessThan(1e-6);
    expect(Math.abs(moments.covariance[1]! - (xy - x * y))).toBeLessThan(1e-6);
    expect(moments.covariance[2]).toBe(moments.covariance[1]);
    expect(Math.abs(moments.covariance[3]! - (yy - y * y))).toBeLessThan(1e-6);
  });
});
