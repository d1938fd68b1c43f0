import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { gapTooth, lagrange, patchGrid, spectral } from "../../src/index.ts";
import { asymmetry, jacobianOf, latticeDiffusion, repeating } from "../lattice-diffusion.ts";

const shared = process.env["HML_SHARED"] ?? fileURLToPath(new URL("../../../../../shared", import.meta.url));
const folder = `${shared}/refs/eqfree`;
const absent = !existsSync(folder);
const read = (name: string): unknown => JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));

const coupling = (order: number) => (order === 0 ? spectral() : lagrange(order));

/** Eigenvalues, greatest first, of a Jacobian that must be symmetric to 1e-14. */
function spectrumOf(jacobian: number[][]): number[] {
  expect(asymmetry(jacobian)).toBeLessThan(1e-14);
  const symmetric = jacobian.map((row, i) => row.map((value, j) => (value + jacobian[j]![i]!) / 2));
  const { realEigenvalues } = new EigenvalueDecomposition(new Matrix(symmetric), { assumeSymmetric: true });
  return realEigenvalues.toSorted((a, b) => b - a);
}

interface Spectrum {
  spectrum: number[];
}
interface Diffusion {
  name: string;
  c: number[];
  nPatch: number;
  nSubP: number;
  ratio: number;
  exactLatticeBloch: number[];
  ordCC0: Spectrum;
  ordCC2: Spectrum;
  ordCC4: Spectrum;
  ordCC6: Spectrum;
}

/**
 * A symmetric eigensolver is backward stable: eigenvalues are off by a small multiple of the rounding unit times the norm of
 * the matrix, here 1e4 to 1e5; both sides are such results. 1e-13 of the largest one is 450 rounding units.
 */
const EIGEN_TOLERANCE = 1e-13;

describe.skipIf(absent)("spectra of edgy coupling on heterogeneous diffusion in 1D", () => {
  const cases = absent ? [] : (read("hetdiff1d-edgy-eigs.json") as Diffusion[]);
  const runs = cases.flatMap((c) =>
    ([0, 2, 4, 6] as const).flatMap((order) =>
      order < c.nPatch ? [{ title: `${c.name}, order ${order}`, c, order }] : [],
    ),
  );
  it.each(runs)("are the toolbox's for $title", ({ c, order }) => {
    const grid = patchGrid({ dim: 1, extent: 2 * Math.PI, patches: c.nPatch, points: c.nSubP, ratio: c.ratio });
    const { rhs, size } = gapTooth(grid, latticeDiffusion<1>([repeating(c.c)]), coupling(order));
    const spectrum = spectrumOf(jacobianOf(rhs, size));
    const expected = c[`ordCC${order}`].spectrum;
    const scale = Math.abs(expected.at(-1)!);
    expected.forEach((value, i) => expect(Math.abs(spectrum[i]! - value)).toBeLessThan(EIGEN_TOLERANCE * scale));
    if (order !== 0) return;
    // Each wave number k > 0 has two eigenvalues, those of the full lattice.
    c.exactLatticeBloch.forEach((value, k) => {
      expect(Math.abs(spectrum[k === 0 ? 0 : 2 * k - 1]! - value)).toBeLessThan(EIGEN_TOLERANCE * scale);
    });
  });
});

interface Ensemble {
  name: string;
  c: number[];
  nPatch: number;
  nSubP: number;
  ratio: number;
  ordCC: number;
  nEnsem: number;
  le1based: number[];
  ri1based: number[];
  nZero: number;
  leading: number[];
}

describe.skipIf(absent)("ensembles of all phase shifts", () => {
  const cases = absent ? [] : (read("hetdiff1d-ensemble.json") as Ensemble[]);
  const gridOf = (c: Ensemble) =>
    patchGrid({
      dim: 1,
      extent: 2 * Math.PI,
      patches: c.nPatch,
      points: c.nSubP,
      ratio: c.ratio,
      period: c.nEnsem,
    });
  it.each(cases)("have the toolbox's spectrum for $name, order $ordCC", (c) => {
    const { rhs, size } = gapTooth(gridOf(c), latticeDiffusion<1>([repeating(c.c)]), coupling(c.ordCC));
    const spectrum = spectrumOf(jacobianOf(rhs, size));
    const scale = Math.abs(spectrum.at(-1)!);
    c.leading.forEach((value, i) => expect(Math.abs(spectrum[i]! - value)).toBeLessThan(EIGEN_TOLERANCE * scale));
    // One zero for each system of members that are coupled to one another.
    expect(spectrum.filter((value) => Math.abs(value) < 1e-12 * scale)).toHaveLength(c.nZero);
  });
  it.each(cases)("couple the members in the toolbox's order for $name, order $ordCC", (c) => {
    const grid = gridOf(c);
    const { edges, sample, patches } = gapTooth(grid, latticeDiffusion<1>([repeating(c.c)]), coupling(c.ordCC));
    // The fields are constants that name their member, so each edge names the member it came from.
    const filled = edges(
      0,
      sample((_x, _y, _z, _channel, member) => member + 1),
    );
    filled.forEach((field, p) => {
      const { member } = patches[p]!;
      expect(Math.round(field.at(-1)! * 1e9) / 1e9).toBe(c.le1based[member]);
      expect(Math.round(field[0]! * 1e9) / 1e9).toBe(c.ri1based[member]);
    });
  });
});
