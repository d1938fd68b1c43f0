import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { denseLu } from "./dense-lu.ts";
import { gmres, type LinearMap } from "./gmres.ts";

/** Multiples of 1e-6 between -1 and 1. */
const entry = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((k) => k / 1_000_000);

/** A row-major matrix with `diagonal` added to its diagonal, and its product. */
function matrix(n: number, entries: readonly number[], diagonal: number) {
  const a = Float64Array.from(entries);
  for (let i = 0; i < n; i++) a[i * n + i]! += diagonal;
  const apply: LinearMap = (v, out) => {
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += a[i * n + j]! * v[j]!;
      out[i] = sum;
    }
  };
  return { a, apply };
}

const systems = (leastWeight: number, mostWeight: number) =>
  fc.integer({ min: 1, max: 15 }).chain((n) =>
    fc.record({
      n: fc.constant(n),
      entries: fc.array(entry, { minLength: n * n, maxLength: n * n }),
      b: fc.array(entry, { minLength: n, maxLength: n }),
      weights: fc.array(fc.integer({ min: leastWeight, max: mostWeight }), { minLength: n, maxLength: n }),
    }),
  );

function residual(apply: LinearMap, x: Float64Array, b: readonly number[], weights: readonly number[]): number {
  const product = new Float64Array(x.length);
  apply(x, product);
  const sum = b.reduce((total, value, i) => total + (weights[i]! * (value - product[i]!)) ** 2, 0);
  return Math.sqrt(sum / x.length);
}

describe("gmres", () => {
  it("solves any system within n products when it is not restarted, as dense LU does", () => {
    fc.assert(
      fc.property(systems(1, 1000), ({ n, entries, b, weights }) => {
        // A diagonal of 2 n: row sums of the rest are below n, so the condition number is below 3.
        const { a, apply } = matrix(n, entries, 2 * n);
        const lu = denseLu(n);
        lu.factor(a, 0, 1);
        const exact = Float64Array.from(b);
        lu.solve(exact);
        const x = Float64Array.from(b);
        const solver = gmres(n, n);
        // Weights up to 1000 in unequal proportion: 1e-10 in their norm leaves 1e-10 sqrt(15) in the lightest component.
        expect(solver.solve(apply, undefined, Float64Array.from(weights), x, 1e-10)).toBe(true);
        expect(solver.products).toBeLessThanOrEqual(n);
        for (let i = 0; i < n; i++) expect(Math.abs(x[i]! - exact[i]!)).toBeLessThan(1e-9);
      }),
      { numRuns: 300 },
    );
  });

  it("reaches its tolerance with restarts and with a preconditioner, in the weighted norm of the true residual", () => {
    fc.assert(
      fc.property(systems(10, 19), fc.integer({ min: 1, max: 4 }), ({ n, entries, b, weights }, restart) => {
        // With weights this alike the field of values stays right of zero, and every cycle of any length contracts.
        const { a, apply } = matrix(n, entries, 2 * n);
        const jacobi: LinearMap = (r, out) => {
          for (let i = 0; i < n; i++) out[i] = r[i]! / a[i * n + i]!;
        };
        for (const precondition of [undefined, jacobi]) {
          const x = Float64Array.from(b);
          expect(gmres(n, restart).solve(apply, precondition, Float64Array.from(weights), x, 1e-6)).toBe(true);
          // The recursive residual differs from the true one by rounding, 1e3 eps times the norms: nothing beside 1e-6.
          expect(residual(apply, x, b, weights)).toBeLessThanOrEqual(1.001e-6);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("needs one product with the exact inverse as preconditioner", () => {
    const { a, apply } = matrix(3, [0.5, -1, 0.2, 0.3, 0.1, -0.7, 0.9, 0.4, -0.2], 3);
    const lu = denseLu(3);
    lu.factor(a, 0, 1);
    const inverse: LinearMap = (r, out) => {
      out.set(r);
      lu.solve(out);
    };
    const x = Float64Array.of(1, 2, 3);
    const solver = gmres(3, 3);
    expect(solver.solve(apply, inverse, new Float64Array(3).fill(1), x, 1e-12)).toBe(true);
    expect(solver.products).toBe(1);
    expect(residual(apply, x, [1, 2, 3], [1, 1, 1])).toBeLessThan(1e-12);
  });

  it("gives zero for zero, without a product", () => {
    const solver = gmres(2, 2);
    const x = new Float64Array(2);
    const never: LinearMap = () => expect.unreachable();
    expect(solver.solve(never, undefined, Float64Array.of(1, 1), x, 1e-9)).toBe(true);
    expect([...x]).toEqual([0, 0]);
  });

  it("iterates once even where the right-hand side is below the tolerance", () => {
    const { apply } = matrix(1, [0], 4);
    const x = Float64Array.of(1e-3);
    expect(gmres(1, 1).solve(apply, undefined, Float64Array.of(1), x, 1)).toBe(true);
    expect(x[0]).toBeCloseTo(2.5e-4, 18);
  });

  it("says false, and leaves b alone, for a singular system, for NaN, and where the cycles do not suffice", () => {
    const ones = Float64Array.of(1, 1);
    const b = Float64Array.of(1, 2);
    // Rank one, b not in its range.
    expect(gmres(2, 2).solve(matrix(2, [1, 1, 1, 1], 0).apply, undefined, ones, b, 1e-9)).toBe(false);
    expect(gmres(2, 2).solve((_v, out) => out.fill(Number.NaN), undefined, ones, b, 1e-9)).toBe(false);
    // The residual of a quarter turn is orthogonal to b: GMRES(1) stays where it is.
    const turn: LinearMap = (v, out) => {
      out[0] = -v[1]!;
      out[1] = v[0]!;
    };
    expect(gmres(2, 1).solve(turn, undefined, ones, b, 1e-9)).toBe(false);
    expect([...b]).toEqual([1, 2]);
    expect(gmres(2, 2).solve(turn, undefined, ones, b, 1e-9)).toBe(true);
    expect(b[0]).toBeCloseTo(2, 14);
    expect(b[1]).toBeCloseTo(-1, 14);
  });

  it("refuses sizes that are not positive integers", () => {
    expect(() => gmres(0, 1)).toThrow(RangeError);
    expect(() => gmres(1, 0)).toThrow(RangeError);
  });
});
