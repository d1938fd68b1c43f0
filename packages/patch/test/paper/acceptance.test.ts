import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { latticeDiffusion } from "@hml/systems";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import {
  type AxisWeights,
  type Coupling,
  gapTooth,
  lagrange,
  latticeCellProblem,
  latticeEffective,
  patchGrid,
  patchModes,
  spectral,
} from "../../src/index.ts";
import { asymmetry, jacobianOf } from "../lattice-diffusion.ts";

// Values of the Equation-Free Toolbox (commit f715a88, run in Octave 7.3) that the other files of this folder do not compare.

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const refs = path.resolve(root, process.env["HML_SHARED"] ?? "../shared", "refs/eqfree");
const absent = !existsSync(refs);
const read = <T>(file: string): readonly T[] =>
  absent ? [] : (JSON.parse(readFileSync(path.join(refs, file), "utf8")) as T[]);

interface Modes {
  readonly macro: readonly number[];
  readonly spectrum?: readonly number[];
  readonly modeSpectra?: readonly (readonly number[])[];
}
interface Line {
  readonly name: string;
  readonly c: readonly number[];
  readonly k: readonly number[];
  readonly harmonicMean: number;
  readonly homogenisedPde: readonly number[];
  readonly nPatch: number;
  readonly nSubP: number;
  readonly ordCC6: Modes;
}
interface Plane {
  readonly name: string;
  readonly kxUsed: readonly (readonly number[])[];
  readonly kyUsed: readonly (readonly number[])[];
  readonly nPatch: readonly [number, number];
  readonly modes: readonly (readonly [number, number])[];
  readonly effectiveTensor: readonly (readonly number[])[];
  readonly homogenisedPde: readonly number[];
  readonly edgy: { readonly ordCC6: Modes };
  readonly centre: { readonly ordCC6: Modes; readonly nSubP: readonly number[] };
}
const flat = (m: readonly (readonly number[])[]): number[] =>
  Array.from({ length: 9 }, (_, n) => m[n % 3]![Math.floor(n / 3)]!);

/**
 * Order 6 through 5 patches: the stencil of 7 goes around the domain and meets two patches twice. The library's own couplings
 * refuse that (5 patches carry order 4); as a coupling of one's own it is the toolbox's.
 */
function wrapped(order: number, source: "edgy" | "centre"): Coupling {
  const wide = lagrange(order, { source });
  return {
    order,
    source,
    weights(grid) {
      const { dim, points, edgePoints, spacing, distance, patches } = grid;
      const longer = patchGrid({
        dim,
        extent: distance.map((d) => d * (order + 1)) as never,
        patches: order + 1,
        points,
        edgePoints,
        spacing,
      });
      const axes = wide.weights(longer).axes.map(({ reach, width, upper, lower }, a): AxisWeights => {
        const n = patches[a]!;
        const fold = (row: Float64Array): Float64Array => {
          const out = new Float64Array(n);
          for (const [j, weight] of row.entries()) out[j % n]! += weight;
          return out;
        };
        const first = Int32Array.from({ length: n }, (_, i) => (i + 2 * n - (width - 1) / 2) % n);
        return { reach, width: n, first, upper: fold(upper), lower: fold(lower) };
      });
      return { axes };
    },
  };
}

/** 1e-9 relative; for eigenvalues near zero the rounding of a matrix whose greatest one is `most`. */
function expectNear(actual: number, expected: number, most: number, label: string): void {
  expect(Math.abs(actual - expected), label).toBeLessThanOrEqual(1e-9 * Math.abs(expected) + 2e-15 * Math.abs(most));
}

describe.skipIf(absent)("the toolbox's order 6 through 5 patches", () => {
  it("has its spectrum in 1D to 1e-9", () => {
    const cases = read<Line>("hetdiff1d-edgy-eigs.json").filter((c) => c.nPatch === 5);
    expect(cases).toHaveLength(2);
    for (const { name, c, nPatch, nSubP, ordCC6 } of cases) {
      const { rhs } = latticeDiffusion({ period: [c.length], bonds: [c], convention: "forward" });
      const grid = patchGrid({ dim: 1, extent: 2 * Math.PI, patches: nPatch, points: nSubP, ratio: 0.1 });
      expect(() => lagrange(6).weights(grid)).toThrow("order 6 interpolates through 7");
      const modes = patchModes(grid, rhs, wrapped(6, "edgy"));
      const found = Array.from({ length: 5 }, (_, m) => modes.eigenvalues(m).re)
        .flatMap((re) => Array.from(re))
        .toSorted((a, b) => b - a);
      const { spectrum, macro } = ordCC6;
      for (const [n, value] of spectrum!.entries()) expectNear(found[n]!, value, spectrum!.at(-1)!, `${name} ${n}`);
      for (const [k, value] of macro.entries()) {
        expectNear(modes.eigenvalues(k).re[0]!, value, spectrum!.at(-1)!, `${name} macro ${k}`);
      }
    }
  });

  it("has its macroscale and mode spectra in 2D, edgy and centre, to 1e-9", () => {
    const cases = read<Plane>("hetdiff2d-3x3-eigs.json").filter((c) => c.nPatch[0] === 5);
    expect(cases).toHaveLength(2);
    for (const one of cases) {
      const { rhs } = latticeDiffusion({
        period: [3, 3],
        bonds: [flat(one.kxUsed), flat(one.kyUsed)],
        convention: "forward",
      });
      for (const source of ["edgy", "centre"] as const) {
        // The toolbox's ratio of centre coupling is (n - 1) dx / (2 D); here it is always (n - 2) dx / D.
        const points = source === "edgy" ? 5 : one.centre.nSubP[0]!;
        const ratio = source === "edgy" ? 0.1 : (0.1 * 2 * (points - 2)) / (points - 1);
        const grid = patchGrid({ dim: 2, extent: 2 * Math.PI, patches: 5, points, ratio });
        const modes = patchModes(grid, rhs, wrapped(6, source));
        const expected = one[source].ordCC6;
        for (const [n, [k, l]] of one.modes.entries()) {
          const { re } = modes.eigenvalues(((l + 5) % 5) * 5 + ((k + 5) % 5));
          const label = `${one.name} ${source} ${k} ${l}`;
          expectNear(re[0]!, expected.macro[n]!, re.at(-1)!, label);
          for (const [e, value] of (expected.modeSpectra?.[n] ?? []).entries()) {
            expectNear(re[e]!, value, re.at(-1)!, `${label} ${e}`);
          }
        }
      }
    }
  });
});

interface Weights {
  readonly name: string;
  readonly nPatch: number;
  readonly nSubP: number;
  readonly nEdge: number;
  readonly ordCC: number;
  readonly dx: number;
  readonly ratio: number;
  readonly domain: readonly [number, number];
  readonly EdgyInt: boolean;
  readonly CwtsRight?: readonly number[];
  readonly CwtsLeft?: readonly number[];
}

describe.skipIf(absent)("the toolbox's weights", () => {
  it("of mean differences and differences are the rows of the polynomial couplings, to 1e-14", () => {
    const cases = read<Weights>("interp1d-edge-and-rhs.json").filter((c) => c.CwtsRight !== undefined);
    expect(cases.length).toBeGreaterThanOrEqual(7);
    for (const { name, nPatch, nSubP, nEdge, ordCC, dx, ratio, domain, EdgyInt, CwtsRight, CwtsLeft } of cases) {
      const grid = patchGrid({
        dim: 1,
        extent: [domain],
        patches: nPatch,
        points: nSubP,
        spacing: dx,
        edgePoints: nEdge,
      });
      if (EdgyInt) expect(grid.ratio[0], name).toBeCloseTo(ratio, 14);
      const { axes } = lagrange(ordCC, { source: EdgyInt ? "edgy" : "centre" }).weights(grid);
      const { upper, lower, width } = axes[0]!;
      for (const [row, given] of [
        [upper, CwtsRight!],
        [lower, CwtsLeft!],
      ] as const) {
        // U + c_1 mu delta U + c_2 delta^2 U + c_3 mu delta^3 U + ...
        const expected = new Float64Array(width);
        const middle = (width - 1) / 2;
        expected[middle] = 1;
        for (const [k, weight] of given.entries()) {
          for (const [j, entry] of difference(k + 1).entries()) {
            const reach = (difference(k + 1).length - 1) / 2;
            expected[middle - reach + j]! += weight * entry;
          }
        }
        for (let j = 0; j < width; j++) expect(Math.abs(row[j]! - expected[j]!), `${name} ${j}`).toBeLessThan(1e-14);
      }
    }
  });

  it("ensembles give each member the toolbox's coefficients", () => {
    for (const { c, nPatch, nSubP, ratio, csEnsemble } of read<{
      readonly c: readonly number[];
      readonly nPatch: number;
      readonly nSubP: number;
      readonly ratio: number;
      readonly csEnsemble: readonly (readonly number[])[];
    }>("hetdiff1d-ensemble.json")) {
      const period = c.length;
      const grid = patchGrid({ dim: 1, extent: 2 * Math.PI, patches: nPatch, points: nSubP, ratio, period });
      for (const [bond, row] of csEnsemble.entries()) {
        for (const [member, value] of row.entries()) expect(c[(bond + grid.phase(member)[0]) % period]).toBe(value);
      }
    }
  });
});

describe.skipIf(absent)("the toolbox's homogenised equations", () => {
  it("are those of the cell problem, in 1D and 2D, to 1e-12", () => {
    for (const { c, k, harmonicMean, homogenisedPde } of read<Line>("hetdiff1d-edgy-eigs.json")) {
      const effective = latticeEffective(c);
      expect(Math.abs(effective - harmonicMean)).toBeLessThan(1e-12);
      for (const [n, wave] of k.entries())
        expect(Math.abs(homogenisedPde[n]! + wave * wave * effective)).toBeLessThan(1e-11);
    }
    for (const one of read<Plane>("hetdiff2d-3x3-eigs.json")) {
      const { tensor } = latticeCellProblem({ period: [3, 3], bonds: [flat(one.kxUsed), flat(one.kyUsed)] });
      for (let n = 0; n < 4; n++) {
        expect(Math.abs(tensor[n]! - one.effectiveTensor[n >> 1]![n & 1]!), one.name).toBeLessThan(1e-12);
      }
      for (const [n, [k, l]] of one.modes.entries()) {
        const rate = k * k * tensor[0]! + 2 * k * l * tensor[1]! + l * l * tensor[3]!;
        // Up to 32 times the tensor.
        expect(Math.abs(one.homogenisedPde[n]! + rate)).toBeLessThan(5e-11);
      }
    }
  });
});

describe("spectra in 3D, for which there is no reference", () => {
  it("by modes are those of the whole Jacobian, symmetric to 1e-14, of order 2 and spectral", () => {
    const bonds = [0, 1, 2].map((a) => Array.from({ length: 8 }, (_, m) => 1 + 0.5 * Math.sin(1.7 * (8 * a + m + 1))));
    const { rhs: micro } = latticeDiffusion({ period: [2, 2, 2], bonds, convention: "forward" });
    const grid = patchGrid({ dim: 3, extent: [2, 3, 4], patches: 3, points: 4, ratio: 0.2 });
    for (const coupling of [lagrange(2), spectral()]) {
      const { rhs, size } = gapTooth(grid, micro, coupling);
      const jacobian = jacobianOf(rhs, size);
      expect(asymmetry(jacobian)).toBeLessThan(1e-14);
      const symmetric = jacobian.map((row, i) => row.map((value, j) => (value + jacobian[j]![i]!) / 2));
      const { realEigenvalues } = new EigenvalueDecomposition(new Matrix(symmetric), { assumeSymmetric: true });
      const whole = realEigenvalues.toSorted((a, b) => b - a);
      const modes = patchModes(grid, micro, coupling);
      const found = Array.from({ length: modes.count }, (_, m) => Array.from(modes.eigenvalues(m).re))
        .flat()
        .toSorted((a, b) => b - a);
      expect(found).toHaveLength(216);
      // Two backward stable eigensolvers: rounding times the norm.
      for (const [n, value] of whole.entries()) {
        expect(Math.abs(found[n]! - value)).toBeLessThan(-1e-13 * whole.at(-1)!);
      }
    }
  });
});

/** Coefficients of mu delta^k (k odd) or delta^k (k even) on neighbouring values. */
function difference(k: number): number[] {
  let row = k % 2 === 1 ? [-0.5, 0, 0.5] : [1];
  for (let times = Math.floor(k / 2); times > 0; times--) {
    const next = Array.from({ length: row.length + 2 }, () => 0);
    for (const [j, value] of row.entries()) {
      next[j]! += value;
      next[j + 1]! -= 2 * value;
      next[j + 2]! += value;
    }
    row = next;
  }
  return row;
}
