import { describe, expect, it } from "vitest";
import { random } from "../test/shared.ts";
import {
  dataset,
  leastSquares,
  library,
  periodicFeatures,
  readNpy,
  regression,
  selectFrames,
  snapshots,
  splitTrajectories,
  stlsq,
  writeNpy,
} from "./index.ts";

const N = 16;
const SIZE = N * N;
const GRID = { points: [N, N], period: [2 * Math.PI, 2 * Math.PI] };
// The homogenised tensor of the 3 x 3 lattice of Arbabi et al. (JOM 2020): u_xx, u_xy, u_yy.
const LAW = { xx: 1.339974, xy: 0.22095, yy: 1.264582 };
const FRAMES = 40;
const nodes = Float64Array.from({ length: N }, (_, i) => (2 * Math.PI * i) / N);

/** Two exact solutions, each of four decaying waves on the grid, with slopes. */
function movie(): { u: Float64Array; dudt: Float64Array; t: Float64Array } {
  const waves = [
    [
      [1, 1, 0.3],
      [2, -1, 1.1],
      [3, 2, 0.5],
      [5, -5, 2],
    ],
    [
      [1, -2, 0.9],
      [2, 2, 2.2],
      [4, -3, 0.1],
      [5, 1, 1.7],
    ],
  ] as const;
  const t = Float64Array.from({ length: FRAMES }, (_, n) => 0.01 * n);
  const u = new Float64Array(2 * FRAMES * SIZE);
  const dudt = new Float64Array(u.length);
  for (const [k, list] of waves.entries()) {
    for (let n = 0; n < FRAMES; n++) {
      for (let p = 0; p < SIZE; p++) {
        const at = (k * FRAMES + n) * SIZE + p;
        for (const [a, b, phase] of list) {
          const rate = LAW.xx * a * a + LAW.xy * a * b + LAW.yy * b * b;
          const value = Math.exp(-rate * t[n]!) * Math.cos(a * nodes[p % N]! + b * nodes[Math.floor(p / N)]! + phase);
          u[at]! += value;
          dudt[at]! -= rate * value;
        }
      }
    }
  }
  return { u, dudt, t };
}

const { u, dudt, t } = movie();
const data = dataset({ u, shape: [2, FRAMES, N, N], t, x: nodes, y: nodes, dudt });
const features = periodicFeatures(GRID);

describe("a law on a grid x, y", () => {
  it("is found by sparse regression with its cross term, printed, and run", () => {
    const terms = library(features.names, { degree: 2, constant: false });
    const fit = stlsq(regression(snapshots(data), features, terms), { threshold: 0.05 });
    expect(String(fit)).toBe("u_t = 1.33997 u_xx + 1.26458 u_yy + 0.22095 u_xy");
    expect(fit.toLatex()).toBe("u_{t} = 1.33997\\, u_{xx} + 1.26458\\, u_{yy} + 0.22095\\, u_{xy}");
    const found = (name: string): number => fit.coefficients[fit.names.indexOf(name)]!;
    // Slopes and features are exact to rounding.
    expect(Math.abs(found("u_xx") / LAW.xx - 1)).toBeLessThan(1e-12);
    expect(Math.abs(found("u_yy") / LAW.yy - 1)).toBeLessThan(1e-12);
    expect(Math.abs(found("u_xy") / LAW.xy - 1)).toBeLessThan(1e-11);
    const slope = new Float64Array(SIZE);
    fit.rhs(features)(0, data.u.subarray(0, SIZE), slope);
    for (let p = 0; p < SIZE; p++) expect(Math.abs(slope[p]! - data.dudt[p]!)).toBeLessThan(1e-11 * 100);
  });

  it("does not mistake a grid of differences for the exact one: order 2 is biased low", () => {
    const rough = periodicFeatures(GRID, { order: 2, names: ["u_xx", "u_yy", "u_xy"] });
    const fit = leastSquares(regression(snapshots(data), rough, library(rough.names, { constant: false })));
    // A difference of order 2 sees (2 sin(k h / 2) / h)^2 < k^2, so its coefficient must be larger than the law's.
    expect(fit.coefficients[0]!).toBeGreaterThan(1.01 * LAW.xx);
  });
});

describe("weights of snapshots", () => {
  const linear = library(["u_xx"], { terms: ["u_xx"] });
  // Two snapshots of different size that obey two laws: u_t = u_xx of size 100, u_t = 2 u_xx of size 1.
  const two = (() => {
    const wave = Float64Array.from({ length: SIZE }, (_, p) => Math.cos(nodes[p % N]!));
    const fields = new Float64Array(2 * SIZE);
    const slopes = new Float64Array(2 * SIZE);
    for (let p = 0; p < SIZE; p++) {
      fields[p] = 100 * wave[p]!;
      slopes[p] = -100 * wave[p]!;
      fields[SIZE + p] = wave[p]!;
      slopes[SIZE + p] = -2 * wave[p]!;
    }
    return { u: fields, dudt: slopes, rows: 2, points: SIZE };
  })();
  // Minimise w1 (c - 1)^2 a1 + w2 (c - 2)^2 a2, a the mean squares of u_xx: c = (w1 a1 + 2 w2 a2) / (w1 a1 + w2 a2).
  it.each([
    ["equal", (1e4 + 2) / (1e4 + 1)],
    // Weights 1 / (mean square of u_t): a1 w1 = 1, a2 w2 = 1/4.
    ["relative", (1 + 2 / 4) / (1 + 1 / 4)],
    [[0, 3], 2],
    [[1, 1e4], 1.5],
  ] as const)("%s give the weighted mean of the laws", (weights, want) => {
    const problem = regression(two, features, linear, { weights });
    expect(leastSquares(problem).coefficients[0]).toBeCloseTo(want, 12);
    expect(stlsq(problem, { threshold: 0 }).coefficients[0]).toBeCloseTo(want, 12);
  });
  it("give standard errors that are the spread of the coefficients when the noise goes with the size", () => {
    const next = random(11);
    // Box and Muller's normal numbers.
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    const noNoise = snapshots(selectFrames(data, 0, 5));
    const names = ["u_xx", "u_yy", "u_xy"];
    const chosen = periodicFeatures(GRID, { names });
    const sizes = Array.from({ length: noNoise.rows }, (_, r) => {
      const slopes = noNoise.dudt.subarray(r * SIZE, (r + 1) * SIZE);
      return Math.sqrt(slopes.reduce((sum, v) => sum + v * v, 0) / SIZE);
    });
    const draws = 150;
    const found: number[][] = names.map(() => []);
    const stated: number[][] = names.map(() => []);
    for (let draw = 0; draw < draws; draw++) {
      const dudtNoisy = noNoise.dudt.map((v, i) => v + 0.05 * sizes[Math.floor(i / SIZE)]! * normal());
      const noisy = { ...noNoise, dudt: dudtNoisy };
      const fit = leastSquares(regression(noisy, chosen, library(names, { constant: false }), { weights: "relative" }));
      for (const k of names.keys()) {
        found[k]!.push(fit.coefficients[k]!);
        stated[k]!.push(fit.standardErrors[k]!);
      }
    }
    const mean = (v: readonly number[]): number => v.reduce((a, b) => a + b, 0) / v.length;
    const laws = [LAW.xx, LAW.yy, LAW.xy];
    for (const k of names.keys()) {
      const centre = mean(found[k]!);
      const spread = Math.sqrt(mean(found[k]!.map((c) => (c - centre) ** 2)));
      // The spread of 150 draws is itself uncertain by 1 / sqrt(300) = 6 %; four times that.
      expect(Math.abs(mean(stated[k]!) / spread - 1)).toBeLessThan(0.23);
      expect(Math.abs(centre - laws[k]!)).toBeLessThan((4 * spread) / Math.sqrt(draws));
    }
  });
  it("given with a fit stand above those of the regression", () => {
    const problem = regression(two, features, linear, { weights: "relative" });
    const fit = leastSquares(problem, {
      weights: Float64Array.from({ length: 2 * SIZE }, (_, i) => (i < SIZE ? 1 : 0)),
    });
    expect(fit.coefficients[0]).toBeCloseTo(1, 12);
  });
  it("are refused for a snapshot at rest, a wrong length and a negative value", () => {
    const rest = { ...two, dudt: two.dudt.map((v, i) => (i < SIZE ? v : 0)) };
    expect(() => regression(rest, features, linear, { weights: "relative" })).toThrow("dudt of snapshot 1");
    expect(() => regression(two, features, linear, { weights: [1] })).toThrow("weights");
    expect(() => regression(two, features, linear, { weights: [1, -1] })).toThrow("weights[1]");
    expect(() => regression(two, features, linear, { weights: "equall" as "equal" })).toThrow("weights");
  });
});

describe("a data set on a grid x, y", () => {
  it("is cut and split like one on a line, and keeps its nodes", () => {
    expect(data.shape).toEqual([2, FRAMES, SIZE]);
    expect(data.y).toEqual(nodes);
    const { train, test } = splitTrajectories(selectFrames(data, 1), { test: 1 });
    expect(train.shape).toEqual([1, FRAMES - 1, SIZE]);
    expect(test.y).toEqual(nodes);
    expect(test.u[0]).toBe(data.u[(FRAMES + 1) * SIZE]);
  });
  it("takes a movie [frame, y, x] from a file, and time derivatives by differences", () => {
    const file = writeNpy({
      data: Float64Array.from({ length: 3 * 2 * 4 }, (_, i) => Math.floor(i / 8)),
      shape: [3, 2, 4],
    });
    const made = dataset({ u: readNpy(file), t: [0, 1, 2], x: [0, 1, 2, 3], y: [0, 1] });
    expect(made.shape).toEqual([1, 3, 8]);
    expect([...made.dudt]).toEqual(Array(24).fill(1));
  });
  it("is refused when its extents are not the nodes'", () => {
    const source = { t: [0], x: [0, 1, 2], y: [0, 1], dudt: new Float64Array(6) };
    const field = new Float64Array(6);
    expect(() => dataset({ ...source, u: field, shape: [1, 3, 2] })).toThrow("[y, x] = [2, 3], got [3, 2]");
    expect(() => dataset({ ...source, u: field, shape: [1, 6] })).toThrow("[trajectories, frames, y, x]");
    expect(() => dataset({ ...source, y: [1, 0], u: field, shape: [1, 2, 3] })).toThrow("y must increase strictly");
  });
});

describe("periodicFeatures", () => {
  it("names u and all its derivatives to the second in two and three dimensions", () => {
    expect(features.names).toEqual(["u", "u_x", "u_y", "u_xx", "u_yy", "u_xy"]);
    const box = periodicFeatures({ points: [4, 4, 4], period: [1, 1, 1] });
    expect(box.names).toEqual(["u", "u_x", "u_y", "u_z", "u_xx", "u_yy", "u_zz", "u_xy", "u_xz", "u_yz"]);
  });
  it("understands other names, and refuses what it cannot read", () => {
    const wave = Float64Array.from({ length: SIZE }, (_, p) =>
      Math.sin(2 * nodes[p % N]! - 3 * nodes[Math.floor(p / N)]!),
    );
    const out = new Float64Array(2 * SIZE);
    periodicFeatures(GRID, { names: ["u_xxyy", "u_yx"] }).evaluate(wave, out);
    for (let p = 0; p < SIZE; p++) {
      expect(out[p]! - 36 * wave[p]!).toBeCloseTo(0, 10);
      expect(out[SIZE + p]! - 6 * wave[p]!).toBeCloseTo(0, 11);
    }
    expect(() => periodicFeatures(GRID, { names: ["u_z"] })).toThrow("letters of xy, such as u_xx");
    expect(() => periodicFeatures(GRID, { names: ["v"] })).toThrow("periodicFeatures: names must be u or");
    expect(() => periodicFeatures(GRID, { names: ["u", "u"] })).toThrow("distinct");
  });
});
