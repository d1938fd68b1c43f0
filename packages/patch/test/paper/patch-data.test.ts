import { heterogeneousDiffusion } from "@hml/systems";
import { describe, expect, it } from "vitest";
import { cellProblem, latticeEffective, patchDynamics } from "../../src/index.ts";

/** refs/homog/cell1d.json: y, chi(y) from the closed Fourier series with ratio 1.1 - sqrt(0.21). */
const CHI = [
  [0, -0.18161117408706365],
  [0.0625, -0.14141248009743498],
  [0.125, -0.09630632250650521],
  [0.1875, -0.048692033109997576],
  [0.25, 0],
  [0.5625, 0.21202043927920997],
  [0.625, 0.2206590873734301],
  [0.6875, 0.17277856306409503],
  [0.9375, -0.21202043927921],
] as const;
const paper = (y: number): number => 1.1 + Math.sin(2 * Math.PI * y);

describe("the 1D cell problem", () => {
  it("gives a* = sqrt(0.21) to 1e-12, not the misprinted 0.45825686", () => {
    expect(Math.abs(cellProblem(paper).effective - Math.sqrt(0.21))).toBeLessThan(1e-12);
    expect(Math.abs(0.45825686 / cellProblem(paper).effective - 1)).toBeGreaterThan(1.5e-6);
  });
  it("gives chi(y) to 1e-12 of its closed form", () => {
    const { corrector } = cellProblem(paper);
    for (const [y, chi] of CHI) expect(Math.abs(corrector(y) - chi)).toBeLessThan(1e-12);
  });
  it("has a constant flux a (1 - chi')", () => {
    const { corrector, effective } = cellProblem((y) =>
      Math.exp(Math.sin(2 * Math.PI * y) + 0.4 * Math.cos(4 * Math.PI * y)),
    );
    const a = (y: number): number => Math.exp(Math.sin(2 * Math.PI * y) + 0.4 * Math.cos(4 * Math.PI * y));
    for (let i = 0; i < 20; i++) {
      const y = i / 20 + 0.013;
      const h = 1e-3;
      const slope =
        (8 * (corrector(y + h) - corrector(y - h)) - (corrector(y + 2 * h) - corrector(y - 2 * h))) / (12 * h);
      // Fourth-order difference: h^4 chi^(5) / 30 ~ 1e-12 * 1e4 / 30.
      expect(Math.abs(a(y) * (1 - slope) - effective)).toBeLessThan(2e-8);
    }
  });
  it("is the harmonic mean on a lattice, exact at any resolution", () => {
    expect(latticeEffective([2])).toBe(2);
    expect(latticeEffective([1, 3])).toBeCloseTo(1.5, 15);
    const bonds = Array.from({ length: 100 }, (_, i) => paper((i + 0.5) / 100));
    expect(Math.abs(latticeEffective(bonds) - Math.sqrt(0.21))).toBeLessThan(1e-12);
  });
  it("refuses what is not positive, finite or resolved", () => {
    expect(() => cellProblem((y) => y - 0.5)).toThrow("coefficient must be positive and finite, got -0.5 at y = 0");
    expect(() => cellProblem((y) => (y < 0.3 ? 1 : 5), { maxPoints: 256 })).toThrow("use latticeEffective");
    expect(() => latticeEffective([])).toThrow(RangeError);
    expect(() => latticeEffective([1, -1])).toThrow("bonds[1] must be positive, got -1");
  });
});

describe("patch dynamics against the homogenised equation", () => {
  const medium = heterogeneousDiffusion();
  const study = {
    extent: [0, 1],
    teeth: 10,
    toothWidth: 1e-4,
    bufferWidth: 8e-3,
    // Ten points a period, five times cheaper than the study's, with the lattice's own a*.
    spacing: 5e-7,
    burst: 1e-6,
    micro: (patches: Parameters<typeof medium.exponential>[0]) => medium.exponential(patches),
    shiftInvariant: true,
  } as const;
  const aStar = latticeEffective(Array.from({ length: 20 }, (_, i) => paper((i + 0.5) / 20)));

  it("gives a* u_xx of a sine field, by the derivative of its lifting", () => {
    for (const [order, tolerance] of [
      // Truncation of the second difference, (k spacing)^p C_p with k = 2 pi: 3.3e-2, 1.7e-3, 1.1e-4; then the burst's own
      // (a* burst) k^2 / 2 = 9e-6
      // and the buffer's 1.1e-4 U_x (d1 of burst1d.test.ts), 3.7e-5 of a* k^2.
      [2, 3.4e-2],
      [4, 2e-3],
      [6, 2e-4],
      ["spectral", 6e-5],
    ] as const) {
      const { rhs, nodes, size } = patchDynamics({ ...study, order, closure: "odd" });
      const out = new Float64Array(size);
      rhs(
        0,
        nodes.map((x) => 1 - x + Math.sin(2 * Math.PI * x)),
        out,
      );
      let worst = 0;
      for (let i = 1; i < size - 1; i++) {
        const exact = -aStar * 4 * Math.PI * Math.PI * Math.sin(2 * Math.PI * nodes[i]!);
        worst = Math.max(worst, Math.abs(out[i]! - exact) / (aStar * 4 * Math.PI * Math.PI));
      }
      expect(worst).toBeLessThan(tolerance);
      expect(worst).toBeGreaterThan(tolerance / 40);
      expect(out[0]).toBe(0);
      expect(out[size - 1]).toBe(0);
    }
  });

  it("does the same on a ring, and keeps its total", () => {
    const { rhs, nodes, size } = patchDynamics({ ...study, ends: "periodic", order: "spectral" });
    expect(size).toBe(10);
    const out = new Float64Array(size);
    rhs(
      0,
      nodes.map((x) => 2 + Math.cos(2 * Math.PI * x)),
      out,
    );
    let total = 0;
    for (let i = 0; i < size; i++) {
      total += out[i]!;
      const exact = -aStar * 4 * Math.PI * Math.PI * Math.cos(2 * Math.PI * nodes[i]!);
      expect(Math.abs(out[i]! - exact)).toBeLessThan(6e-5 * aStar * 4 * Math.PI * Math.PI);
    }
    // Every part of the burst's effect is a derivative of U, so it sums to zero over a ring.
    expect(Math.abs(total)).toBeLessThan(1e-6);
  });

  it("heals: a discarded burst halves the bias of a short one many times over", () => {
    const bias = (heal: number): number => {
      const { rhs } = patchDynamics({ ...study, burst: 1e-8, heal, closure: "odd" });
      const out = new Float64Array(11);
      rhs(
        0,
        Float64Array.from({ length: 11 }, (_, i) => (i / 10) * (i / 10)),
        out,
      );
      return Math.abs(out[5]! / (2 * aStar) - 1);
    };
    // The unhealed bias is 6.4e-12 / burst = 6.4e-4; the micro-structure relaxes in about eps^2 / (4 pi^2 a*) = 5e-12.
    expect(bias(0)).toBeGreaterThan(5e-4);
    expect(bias(1e-9)).toBeLessThan(1e-6);
  });

  it("averages broken periods by a smooth window where a box gives a spurious advection", () => {
    const advection = (window: "box" | "smooth"): number => {
      const { rhs, warnings } = patchDynamics({ ...study, toothWidth: 1.05e-4, window, closure: "odd", period: 1e-5 });
      expect(warnings.map((w) => w.code)).toEqual(window === "box" ? ["window-not-whole-periods"] : []);
      const out = new Float64Array(11);
      rhs(
        0,
        Float64Array.from({ length: 11 }, (_, i) => i / 10),
        out,
      );
      return Math.abs(out[5]!);
    };
    expect(advection("box")).toBeGreaterThan(0.03);
    expect(advection("smooth")).toBeLessThan(2e-4);
  });

  it("warns with the rule when the buffer is narrower than the burst's diffusion length", () => {
    const at = (bufferWidth: number): readonly string[] =>
      patchDynamics({ ...study, bufferWidth, diffusivity: aStar }).warnings.map((w) => w.message);
    expect(at(8e-3)).toEqual([]);
    expect(at(6e-3)[0]).toContain("5.9 sqrt(diffusivity * burst) = 0.00399");
  });

  it("counts its cost: the study simulates 1 / 13,889 of space-time", () => {
    const { spacetimeFraction, costPerSlope } = patchDynamics({ ...study, spacing: 1e-7 });
    expect(costPerSlope).toBeCloseTo(9 * 80_001 * 1e-6, 12);
    expect(1 / spacetimeFraction(1e-3)).toBeCloseTo(13_888.7, 0);
  });
});
