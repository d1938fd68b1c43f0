import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { homogenizationLattice } from "./homogenization-lattice.ts";
import { type LatticeDiffusion, latticeDiffusion } from "./lattice-diffusion.ts";
import { periodicLattice } from "./periodic-lattice.ts";

/** Lattices of one to three dimensions with any periods and bonds, and a whole number of periods of each. */
const lattices = fc
  .integer({ min: 1, max: 3 })
  .chain((dim) =>
    fc.record({
      period: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: dim, maxLength: dim }),
      repeats: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: dim, maxLength: dim }),
      convention: fc.constantFrom("forward" as const, "backward" as const),
      seed: fc.integer({ min: 1, max: 1000 }),
    }),
  )
  .map(({ period, repeats, convention, seed }) => {
    const cell = period.reduce((a, b) => a * b, 1);
    const bonds = period.map((__, a) => Array.from({ length: cell }, (_, n) => 1.5 + Math.sin(seed * (n + 1) + a)));
    const points = period.map((p, a) => p * repeats[a]!);
    return { lattice: latticeDiffusion({ period, bonds, convention }), points, bonds, convention };
  });
const spacingOf = (points: readonly number[]): number[] => points.map((_, a) => 0.5 + 0.25 * a);

function denseOf(lattice: LatticeDiffusion, points: readonly number[]): Float64Array[] {
  const { rhs, size } = periodicLattice(lattice.rhs, { points, spacing: spacingOf(points) });
  return Array.from({ length: size }, (__, j) => {
    const column = new Float64Array(size);
    const unit = new Float64Array(size);
    unit[j] = 1;
    rhs(0, unit, column);
    return column;
  });
}

describe("latticeDiffusion on a whole periodic lattice", () => {
  it("is the sum over bonds of k (difference) / h^2, for any period, dimension and convention", () => {
    fc.assert(
      fc.property(lattices, ({ lattice, points, bonds, convention }) => {
        const spacing = spacingOf(points);
        const size = points.reduce((a, b) => a * b, 1);
        const u = Float64Array.from({ length: size }, (_, n) => Math.sin(3 * n + 1));
        // The same law written bond by bond, each bond added at both its ends.
        const expected = new Float64Array(size);
        for (let n = 0; n < size; n++) {
          const place = points.map((p, a) => Math.floor(n / points.slice(0, a).reduce((x, y) => x * y, 1)) % p);
          for (const [a, h] of spacing.entries()) {
            const other = place.map((i, b) => (b === a ? (i + 1) % points[a]! : i));
            const flat = (at: readonly number[], sizes: readonly number[]): number =>
              at.reduceRight((sum, i, b) => sum * sizes[b]! + (i % sizes[b]!), 0);
            const bond = bonds[a]![flat(convention === "forward" ? place : other, lattice.period)]!;
            const flux = (bond * (u[flat(other, points)]! - u[n]!)) / (h * h);
            expected[n]! += flux;
            expected[flat(other, points)]! -= flux;
          }
        }
        const out = new Float64Array(size);
        periodicLattice(lattice.rhs, { points, spacing }).rhs(0, u, out);
        // Six terms of at most 2.5 * 2 / 0.25 = 20: rounding 6 * 20 * 1.1e-16.
        for (let n = 0; n < size; n++) expect(Math.abs(out[n]! - expected[n]!)).toBeLessThan(2e-14);
      }),
    );
  });

  it("is symmetric in every bit, kills constants and sums to zero", () => {
    fc.assert(
      fc.property(lattices, ({ lattice, points }) => {
        const columns = denseOf(lattice, points);
        for (const [j, column] of columns.entries()) {
          let sum = 0;
          for (const [i, value] of column.entries()) {
            sum += value;
            // Along an axis of two points both bonds join the same pair, and are summed in either order.
            expect(Math.abs(value - columns[i]![j]!)).toBeLessThan(points.includes(2) ? 1e-14 : 1e-300);
          }
          expect(Math.abs(sum)).toBeLessThan(1e-13);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("never gains: the sum of u u' is at most zero", () => {
    fc.assert(
      fc.property(lattices, ({ lattice, points }) => {
        const { rhs, size } = periodicLattice(lattice.rhs, { points, spacing: spacingOf(points) });
        const u = Float64Array.from({ length: size }, (_, n) => Math.cos(5 * n));
        const out = new Float64Array(size);
        rhs(0, u, out);
        expect(out.reduce((sum, slope, n) => sum + slope * u[n]!, 0)).toBeLessThan(1e-12);
      }),
    );
  });
});

describe("latticeDiffusion on a patch", () => {
  const lattice = latticeDiffusion({ period: [3], bonds: [[1, 10, 100]], convention: "forward" });

  it("takes bonds by the view's phase, negative ones too, and leaves edges alone", () => {
    const bondsAt = (phase: number): number[] => {
      const view = { channels: 1, points: [5], edgePoints: 1, spacing: [0.5], phase: [phase] };
      return [0, 1, 2, 3].map((i) => {
        // A step between points i and i + 1 lets only the bond between them carry.
        const out = new Float64Array(5).fill(7);
        lattice.rhs(
          0,
          Float64Array.from({ length: 5 }, (_, n) => (n > i ? 1 : 0)),
          out,
          view,
        );
        expect([out[0], out[4]]).toEqual([7, 7]);
        return Math.max(...out.subarray(1, 4).map(Math.abs)) / 4;
      });
    };
    expect(bondsAt(0)).toEqual([1, 10, 100, 1]);
    expect(bondsAt(1)).toEqual([10, 100, 1, 10]);
    expect(bondsAt(-1)).toEqual([100, 1, 10, 100]);
    expect(bondsAt(5)).toEqual([100, 1, 10, 100]);
    expect(bondsAt(0)).toEqual([1, 10, 100, 1]);
  });

  it("reads backward bonds as the bonds before their points", () => {
    const backward = latticeDiffusion({ period: [3], bonds: [[100, 1, 10]], convention: "backward" });
    expect([...backward.bonds[0]!]).toEqual([1, 10, 100]);
  });

  it("treats channels by themselves", () => {
    const one = { channels: 1, points: [5], edgePoints: 1, spacing: [1], phase: [0] };
    const u = Float64Array.from({ length: 10 }, (_, n) => Math.sin(n * n));
    const out = new Float64Array(10);
    lattice.rhs(0, u, out, { ...one, channels: 2 });
    for (const c of [0, 1]) {
      const alone = new Float64Array(5);
      lattice.rhs(0, u.subarray(5 * c, 5 * c + 5), alone, one);
      expect(out.subarray(5 * c, 5 * c + 5)).toEqual(alone);
    }
  });

  it("refuses what is not a lattice, and a view of other dimensions", () => {
    const good = { period: [2], bonds: [[1, 2]], convention: "forward" } as const;
    expect(() => latticeDiffusion({ ...good, bonds: [[1, 0]] })).toThrow("bonds[0][1] must be positive, got 0");
    expect(() => latticeDiffusion({ ...good, bonds: [[1]] })).toThrow("bonds[0] must have length 2, got 1");
    expect(() => latticeDiffusion({ ...good, convention: "midway" as never })).toThrow("convention");
    expect(() => latticeDiffusion({ ...good, period: [2, 1, 1, 1] })).toThrow("period.length");
    const plane = { channels: 1, points: [5, 5], edgePoints: 1, spacing: [1, 1], phase: [0, 0] };
    expect(() => lattice.rhs(0, new Float64Array(25), new Float64Array(25), plane)).toThrow("must have 1 axes");
  });
});

describe("homogenizationLattice", () => {
  it("simulated: u'_ij = kx_(i+1,j) (u_(i+1,j) - u_ij) + kx_ij (u_(i-1,j) - u_ij), x first; printed: one bond earlier", () => {
    const at = (reading: "simulated" | "printed", i: number, j: number, axis: number): number =>
      homogenizationLattice(reading).bonds[axis]![j * 3 + i]!;
    // Between (0, 2) and (1, 2): kx_(1,2) simulated, kx_(0,2) printed (indices from 0).
    expect(at("simulated", 0, 2, 0)).toBe(2.417373110621216);
    expect(at("printed", 0, 2, 0)).toBe(1.1567570793183417);
    // Between (1, 2) and (1, 0): ky_(1,0) simulated, ky_(1,2) printed.
    expect(at("simulated", 1, 2, 1)).toBe(0.8627884628122521);
    expect(at("printed", 1, 2, 1)).toBe(0.28333722696940417);
    expect(() => homogenizationLattice("paper" as never)).toThrow("reading");
  });
});
