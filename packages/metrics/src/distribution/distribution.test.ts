import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  histogram,
  jointDensity,
  kolmogorovSmirnov,
  l1Histogram,
  l1JointDensity,
  moments,
  riceBins,
  selfDistance,
  selfDistanceDeviation,
  expectedSelfDistance,
  totalVariation,
  wasserstein1,
  wasserstein1Marginals,
} from "../index.ts";

const value = fc.double({ min: -1e3, max: 1e3, noNaN: true });
const values = fc.array(value, { minLength: 1, maxLength: 30 });
/** Integers in a small range, so that ties are the rule. */
const tied = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 30 });
/** Sums of at most 60 gaps of a range of 2e3: rounding of 60 * 2e3 * 2^-53 is 2e-11 at the very most. */
const TOLERANCE = 2e-11;

/** A small deterministic source of uniform numbers (Lehmer 1951, multiplier 48271). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

describe("wasserstein1", () => {
  it("of samples of equal size is the mean difference in sorted order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.infiniteStream(value), (n, stream) => {
        const [a, b] = [0, 1].map(() => Array.from({ length: n }, () => stream.next().value)) as [number[], number[]];
        const [x, y] = [Float64Array.from(a).toSorted(), Float64Array.from(b).toSorted()];
        const direct = x.reduce((sum, v, i) => sum + Math.abs(v - y[i]!), 0) / n;
        expect(Math.abs(wasserstein1(a, b) - direct)).toBeLessThan(TOLERANCE);
      }),
    );
  });
  it("is a distance: zero for the same law, symmetric, with the triangle inequality", () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        expect(wasserstein1(a, a.toReversed())).toBe(0);
        expect(wasserstein1(a, [...a, ...a])).toBe(0);
        expect(Math.abs(wasserstein1(a, b) - wasserstein1(b, a))).toBeLessThan(TOLERANCE);
        expect(wasserstein1(a, b)).toBeLessThan(wasserstein1(a, c) + wasserstein1(c, b) + TOLERANCE);
      }),
    );
  });
  it("a shift moves it by the shift, and weights count values", () => {
    fc.assert(
      fc.property(tied, fc.integer({ min: 0, max: 9 }), (a, shift) => {
        const moved = a.map((v) => v + shift);
        expect(Math.abs(wasserstein1(a, moved) - shift)).toBeLessThan(TOLERANCE);
        const weighted = wasserstein1([...a, 99], [0, 1], { aWeights: [...a.map(() => 2), 0], bWeights: [3, 6] });
        expect(Math.abs(weighted - wasserstein1(a, [0, 1, 1]))).toBeLessThan(TOLERANCE);
      }),
    );
  });
  it("is at least the difference of the means", () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        expect(wasserstein1(a, b)).toBeGreaterThan(Math.abs(moments(a).mean - moments(b).mean) - TOLERANCE);
      }),
    );
  });
  it("of uniform grids approaches that of the laws: U(0, 1) against U(0, 2) is 1/2", () => {
    const grid = (n: number, length: number) => Array.from({ length: n }, (_, i) => ((i + 0.5) / n) * length);
    // Midpoints of unequal numbers of cells: the error is below a cell of the coarser grid.
    expect(Math.abs(wasserstein1(grid(1000, 1), grid(700, 2)) - 0.5)).toBeLessThan(2 / 700);
  });
  it("an infinite value on one side is infinitely far; on both sides it has no distance", () => {
    expect(wasserstein1([1, Infinity], [0, 2])).toBe(Infinity);
    expect(wasserstein1([0, 2], [1, -Infinity])).toBe(Infinity);
    expect(wasserstein1([Infinity], [-Infinity])).toBe(Infinity);
    expect(() => wasserstein1([0, Infinity], [Infinity])).toThrow("must not both hold the same infinity");
    expect(wasserstein1([1, Infinity], [1], { aWeights: [1, 0] })).toBe(0);
  });
  it("refuses what is no sample and no weight", () => {
    expect(() => wasserstein1([], [1])).toThrow(
      new RangeError("wasserstein1: a must hold at least one value, got none"),
    );
    expect(() => wasserstein1([1], [Number.NaN])).toThrow("wasserstein1: b[0] must be a number, got NaN");
    expect(() => wasserstein1([1], [1], { aWeights: [-1] })).toThrow("aWeights[0] must not be negative");
    expect(() => wasserstein1([1], [1], { bWeights: [0] })).toThrow("bWeights must have a positive sum");
    expect(() => wasserstein1([1], [1], { bWeights: [1, 1] })).toThrow("bWeights must have length 1");
    expect(() => wasserstein1([1, 2], [1], { aWeights: [1.7e308, 1.7e308] })).toThrow("finite sum");
    expect(() => wasserstein1([1], [1], { weights: [1] } as object)).toThrow(TypeError);
  });
  it("by marginals is the mean over the components, numbers of points may differ", () => {
    expect(wasserstein1Marginals([0, 0, 1, 10], [5, 0], 2)).toBe((4.5 + 5) / 2);
    expect(wasserstein1Marginals([3, 1, 2], [2, 3, 4], 1)).toBe(1);
    expect(() => wasserstein1Marginals([1, 2, 3], [1, 2], 2)).toThrow("a must hold whole points of 2 components");
    expect(() => wasserstein1Marginals([1, Infinity], [1, 2], 2)).toThrow("a[1] must be finite");
  });
});

describe("kolmogorovSmirnov", () => {
  it("passes ties together: equal laws of unequal sizes are at 0, disjoint ones at 1", () => {
    expect(kolmogorovSmirnov([1, 1, 2], [1, 1, 1, 1, 2, 2])).toBe(0);
    expect(kolmogorovSmirnov([1, 2], [3])).toBe(1);
    expect(kolmogorovSmirnov([1, 1, 1, 2], [1, 2])).toBe(0.25);
  });
  it("is the largest difference of the distribution functions, evaluated at every value", () => {
    fc.assert(
      fc.property(tied, tied, (a, b) => {
        const below = (s: number[], x: number) => s.filter((v) => v <= x).length / s.length;
        const direct = Math.max(...[...a, ...b].map((x) => Math.abs(below(a, x) - below(b, x))));
        expect(kolmogorovSmirnov(a, b)).toBe(direct);
        expect(kolmogorovSmirnov(b, a)).toBe(direct);
      }),
    );
  });
  it("refuses empty samples and what is not finite", () => {
    expect(() => kolmogorovSmirnov([], [1])).toThrow("a must hold at least one value");
    expect(() => kolmogorovSmirnov([1], [Infinity])).toThrow("b[0] must be finite");
  });
});

describe("moments", () => {
  it("are those of small sets worked out by hand", () => {
    // 0 0 0 1: mean 1/4, variance 3/16, skewness 2/sqrt 3, kurtosis 7/3.
    const m = moments([0, 0, 0, 1]);
    expect(m.mean).toBe(0.25);
    expect(m.variance).toBe(3 / 16);
    expect(m.skewness).toBeCloseTo(2 / Math.sqrt(3), 14);
    expect(m.excessKurtosis).toBeCloseTo(7 / 3 - 3, 14);
    expect(moments([-1, 1]).excessKurtosis).toBe(-2);
  });
  it("lose no digits to a large offset, and a constant has no skewness", () => {
    const offset = 67108864;
    expect(moments([0, 0, 0, 1].map((v) => v + offset)).variance).toBe(3 / 16);
    expect(moments([0.1, 0.1, 0.1])).toEqual({
      mean: 0.1,
      variance: 0,
      standardDeviation: 0,
      skewness: Number.NaN,
      excessKurtosis: Number.NaN,
    });
    expect(() => moments([])).toThrow(RangeError);
    expect(() => moments([Number.NaN])).toThrow(RangeError);
  });
});

describe("histograms", () => {
  it("put a value on an edge into the bin above, the highest into the last", () => {
    expect([...histogram([0, 1, 1, 2, 3], { bins: 3 }).counts]).toEqual([1, 2, 2]);
    const h = histogram([-1, 0, 0.5, 1, 2], { bins: 2, range: [0, 1] });
    expect([...h.counts]).toEqual([1, 2]);
    expect(h.kept).toBe(3);
    expect([...histogram([7, 7], {}).counts]).toEqual([2]);
  });
  it("count every value once, whatever the range of numbers", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -8e307, max: 8e307, noNaN: true }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 50 }),
        (x, bins) => {
          const h = histogram(x, { bins });
          expect(h.counts.reduce((a, b) => a + b)).toBe(x.length);
          for (const [k, count] of h.counts.entries()) {
            const [low, high] = [h.edges[k]!, h.edges[k + 1]!];
            const inside = x.filter((v) => v >= low && (v < high || (k === h.counts.length - 1 && v <= high)));
            expect(count).toBe(inside.length);
          }
        },
      ),
    );
  });
  it("Rice's rule is exact at, just above and just below perfect cubes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 100_000 }), (k) => {
        const cube = k * k * k;
        expect(riceBins(cube)).toBe(2 * k);
        expect(riceBins(cube + 1)).toBe(2 * k + 1);
        expect(riceBins(cube - 1)).toBe(2 * k);
      }),
    );
    expect(riceBins(1)).toBe(2);
    expect(() => riceBins(0)).toThrow(RangeError);
  });
  it("the L1 distance is symmetric for given bins, in [0, 2], 0 for equal samples and 2 for disjoint ones", () => {
    fc.assert(
      fc.property(values, values, fc.integer({ min: 1, max: 20 }), (a, b, bins) => {
        const d = l1Histogram(a, b, { bins });
        expect(d).toBe(l1Histogram(b, a, { bins }));
        expect(d).toBeGreaterThanOrEqual(0);
        // Twenty shares that sum to one are rounded twenty times.
        expect(d).toBeLessThanOrEqual(2 + 1e-14);
        expect(totalVariation(a, b, { bins })).toBe(d / 2);
        expect(l1Histogram(a, [...a, ...a])).toBe(0);
      }),
    );
    expect(l1Histogram([0, 1], [10, 11], { bins: 4 })).toBe(2);
    expect(l1Histogram([3, 3], [3])).toBe(0);
  });
  it("takes Rice's bins of the reference", () => {
    const [a, b] = [
      Array.from({ length: 64 }, (_, i) => Math.sin(i)),
      Array.from({ length: 8 }, (_, i) => Math.cos(i)),
    ];
    expect(l1Histogram(a, b)).toBe(l1Histogram(a, b, { bins: 4 }));
    expect(l1Histogram(b, a)).toBe(l1Histogram(b, a, { bins: 8 }));
  });
  it("two samples of one law are as far apart as the self-distance says", () => {
    const [n, m, bins, repeats] = [2000, 1000, 20, 200];
    const source = uniform(20_26);
    let sum = 0;
    for (let r = 0; r < repeats; r++) {
      const [a, b] = [n, m].map((size) => Array.from({ length: size }, source)) as [number[], number[]];
      sum += l1Histogram(a, b, { bins, range: [0, 1] });
    }
    const expected = expectedSelfDistance(new Float64Array(bins).fill(1), n, m);
    // Four standard errors of the mean of 200 distances, plus 1 % for the normal limit at 50 counts a bin.
    const tolerance = (4 * selfDistanceDeviation(n, m)) / Math.sqrt(repeats) + 0.01 * expected;
    expect(Math.abs(sum / repeats - expected)).toBeLessThan(tolerance);
    expect(expected).toBeLessThan(selfDistance(bins, n, m));
  });
  it("refuses ranges without width or without values, and shares that are none", () => {
    expect(() => histogram([1], { range: [1, 1] })).toThrow("range must rise from low to high");
    expect(() => histogram([-1.5e308, 1.5e308])).toThrow("must span less than the largest number");
    expect(() => histogram([1], { bins: 0 })).toThrow(RangeError);
    expect(() => l1Histogram([1], [5], { range: [0, 2] })).toThrow("range must hold a value of reference");
    expect(() => l1Histogram([], [1])).toThrow(RangeError);
    expect(() => l1Histogram([Number.NaN], [1])).toThrow(RangeError);
    expect(() => selfDistance(0, 1)).toThrow(RangeError);
    expect(() => selfDistance(3, 1, 0)).toThrow(RangeError);
    expect(() => expectedSelfDistance([0, 0], 1)).toThrow("positive sum");
    expect(() => expectedSelfDistance([-1, 2], 1)).toThrow("must not be negative");
  });
});

describe("joint densities", () => {
  it("are shares of cells, x first, whose sums over y are the histogram of x", () => {
    const x = [0, 0.2, 0.9, 1, 0.6];
    const y = [0, 5, 10, 2, 8];
    const density = jointDensity({ x, y }, { bins: 2 });
    expect([...density.shares]).toEqual([1 / 5, 1 / 5, 1 / 5, 2 / 5]);
    expect([...density.yEdges]).toEqual([0, 5, 10]);
    expect(density.kept).toBe(5);
    expect(jointDensity({ x, y }, { bins: 3, xRange: [0, 0.5] }).kept).toBe(2);
  });
  it("see dependence that marginals do not", () => {
    const x = Array.from({ length: 100 }, (_, i) => i);
    const mirrored = x.toReversed();
    expect(
      wasserstein1Marginals(
        x.flatMap((v) => [v, v]),
        x.flatMap((v, i) => [v, mirrored[i]!]),
        2,
      ),
    ).toBe(0);
    expect(l1JointDensity({ x, y: x }, { x, y: mirrored }, { bins: 10 })).toBeCloseTo(2, 14);
  });
  it("the distance is 0 for the same pairs in any order and at least that of either marginal", () => {
    const pair = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }));
    const list = fc.array(pair, { minLength: 1, maxLength: 30 });
    const split = (pairs: [number, number][]) => ({ x: pairs.map(([x]) => x), y: pairs.map(([, y]) => y) });
    fc.assert(
      fc.property(list, list, (a, b) => {
        expect(l1JointDensity(split(a), split(a.toReversed()))).toBe(0);
        const range = [0, 9] as const;
        const joint = l1JointDensity(split(a), split(b), { bins: 5, xRange: range, yRange: range });
        for (const axis of ["x", "y"] as const) {
          const marginal = l1Histogram(split(a)[axis], split(b)[axis], { bins: 5, range });
          expect(joint).toBeGreaterThan(marginal - 1e-14);
        }
      }),
    );
  });
  it("refuses pairs of unequal numbers and ranges without pairs", () => {
    expect(() => jointDensity({ x: [1, 2], y: [1] })).toThrow("jointDensity: pairs.y must have length 2, got 1");
    expect(() => jointDensity({ x: [1], y: [Number.NaN] })).toThrow("pairs.y[0] must be finite");
    expect(() => jointDensity({ x: [1], y: [1] }, { xRange: [2, 3] })).toThrow("must hold a pair of pairs");
    expect(() => l1JointDensity({ x: [], y: [] }, { x: [1], y: [1] })).toThrow("prediction.x must hold at least one");
  });
});
