import { bdf, dop853, radau, type Rhs, solve } from "@hml/integrators";
import { homogenizationLattice, latticeDiffusion, latticeWave, nonlinearDiffusion } from "@hml/systems";
import { describe, expect, it } from "vitest";
import { lagrange } from "../coupling/lagrange.ts";
import { spectral } from "../coupling/spectral.ts";
import { gapTooth } from "../gap-tooth.ts";
import { patchGrid } from "../patch-grid.ts";
import { patchJacobian, type PatchJacobian } from "./patch-jacobian.ts";

const lattice = latticeDiffusion({ period: [3], bonds: [[6.9617, 0.4217, 2.0624]], convention: "forward" });
const plane = homogenizationLattice("simulated");

function denseOf({ size, rowStart, columns }: PatchJacobian, values: Float64Array): Float64Array {
  const out = new Float64Array(size * size);
  for (let r = 0; r < size; r++)
    for (let s = rowStart[r]!; s < rowStart[r + 1]!; s++) out[r * size + columns[s]!] = values[s]!;
  return out;
}

/** Central differences of the whole right-hand side. */
function differences(rhs: Rhs, u: Float64Array, step: number): Float64Array {
  const size = u.length;
  const out = new Float64Array(size * size);
  const [up, down, at] = [new Float64Array(size), new Float64Array(size), Float64Array.from(u)];
  for (let j = 0; j < size; j++) {
    at[j] = u[j]! + step;
    rhs(0, at, up);
    at[j] = u[j]! - step;
    rhs(0, at, down);
    at[j] = u[j]!;
    for (let i = 0; i < size; i++) out[i * size + j] = (up[i]! - down[i]!) / (2 * step);
  }
  return out;
}

describe("patchJacobian", () => {
  const cases = {
    "1D, order 4, nonlinear": () => ({
      grid: patchGrid({ dim: 1, extent: 6, patches: 9, points: 5, ratio: 0.3 }),
      micro: nonlinearDiffusion(lattice, 3),
      coupling: lagrange(4),
    }),
    "1D, centre, an ensemble of phases": () => ({
      grid: patchGrid({ dim: 1, extent: 6, patches: 5, points: 5, ratio: 0.3, period: 3 }),
      micro: nonlinearDiffusion(lattice, 2),
      coupling: spectral({ source: "centre" }),
    }),
    "1D, two channels": () => ({
      grid: patchGrid({ dim: 1, extent: 6, patches: 5, points: 5, ratio: 0.3, channels: 2 }),
      micro: latticeWave(lattice),
      coupling: lagrange(2),
    }),
  } as const;
  for (const [name, make] of Object.entries(cases)) {
    it(`is the derivative of the right-hand side: ${name}`, () => {
      const { grid, micro, coupling } = make();
      const { rhs, size } = gapTooth(grid, micro, coupling);
      const sparse = patchJacobian(grid, micro, coupling);
      const u = Float64Array.from({ length: size }, (_, n) => 1.5 + Math.sin(1 + n * n));
      const values = new Float64Array(sparse.columns.length);
      sparse.evaluate(0, u, values);
      const [found, expected] = [denseOf(sparse, values), differences(rhs, u, 1e-4)];
      const most = Math.max(...expected.map(Math.abs));
      // Forward differences by 1e-8 of u: 1e-8 relative either way; central ones of the whole by 1e-4: 1e-8 u'''.
      for (const [n, value] of expected.entries()) expect(Math.abs(found[n]! - value)).toBeLessThan(2e-7 * most);
      const v = Float64Array.from({ length: size }, (_, n) => Math.cos(n));
      const product = new Float64Array(size);
      sparse.multiply(values, v, product);
      for (let i = 0; i < size; i++) {
        let sum = 0;
        for (let j = 0; j < size; j++) sum += found[i * size + j]! * v[j]!;
        expect(Math.abs(product[i]! - sum)).toBeLessThan(1e-12 * most);
      }
    });
  }

  it("takes few sweeps in 2D, has the pattern of the study's scheme, and is symmetric", () => {
    const grid = patchGrid({ dim: 2, extent: 2 * Math.PI, patches: 7, points: 5, ratio: 0.1 });
    const sparse = patchJacobian(grid, plane.rhs, spectral());
    expect(sparse.sweeps).toBeLessThanOrEqual(10);
    const values = new Float64Array(sparse.columns.length);
    sparse.evaluate(0, new Float64Array(grid.size), values);
    const dense = denseOf(sparse, values);
    const most = Math.max(...values.map(Math.abs));
    let asymmetry = 0;
    for (let i = 0; i < grid.size; i++) {
      for (let j = 0; j < i; j++) {
        asymmetry = Math.max(asymmetry, Math.abs(dense[i * grid.size + j]! - dense[j * grid.size + i]!));
      }
    }
    // Differences of a linear model from rest are exact to rounding.
    expect(asymmetry).toBeLessThan(1e-14 * most);
    // A corner point of the interior: itself, two neighbours inside, and the two edges' seven patches each, itself among them.
    const counts = Array.from({ length: 9 }, (_, n) => sparse.rowStart[n + 1]! - sparse.rowStart[n]!);
    expect(counts[4]).toBe(5);
    expect(counts[0]).toBe(3 + 2 * 7);
  });

  it("is a periodic band in 1D with polynomial coupling, and lets stiff methods run with few calls", () => {
    const grid = patchGrid({ dim: 1, extent: 6, patches: 20, points: 5, ratio: 0.1 });
    const micro = nonlinearDiffusion(lattice, 3);
    const { rhs, size, sample } = gapTooth(grid, micro, lagrange(2));
    const jacobian = patchJacobian(grid, micro, lagrange(2)).jacobian();
    expect(jacobian.periodic).toBe(true);
    // A patch's last point reaches over its edge to the first ones of the patches before, here and after.
    expect(jacobian.lower! + jacobian.upper! + 1).toBeLessThanOrEqual(4 * 3);
    const u0 = sample((x) => 1 + 0.5 * Math.sin((2 * Math.PI * x) / 6));
    const run = (method: ReturnType<typeof bdf>) =>
      solve({ rhs, size, jacobian }, u0, [0, 0.05], { method, rtol: 1e-8, atol: 1e-10, saveAt: [0.05] });
    const truth = solve({ rhs, size }, u0, [0, 0.05], { method: dop853(), rtol: 1e-10, atol: 1e-12, saveAt: [0.05] });
    for (const method of [bdf(), radau()]) {
      const { u, stats } = run(method);
      // The global error of BDF is some 50 times its tolerance.
      for (let n = 0; n < size; n++) {
        expect(Math.abs(u.at(n - size)! - truth.u.at(n - size)!)).toBeLessThan(1e-6);
      }
      expect(stats.rhs).toBeLessThan(truth.stats.rhs / 3);
      expect(stats.rhsForJacobian).toBe(0);
    }
  });

  it("is dense where the coupling is spectral, and refuses walls", () => {
    const grid = patchGrid({ dim: 1, extent: 6, patches: 5, points: 5, ratio: 0.1 });
    expect(patchJacobian(grid, lattice.rhs, spectral()).jacobian().lower).toBeUndefined();
    const walls = patchGrid({ dim: 1, extent: 1, patches: 6, points: 5, ratio: 0.1, boundary: "equispaced" });
    expect(() => patchJacobian(walls, lattice.rhs, lagrange(2))).toThrow("must be periodic along every axis");
  });
});
