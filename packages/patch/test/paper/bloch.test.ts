import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import {
  homogenizationLattice,
  latticeDiffusion,
  latticeWave,
  nonlinearDiffusion,
  periodicLattice,
  swiftHohenberg,
} from "@hml/systems";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { bloch, latticeCellProblem } from "../../src/index.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const refs = path.resolve(root, process.env["HML_SHARED"] ?? "../shared", "refs/eqfree");
const absent = !existsSync(refs);
interface Case {
  readonly name: string;
  readonly dx: number;
  readonly exactLatticeBloch: readonly number[];
}
interface Case1d extends Case {
  readonly c: readonly number[];
  readonly k: readonly number[];
}
interface Case2d extends Case {
  readonly kxUsed: readonly (readonly number[])[];
  readonly kyUsed: readonly (readonly number[])[];
  readonly modes: readonly (readonly [number, number])[];
  readonly centre: { readonly dx: number; readonly exactLatticeBloch: readonly number[] };
}
const read = <T>(file: string): readonly T[] => JSON.parse(readFileSync(path.join(refs, file), "utf8")) as T[];
const homogeneous = (dim: 1 | 2 | 3): ReturnType<typeof latticeDiffusion> =>
  latticeDiffusion({
    period: Array.from({ length: dim }, () => 1),
    bonds: Array.from({ length: dim }, () => [1]),
    convention: "forward",
  });

describe("bloch", () => {
  it.skipIf(absent)("gives the exact eigenvalues of the reference's 1D lattices to 1e-10", () => {
    for (const { c, dx, k, exactLatticeBloch, name } of read<Case1d>("hetdiff1d-edgy-eigs.json")) {
      const lattice = latticeDiffusion({ period: [c.length], bonds: [c], convention: "forward" });
      const exact = bloch(lattice.rhs, { dim: 1, period: c.length, spacing: dx });
      for (const [n, wavenumber] of k.entries()) {
        // Rounding of entries near 1e4 is 1e-12.
        expect(Math.abs(exact.macro([wavenumber]) - exactLatticeBloch[n]!), name).toBeLessThan(1e-10);
      }
    }
  });

  it.skipIf(absent)("gives the exact eigenvalues of the reference's 2D lattices to 1e-10", () => {
    for (const { kxUsed, kyUsed, dx, modes, exactLatticeBloch, centre, name } of read<Case2d>(
      "hetdiff2d-3x3-eigs.json",
    )) {
      const flat = (m: readonly (readonly number[])[]): number[] =>
        Array.from({ length: 9 }, (_, n) => m[n % 3]![Math.floor(n / 3)]!);
      const lattice = latticeDiffusion({ period: [3, 3], bonds: [flat(kxUsed), flat(kyUsed)], convention: "forward" });
      for (const { spacing, expected } of [
        { spacing: dx, expected: exactLatticeBloch },
        { spacing: centre.dx, expected: centre.exactLatticeBloch },
      ]) {
        const exact = bloch(lattice.rhs, { dim: 2, period: 3, spacing });
        for (const [n, wavenumber] of modes.entries()) {
          expect(Math.abs(exact.macro(wavenumber) - expected[n]!), `${name} ${wavenumber}`).toBeLessThan(1e-10);
        }
      }
    }
  });

  it("gives the macroscale rates of the 2D study to 1e-9, and the tensor as their limit", () => {
    const lattice = homogenizationLattice("simulated");
    // 16 patches at ratio 0.1 over [0, 2 pi], three points a period: h = 0.1 (2 pi / 16) / 3.
    const spacing = (0.1 * 2 * Math.PI) / 48;
    const exact = bloch(lattice.rhs, { dim: 2, period: 3, spacing });
    for (const [k, rate] of [
      [[0, 1], 1.264543122954],
      [[1, 0], 1.339940971984],
      [[1, -1], 2.383532690736],
      [[1, 1], 2.825416868916],
    ] as const) {
      expect(Math.abs(-exact.macro(k) - rate)).toBeLessThan(1e-9);
    }
    const { tensor } = latticeCellProblem(lattice);
    const distance = (h: number): number =>
      Math.abs(
        -bloch(lattice.rhs, { dim: 2, period: 3, spacing: h }).macro([1, 1]) -
          (tensor[0]! + 2 * tensor[1]! + tensor[3]!),
      );
    // O(spacing^2).
    expect(distance(0.1) / distance(0.05)).toBeCloseTo(4, 1);
    expect(distance(0.05)).toBeLessThan(5e-3);
  });

  it("has the spectrum of the whole periodic lattice, all wavenumbers together", () => {
    const lattice = latticeDiffusion({
      period: [2, 3],
      bonds: [
        [1, 4, 2, 7, 3, 5],
        [2, 9, 1, 6, 8, 3],
      ],
      convention: "forward",
    });
    const [points, spacing] = [
      [6, 9],
      [0.5, 0.25],
    ];
    const { rhs, size } = periodicLattice(lattice.rhs, { points, spacing });
    const dense = Matrix.zeros(size, size);
    for (let j = 0; j < size; j++) {
      const [unit, column] = [new Float64Array(size), new Float64Array(size)];
      unit[j] = 1;
      rhs(0, unit, column);
      dense.setColumn(j, column);
    }
    const expected = new EigenvalueDecomposition(dense, { assumeSymmetric: true }).realEigenvalues.toSorted(
      (a, b) => b - a,
    );
    const exact = bloch(lattice.rhs, { dim: 2, period: [2, 3], spacing: [0.5, 0.25] });
    const found: number[] = [];
    for (let kx = 0; kx < 3; kx++) {
      for (let ky = 0; ky < 3; ky++)
        found.push(...exact.eigenvalues([(2 * Math.PI * kx) / 3, (2 * Math.PI * ky) / 2.25]).re);
    }
    found.sort((a, b) => b - a);
    expect(found.length).toBe(size);
    // Entries are at most about 300.
    for (const [n, value] of expected.entries()) expect(Math.abs(found[n]! - value)).toBeLessThan(1e-11);
  });

  it("gives the dispersion relations of homogeneous lattices in 1, 2 and 3 dimensions", () => {
    const k = [1.3, -0.4, 2.1];
    const h = [0.3, 0.2, 0.5];
    const symbol = (dim: number): number =>
      k.slice(0, dim).reduce((sum, q, a) => sum + (4 * Math.sin((q * h[a]!) / 2) ** 2) / h[a]! ** 2, 0);
    expect(bloch(homogeneous(1).rhs, { dim: 1, period: 1, spacing: 0.3 }).macro([1.3])).toBeCloseTo(-symbol(1), 12);
    expect(bloch(homogeneous(2).rhs, { dim: 2, period: 1, spacing: [0.3, 0.2] }).macro(k.slice(0, 2))).toBeCloseTo(
      -symbol(2),
      12,
    );
    expect(bloch(homogeneous(3).rhs, { dim: 3, period: 1, spacing: [0.3, 0.2, 0.5] }).macro(k)).toBeCloseTo(
      -symbol(3),
      12,
    );
    // Waves: two fields, eigenvalues +- i omega.
    const waves = bloch(latticeWave(homogeneous(2)), { dim: 2, period: 1, spacing: [0.3, 0.2], channels: 2 });
    const { re, im } = waves.eigenvalues(k.slice(0, 2));
    expect(im.toSorted()[1]!).toBeCloseTo(Math.sqrt(symbol(2)), 12);
    expect(Math.max(...re.map(Math.abs))).toBeLessThan(1e-14);
    // Two edge layers around a period of one point, about the state of rest.
    const growth = bloch(swiftHohenberg({ growth: 0.2 }), {
      dim: 1,
      period: 1,
      spacing: 0.3,
      edgePoints: 2,
      about: [0],
    });
    // Central differences of step 6e-6 of a cubic term: 6e-6^2.
    expect(Math.abs(growth.macro([1.3]) - (0.2 - (1 - symbol(1)) ** 2))).toBeLessThan(1e-9);
  });

  it("does not depend on the period given, if it is one, nor on the point where it starts", () => {
    const bonds = [6.9617, 0.4217, 2.0624];
    const rate = (period: number, shift: number): number => {
      const lattice = latticeDiffusion({
        period: [3],
        bonds: [bonds.map((_, i) => bonds[(i + shift) % 3]!)],
        convention: "forward",
      });
      return bloch(lattice.rhs, { dim: 1, period, spacing: 0.1 }).macro([0.7]);
    };
    expect(rate(6, 0)).toBeCloseTo(rate(3, 0), 12);
    expect(rate(3, 1)).toBeCloseTo(rate(3, 0), 12);
    expect(() => rate(2, 0)).toThrow("period must be one of the medium, got 2 along x");
    expect(() => rate(1, 0)).toThrow("micro answers differently that many points further on");
  });

  it("linearises a nonlinear model about a state, and refuses it without one", () => {
    const cubic = nonlinearDiffusion(homogeneous(1), 3);
    const spec = { dim: 1, period: 1, spacing: 0.3 } as const;
    // u^3 about 2 is 3 * 4 times linear diffusion.
    const linear = bloch(homogeneous(1).rhs, spec).macro([1]);
    expect(Math.abs(bloch(cubic, { ...spec, about: [2] }).macro([1]) / (12 * linear) - 1)).toBeLessThan(1e-9);
    expect(() => bloch(cubic, spec)).toThrow(
      "bloch: micro must be linear, without a constant part; give the state to linearise about as `about`",
    );
    expect(() => bloch((_t, _u, out) => out.fill(1), spec)).toThrow("without a constant part");
    expect(() => bloch(cubic, { ...spec, about: [1, 2] })).toThrow("about must have length 1, got 2");
    expect(() => bloch(cubic, { ...spec, perod: 1 } as never)).toThrow("did you mean period?");
    expect(() => bloch(cubic, { ...spec, about: [1] }).macro([1, 2])).toThrow("wavenumber must have length 1, got 2");
    expect(() => bloch(() => undefined, { ...spec, dim: 4 as never })).toThrow("dim");
  });
});
