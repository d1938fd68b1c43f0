import { homogenizationLattice, latticeDiffusion } from "@hml/systems";
import { describe, expect, it } from "vitest";
import { lagrange } from "./coupling/lagrange.ts";
import { spectral } from "./coupling/spectral.ts";
import { patchGrid, type PatchGridSpec } from "./patch-grid.ts";
import { report } from "./report.ts";

const TAU = 2 * Math.PI;
const line = (spec: Partial<PatchGridSpec<1>> = {}) =>
  patchGrid({ dim: 1, extent: TAU, patches: 9, points: 5, ratio: 0.1, ...spec });
const codes = (...args: Parameters<typeof report<1>>): string[] => report(...args).warnings.map(({ code }) => code);

describe("report", () => {
  it("counts the cost of the 2D study: 2,304 of 230,400 points, one part in a hundred", () => {
    const grid = patchGrid({ dim: 2, extent: TAU, patches: 16, points: 5, ratio: 0.1 });
    const { unknowns, fullUnknowns, fraction, keepsSymmetry } = report(grid, spectral());
    expect(unknowns).toBe(2304);
    expect(fullUnknowns).toBeCloseTo(230_400, 6);
    expect(fraction).toBeCloseTo(0.01, 12);
    expect(keepsSymmetry).toBe(true);
  });

  it("measures errors against the full lattice, and finds the reference's for order 2 and none for spectral coupling", () => {
    const lattice = latticeDiffusion({ period: [3], bonds: [[6.9617, 0.4217, 2.0624]], convention: "forward" });
    const { errors, rates } = report(line(), lagrange(2), { micro: lattice.rhs, period: 3 });
    expect(errors.map(({ waves }) => waves)).toEqual([1, 2, 4]);
    // hetdiff1d-edgy-eigs.json: -3.171263 for -0.999825.
    expect(errors[0]!.measured!).toBeCloseTo(3.171263 / 0.99982520415 - 1, 5);
    expect(errors[0]!.expected!).toBeCloseTo((3 / 4 - 1 / 3) * (TAU / 9) ** 2, 12);
    // Its spectrum: 3 macro modes of 5 aside, micro modes lie from -6559.6 to -28325.
    expect(rates!.slowestMicro).toBeCloseTo(6559.6047831919859, 5);
    expect(rates!.fastestMicro).toBeCloseTo(28325.218965366512, 5);
    // A medium's strong edge bonds make order 4 far worse than a homogeneous medium does, which only the measurement shows.
    const fourth = report(line({ patches: 19 }), lagrange(4), { micro: lattice.rhs, period: 3 });
    expect(fourth.warnings.map(({ code }) => code)).toEqual(["coupling-error"]);
    expect(fourth.warnings[0]!.message).toContain("a measured error of +1.3 % for the longest wave");
    expect(() => report(line(), spectral(), { micro: lattice.rhs })).toThrow("period must be one of the medium");
    const exact = report(line(), spectral(), { micro: lattice.rhs, period: 3 });
    for (const { measured } of exact.errors) expect(Math.abs(measured!)).toBeLessThan(1e-10);
  });

  it("measures along every axis in 2D", () => {
    const lattice = homogenizationLattice("simulated");
    const grid = patchGrid({ dim: 2, extent: TAU, patches: [9, 8], points: 5, ratio: 0.1 });
    const { errors, text } = report(grid, lagrange(4), { micro: lattice.rhs, period: 3 });
    expect(errors.map(({ axis, waves }) => [axis, waves])).toEqual([
      [0, 1],
      [0, 2],
      [0, 4],
      [1, 1],
      [1, 2],
    ]);
    for (const { measured } of errors) expect(measured!).toBeGreaterThan(0);
    expect(text).toContain("error of the rate of 1 wave along y (8.00 patches each): expected +");
  });

  it("warns where a new user would be caught", () => {
    expect(codes(line(), spectral())).toEqual([]);
    expect(codes(line({ patches: 19 }), lagrange(4))).toEqual([]);
    expect(codes(line(), lagrange(4))).toEqual(["coupling-error"]);
    expect(codes(line(), lagrange(2))).toEqual(["edgy-low-order"]);
    expect(codes(line(), lagrange(4, { source: "centre" }))).toEqual(["centre-not-symmetric"]);
    expect(codes(line({ patches: 8 }), spectral())).toEqual(["zigzag"]);
    expect(codes(line(), lagrange(6))).toEqual(["few-patches"]);
    expect(codes(line(), spectral(), { period: 2 })).toEqual(["period-not-whole"]);
    expect(codes(line(), spectral(), { period: 3 })).toEqual([]);
    expect(codes(line({ period: 2 }), spectral(), { period: 2 })).toEqual([]);
    expect(codes(line({ points: 7 }), spectral({ source: "centre" }), { period: 3 })).toEqual(["centre-not-symmetric"]);
    expect(codes(line({ points: 5 }), spectral({ source: "centre" }), { period: 3 })).toContain("period-not-whole");
    expect(codes(line({ ratio: 1 }), spectral())).toEqual(["no-saving"]);
    expect(codes(line({ ratio: 0.4, period: 3 }), spectral())).toEqual(["no-saving"]);
    expect(codes(line({ patches: 20, boundary: "equispaced" }), spectral())).toEqual(["runge"]);
    expect(codes(line({ patches: 10, boundary: "equispaced" }), spectral())).toEqual([]);
    const walls = { dim: 1, extent: TAU, patches: 13, points: 5, spacing: 0.01, boundary: "chebyshev" } as const;
    const chebyshev = patchGrid(walls);
    expect(codes(chebyshev, spectral())).toEqual([]);
  });

  it("says how many points hold whole periods", () => {
    const [warning] = report(line({ points: 6 }), spectral(), { period: 3 }).warnings;
    expect(warning!.message).toContain("should be a multiple of the period 3, got 4; take 5 points");
  });

  it("is one text to print", () => {
    const { text } = report(line(), lagrange(2));
    expect(text.split("\n").slice(0, 4)).toEqual([
      "9 patches of 5 points, edgy coupling, order 2",
      "cost: 27 unknowns, 10.0 % of the full lattice's 270",
      "symmetry: a self-adjoint micro model stays self-adjoint",
      "error of the rate of 1 wave along x (9.00 patches each): expected +20 % (homogeneous diffusion)",
    ]);
    expect(text).toContain("warning: edgy coupling of order 2 along x should not be relied on");
  });

  it("refuses couplings that do not suit the grid and unknown options", () => {
    expect(() => report(line({ patches: 4 }), lagrange(4))).toThrow("order 4 interpolates through 5");
    expect(() => report(line(), spectral(), { peirod: 3 } as never)).toThrow("did you mean period?");
  });
});
