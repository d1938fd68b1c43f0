import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Coupling, gapTooth, lagrange, patchGrid, type PatchRhs, spectral } from "../../src/index.ts";
import { latticeDiffusion, repeating } from "../lattice-diffusion.ts";

const shared = process.env["HML_SHARED"] ?? fileURLToPath(new URL("../../../../../shared", import.meta.url));
const folder = `${shared}/refs/eqfree`;
const absent = !existsSync(folder);
const read = (name: string): unknown => JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));

/**
 * Edge values and du/dt of the MATLAB Equation-Free Toolbox (commit f715a88, run in Octave 7.3), printed with 17 digits.
 * 1e-12 of the largest value: both sides sum at most 50 products of order one in double precision, and du/dt divides
 * differences of them, of size 1e-2 the values, by dx^2, which the scale of du/dt holds already.
 */
const TOLERANCE = 1e-12;

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number | null>): void {
  let scale = 0;
  for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i] ?? 0));
  let worst = 0;
  let compared = 0;
  for (let i = 0; i < expected.length; i++) {
    const value = expected[i];
    if (value === null || value === undefined) continue;
    worst = Math.max(worst, Math.abs(actual[i]! - value) / scale);
    compared++;
  }
  expect(actual.length).toBe(expected.length);
  expect(compared).toBeGreaterThan(0);
  expect(worst).toBeLessThan(TOLERANCE);
}

const couplingOf = (order: number, edgy: boolean): Coupling => {
  const source = edgy ? "edgy" : "centre";
  return order === 0 ? spectral({ source }) : lagrange(order, { source });
};
const still: PatchRhs = () => {};

interface Case1 {
  name: string;
  Dom: string;
  domain: [number, number];
  nPatch: number;
  ordCC: number;
  dx: number;
  nSubP: number;
  EdgyInt: boolean;
  nEdge: number;
  X: number[];
  u: number[][];
  uAfterEdgeInt: (number | null)[][];
  hetCoeffs?: number[];
  dudt_heteroDiffusion?: number[][];
}

/** `[point][patch]` to one row per patch. */
const byPatch = <T>(table: readonly (readonly T[])[]): T[][] => table[0]!.map((_, p) => table.map((row) => row[p]!));

describe.skipIf(absent)("edge values of the Equation-Free Toolbox in 1D", () => {
  const cases = absent ? [] : (read("interp1d-edge-and-rhs.json") as Case1[]);
  it.each(cases)("agree for $name", (c) => {
    const boundary = {
      periodic: "periodic",
      equispace: "equispaced",
      chebyshev: "chebyshev",
      usergiven: { centres: c.X },
      "equispace-bc0.5": { centres: "equispaced", offset: 0.5 },
    } as const;
    const grid = patchGrid({
      dim: 1,
      extent: [c.domain],
      patches: c.nPatch,
      points: c.nSubP,
      spacing: c.dx,
      edgePoints: c.nEdge,
      boundary: boundary[c.Dom as keyof typeof boundary],
    });
    expectClose(grid.centres[0], c.X);
    const micro = c.hetCoeffs ? latticeDiffusion<1>([repeating(c.hetCoeffs)]) : still;
    const walls = c.Dom === "periodic" ? {} : { boundary: () => {} };
    const { edges, rhs, size } = gapTooth(grid, micro, couplingOf(c.ordCC, c.EdgyInt), walls);
    const interior = (values: number[]): number[] => values.slice(c.nEdge, c.nSubP - c.nEdge);
    const state = Float64Array.from(byPatch(c.u).flatMap(interior));
    const filled = edges(0, state);
    byPatch(c.uAfterEdgeInt).forEach((expected, p) => expectClose(filled[p]!, expected));
    if (!c.dudt_heteroDiffusion) return;
    const out = new Float64Array(size);
    rhs(0, state, out);
    expectClose(out, byPatch(c.dudt_heteroDiffusion).flatMap(interior));
  });
});

interface Case2 {
  name: string;
  nPatch: [number, number];
  nSubP: [number, number];
  dx: number;
  ordCC: number;
  EdgyInt: boolean;
  u: number[];
  uAfterEdgeInt: number[];
  dudt: number[];
}

describe.skipIf(absent)("edge values of the Equation-Free Toolbox in 2D", () => {
  const cases = absent ? [] : (read("interp2d-edge-and-rhs.json") as Case2[]);
  it.each(cases)("agree for $name, corners included", (c) => {
    const { kxUsed, kyUsed } = (read("hetdiff2d-3x3-eigs.json") as { kxUsed: number[][]; kyUsed: number[][] }[])[0]!;
    const [n] = c.nSubP;
    const grid = patchGrid({ dim: 2, extent: 2 * Math.PI, patches: c.nPatch, points: c.nSubP, spacing: c.dx });
    const micro = latticeDiffusion<2>([(i, j) => kxUsed[(i + 3) % 3]![j % 3]!, (i, j) => kyUsed[i % 3]![(j + 3) % 3]!]);
    const { edges, rhs, size } = gapTooth(grid, micro, couplingOf(c.ordCC, c.EdgyInt));
    // The reference lies (i, j, I, J), i fastest: the padded blocks end to end. The state keeps the interior.
    const isInterior = (_: number, at: number): boolean => {
      const i = at % n;
      const j = Math.floor(at / n) % n;
      return i > 0 && i < n - 1 && j > 0 && j < n - 1;
    };
    const state = Float64Array.from(c.u.filter(isInterior));
    const filled = edges(0, state).flatMap((block) => Array.from(block));
    expectClose(filled, c.uAfterEdgeInt);
    const out = new Float64Array(size);
    rhs(0, state, out);
    expectClose(out, c.dudt.filter(isInterior));
  });
});

interface Case3 {
  name: string;
  nPatch: [number, number, number];
  nSubP: [number, number, number];
  ordCC: number;
  hetCoeffs: { columnMajor: number[] };
  normEdge: number;
  norm_dudt: number;
  vFirst64_patch111: number[];
  dudtFirst64_patch111: number[];
}

describe.skipIf(absent)("edge values of the Equation-Free Toolbox in 3D", () => {
  const cases = absent ? [] : (read("interp3d-edge-and-rhs.json") as Case3[]);
  it.each(cases)("agree for $name, corners included", (c) => {
    const grid = patchGrid({ dim: 3, extent: 2 * Math.PI, patches: c.nPatch, points: c.nSubP, spacing: 0.05 });
    const bond = (axis: number) => (i: number, j: number, k: number) => {
      const at = ((i + 2) % 2) + 2 * ((j + 2) % 2) + 4 * ((k + 2) % 2) + 8 * axis;
      return c.hetCoeffs.columnMajor[at]!;
    };
    const { edges, rhs, size, sample } = gapTooth(
      grid,
      latticeDiffusion<3>([bond(0), bond(1), bond(2)]),
      couplingOf(c.ordCC, true),
    );
    const state = sample(
      (x, y, z) => Math.sin(x) * Math.cos(y + 0.3) + 0.2 * Math.cos(z - y) + 0.05 * Math.sin(11 * x + 7 * y + 5 * z),
    );
    const filled = edges(0, state);
    expectClose(filled[0]!, c.vFirst64_patch111);
    expectClose([norm(filled.flatMap((block) => Array.from(block)))], [c.normEdge]);
    const out = new Float64Array(size);
    rhs(0, state, out);
    expectClose([norm(out)], [c.norm_dudt]);
    const first = c.dudtFirst64_patch111.filter((_, at) => {
      const place = [at % 4, Math.floor(at / 4) % 4, Math.floor(at / 16)];
      return place.every((i) => i > 0 && i < 3);
    });
    expectClose(out.subarray(0, 8), first);
  });
});

function norm(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return Math.sqrt(sum);
}
