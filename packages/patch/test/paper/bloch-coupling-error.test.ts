import { latticeDiffusion } from "@hml/systems";
import { describe, expect, it } from "vitest";
import { bloch, couplingError, lagrange, modeError, patchGrid, patchModes, spectral } from "../../src/index.ts";

const homogeneous = latticeDiffusion({ period: [1], bonds: [[1]], convention: "forward" });
const TAU = 2 * Math.PI;

function exactError(
  order: 2 | 4 | 6 | "spectral",
  source: "edgy" | "centre",
  points: number,
  patches: number,
  ratio = 0.01,
) {
  const grid = patchGrid({ dim: 1, extent: TAU, patches, points, ratio });
  const coupling = order === "spectral" ? spectral({ source }) : lagrange(order, { source });
  const exact = bloch(homogeneous.rhs, { dim: 1, period: 1, spacing: grid.spacing });
  return modeError(patchModes(grid, homogeneous.rhs, coupling), exact, 1);
}

describe("couplingError, the leading error of a macroscale eigenvalue", () => {
  it("is the known closed form for orders 2, 4, 6", () => {
    const m = 7;
    const theta = 0.3;
    const edgy = (order: number): number => couplingError({ order, source: "edgy", interior: m, angle: theta });
    const centre = (order: number): number => couplingError({ order, source: "centre", interior: m, angle: theta });
    expect(edgy(2) / ((m / 4 - 1 / 3) * theta ** 2)).toBeCloseTo(1, 13);
    expect(edgy(4) / ((m / 18 - 1 / 15) * theta ** 4)).toBeCloseTo(1, 13);
    expect(edgy(6) / ((m / 80 - 1 / 70) * theta ** 6)).toBeCloseTo(1, 13);
    expect(centre(2) / (-(theta ** 2) / 12)).toBeCloseTo(1, 13);
    expect(centre(4) / (-(theta ** 4) / 90)).toBeCloseTo(1, 13);
    expect(centre(6) / (-(theta ** 6) / 560)).toBeCloseTo(1, 13);
    expect(couplingError({ order: "spectral", source: "edgy", interior: m, angle: theta })).toBe(0);
  });

  it.each([
    [2, "edgy", 3],
    [2, "edgy", 9],
    [4, "edgy", 3],
    [4, "edgy", 9],
    [6, "edgy", 5],
    [2, "centre", 5],
    [4, "centre", 7],
    [6, "centre", 5],
  ] as const)(
    "order %i, %s, %i points: what the scheme does, the closer the longer the wave",
    (order, source, points) => {
      // Next order in theta^2 and in the ratio squared.
      const deviation = (patches: number): number =>
        exactError(order, source, points, patches) /
          couplingError({ order, source, interior: points - 2, angle: TAU / patches }) -
        1;
      expect(Math.abs(deviation(12))).toBeLessThan(0.75);
      expect(Math.abs(deviation(24))).toBeLessThan(0.25);
      if (order < 6) expect(Math.abs(deviation(48))).toBeLessThan(0.05);
    },
  );

  it("edgy coupling's error grows with the points and not with the ratio; spectral coupling has none", () => {
    expect(exactError(4, "edgy", 18, 32) / exactError(4, "edgy", 10, 32)).toBeGreaterThan(1.8);
    expect(exactError(4, "edgy", 10, 32, 0.2) / exactError(4, "edgy", 10, 32, 0.01)).toBeCloseTo(1, 1);
    // Rounding of entries near 2 / spacing^2 = 3e5.
    expect(Math.abs(exactError("spectral", "edgy", 10, 32, 0.1))).toBeLessThan(1e-9);
    expect(Math.abs(exactError("spectral", "centre", 11, 32, 0.1))).toBeLessThan(1e-9);
  });

  it("gives the reference's table of a medium of period 3 at 9 patches to its digits, by modeError", () => {
    // hetdiff1d-edgy-eigs.json, 1D p = 3, N = 9, k = 1: -0.999825 exactly, -3.171263, -1.239950, -1.025360 by order 2, 4, 6.
    const lattice = latticeDiffusion({ period: [3], bonds: [[6.9617, 0.4217, 2.0624]], convention: "forward" });
    const grid = patchGrid({ dim: 1, extent: TAU, patches: 9, points: 5, ratio: 0.1 });
    const exact = bloch(lattice.rhs, { dim: 1, period: 3, spacing: grid.spacing });
    for (const [order, rate] of [
      [2, 3.171263],
      [4, 1.23995],
      [6, 1.02536],
    ] as const) {
      const error = modeError(patchModes(grid, lattice.rhs, lagrange(order)), exact, 1);
      expect(Math.abs(error - (rate / 0.99982520415 - 1))).toBeLessThan(1e-6);
      // The leading term with the edge bond's contrast is right to a third here, where theta^2 m is 1.5.
      const predicted = couplingError({ order, source: "edgy", interior: 3, angle: TAU / 9, edgeContrast: 6.9617 });
      expect(Math.abs(predicted / error - 1)).toBeLessThan(0.35);
    }
    expect(modeError(patchModes(grid, lattice.rhs, spectral()), exact, 0)).toBeNaN();
  });

  it("refuses what is not an order, a source or an angle", () => {
    const spec = { order: 2, source: "edgy", interior: 3, angle: 0.1 } as const;
    expect(() => couplingError({ ...spec, order: 3 })).toThrow("order must be even, got 3");
    expect(() => couplingError({ ...spec, source: "middle" as never })).toThrow("source must be one of");
    expect(() => couplingError({ ...spec, angle: Number.NaN })).toThrow("angle must be finite");
  });
});
