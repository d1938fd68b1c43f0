import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kMeans, pca, pcaEnergy, pcaReconstruction, pcaScores, spectralClustering, symmetricEigen } from "../index.ts";

/** A small deterministic source of uniform numbers (Lehmer 1951, multiplier 48271). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** Roughly normal numbers: twelve uniform ones less six. */
const bell = (source: () => number) => Array.from({ length: 12 }, source).reduce((a, b) => a + b) - 6;

/** Largest entry of |A v - lambda v| over all pairs, and of |V V^T - I|. */
function residuals(matrix: readonly number[], n: number): { residual: number; skew: number; values: Float64Array } {
  const { values, vectors } = symmetricEigen(matrix, n);
  let residual = 0;
  let skew = 0;
  for (let j = 0; j < n; j++) {
    const v = vectors.subarray(j * n, (j + 1) * n);
    for (let i = 0; i < n; i++) {
      const product = v.reduce((sum, x, k) => sum + matrix[i * n + k]! * x, 0);
      residual = Math.max(residual, Math.abs(product - values[j]! * v[i]!));
    }
    for (let k = 0; k <= j; k++) {
      const dot = v.reduce((sum, x, i) => sum + x * vectors[k * n + i]!, 0);
      skew = Math.max(skew, Math.abs(dot - (j === k ? 1 : 0)));
    }
  }
  return { residual, skew, values };
}

describe("symmetricEigen", () => {
  it("of the second difference with fixed ends are 2 - 2 cos(j pi / (n + 1))", () => {
    const n = 40;
    const matrix = Array.from({ length: n * n }, (_, at) => {
      const gap = Math.abs(Math.floor(at / n) - (at % n));
      return gap === 0 ? 2 : gap === 1 ? -1 : 0;
    });
    const { values } = symmetricEigen(matrix, n);
    for (let j = 0; j < n; j++) {
      // A few roundings of the largest eigenvalue, 4.
      expect(Math.abs(values[j]! - (2 - 2 * Math.cos(((n - j) * Math.PI) / (n + 1))))).toBeLessThan(2e-14);
    }
  });
  it("solves A v = lambda v with orthonormal vectors for any symmetric matrix, of any scale", () => {
    const entry = fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constantFrom(0, 0, 1, -1));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.array(entry, { minLength: 144, maxLength: 144 }),
        fc.constantFrom(1e-200, 1, 1e200),
        (n, all, scale) => {
          const matrix = Array.from({ length: n * n }, (_, at) => {
            const [i, j] = [Math.floor(at / n), at % n];
            return scale * all[12 * Math.min(i, j) + Math.max(i, j)]!;
          });
          const { residual, skew, values } = residuals(matrix, n);
          // Norms up to 12, some 30 rotations and reflections an eigenvalue.
          expect(residual).toBeLessThanOrEqual(2e-14 * n * scale);
          expect(skew).toBeLessThan(1e-13);
          for (let j = 1; j < n; j++) expect(values[j]).toBeLessThanOrEqual(values[j - 1]!);
        },
      ),
    );
  });
  it("keeps its vectors orthonormal where squares of entries underflow", () => {
    const tiny = [1, 0, 3e-161, 0, 1, 2e-161, 3e-161, 2e-161, 0];
    expect(residuals(tiny, 3).skew).toBeLessThan(1e-15);
    const chained = [1, 1e-161, 2e-161, 3e-161, 1e-161, 0, 0, 0, 2e-161, 0, 0, 0, 3e-161, 0, 0, 1];
    expect(residuals(chained, 4).skew).toBeLessThan(1e-15);
  });
  it("keeps equal eigenvalues apart in their vectors, and zero matrices whole", () => {
    const ones = Array.from({ length: 36 }, () => 1);
    const { residual, skew, values } = residuals(ones, 6);
    expect(residual).toBeLessThan(1e-14);
    expect(skew).toBeLessThan(1e-14);
    expect(values[0]).toBeCloseTo(6, 14);
    expect(
      residuals(
        Array.from({ length: 9 }, () => 0),
        3,
      ),
    ).toEqual({ residual: 0, skew: 0, values: new Float64Array(3) });
  });
  it("of Hilbert's matrix of order 6 has the known extremes", () => {
    const { values } = symmetricEigen(
      Array.from({ length: 36 }, (_, at) => 1 / (1 + Math.floor(at / 6) + (at % 6))),
      6,
    );
    // numpy.linalg.eigvalsh(scipy.linalg.hilbert(6)); errors are absolute, of the largest.
    expect(values[0]).toBeCloseTo(1.618_899_858_924_339, 14);
    expect(values[5]).toBeCloseTo(1.082_799_48e-7, 14);
  });
  it("reads the lower triangle, gives as many vectors as asked, and signs them", () => {
    const got = symmetricEigen([2, 99, -1, 2], 2, 1);
    expect([...got.values]).toEqual([expect.closeTo(3, 14), expect.closeTo(1, 14)]);
    expect(got.vectors).toHaveLength(2);
    expect(got.vectors[0]! * got.vectors[1]!).toBeCloseTo(-0.5, 14);
    expect(() => symmetricEigen([1, 2], 2)).toThrow("matrix must have length 4, got 2");
    expect(() => symmetricEigen([Number.NaN], 1)).toThrow(RangeError);
    expect(() => symmetricEigen([], 0)).toThrow(RangeError);
  });
});

describe("pca", () => {
  /** 200 points in 5 dimensions on a tilted ellipsoid away from the origin. */
  const source = uniform(7);
  const cloud = Array.from({ length: 200 }, () => {
    const [a, b, c] = [3 * bell(source), bell(source), 0.1 * bell(source)];
    return [100 + a + b, a - b, 2 + c, a + c, b - 2 * c];
  }).flat();

  it("finds axes and variances of a cross, exactly", () => {
    const cross = [4, 0, -4, 0, 0, 1, 0, -1];
    const got = pca(cross, { dimension: 2 });
    expect([...got.mean]).toEqual([0, 0]);
    // 32 / 4 and 2 / 4.
    expect([...got.variances]).toEqual([8, 0.5]);
    expect([...got.modes]).toEqual([1, 0, 0, 1]);
    expect([...pcaEnergy(got.variances).variance]).toEqual([8 / 8.5, 1]);
    expect([...pcaEnergy(got.variances).squaredEigenvalue]).toEqual([64 / 64.25, 1]);
  });
  it("the error of a reconstruction is the variance left out", () => {
    const all = pca(cloud, { dimension: 5 });
    for (const modes of [0, 1, 2, 3]) {
      const few = pca(cloud, { dimension: 5, modes });
      if (modes === 0) continue;
      const back = pcaReconstruction(few, pcaScores(few, cloud));
      const error = back.reduce((sum, v, i) => sum + (v - cloud[i]!) * (v - cloud[i]!), 0) / 200;
      const left = all.variances.subarray(modes).reduce((a, b) => a + b, 0);
      // Rounding of values near 100 is 1e-14, squared and summed far below; variances are good to 1e-14 of the first.
      expect(Math.abs(error - left)).toBeLessThan(1e-12 * all.variances[0]!);
    }
  });
  it("scores are uncorrelated with the variances of their modes", () => {
    const all = pca(cloud, { dimension: 5 });
    const scores = pcaScores(all, cloud);
    for (let j = 0; j < 5; j++) {
      for (let k = 0; k <= j; k++) {
        let sum = 0;
        for (let r = 0; r < 200; r++) sum += scores[r * 5 + j]! * scores[r * 5 + k]!;
        expect(Math.abs(sum / 200 - (j === k ? all.variances[j]! : 0))).toBeLessThan(1e-12 * all.variances[0]!);
      }
    }
  });
  it("by snapshots gives the modes and variances of the covariance", () => {
    const few = cloud.slice(0, 20);
    const snapshots = pca(few, { dimension: 5 });
    // The same four points, each twice, have more samples than components.
    const covariance = pca([...few, ...few], { dimension: 5 });
    expect(snapshots.variances).toHaveLength(4);
    // Four points about their mean span three dimensions.
    expect(snapshots.modes).toHaveLength(15);
    for (let j = 0; j < 3; j++) {
      expect(Math.abs(snapshots.variances[j]! - covariance.variances[j]!)).toBeLessThan(
        1e-12 * covariance.variances[0]!,
      );
    }
    for (let i = 0; i < 15; i++) expect(snapshots.modes[i]).toBeCloseTo(covariance.modes[i]!, 9);
    expect(() => pca(few, { dimension: 5, modes: 4 })).toThrow("modes must be at most 3");
  });
  it("refuses what is no data set", () => {
    expect(() => pca([], { dimension: 2 })).toThrow(RangeError);
    expect(() => pca([1, 2, 3], { dimension: 2 })).toThrow("whole points of 2 components");
    expect(() => pca([1, 2], { dimension: 1, modes: 2 })).toThrow("modes must be an integer");
    expect(() => pca([1, Number.NaN], { dimension: 1 })).toThrow(RangeError);
    expect(() => pcaEnergy([0, 0])).toThrow("positive sum");
    expect(() => pcaEnergy([1, -1])).toThrow("must not be negative");
  });
});

/** Six blobs on the corners of an octahedron of radius 3, in turn, spread 0.25, and some far points. */
function blobs(count: number, noise: number): { points: number[]; truth: number[] } {
  const source = uniform(41);
  const points: number[] = [];
  const truth: number[] = [];
  for (let i = 0; i < count; i++) {
    const which = i % 6;
    for (let axis = 0; axis < 3; axis++) {
      const centre = axis === which % 3 ? (which < 3 ? 3 : -3) : 0;
      points.push(centre + 0.25 * bell(source));
    }
    truth.push(which);
  }
  for (let i = 0; i < noise; i++) for (let axis = 0; axis < 3; axis++) points.push(8 * source() - 4);
  return { points, truth };
}

describe("kMeans", () => {
  it("finds blobs, numbers them as they first come, and gives the same for the same seed", () => {
    const { points, truth } = blobs(120, 0);
    const once = kMeans(points, { dimension: 3, clusters: 6, random: uniform(5) });
    expect([...once.labels]).toEqual(truth);
    expect(kMeans(points, { dimension: 3, clusters: 6, random: uniform(5) })).toEqual(once);
    // Three components of variance 1/16 each.
    expect(once.inertia / 120).toBeCloseTo(3 / 16, 1);
    for (let axis = 0; axis < 3; axis++) expect(once.centres[axis]).toBeCloseTo(axis === 0 ? 3 : 0, 0);
  });
  it("one cluster is the mean; as many clusters as points leave nothing over; equal points do no harm", () => {
    const random = uniform(3);
    const one = kMeans([1, 2, 6], { dimension: 1, clusters: 1, random });
    expect([...one.centres]).toEqual([3]);
    expect(one.inertia).toBe(14);
    expect(kMeans([5, 1, 3], { dimension: 1, clusters: 3, random }).inertia).toBe(0);
    const same = kMeans([2, 2, 2, 2], { dimension: 1, clusters: 3, random });
    expect([...same.labels]).toEqual([0, 0, 0, 0]);
    expect(() => kMeans([1, 2], { dimension: 1, clusters: 3, random })).toThrow(RangeError);
  });
});

describe("spectralClustering", () => {
  it("finds six blobs in noise, their number by the eigengap, by neighbours and by a Gaussian", () => {
    const { points, truth } = blobs(240, 12);
    for (const affinity of [{}, { neighbours: 15 }, { bandwidth: 0.5 }]) {
      const got = spectralClustering(points, { dimension: 3, random: uniform(9), ...affinity });
      expect(got.clusters).toBe(6);
      expect([...got.labels.subarray(0, 240)]).toEqual(truth);
      expect(got.eigenvalues).toHaveLength(13);
      expect(got.eigenvalues[0]).toBeLessThan(1e-13);
    }
  });
  it("separates rings that k-means cannot", () => {
    const source = uniform(17);
    const points = Array.from({ length: 200 }, (_, i) => {
      const [radius, angle] = [(i % 2 === 0 ? 1 : 3) + 0.1 * bell(source), 2 * Math.PI * source()];
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    }).flat();
    const truth = Array.from({ length: 200 }, (_, i) => i % 2);
    const options = { dimension: 2, clusters: 2, random: uniform(1) };
    expect([...spectralClustering(points, options).labels]).toEqual(truth);
    expect([...kMeans(points, options).labels]).not.toEqual(truth);
  });
  it("does not depend on scale, shift or order of the points", () => {
    const { points, truth } = blobs(60, 0);
    const moved = points.map((v) => 1024 * v + 5);
    const options = { dimension: 3, random: uniform(2), neighbours: 6 };
    expect([...spectralClustering(moved, options).labels]).toEqual(truth);
    const backwards = Array.from({ length: 60 }, (_, i) => points.slice(3 * (59 - i), 3 * (60 - i))).flat();
    expect([...spectralClustering(backwards, options).labels]).toEqual(truth);
  });
  it("refuses two affinities, points alone, and too many points", () => {
    const options = { dimension: 1, random: uniform(1) };
    expect(() => spectralClustering([1, 2, 3], { ...options, neighbours: 1, bandwidth: 1 })).toThrow("must not both");
    expect(() => spectralClustering([0, 1, 1e6], { ...options, bandwidth: 1 })).toThrow("another point from point 2");
    expect(() => spectralClustering(new Float64Array(2001), options)).toThrow("between 3 and 2000");
    expect(() => spectralClustering([1, 2, 3], { ...options, neighbours: 3 })).toThrow("neighbours must be an integer");
    expect(() => spectralClustering([1, Number.NaN, 2], options)).toThrow("points[1] must be finite");
  });
});
