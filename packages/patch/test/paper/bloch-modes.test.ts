import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { homogenizationLattice, latticeDiffusion, latticeWave, nonlinearDiffusion } from "@hml/systems";
import { describe, expect, it } from "vitest";
import {
  bloch,
  lagrange,
  patchGrid,
  patchModes,
  spectral,
  type ComplexMatrix,
  type Coupling,
  type PatchModes,
} from "../../src/index.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const refs = path.resolve(root, process.env["HML_SHARED"] ?? "../shared", "refs/eqfree");
const absent = !existsSync(refs);
interface Spectrum {
  readonly spectrum: readonly number[];
  readonly macro: readonly number[];
}
type Orders<T> = { readonly [order in "ordCC0" | "ordCC2" | "ordCC4" | "ordCC6"]?: T };
interface Case1d extends Orders<Spectrum> {
  readonly name: string;
  readonly c: readonly number[];
  readonly nPatch: number;
  readonly nSubP: number;
}
interface Ensemble {
  readonly name: string;
  readonly c: readonly number[];
  readonly nPatch: number;
  readonly nSubP: number;
  readonly ratio: number;
  readonly ordCC: number;
  readonly nZero: number;
  readonly leading: readonly number[];
  readonly csEnsemble: readonly (readonly number[])[];
}
interface Modes2d {
  readonly macro: readonly number[];
  readonly modeSpectra?: readonly (readonly number[])[];
}
interface Case2d {
  readonly name: string;
  readonly kxUsed: readonly (readonly number[])[];
  readonly kyUsed: readonly (readonly number[])[];
  readonly nPatch: readonly [number, number];
  readonly modes: readonly (readonly [number, number])[];
  readonly edgy: Orders<Modes2d>;
  readonly centre: Orders<Modes2d> & { readonly nSubP: readonly [number, number] };
}
const read = <T>(file: string): readonly T[] => JSON.parse(readFileSync(path.join(refs, file), "utf8")) as T[];
const couplingOf = (order: string, source: "edgy" | "centre"): Coupling =>
  order === "ordCC0" ? spectral({ source }) : lagrange(Number(order.slice(5)), { source });
const modeOf = (modes: PatchModes, waves: readonly number[]): number =>
  waves.reduceRight(
    (flat, k, a) => flat * modes.grid.patches[a]! + ((k + modes.grid.patches[a]!) % modes.grid.patches[a]!),
    0,
  );
/** 1e-9 relative, and for eigenvalues near zero the rounding of a matrix whose greatest eigenvalue is `most`. */
const close = (actual: number, expected: number, most: number): boolean =>
  Math.abs(actual - expected) <= 1e-9 * Math.abs(expected) + 2e-15 * Math.abs(most);

describe("patchModes against the reference's spectra", () => {
  it.skipIf(absent)("1D, edgy, orders spectral, 2, 4, 6: the whole spectrum to 1e-9", () => {
    for (const one of read<Case1d>("hetdiff1d-edgy-eigs.json")) {
      const lattice = latticeDiffusion({ period: [one.c.length], bonds: [one.c], convention: "forward" });
      const grid = patchGrid({ dim: 1, extent: 2 * Math.PI, patches: one.nPatch, points: one.nSubP, ratio: 0.1 });
      for (const order of ["ordCC0", "ordCC2", "ordCC4", "ordCC6"] as const) {
        const expected = one[order];
        // Order 6 through 5 patches wraps around; the library asks for p + 1 patches.
        if (expected === undefined || Number(order.slice(5)) >= one.nPatch) continue;
        const modes = patchModes(grid, lattice.rhs, couplingOf(order, "edgy"));
        const found: number[] = [];
        for (let m = 0; m < modes.count; m++) found.push(...modes.eigenvalues(m).re);
        found.sort((a, b) => b - a);
        const most = expected.spectrum.at(-1)!;
        for (const [n, value] of expected.spectrum.entries()) {
          expect(close(found[n]!, value, most), `${one.name} ${order} ${n}: ${found[n]} ${value}`).toBe(true);
        }
        for (const [k, value] of expected.macro.entries()) {
          expect(close(modes.eigenvalues(k).re[0]!, value, most), `${one.name} ${order} macro ${k}`).toBe(true);
        }
      }
    }
  });

  it.skipIf(absent)("ensembles of phases: the number of zero eigenvalues and the leading ones to 1e-9", () => {
    for (const one of read<Ensemble>("hetdiff1d-ensemble.json")) {
      const lattice = latticeDiffusion({ period: [one.c.length], bonds: [one.c], convention: "forward" });
      const period = one.csEnsemble[0]!.length;
      const grid = patchGrid({
        dim: 1,
        extent: 2 * Math.PI,
        patches: one.nPatch,
        points: one.nSubP,
        ratio: one.ratio,
        period,
      });
      const modes = patchModes(grid, lattice.rhs, couplingOf(`ordCC${one.ordCC}`, "edgy"));
      const found: number[] = [];
      for (let m = 0; m < modes.count; m++) found.push(...modes.eigenvalues(m).re);
      found.sort((a, b) => b - a);
      const most = found.at(-1)!;
      expect(found.filter((value) => Math.abs(value) < 1e-14 * Math.abs(most)).length, one.name).toBe(one.nZero);
      for (const [n, value] of one.leading.entries()) {
        expect(close(found[n]!, value, most), `${one.name} ${one.ordCC} ${n}: ${found[n]} ${value}`).toBe(true);
      }
    }
  });

  it.skipIf(absent)(
    "2D, edgy and centre, orders spectral, 2, 4, 6: macro eigenvalues and all of each mode to 1e-9",
    () => {
      for (const one of read<Case2d>("hetdiff2d-3x3-eigs.json")) {
        const flat = (m: readonly (readonly number[])[]): number[] =>
          Array.from({ length: 9 }, (_, n) => m[n % 3]![Math.floor(n / 3)]!);
        const lattice = latticeDiffusion({
          period: [3, 3],
          bonds: [flat(one.kxUsed), flat(one.kyUsed)],
          convention: "forward",
        });
        for (const source of ["edgy", "centre"] as const) {
          // The ratio of centre coupling in the reference is (n - 1) dx / (2 D); here it is always (n - 2) dx / D.
          const points = source === "edgy" ? 5 : one.centre.nSubP[0];
          const ratio = source === "edgy" ? 0.1 : (0.1 * 2 * (points - 2)) / (points - 1);
          const grid = patchGrid({ dim: 2, extent: 2 * Math.PI, patches: one.nPatch, points, ratio });
          for (const order of ["ordCC0", "ordCC2", "ordCC4", "ordCC6"] as const) {
            const expected = one[source][order];
            if (expected === undefined || Number(order.slice(5)) >= one.nPatch[0]) continue;
            const modes = patchModes(grid, lattice.rhs, couplingOf(order, source));
            for (const [n, waves] of one.modes.entries()) {
              const { re, im } = modes.eigenvalues(modeOf(modes, waves));
              const label = `${one.name} ${source} ${order} ${waves}`;
              const most = re.at(-1)!;
              expect(close(re[0]!, expected.macro[n]!, most), `${label}: ${re[0]} ${expected.macro[n]}`).toBe(true);
              for (const [e, value] of (expected.modeSpectra?.[n] ?? []).entries()) {
                expect(close(re[e]!, value, most), `${label} ${e}: ${re[e]} ${value}`).toBe(true);
              }
              // Real: exactly where the block is Hermitian, to rounding times the eigenvalue's condition for centre coupling.
              for (const y of im)
                expect(Math.abs(y)).toBeLessThanOrEqual(source === "edgy" ? 0 : 1e-12 * Math.abs(most));
            }
          }
        }
      }
    },
  );

  it("the 2D study's macroscale rates to 1e-9, and Bloch's of the full lattice to 1e-10 at every mode", () => {
    const lattice = homogenizationLattice("simulated");
    const grid = patchGrid({ dim: 2, extent: 2 * Math.PI, patches: 16, points: 5, ratio: 0.1 });
    const modes = patchModes(grid, lattice.rhs, spectral());
    for (const [waves, rate] of [
      [[0, 1], 1.264543122954],
      [[1, 0], 1.339940971984],
      [[1, -1], 2.383532690736],
      [[1, 1], 2.825416868916],
    ] as const) {
      expect(Math.abs(-modes.eigenvalues(modeOf(modes, waves)).re[0]! - rate)).toBeLessThan(1e-9);
    }
    const exact = bloch(lattice.rhs, { dim: 2, period: 3, spacing: grid.spacing });
    for (let m = 0; m < modes.count; m++) {
      const waves = modes.waves(m);
      // The zigzag modes of an even number of patches are standing waves, which no single travelling wave answers to.
      if (waves.includes(8)) continue;
      const rate = exact.macro(waves);
      // Relative 1e-10, or the rounding of entries near 1.2e5.
      expect(Math.abs(modes.eigenvalues(m).re[0]! - rate)).toBeLessThan(1e-10 * Math.max(1, -rate));
    }
  });

  it.each([
    ["edgy", 4],
    ["centre", 5],
  ] as const)("3D, spectral %s coupling: Bloch's eigenvalues to 1e-10", (source, points) => {
    const period = [2, 2, 2];
    const bonds = [0, 1, 2].map((a) => Array.from({ length: 8 }, (_, m) => 1 + 0.5 * Math.sin(1.7 * (8 * a + m + 1))));
    const lattice = latticeDiffusion({ period, bonds, convention: "forward" });
    const grid = patchGrid({ dim: 3, extent: 2 * Math.PI, patches: 5, points, spacing: 0.05 });
    const modes = patchModes(grid, lattice.rhs, spectral({ source }));
    const exact = bloch(lattice.rhs, { dim: 3, period: 2, spacing: 0.05 });
    for (const waves of [
      [0, 0, 0],
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [1, 1, 0],
      [1, -1, 2],
      [2, 2, -2],
    ] as const) {
      const rate = exact.macro(waves);
      expect(Math.abs(modes.eigenvalues(modeOf(modes, waves)).re[0]! - rate)).toBeLessThan(1e-10 * Math.max(1, -rate));
    }
  });
});

describe("patchModes", () => {
  const lattice = latticeDiffusion({ period: [3], bonds: [[6.9617, 0.4217, 2.0624]], convention: "forward" });

  it("has as many zero eigenvalues in an ensemble of phases as there are decoupled systems, all phases with Bloch's rate", () => {
    const grid = patchGrid({ dim: 1, extent: 2 * Math.PI, patches: 9, points: 5, ratio: 0.02, period: 3 });
    const modes = patchModes(grid, lattice.rhs, spectral());
    expect(modes.blockSize).toBe(9);
    const zeros = modes.eigenvalues(0).re.filter((value) => Math.abs(value) < 1e-8);
    expect(zeros.length).toBe(3);
    const rate = bloch(lattice.rhs, { dim: 1, period: 3, spacing: grid.spacing }).macro([2]);
    for (let e = 0; e < 3; e++) expect(Math.abs(modes.eigenvalues(2).re[e]! - rate)).toBeLessThan(1e-8);
  });

  it("fits one patch of the full lattice at ratio 1", () => {
    const grid = patchGrid({ dim: 1, extent: 3, patches: 10, points: 5, ratio: 1 });
    const modes = patchModes(grid, lattice.rhs, lagrange(4));
    const exact = bloch(lattice.rhs, { dim: 1, period: 3, spacing: grid.spacing });
    for (let m = 0; m < modes.count; m++) {
      const all = exact.eigenvalues([(2 * Math.PI * modes.waves(m)[0]) / 3]).re;
      const found = modes.eigenvalues(m).re;
      for (let e = 0; e < 3; e++) expect(Math.abs(found[e]! - all[e]!)).toBeLessThan(1e-9);
    }
  });

  it("is Hermitian to 1e-14 in every mode under edgy coupling of every order, and is not under centre coupling", () => {
    const deviation = ({ size, re, im }: ComplexMatrix): number => {
      let [apart, most] = [0, 0];
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          const [here, there] = [i * size + j, j * size + i];
          apart = Math.max(apart, Math.abs(re[here]! - re[there]!), Math.abs(im[here]! + im[there]!));
          most = Math.max(most, Math.abs(re[here]!));
        }
      }
      return apart / most;
    };
    const worst = (coupling: Coupling, points: number): number => {
      const grid = patchGrid({ dim: 2, extent: 6, patches: [11, 12], points, ratio: 0.3 });
      const modes = patchModes(grid, homogenizationLattice("simulated").rhs, coupling);
      return Math.max(...Array.from({ length: modes.count }, (_, m) => deviation(modes.block(m))));
    };
    for (const order of [2, 4, 6, 8, 10]) expect(worst(lagrange(order), 5)).toBeLessThan(1e-14);
    expect(worst(spectral(), 5)).toBeLessThan(1e-14);
    expect(worst(lagrange(4, { source: "centre" }), 5)).toBeGreaterThan(0.1);
  });

  it("takes several fields: waves of two channels have purely imaginary macro eigenvalues under edgy coupling", () => {
    const grid = patchGrid({ dim: 1, extent: 2 * Math.PI, patches: 8, points: 5, ratio: 0.3, channels: 2 });
    const modes = patchModes(grid, latticeWave(lattice), spectral());
    const { re, im } = modes.eigenvalues(2);
    const omega = Math.sqrt(-bloch(lattice.rhs, { dim: 1, period: 3, spacing: grid.spacing }).macro([2]));
    expect(Math.max(...re.map(Math.abs))).toBeLessThan(1e-9);
    expect(Math.abs(Math.min(...im.map(Math.abs)) - omega)).toBeLessThan(1e-10 * 300);
  });

  it("linearises a nonlinear model about a uniform state", () => {
    const grid = patchGrid({ dim: 1, extent: 2 * Math.PI, patches: 8, points: 5, ratio: 0.3 });
    const linear = patchModes(grid, lattice.rhs, spectral());
    const cubic = patchModes(grid, nonlinearDiffusion(lattice, 3), spectral(), { about: [2, 2, 2] });
    // 3 u^2 = 12; differences are good to 1e-9 of the largest entry.
    for (let m = 0; m < 8; m++) {
      expect(Math.abs(cubic.eigenvalues(m).re[0]! - 12 * linear.eigenvalues(m).re[0]!)).toBeLessThan(2e-5);
      expect(Math.abs(cubic.eigenvalues(m).re[2]! / (12 * linear.eigenvalues(m).re[2]!) - 1)).toBeLessThan(1e-8);
    }
  });

  it("refuses walls, models that differ between patches, and what is not linear", () => {
    const walls = patchGrid({ dim: 1, extent: 1, patches: 6, points: 5, ratio: 0.1, boundary: "equispaced" });
    expect(() => patchModes(walls, lattice.rhs, lagrange(2))).toThrow("must be periodic along every axis");
    const grid = patchGrid({ dim: 1, extent: 1, patches: 6, points: 5, ratio: 0.1 });
    expect(() =>
      patchModes(grid, (_t, u, out, { patch: [p] }) => u.forEach((value, i) => (out[i] = p * value)), spectral()),
    ).toThrow("must be the same on every patch");
    expect(() => patchModes(grid, nonlinearDiffusion(lattice), spectral())).toThrow("micro must be linear");
    expect(() => patchModes(grid, lattice.rhs, spectral()).block(6)).toThrow("mode must be an integer between 0 and 5");
    expect(() => patchModes(grid, lattice.rhs, spectral(), { abuot: [] } as never)).toThrow("did you mean about?");
  });
});
