import { describe, expect, it } from "vitest";
import { gaussian, random } from "../../test/shared.ts";
import { diffusionMapSelection } from "./diffusion-map.ts";
import { gaussianProcessRelevance, marginalLikelihood } from "./gaussian-process.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";

const K = Array.from({ length: 14 }, (_, k) => k);
const X = [K.map((k) => Math.sin(1.3 * k)), K.map((k) => Math.cos(0.9 * k)), K.map((k) => Math.sin(2.1 * k + 0.5))];
const Y = K.map((_, k) => Math.sin(3 * X[0]![k]!) + 0.3 * X[1]![k]!);

describe("relevance by a Gaussian process", () => {
  it("has the likelihood and gradient of an independent implementation", () => {
    const theta = Float64Array.from([0, Math.log(0.01), 0, Math.log(2), -Math.log(2)]);
    const { value, gradient } = marginalLikelihood(
      X.map((x) => Float64Array.from(x)),
      Float64Array.from(Y),
      theta,
    );
    // Computed with NumPy from the formulas (5.8) and (5.9) of Rasmussen and Williams, by Cholesky factors in float64.
    expect(Math.abs(value - -19.80725460720884)).toBeLessThan(1e-9);
    const expected = [
      5.868362437705102, 6.221286221842484, -38.795363138314414, 0.3372846237179614, 0.6591742626258884,
    ];
    expected.forEach((g, k) => void expect(Math.abs(gradient[k]! - g)).toBeLessThan(1e-8));
  });

  it("finds the optimum, where the feature that does not matter has the longest scale allowed", () => {
    const found = gaussianProcessRelevance(X, Y, { standardise: false });
    // The optimum of SciPy's L-BFGS-B between the same bounds.
    expect(found.logLikelihood).toBeGreaterThan(14.376140064808585 - 1e-3);
    expect(Math.abs(found.lengthScales[0]! / 0.918 - 1)).toBeLessThan(0.02);
    expect(Math.abs(found.lengthScales[1]! / 16.2 - 1)).toBeLessThan(0.05);
    expect(found.lengthScales[2]).toBeGreaterThan(100);
    expect(found.order).toEqual([0, 1, 2]);
  });

  it("tells the features of a law of diffusion among others", () => {
    const normal = gaussian(random(9));
    const draw = (): number[] => Array.from({ length: 80 }, normal);
    const [u, ux, uxx] = [draw(), draw(), draw()];
    const target = uxx.map((v, i) => v - u[i]! * ux[i]! + 0.05 * normal());
    const found = gaussianProcessRelevance([u, ux, uxx, draw(), draw()], target, { steps: 200 });
    expect(found.order.slice(0, 3).toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
    expect(found.relevance[found.order[2]!]! / found.relevance[found.order[3]!]!).toBeGreaterThan(10);
  });

  it("refuses constants and unlike lengths", () => {
    expect(() => gaussianProcessRelevance([[1, 1, 1]], [1, 2, 3])).toThrow(/features\[0\] must vary/);
    expect(() => gaussianProcessRelevance([[1, 2]], [1, 2, 3])).toThrow(/features\[0\]/);
    expect(() => gaussianProcessRelevance([], [1, 2, 3])).toThrow(/features.length/);
  });
});

describe("selection by a diffusion map", () => {
  const draw = random(4);
  const s = Array.from({ length: 120 }, () => draw());
  const t = s.map(() => 0.6 * draw());

  it("finds one feature for a curve: the one that does not fold", () => {
    // A spiral in three features; only the third is one to one along it.
    const found = diffusionMapSelection([
      s.map((v) => Math.cos(4 * v)),
      s.map((v) => Math.sin(7 * v)),
      s.map((v) => v + 0.1 * v * v),
    ]);
    expect(found.coordinates.length).toBe(1);
    expect(found.selected).toEqual([2]);
  });

  it("finds two features for a surface", () => {
    const found = diffusionMapSelection(
      [s.map((v, i) => v * v + t[i]! * t[i]!), s, t, s.map((v, i) => Math.sin(5 * v + 3 * t[i]!))],
      { coordinates: 2 },
    );
    expect(found.selected).toEqual([1, 2]);
    expect(found.subsets).toHaveLength(15);
  });

  it("has eigenvectors that are orthonormal and belong to their values", () => {
    const n = 12;
    const normal = gaussian(random(1));
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = normal();
    const { values, vectors } = symmetricEigen(a.slice(), n);
    for (let k = 0; k < n; k++) {
      if (k > 0) expect(values[k]).toBeLessThanOrEqual(values[k - 1]!);
      for (let i = 0; i < n; i++) {
        let image = 0;
        for (let j = 0; j < n; j++) image += a[i * n + j]! * vectors[k]![j]!;
        expect(Math.abs(image - values[k]! * vectors[k]![i]!)).toBeLessThan(1e-12);
      }
    }
  });

  it("refuses too few rows", () => {
    expect(() => diffusionMapSelection([[1, 2, 3]])).toThrow(/features\[0\].length must be .* between 10/);
  });
});
