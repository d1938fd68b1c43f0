import { dop853, solve } from "@hml/integrators";
import { homogenizationLattice, latticeDiffusion, latticeWave } from "@hml/systems";
import { describe, expect, it } from "vitest";
import { lagrange } from "../coupling/lagrange.ts";
import { spectral } from "../coupling/spectral.ts";
import { gapTooth } from "../gap-tooth.ts";
import { patchGrid } from "../patch-grid.ts";
import { exactFlow } from "./exact-flow.ts";
import { patchModes } from "./patch-modes.ts";

const lattice = latticeDiffusion({ period: [3], bonds: [[6.9617, 0.4217, 2.0624]], convention: "forward" });
const plane = homogenizationLattice("simulated");
const bumpy = (size: number): Float64Array => Float64Array.from({ length: size }, (_, n) => 1 + Math.sin(1 + n * n));
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from({ length: a.length }, (_, n) => Math.abs(a[n]! - b[n]!)).reduce((most, value) => Math.max(most, value), 0);

describe("exactFlow", () => {
  const cases = {
    "1D, spectral, even number of patches": () => {
      const grid = patchGrid({ dim: 1, extent: 2 * Math.PI, patches: 6, points: 5, ratio: 0.5 });
      return { grid, micro: lattice.rhs, coupling: spectral(), t: 0.02 };
    },
    "1D, centre coupling of order 4, not symmetric": () => {
      const grid = patchGrid({ dim: 1, extent: 2 * Math.PI, patches: 7, points: 5, ratio: 0.5 });
      return { grid, micro: lattice.rhs, coupling: lagrange(4, { source: "centre" }), t: 0.02 };
    },
    "1D, an ensemble of phases": () => {
      const grid = patchGrid({ dim: 1, extent: 2 * Math.PI, patches: 5, points: 6, ratio: 0.3, period: 3 });
      return { grid, micro: lattice.rhs, coupling: lagrange(2), t: 0.02 };
    },
    "1D, waves of two channels": () => {
      const grid = patchGrid({ dim: 1, extent: 2 * Math.PI, patches: 5, points: 5, ratio: 0.5, channels: 2 });
      return { grid, micro: latticeWave(lattice), coupling: spectral(), t: 0.5 };
    },
  } as const;
  for (const [name, make] of Object.entries(cases)) {
    it(`is the flow of gapTooth's right-hand side: ${name}`, () => {
      const { grid, micro, coupling, t } = make();
      const { rhs, size } = gapTooth(grid, micro, coupling);
      const u = bumpy(size);
      const { u: frames } = solve({ rhs, size }, u, [0, t], {
        method: dop853(),
        rtol: 1e-13,
        atol: 1e-14,
        saveAt: [t],
      });
      exactFlow(patchModes(grid, micro, coupling)).advance(u, 0, t);
      // dop853 keeps its tolerance of 1e-13 a step over some hundred steps.
      expect(distance(u, frames.subarray(frames.length - size))).toBeLessThan(1e-11);
    });
  }

  it("is the flow in two dimensions of unequal axes, from an unhealed state", () => {
    const grid = patchGrid({ dim: 2, extent: [2 * Math.PI, 3], patches: [5, 4], points: [5, 8], ratio: 0.6 });
    const { rhs, size } = gapTooth(grid, plane.rhs, spectral());
    const u = bumpy(size);
    const t = 0.01;
    const { u: frames } = solve({ rhs, size }, u, [0, t], { method: dop853(), rtol: 1e-13, atol: 1e-14, saveAt: [t] });
    exactFlow(patchModes(grid, plane.rhs, spectral())).advance(u, 0, t);
    expect(distance(u, frames.subarray(frames.length - size))).toBeLessThan(1e-11);
  });

  it("is the flow in three dimensions", () => {
    const bonds = [0, 1, 2].map((a) => Array.from({ length: 8 }, (_, m) => 1 + 0.5 * Math.sin(1.7 * (8 * a + m + 1))));
    const cube = latticeDiffusion({ period: [2, 2, 2], bonds, convention: "forward" });
    const grid = patchGrid({ dim: 3, extent: 2 * Math.PI, patches: [3, 4, 3], points: 4, ratio: 0.5 });
    const { rhs, size } = gapTooth(grid, cube.rhs, spectral());
    const u = bumpy(size);
    const { u: frames } = solve({ rhs, size }, u, [0, 0.05], {
      method: dop853(),
      rtol: 1e-13,
      atol: 1e-14,
      saveAt: [0.05],
    });
    exactFlow(patchModes(grid, cube.rhs, spectral())).advance(u, 0, 0.05);
    expect(distance(u, frames.subarray(frames.length - size))).toBeLessThan(1e-11);
  });

  it("composes, keeps the total, and does nothing in no time", () => {
    const grid = patchGrid({ dim: 2, extent: 2 * Math.PI, patches: 8, points: 5, ratio: 0.1 });
    const flow = exactFlow(patchModes(grid, plane.rhs, spectral()));
    const twice = bumpy(grid.size);
    const total = twice.reduce((sum, value) => sum + value, 0);
    const once = Float64Array.from(twice);
    const still = Float64Array.from(twice);
    flow.advance(twice, 0, 0.1);
    flow.advance(twice, 0.1, 0.4);
    flow.advance(once, 0, 0.4);
    flow.advance(still, 0.3, 0.3);
    // Eigenvalues carry rounding of entries near 3e4: 1e-11 over this time.
    expect(distance(twice, once)).toBeLessThan(1e-11);
    expect(Math.abs(once.reduce((sum, value) => sum + value, 0) / total - 1)).toBeLessThan(1e-11);
    expect(still).toEqual(bumpy(grid.size));
  });

  it("says when a state overflows", () => {
    const grid = patchGrid({ dim: 1, extent: 1, patches: 5, points: 5, ratio: 0.1 });
    const flow = exactFlow(patchModes(grid, lattice.rhs, spectral()));
    expect(() => flow.advance(bumpy(grid.size), 1, 0)).toThrow("overflowed between t = 1 and 0");
  });
});
