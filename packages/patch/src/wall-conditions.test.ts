import { swiftHohenberg } from "@hml/systems";
import { EigenvalueDecomposition, Matrix, solve as solveLinear } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { asymmetry, jacobianOf } from "../test/lattice-diffusion.ts";
import {
  clamped,
  dirichlet,
  type EdgeRule,
  gapTooth,
  type GapTooth,
  lagrange,
  neumann,
  patchGrid,
  type PatchRhs,
  spectral,
} from "./index.ts";

const still: PatchRhs = () => {};
/** u_t = -u_xxxx. */
const bend: PatchRhs<1> = (_t, u, out, { points: [n], spacing: [h] }) => {
  for (let i = 2; i < n - 2; i++) {
    out[i] = -(u[i - 2]! - 4 * u[i - 1]! + 6 * u[i]! - 4 * u[i + 1]! + u[i + 2]!) / (h * h * h * h);
  }
};
type Field = (x: number) => number;
type Ends = readonly [EdgeRule<1>, EdgeRule<1>];
const OFFSETS = [0, 0.3, 0.5, 0.9, 1, 1.2, 1.5, 1.8];

const diffuse: PatchRhs<1> = (_t, u, out, { points: [n], spacing: [h] }) => {
  for (let i = 1; i < n - 1; i++) out[i] = (u[i - 1]! - 2 * u[i]! + u[i + 1]!) / (h * h);
};

/** Patches that tile [0, 1]: the full lattice of `count` points between walls `offset` inside the outermost point. */
function lattice(layers: 1 | 2, count: number, offset: number, boundary: Ends): GapTooth<1> {
  const patches = count / 4;
  const spacing = 1 / (count + 2 * layers - 1 - 2 * offset);
  const grid = patchGrid({
    dim: 1,
    extent: 1,
    patches,
    points: 4 + 2 * layers,
    spacing,
    edgePoints: layers,
    boundary: { centres: "equispaced", offset },
  });
  expect(grid.ratio[0]).toBeCloseTo(1, 12);
  return gapTooth(grid, layers === 1 ? diffuse : bend, lagrange(2), { boundary: [boundary] });
}

/** The largest error of the solution of u - A u = f, A the model, when the exact one is u and A u is `model`. */
function errorOf(system: GapTooth<1>, u: Field, model: Field): number {
  const { rhs, size, sample } = system;
  const constant = new Float64Array(size);
  rhs(0, new Float64Array(size), constant);
  const matrix = jacobianOf((t, v, out) => {
    rhs(t, v, out);
    for (let i = 0; i < size; i++) out[i] = v[i]! - (out[i]! - constant[i]!);
  }, size);
  const force = sample((x) => u(x) - model(x)).map((f, i) => f + constant[i]!);
  const rest = solveLinear(new Matrix(matrix), Matrix.columnVector(force));
  return Math.max(...sample(u).map((value, i) => Math.abs(value - rest.get(i, 0))));
}

/** The n-th derivative of sin(2x + 1). */
const wave = (n: number) => (x: number) => 2 ** n * Math.sin(2 * x + 1 + (n * Math.PI) / 2);

/** What each condition carries exactly: fields of the distance n from a wall, and the rules of both walls. */
const kept: Readonly<Record<string, readonly [layers: 1 | 2, field: Field, rules: Ends]>> = {
  "one layer, value": [1, (n) => 0.7 - 2 * n, [dirichlet(0.7), dirichlet(0.7)]],
  "two layers, value": [2, (n) => 0.7 - 2 * n + 3 * n ** 3, [dirichlet(0.7), dirichlet(0.7)]],
  // Slopes are along the axis: at the upper wall of the same field they change their sign.
  "one layer, slope": [1, (n) => 2 - 1.5 * n + 4 * n ** 2, [neumann(-1.5), neumann(1.5)]],
  "two layers, slope": [2, (n) => 2 - 1.5 * n + 4 * n ** 2 - 6 * n ** 4, [neumann(-1.5), neumann(1.5)]],
  "two layers, value and slope": [2, (n) => 0.7 - 1.5 * n + 3 * n ** 2, [clamped(0.7, -1.5), clamped(0.7, 1.5)]],
};

describe("a wall's rule", () => {
  it.each(Object.keys(kept))("%s: carries its polynomials exactly, wherever the wall lies", (name) => {
    const [layers, field, rules] = kept[name]!;
    for (const offset of OFFSETS.filter((o) => o < layers)) {
      const grid = patchGrid({
        dim: 1,
        extent: 1,
        patches: 3,
        points: 4 + 2 * layers,
        spacing: 0.01,
        edgePoints: layers,
        boundary: { centres: "equispaced", offset },
      });
      const system = gapTooth(grid, still, lagrange(2), { boundary: [rules] });
      for (const p of [0, 2]) {
        const at = (x: number): number => field(p === 0 ? x : 1 - x);
        const filled = system.edges(0, system.sample(at))[p]!;
        const { origin, spacing, points } = system.patches[p]!;
        for (let e = 0; e < layers; e++) {
          const i = p === 0 ? e : points[0] - 1 - e;
          expect(Math.abs(filled[i]! - at(origin[0] + i * spacing[0]))).toBeLessThan(1e-14);
        }
      }
    }
  });

  it("is given the place on the wall, in two dimensions and every channel", () => {
    const grid = patchGrid({
      dim: 2,
      extent: [1, 2],
      patches: 3,
      points: [6, 8],
      spacing: 0.01,
      channels: 2,
      edgePoints: 2,
      boundary: ["equispaced", { centres: "equispaced", offset: [1.5, 1] }],
    });
    const field = (x: number, y: number): number => 1 + 2 * x - 3 * y + x * y;
    const value = dirichlet((_t, x, y) => field(x, y));
    const slope = neumann((_t, x) => x - 3);
    const both = clamped(
      (_t, x, y) => field(x, y),
      (_t, x) => x - 3,
    );
    const system = gapTooth(grid, still, lagrange(2), { boundary: [value, [slope, both]] });
    const filled = system.edges(0, system.sample(field));
    system.patches.forEach(({ origin, spacing }, p) => {
      filled[p]!.forEach((got, at) => {
        const [i, j] = [at % 6, Math.floor(at / 6) % 8];
        // A bilinear field is kept by the coupling and by all three rules, corners too.
        expect(Math.abs(got - field(origin[0] + i * spacing[0], origin[1] + j * spacing[1]))).toBeLessThan(1e-13);
      });
    });
  });

  it("refuses layers that it has no rule for", () => {
    const edges = (edgePoints: number, points: number, rule: EdgeRule) => (): unknown => {
      const grid = patchGrid({
        dim: 1,
        extent: 1,
        patches: 4,
        points,
        spacing: 0.01,
        edgePoints,
        boundary: "equispaced",
      });
      const system = gapTooth(grid, still, lagrange(2), { boundary: rule });
      return system.edges(0, new Float64Array(system.size));
    };
    expect(edges(3, 9, dirichlet(1))).toThrow("dirichlet: edgePoints must be 1 or 2, got 3");
    expect(edges(1, 5, clamped(1, 0))).toThrow("clamped: edgePoints must be 2, got 1");
    expect(() => neumann(Number.NaN)).toThrow("neumann: value must be finite");
  });
});

describe("walls of a second-order model, u_t = u_xx on [0, 1]", () => {
  it.each([
    ["values", [dirichlet(wave(0)(0)), dirichlet(wave(0)(1))]],
    ["slopes", [neumann(wave(1)(0)), neumann(wave(1)(1))]],
  ] as const)("%s: of second order, wherever the wall lies", (_name, rules) => {
    for (const offset of [0, 0.3, 0.5, 0.9]) {
      const [coarse, fine] = [32, 64].map((count) => errorOf(lattice(1, count, offset, rules), wave(0), wave(2)));
      const order = Math.log2(coarse! / fine!);
      expect(order).toBeGreaterThan(1.8);
      expect(order).toBeLessThan(2.15);
    }
  });
});

describe("walls of a fourth-order model, u_t = -u_xxxx on [0, 1]", () => {
  it("hinged and without flux have the lattice's sines and cosines, to rounding, where walls lie on or between points", () => {
    for (const [offset, rule, shape] of [
      [1, dirichlet(0), Math.sin],
      [1.5, dirichlet(0), Math.sin],
      [1.5, neumann(0), Math.cos],
    ] as const) {
      const system = lattice(2, 24, offset, [rule, rule]);
      const [h] = system.grid.spacing;
      const u = system.sample((x) => shape(3 * Math.PI * x));
      const out = new Float64Array(system.size);
      system.rhs(0, u, out);
      const root = (2 - 2 * Math.cos(3 * Math.PI * h)) / (h * h);
      // Values of order one, known to a few rounding units, times the norm 16 / h^4.
      const rounding = (3e-15 * 16) / (h * h * h * h);
      out.forEach((value, i) => expect(Math.abs(value + root * root * u[i]!)).toBeLessThan(rounding));
    }
  });

  // The first root of cosh(k) cos(k) = 1: Rayleigh, Theory of Sound, section 174.
  const CLAMPED = 4.730040744862704;
  it.each([
    ["hinged, u = u'' = 0", dirichlet(0), Math.PI, 0],
    ["without flux, u' = u''' = 0", neumann(0), Math.PI, 1],
    ["clamped, u = u' = 0", clamped(0, 0), CLAMPED, 0],
  ] as const)("%s: stable with the slowest rate of the beam, wherever the wall lies", (_name, rule, k, nth) => {
    for (const offset of OFFSETS) {
      const system = lattice(2, 32, offset, [rule, rule]);
      const { realEigenvalues } = new EigenvalueDecomposition(new Matrix(jacobianOf(system.rhs, system.size)));
      const sorted = realEigenvalues.toSorted((a, b) => b - a);
      // Rounding of eigenvalues of a matrix of norm -sorted.at(-1).
      expect(sorted[0]!).toBeLessThan(-1e-12 * sorted.at(-1)!);
      // (k h)^2 / 6 is the inner lattice's own error, 0.0014 and 0.003; walls add up to three times as much.
      expect(Math.abs(sorted[nth]! / (-k * k * k * k) - 1)).toBeLessThan(0.01);
    }
  });

  // sin(2x + 1) less polynomials that take from it what the conditions want zero.
  const [b0, b1] = [wave(2)(0), wave(2)(1)];
  const hinged = (x: number): number => wave(0)(x) - (b0 / 2) * x ** 2 - ((b1 - b0) / 6) * x ** 3;
  const [c0, c1] = [wave(3)(0), wave(3)(1)];
  const free = (x: number): number => wave(0)(x) - (c0 / 6) * x ** 3 - ((c1 - c0) / 24) * x ** 4;
  const freeSlope = (x: number): number => wave(1)(x) - (c0 / 2) * x ** 2 - ((c1 - c0) / 6) * x ** 3;
  const cases: readonly (readonly [string, Ends, Field, Field])[] = [
    ["hinged", [dirichlet(hinged(0)), dirichlet(hinged(1))], hinged, wave(4)],
    ["without flux", [neumann(freeSlope(0)), neumann(freeSlope(1))], free, (x) => wave(4)(x) - (c1 - c0)],
    ["clamped", [clamped(wave(0)(0), wave(1)(0)), clamped(wave(0)(1), wave(1)(1))], wave(0), wave(4)],
  ];
  it.each(cases)("%s, given values and slopes: of second order, wherever the wall lies", (_name, rules, u, fourth) => {
    for (const offset of OFFSETS) {
      const [coarse, fine] = [32, 64].map((count) => errorOf(lattice(2, count, offset, rules), u, (x) => -fourth(x)));
      // 1.81 to 2.09 over all cases and offsets.
      const order = Math.log2(coarse! / fine!);
      expect(order).toBeGreaterThan(1.8);
      expect(order).toBeLessThan(2.15);
    }
  });

  it("keeps the symmetry of the lattice where walls lie on a point or between two", () => {
    for (const [offset, rule] of [
      [1, dirichlet(0)],
      [1.5, dirichlet(0)],
      [1.5, neumann(0)],
      [1, clamped(0, 0)],
    ] as const) {
      const { rhs, size } = lattice(2, 16, offset, [rule, rule]);
      expect(asymmetry(jacobianOf(rhs, size))).toBeLessThan(1e-14);
    }
  });

  it("with gaps between patches converges geometrically in their number", () => {
    const errors = [5, 7, 9, 11].map((patches) => {
      const grid = patchGrid({
        dim: 1,
        extent: 1,
        patches,
        points: 8,
        spacing: 0.005,
        edgePoints: 2,
        boundary: { centres: "chebyshev", offset: 1 },
      });
      const { rhs, sample, size } = gapTooth(grid, bend, spectral(), { boundary: dirichlet(0) });
      const u = sample((x) => Math.sin(Math.PI * x));
      const root = (2 - 2 * Math.cos(Math.PI * 0.005)) / (0.005 * 0.005);
      const out = new Float64Array(size);
      rhs(0, u, out);
      return Math.max(...out.map((value, i) => Math.abs(value + root * root * u[i]!)));
    });
    // 2.7e6, 3.2e4, 2.4e2, 1.3: two more degrees of sin pi x each time.
    for (let i = 1; i < errors.length; i++) expect(errors[i]! / errors[i - 1]!).toBeLessThan(0.02);
  });

  it("holds Swift-Hohenberg in a rectangle with hinged walls to the lattice's growth rate", () => {
    const grid = patchGrid({
      dim: 2,
      extent: [3, 2],
      patches: [6, 5],
      points: 8,
      spacing: [3 / 25, 2 / 21],
      edgePoints: 2,
      boundary: { centres: "equispaced", offset: 1 },
    });
    const { rhs, sample, size } = gapTooth(grid, swiftHohenberg({ growth: 0.2 }), lagrange(2), {
      boundary: dirichlet(0),
    });
    const u = sample((x, y) => 1e-6 * Math.sin((Math.PI * x) / 3) * Math.sin((Math.PI * y) / 2));
    const [h, k] = grid.spacing;
    const s = (2 - 2 * Math.cos((Math.PI * h) / 3)) / (h * h) + (2 - 2 * Math.cos((Math.PI * k) / 2)) / (k * k);
    const out = new Float64Array(size);
    rhs(0, u, out);
    // The cubic term is 1e-18; rounding 1e-16 of 1e-6 over the fourth power of the spacing.
    out.forEach((value, i) => expect(Math.abs(value - (0.2 - (1 - s) * (1 - s)) * u[i]!)).toBeLessThan(1e-16));
  });
});
