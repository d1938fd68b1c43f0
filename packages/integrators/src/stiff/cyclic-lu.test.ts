import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { complexCyclicLu } from "./complex-lu-cyclic.ts";
import { complexDenseLu } from "./complex-lu-dense.ts";
import { cyclicEntries } from "./cyclic-band.ts";
import { cyclicBandedLu } from "./cyclic-lu.ts";
import { denseLu } from "./dense-lu.ts";

/** Multiples of most/10^6, evenly spread. */
const upTo = (most: number): fc.Arbitrary<number> =>
  fc.integer({ min: -1_000_000, max: 1_000_000 }).map((k) => (k * most) / 1_000_000);

/** A periodic band in both layouts and a right-hand side, from the smallest size that it fits in. */
const systems = fc
  .record({ lower: fc.nat(3), upper: fc.nat(3), more: fc.nat(12) })
  .chain(({ lower, upper, more }) => {
    const n = lower + upper + 2 + more;
    const entries = fc.array(upTo(1), { minLength: (lower + upper + 1) * n, maxLength: (lower + upper + 1) * n });
    const vector = fc.array(upTo(1), { minLength: n, maxLength: n });
    return fc.record({ n: fc.constant(n), lower: fc.constant(lower), upper: fc.constant(upper), entries, b: vector });
  })
  .map(({ n, lower, upper, entries, b }) => {
    const dense = new Float64Array(n * n);
    cyclicEntries(n, lower, upper, (i, j, place) => {
      dense[i * n + j] = entries[place]!;
    });
    return { n, lower, upper, b, band: Float64Array.from(entries), dense };
  });

describe("cyclicBandedLu", () => {
  it("equals dense LU to round-off for any periodic band, with shift and scale", () => {
    fc.assert(
      fc.property(systems, upTo(2), ({ n, lower, upper, band, dense, b }, scale) => {
        // Row sums of the scaled matrix are at most 14: with 30 on the diagonal the condition number stays below 3.
        const [viaBand, viaDense] = [cyclicBandedLu(n, lower, upper), denseLu(n)];
        expect(viaBand.factor(band, 30, scale)).toBe("factored");
        viaDense.factor(dense, 30, scale);
        const x = Float64Array.from(b);
        const y = Float64Array.from(b);
        viaBand.solve(x);
        viaDense.solve(y);
        for (let i = 0; i < n; i++) expect(Math.abs(x[i]! - y[i]!)).toBeLessThan(1e-15);
      }),
      { numRuns: 500 },
    );
  });

  it("solves a ring that is not dominated by its diagonal: a wave carried over 100 cells", () => {
    // u_i + 50 (u_(i-1) - u_(i+1)) = b_i on 64 points: a mode e^(i angle j) is multiplied by 1 - 100 i sin(angle).
    const n = 64;
    const band = new Float64Array(3 * n);
    band.fill(-1, 0, n);
    band.fill(1, 2 * n, 3 * n);
    const solver = cyclicBandedLu(n, 1, 1);
    expect(solver.factor(band, 1, 50)).toBe("factored");
    const angle = (2 * Math.PI * 5) / n;
    const x = Float64Array.from({ length: n }, (_, j) => Math.cos(angle * j));
    solver.solve(x);
    const s = -100 * Math.sin(angle);
    for (let j = 0; j < n; j++) {
      const exact = (Math.cos(angle * j) + s * Math.sin(angle * j)) / (1 + s * s);
      expect(Math.abs(x[j]! - exact)).toBeLessThan(1e-14);
    }
  });

  it("says singular for a zero matrix, for NaN, and for a ring whose rows add up to zero", () => {
    expect(cyclicBandedLu(4, 1, 1).factor(new Float64Array(12), 0, 1)).toBe("singular");
    expect(cyclicBandedLu(4, 1, 1).factor(new Float64Array(12).fill(Number.NaN), 1, 1)).toBe("singular");
    // Second differences on a ring: constants are in the kernel. All numbers are small integers and thirds.
    const ring = new Float64Array(12);
    ring.fill(1, 0, 4);
    ring.fill(-2, 4, 8);
    ring.fill(1, 8, 12);
    const solver = cyclicBandedLu(4, 1, 1);
    const outcome = solver.factor(ring, 0, 1);
    const x = Float64Array.of(1, 0, 0, 0);
    if (outcome === "factored") solver.solve(x);
    // Rounding may leave a pivot of eps in place of zero.
    expect(outcome === "singular" || Math.abs(x[0]!) > 1e14).toBe(true);
  });

  it("takes a ring without neighbours, and refuses a band that covers the matrix", () => {
    const solver = cyclicBandedLu(2, 0, 0);
    expect(solver.factor(Float64Array.of(3, 5), 1, 1)).toBe("factored");
    const x = Float64Array.of(4, 6);
    solver.solve(x);
    expect([...x]).toEqual([1, 1]);
    expect(() => cyclicBandedLu(3, 1, 1)).toThrow(
      new RangeError("cyclicBandedLu: lower + upper + 1 must be below size, got 3 for 3; take a dense matrix"),
    );
    expect(() => complexCyclicLu(3, 1, 1)).toThrow(RangeError);
  });
});

describe("complexCyclicLu", () => {
  it("equals dense complex LU to round-off for any periodic band", () => {
    fc.assert(
      fc.property(systems, upTo(20), ({ n, lower, upper, band, dense, b }, im) => {
        const [viaBand, viaDense] = [complexCyclicLu(n, lower, upper), complexDenseLu(n)];
        expect(viaBand.factor(band, 20, im)).toBe("factored");
        viaDense.factor(dense, 20, im);
        const results = [viaBand, viaDense].map((solver) => {
          const re = Float64Array.from(b);
          const imaginary = Float64Array.from(b, (value, k) => (k % 3) - value);
          solver.solve(re, imaginary);
          return Array.from(re).concat(Array.from(imaginary));
        });
        // Row sums below 7 beside 20 on the diagonal, right-hand sides up to 3.
        results[0]!.forEach((value, k) => expect(Math.abs(value - results[1]![k]!)).toBeLessThan(2e-15));
      }),
      { numRuns: 500 },
    );
  });
});
