import { rk4, solve } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { jacobianOf } from "../../test/lattice-diffusion.ts";
import { eigenvalues } from "../spectra/complex-eigenvalues.ts";
import { gapTooth, patchGrid, type PatchGrid, type PatchRhs, staggered } from "../index.ts";

/**
 * h_t = -u_x, u_t = -h_x on a lattice that holds h and u by turns: v_i' = -(v_(i+1) - v_(i-1)) / (2 dx). Its right-going waves
 * are v = cos(k x - w t) with w = sin(k dx) / dx.
 */
const wave: PatchRhs<1> = (_t, v, out, { points: [n], spacing: [dx] }) => {
  for (let i = 1; i < n - 1; i++) out[i] = (v[i - 1]! - v[i + 1]!) / (2 * dx);
};
const gridOf = (patches: number): PatchGrid<1> =>
  patchGrid({ dim: 1, extent: 2 * Math.PI, patches, points: 7, ratio: 0.1 });
const frequency = (grid: PatchGrid<1>, k: number): number => Math.sin(k * grid.spacing[0]) / grid.spacing[0];

/** Largest error of dv/dt of cos(k x) over the frequency, on a wave of the lattice. */
function slopeError(patches: number, order: number | "spectral", k: number): number {
  const grid = gridOf(patches);
  const { rhs, sample, size } = gapTooth(grid, wave, staggered(order));
  const out = new Float64Array(size);
  rhs(
    0,
    sample((x) => Math.cos(k * x)),
    out,
  );
  const w = frequency(grid, k);
  const exact = sample((x) => w * Math.sin(k * x));
  return Math.max(...out.map((value, i) => Math.abs(value - exact[i]!))) / w;
}

describe("staggered coupling", () => {
  it("spectral keeps the lattice's waves of fewer than N / 4 waves exactly", () => {
    // Differences of values of order one over dx = 0.016, times rounding, over w.
    for (const patches of [12, 14, 16]) {
      for (let k = 1; k < patches / 4; k++) expect(slopeError(patches, "spectral", k)).toBeLessThan(1e-13);
    }
  });
  it.each([2, 4, 6])("of order %i converges with that order", (order) => {
    const patches = [24, 36, 54];
    const errors = patches.map((n) => slopeError(n, order, 1));
    // dx falls with D, and edge errors are divided by it: the slope at the points next to edges converges one order less.
    const orderSeen = Math.log(errors[0]! / errors[2]!) / Math.log(patches[2]! / patches[0]!);
    expect(orderSeen).toBeGreaterThan(order - 1.1);
    expect(orderSeen).toBeLessThan(order - 0.9);
  });
  it("has the lattice's frequencies in its spectrum, one wave each way, and no growing mode", () => {
    const grid = gridOf(12);
    const { rhs, size } = gapTooth(grid, wave, staggered("spectral"));
    const { re, im } = eigenvalues({
      size,
      re: Float64Array.from(jacobianOf(rhs, size).flat()),
      im: new Float64Array(size * size),
    });
    // A constant of either field; waves to the right and to the left for k and -k. Rounding of a matrix of norm 1 / dx = 64.
    for (const [k, count] of [
      [1, 2],
      [2, 2],
    ] as const) {
      const w = frequency(grid, k);
      expect(im.filter((value, i) => Math.abs(value - w) < 1e-10 && Math.abs(re[i]!) < 1e-10)).toHaveLength(count);
      expect(im.filter((value, i) => Math.abs(value + w) < 1e-10 && Math.abs(re[i]!) < 1e-10)).toHaveLength(count);
    }
    expect(Math.max(...re)).toBeLessThan(1e-10);
  });
  it("carries a wave once round the domain", () => {
    const grid = gridOf(16);
    const system = gapTooth(grid, wave, staggered("spectral"));
    const w = frequency(grid, 2);
    const period = (2 * Math.PI) / w;
    const u0 = system.sample((x) => Math.cos(2 * x));
    const { u, shape } = solve(rk4(system.rhs, system.size), u0, [0, period], { dt: period / 400 });
    const end = u.subarray((shape[0] - 1) * shape[1]);
    // RK4 of w t = 2 pi in 400 steps: 2 pi (2 pi / 400)^4 / 120 = 3e-9.
    expect(Math.max(...end.map((value, i) => Math.abs(value - u0[i]!)))).toBeLessThan(5e-9);
  });
  it("lifts each field from the patches that hold it", () => {
    const grid = gridOf(16);
    const { lifting, restriction, sample, size } = gapTooth(grid, wave, staggered("spectral"));
    const fine = sample((x) => Math.cos(2 * x) + 0.3);
    // A wave to the left has h = -u: the sign turns from point to point and from patch to patch.
    const left = fine.map((value, i) => ((Math.floor(i / 5) + (i % 5)) % 2 === 0 ? value : -value));
    for (const state of [fine, left]) {
      const coarse = new Float64Array(16);
      restriction.restrict(state, coarse);
      const lifted = new Float64Array(size);
      lifting.lift(coarse, lifted);
      lifted.forEach((value, i) => expect(Math.abs(value - state[i]!)).toBeLessThan(1e-14));
    }
  });
  it("refuses grids that cannot be staggered, with advice", () => {
    const at = (spec: object, order: number | "spectral" = 4) =>
      gapTooth(patchGrid({ dim: 1, extent: 1, patches: 12, points: 7, ratio: 0.1, ...spec }), wave, staggered(order));
    expect(() => at({ patches: 13 })).toThrow("staggered: patches must be even, got 13; take 14");
    expect(() => at({ patches: 8 })).toThrow("staggered: patches must be an integer at least 10, got 8");
    expect(() => at({ points: 9 })).toThrow("(points - 1) / 2 must be odd, got 4");
    expect(() => at({ points: 6 })).toThrow("staggered: points / edgePoints must be odd along x");
    expect(() => staggered(3)).toThrow("staggered: order must be even, got 3; take 4");
    expect(() => staggered("spectra" as "spectral")).toThrow("staggered: order must be one of");
    expect(() => gapTooth(gridOf(12), wave, staggered(4), { restriction: "average" })).toThrow(RangeError);
  });
});
