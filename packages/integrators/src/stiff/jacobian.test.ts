import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Jacobian, RunStart } from "../method.ts";
import type { Rhs } from "../rhs.ts";
import { jacobianShape, jacobianSource } from "./jacobian.ts";

/** Evenly spread numbers; `fc.double` spreads their exponents, so that nearly all of them are next to zero. */
const between = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: 0, max: 1_000_000 }).map((k) => min + ((max - min) * k) / 1_000_000);

function runStart(rhs: Rhs, size: number, atol = 1e-9, jacobian?: Jacobian): RunStart {
  return {
    problem: jacobian === undefined ? { rhs, size } : { rhs, size, jacobian },
    t0: 0,
    t1: 1,
    u0: new Float64Array(size),
    rtol: 1e-6,
    atol: new Float64Array(size).fill(atol),
    maxStep: Number.POSITIVE_INFINITY,
    stats: { steps: 0, rejected: 0, rhs: 0, rhsForJacobian: 0, jacobians: 0, factorisations: 0 },
  };
}

/** f_i = sum over the band of (1 + i + 2 j) sin(u_j), so df_i/du_j = (1 + i + 2 j) cos(u_j). */
const bandedRhs =
  (n: number, lower: number, upper: number): Rhs =>
  (_t, u, out) => {
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = Math.max(0, i - lower); j <= Math.min(n - 1, i + upper); j++) {
        sum += (1 + i + 2 * j) * Math.sin(u[j]!);
      }
      out[i] = sum;
    }
  };

describe("jacobianSource", () => {
  const bands = fc.integer({ min: 1, max: 12 }).chain((n) =>
    fc.record({
      n: fc.constant(n),
      lower: fc.nat(Math.min(n - 1, 4)),
      upper: fc.nat(Math.min(n - 1, 4)),
      u: fc.array(between(-2, 2), { minLength: n, maxLength: n }),
    }),
  );

  it("takes the differences of a banded Jacobian in lower + upper + 1 calls, of a dense one in size calls", () => {
    fc.assert(
      fc.property(bands, ({ n, lower, upper, u }) => {
        const rhs = bandedRhs(n, lower, upper);
        const state = Float64Array.from(u);
        const f = new Float64Array(n);
        rhs(0, state, f);
        for (const shape of ["dense", { lower, upper }] as const) {
          const run = runStart(rhs, n);
          const source = jacobianSource("bdf", run, shape);
          expect(source.refresh(0, state, f)).toBe(true);
          expect(run.stats.rhsForJacobian).toBe(shape === "dense" ? n : Math.min(n, lower + upper + 1));
          expect(run.stats.jacobians).toBe(1);
          for (let i = 0; i < n; i++) {
            for (let j = 0; j < n; j++) {
              const inBand = j >= i - lower && j <= i + upper;
              if (shape !== "dense" && !inBand) continue;
              const got = source.matrix[shape === "dense" ? i * n + j : (upper + i - j) * n + j]!;
              const exact = inBand ? (1 + i + 2 * j) * Math.cos(u[j]!) : 0;
              // Forward differences with an increment of at least 1.5e-8 * 1e-3: rounding of sums up to 500 leaves
              // 500 eps / 1.5e-11 = 7e-3 at the worst, truncation 1e-6.
              expect(Math.abs(got - exact)).toBeLessThan(2e-2);
            }
          }
        }
      }),
    );
  });

  it("takes the differences of a periodic band in the fewest calls, whether or not its width divides the ring", () => {
    for (const { lower, upper } of [
      { lower: 1, upper: 1 },
      { lower: 2, upper: 2 },
      { lower: 0, upper: 1 },
      { lower: 3, upper: 1 },
      { lower: 0, upper: 0 },
    ]) {
      const width = lower + upper + 1;
      for (let n = 1; n <= 4 * width + 3; n++) {
        const reach = (d: number): boolean => d <= lower || d >= n - upper;
        const coefficient = (i: number, j: number): number => (reach((i - j + n) % n) ? 1 + i + 2 * j : 0);
        const rhs: Rhs = (_t, u, out) => {
          for (let i = 0; i < n; i++) {
            out[i] = 0;
            for (let j = 0; j < n; j++) out[i]! += coefficient(i, j) * Math.sin(u[j]!);
          }
        };
        const u = Float64Array.from({ length: n }, (_, j) => 0.3 + 0.7 * Math.cos(j));
        const f = new Float64Array(n);
        rhs(0, u, f);
        const run = runStart(rhs, n);
        const shape = { lower: Math.min(lower, n - 1), upper: Math.min(upper, n - 1), periodic: true };
        const source = jacobianSource("bdf", run, shape);
        expect(source.refresh(0, u, f)).toBe(true);
        // A group of columns that share no row holds at most floor(n / width) of them.
        const fewest = width >= n ? n : Math.ceil(n / Math.floor(n / width));
        expect(run.stats.rhsForJacobian).toBe(fewest);
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) {
            const d = (i - j + n) % n;
            const place = (d <= lower ? upper + d : upper + d - n) * n + j;
            if (source.band && !reach(d)) continue;
            const got = source.matrix[source.band ? place : i * n + j]!;
            // Entries up to 60, increments of 1.5e-8 |u|, sums up to 500: as below.
            expect(Math.abs(got - coefficient(i, j) * Math.cos(u[j]!))).toBeLessThan(1e-4);
          }
        }
      }
    }
  });

  it("is accurate to half the digits where the unknowns are of order one", () => {
    const rhs = bandedRhs(5, 1, 1);
    const u = Float64Array.of(1, -0.7, 0.8, 1.2, -1);
    const f = new Float64Array(5);
    rhs(0, u, f);
    const source = jacobianSource("bdf", runStart(rhs, 5), { lower: 1, upper: 1 });
    source.refresh(0, u, f);
    // Entries up to 16; sqrt(eps) times the second derivative over 2, plus eps |f| / increment: below 1e-6.
    for (let j = 0; j < 5; j++)
      expect(Math.abs(source.matrix[5 + j]! - (1 + 3 * j) * Math.cos(u[j]!))).toBeLessThan(1e-6);
  });

  it("moves each unknown the way it is going, so a state does not leave its domain", () => {
    const rhs: Rhs = (_t, u, out) => {
      out[0] = -Math.sqrt(u[0]!);
      out[1] = Math.sqrt(1 - u[1]!);
    };
    const u = Float64Array.of(1, 0.5);
    const f = new Float64Array(2);
    rhs(0, u, f);
    const seen: number[][] = [];
    const source = jacobianSource(
      "bdf",
      runStart((t, v, out) => (seen.push([...v]), rhs(t, v, out)), 2),
      "dense",
    );
    source.refresh(0, u, f);
    expect(seen[0]![0]).toBeLessThan(1);
    expect(seen[1]![1]).toBeGreaterThan(0.5);
  });

  it("finds an increment for a zero unknown with a zero tolerance", () => {
    const rhs: Rhs = (_t, u, out) => {
      out[0] = 3 * u[0]!;
    };
    const source = jacobianSource("bdf", runStart(rhs, 1, 0), "dense");
    expect(source.refresh(0, new Float64Array(1), new Float64Array(1))).toBe(true);
    expect(source.matrix[0]).toBeCloseTo(3, 6);
  });

  it("uses the problem's Jacobian instead, cleared before each call, and takes no differences", () => {
    let cleared = true;
    const jacobian: Jacobian = {
      lower: 0,
      upper: 1,
      evaluate(_t, _u, out) {
        cleared &&= out.every((value) => value === 0);
        out.set([0, 5, 1, 2]);
      },
    };
    const run = runStart(bandedRhs(2, 0, 1), 2, 1e-9, jacobian);
    const source = jacobianSource("bdf", run, "dense");
    for (let k = 0; k < 2; k++) expect(source.refresh(0, new Float64Array(2), new Float64Array(2))).toBe(true);
    expect(cleared).toBe(true);
    expect(run.stats.rhsForJacobian).toBe(0);
    // [1 5; 0 2] x = [11, 4]
    expect(source.solver.factor(source.matrix, 0, 1)).toBe("factored");
    const b = Float64Array.of(11, 4);
    source.solver.solve(b);
    expect([...b]).toEqual([1, 2]);
  });

  it("reports a Jacobian that is not finite", () => {
    const rhs: Rhs = (_t, u, out) => {
      out[0] = u[0]! > 0 ? Number.NaN : 0;
    };
    const source = jacobianSource("bdf", runStart(rhs, 1), "dense");
    expect(source.refresh(0, new Float64Array(1), new Float64Array(1))).toBe(false);
  });

  it("refuses a band that does not fit the problem, half a band, and a dense matrix above 1 GB", () => {
    const rhs = bandedRhs(3, 1, 1);
    expect(() => jacobianSource("bdf", runStart(rhs, 3), { lower: 3, upper: 1 })).toThrow(
      new RangeError("bdf: jacobian.lower must be an integer between 0 and 2, got 3"),
    );
    const evaluate = () => {};
    expect(() => jacobianSource("bdf", runStart(rhs, 3, 1e-9, { lower: 1, evaluate }), "dense")).toThrow(
      "bdf: problem.jacobian must have both lower and upper, or neither",
    );
    expect(() => jacobianSource("bdf", runStart(rhs, 3, 1e-9, { lower: 1, upper: 5, evaluate }), "dense")).toThrow(
      "problem.jacobian.upper",
    );
    expect(() =>
      jacobianSource("bdf", runStart(rhs, 3, 1e-9, { lower: 1, upper: 1, periodic: true, evaluate }), "dense"),
    ).toThrow("problem.jacobian with periodic must have lower + upper + 1 below 3, got 1 and 1; give a dense one");
    expect(() => jacobianSource("bdf", runStart(rhs, 3, 1e-9, { periodic: true, evaluate }), "dense")).toThrow(
      RangeError,
    );
    expect(() => jacobianShape("bdf", { lower: 1, upper: 1, periodic: 1 as unknown as boolean })).toThrow(
      new TypeError("bdf: jacobian.periodic must be true or false, got 1"),
    );
    expect(() => jacobianSource("bdf", runStart(rhs, 80_001), "dense")).toThrow(
      "bdf: a dense Jacobian of 80001 unknowns must not exceed 1 GB, got 51.2 GB; declare its band by jacobian: { lower, upper }",
    );
  });
});
