import { homogenizationLattice, latticeDiffusion, latticeWave } from "@hml/systems";
import { describe, expect, it } from "vitest";
import { bloch } from "../bloch.ts";
import { lagrange } from "../coupling/lagrange.ts";
import { spectral } from "../coupling/spectral.ts";
import { gapTooth } from "../gap-tooth.ts";
import { patchGrid } from "../patch-grid.ts";
import { inverse } from "./complex-inverse.ts";
import { complexMatrix } from "./complex-matrix.ts";
import { exactFlow } from "./exact-flow.ts";
import { macroJacobian } from "./macro-jacobian.ts";
import { modeSolver } from "./mode-solver.ts";
import { patchModes } from "./patch-modes.ts";

const lattice = latticeDiffusion({ period: [3], bonds: [[6.9617, 0.4217, 2.0624]], convention: "forward" });
const plane = homogenizationLattice("simulated");
const generic = (size: number): Float64Array => Float64Array.from({ length: size }, (_, n) => 1 + Math.sin(1 + n * n));

describe("modeSolver", () => {
  const cases = {
    "2D, spectral, unequal even and odd numbers of patches": () => ({
      grid: patchGrid({ dim: 2, extent: 6, patches: [6, 5], points: 5, ratio: 0.2 }),
      micro: plane.rhs,
      coupling: spectral(),
    }),
    "1D, centre coupling, an ensemble": () => ({
      grid: patchGrid({ dim: 1, extent: 6, patches: 7, points: 5, ratio: 0.2, period: 3 }),
      micro: lattice.rhs,
      coupling: lagrange(4, { source: "centre" }),
    }),
    "1D, two channels": () => ({
      grid: patchGrid({ dim: 1, extent: 6, patches: 8, points: 5, ratio: 0.2, channels: 2 }),
      micro: latticeWave(lattice),
      coupling: spectral(),
    }),
  } as const;
  for (const [name, make] of Object.entries(cases)) {
    it(`inverts shift + scale J of the whole scheme: ${name}`, () => {
      const { grid, micro, coupling } = make();
      const { rhs, size } = gapTooth(grid, micro, coupling);
      const solver = modeSolver(patchModes(grid, micro, coupling));
      const x = generic(size);
      const b = new Float64Array(size);
      rhs(0, x, b);
      for (let n = 0; n < size; n++) b[n] = 1.5 * x[n]! - 0.01 * b[n]!;
      expect(solver.factor(1.5, -0.01)).toBe(true);
      solver.solve(b, b);
      // Conditions are up to 1e2 to 1e3 here.
      for (let n = 0; n < size; n++) expect(Math.abs(b[n]! - x[n]!)).toBeLessThan(1e-11);
    });
  }

  it("says that the Jacobian itself is singular or nearly so, and that it must be factored first", () => {
    const grid = patchGrid({ dim: 1, extent: 6, patches: 5, points: 3, ratio: 0.5 });
    const solver = modeSolver(patchModes(grid, () => undefined, spectral()));
    expect(() => solver.solve(new Float64Array(5), new Float64Array(5))).toThrow("factor must be called before solve");
    expect(solver.factor(0, 1)).toBe(false);
    expect(() => solver.factor(Number.NaN, 1)).toThrow("shift must be finite");
  });

  it("rests on an inverse that gives the unit matrix", () => {
    const size = 6;
    const matrix = complexMatrix(size);
    for (let n = 0; n < 36; n++) [matrix.re[n], matrix.im[n]] = [Math.sin(n * n), Math.cos(3 * n)];
    const other = inverse(matrix)!;
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        let [re, im] = [i === j ? -1 : 0, 0];
        for (let k = 0; k < size; k++) {
          const [a, b] = [i * size + k, k * size + j];
          re += matrix.re[a]! * other.re[b]! - matrix.im[a]! * other.im[b]!;
          im += matrix.re[a]! * other.im[b]! + matrix.im[a]! * other.re[b]!;
        }
        expect(Math.abs(re) + Math.abs(im)).toBeLessThan(1e-13);
      }
    }
    expect(inverse(complexMatrix(2))).toBeUndefined();
  });
});

describe("macroJacobian", () => {
  it("moves the averages of healed patches: J U = dU/dt in two dimensions", () => {
    const grid = patchGrid({ dim: 2, extent: 2 * Math.PI, patches: [5, 4], points: 5, ratio: 0.1 });
    const modes = patchModes(grid, plane.rhs, spectral());
    const { rhs, size, restriction, sample } = gapTooth(grid, plane.rhs, spectral());
    const u = sample((x, y) => Math.sin(x + 0.3) + 0.5 * Math.cos(x - y) + 0.2 * Math.cos(2 * x + y));
    // Micro modes decay at 1.7e3 and faster: e^-34 is left of them.
    exactFlow(modes).advance(u, 0, 2e-2);
    const [U, slope, expected] = [new Float64Array(20), new Float64Array(size), new Float64Array(20)];
    restriction.restrict(u, U);
    rhs(0, u, slope);
    restriction.restrict(slope, expected);
    const jacobian = macroJacobian(modes);
    for (let p = 0; p < 20; p++) {
      let sum = 0;
      for (let q = 0; q < 20; q++) sum += jacobian[p * 20 + q]! * U[q]!;
      expect(Math.abs(sum - expected[p]!)).toBeLessThan(1e-8);
    }
  });

  it("has Bloch's rates: a wave of patches is its eigenvector", () => {
    const grid = patchGrid({ dim: 1, extent: 2 * Math.PI, patches: 9, points: 5, ratio: 0.1 });
    const jacobian = macroJacobian(patchModes(grid, lattice.rhs, spectral()));
    const rate = bloch(lattice.rhs, { dim: 1, period: 3, spacing: grid.spacing }).macro([3]);
    for (let p = 0; p < 9; p++) {
      let sum = 0;
      for (let q = 0; q < 9; q++) sum += jacobian[p * 9 + q]! * Math.cos((2 * Math.PI * 3 * q) / 9 + 0.7);
      expect(Math.abs(sum - rate * Math.cos((2 * Math.PI * 3 * p) / 9 + 0.7))).toBeLessThan(1e-9);
    }
    const two = patchGrid({ dim: 1, extent: 6, patches: 5, points: 5, ratio: 0.1, channels: 2 });
    expect(() => macroJacobian(patchModes(two, latticeWave(lattice), spectral()))).toThrow("must be 1, got 2");
  });
});
