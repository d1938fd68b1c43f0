import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bandedLu } from "./banded-lu.ts";
import { denseLu } from "./dense-lu.ts";
import type { LinearSolver } from "./linear-solver.ts";
import { tridiagonalLu } from "./tridiagonal-lu.ts";
import { pivotedTridiagonalLu } from "./tridiagonal-pivoted.ts";

const EPS = Number.EPSILON;

/**
 * Multiples of most/10^6, evenly spread. (`fc.double` spreads exponents evenly: nearly all of its values are below 1e-30,
 * which makes most matrices singular or a multiple of the identity, and the rest underflow.)
 */
const upTo = (most: number): fc.Arbitrary<number> =>
  fc.integer({ min: -1_000_000, max: 1_000_000 }).map((k) => (k * most) / 1_000_000);

const entry = fc.oneof(
  { weight: 6, arbitrary: upTo(1) },
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: upTo(1e4) },
);

/** A banded matrix in both layouts, with a right-hand side. */
const banded = fc
  .integer({ min: 1, max: 24 })
  .chain((n) => fc.record({ n: fc.constant(n), lower: fc.nat(Math.min(n - 1, 5)), upper: fc.nat(Math.min(n - 1, 5)) }))
  .chain(({ n, lower, upper }) =>
    fc.record({
      n: fc.constant(n),
      lower: fc.constant(lower),
      upper: fc.constant(upper),
      band: fc.array(entry, { minLength: (lower + upper + 1) * n, maxLength: (lower + upper + 1) * n }),
      b: fc.array(upTo(1), { minLength: n, maxLength: n }),
    }),
  )
  .map(({ n, lower, upper, band, b }) => {
    return { n, lower, upper, b, band: Float64Array.from(band), dense: toDense(n, lower, upper, band) };
  });

function toDense(n: number, lower: number, upper: number, band: ArrayLike<number>): Float64Array {
  const dense = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = Math.max(0, i - lower); j <= Math.min(n - 1, i + upper); j++) {
      dense[i * n + j] = band[(upper + i - j) * n + j]!;
    }
  }
  return dense;
}

/** Largest |b - A x| over eps (|A| |x| + |b|), row by row norms taken over the whole matrix: the backward error. */
function backwardError(n: number, a: Float64Array, x: Float64Array, b: ArrayLike<number>): number {
  let residual = 0;
  let norm = 0;
  let xNorm = 0;
  let bNorm = 0;
  for (let i = 0; i < n; i++) {
    let r = b[i]!;
    let row = 0;
    for (let j = 0; j < n; j++) {
      r -= a[i * n + j]! * x[j]!;
      row += Math.abs(a[i * n + j]!);
    }
    residual = Math.max(residual, Math.abs(r));
    norm = Math.max(norm, row);
    xNorm = Math.max(xNorm, Math.abs(x[i]!));
    bNorm = Math.max(bNorm, Math.abs(b[i]!));
  }
  return residual === 0 ? 0 : residual / (EPS * (norm * xNorm + bNorm));
}

function solved(solver: LinearSolver, matrix: Float64Array, b: ArrayLike<number>): Float64Array | undefined {
  if (solver.factor(matrix, 0, 1) === "singular") return undefined;
  const x = Float64Array.from(b);
  solver.solve(x);
  return x;
}

describe("denseLu", () => {
  it("solves the 6 x 6 Hilbert system times 360360, whose inverse is known exactly", () => {
    // H x = e_1 has x = first column of the inverse Hilbert matrix: 36, -630, 3360, -7560, 7560, -2772.
    const n = 6;
    const h = Float64Array.from({ length: n * n }, (_, k) => 360360 / (Math.floor(k / n) + (k % n) + 1));
    const x = solved(denseLu(n), h, [360360, 0, 0, 0, 0, 0]);
    const exact = [36, -630, 3360, -7560, 7560, -2772];
    // Condition number 1.5e7 times eps 2.2e-16 leaves eight digits at the worst.
    for (let i = 0; i < n; i++) expect(Math.abs(x![i]! / exact[i]! - 1)).toBeLessThan(1e-8);
  });

  it("is backward stable whatever the condition number, also across panels", () => {
    let solvedRuns = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 19 }).chain((n) =>
          fc.record({
            n: fc.constant(n),
            a: fc.array(entry, { minLength: n * n, maxLength: n * n }),
            b: fc.array(upTo(1), { minLength: n, maxLength: n }),
          }),
        ),
        ({ n, a, b }) => {
          const matrix = Float64Array.from(a);
          const x = solved(denseLu(n), matrix, b);
          if (x === undefined) return true;
          solvedRuns++;
          // Higham, Accuracy and Stability, theorem 9.5, with a growth factor of 20 in place of 2^(n-1).
          return backwardError(n, matrix, x, b) < 60 * n;
        },
      ),
      { numRuns: 300 },
    );
    expect(solvedRuns).toBeGreaterThan(150);
  });

  it("undoes any permutation exactly", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...Array(11).keys()], { minLength: 11 }), (order) => {
        const a = new Float64Array(121);
        order.forEach((column, row) => {
          a[row * 11 + column] = 1;
        });
        const x = solved(denseLu(11), a, [...Array(11).keys()]);
        expect(order.map((column) => x![column])).toEqual([...Array(11).keys()]);
      }),
    );
  });

  it("reports a singular matrix and a matrix that is not finite, and works again afterwards", () => {
    const lu = denseLu(3);
    expect(lu.factor(Float64Array.of(1, 2, 3, 2, 4, 6, 0, 1, 5), 0, 1)).toBe("singular");
    expect(lu.factor(new Float64Array(9).fill(Number.NaN), 0, 1)).toBe("singular");
    expect(lu.factor(Float64Array.of(0, 1, 0, 1, 0, 0, 0, 0, Number.POSITIVE_INFINITY), 0, 1)).toBe("singular");
    expect(lu.factor(new Float64Array(9), 1, -1)).toBe("factored");
    const x = Float64Array.of(1, 2, 3);
    lu.solve(x);
    expect([...x]).toEqual([1, 2, 3]);
  });

  it("refuses sizes before it allocates", () => {
    expect(() => denseLu(0)).toThrow(RangeError);
    expect(() => denseLu(80_001)).toThrow(/denseLu: size \* size must be an integer between 1 and 134217728/);
  });
});

describe("bandedLu", () => {
  it("equals dense LU to round-off for any band, with shift and scale", () => {
    fc.assert(
      fc.property(banded, upTo(2), ({ n, lower, upper, band, dense, b }, scale) => {
        // A shift above every row sum keeps the condition number below about 3, so solutions agree to round-off.
        let shift = 1;
        for (let i = 0; i < n; i++) {
          let row = 0;
          for (let j = 0; j < n; j++) row += Math.abs(scale * dense[i * n + j]!);
          shift = Math.max(shift, 2 * row);
        }
        const viaBand = bandedLu(n, lower, upper);
        const viaDense = denseLu(n);
        expect(viaBand.factor(band, shift, scale)).toBe("factored");
        expect(viaDense.factor(dense, shift, scale)).toBe("factored");
        const x = Float64Array.from(b);
        const y = Float64Array.from(b);
        viaBand.solve(x);
        viaDense.solve(y);
        const size = y.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        for (let i = 0; i < n; i++) expect(Math.abs(x[i]! - y[i]!)).toBeLessThanOrEqual(50 * EPS * size);
      }),
      { numRuns: 300 },
    );
  });

  it("is backward stable with row exchanges, whatever the condition number", () => {
    let solvedRuns = 0;
    fc.assert(
      fc.property(banded, ({ n, lower, upper, band, dense, b }) => {
        const x = solved(bandedLu(n, lower, upper), band, b);
        if (x === undefined) return true;
        solvedRuns++;
        return backwardError(n, dense, x, b) < 60 * n;
      }),
      { numRuns: 400 },
    );
    expect(solvedRuns).toBeGreaterThan(200);
  });

  it("is backward stable on the tridiagonal path, with row exchanges", () => {
    let solvedRuns = 0;
    fc.assert(
      fc.property(
        banded.filter(({ lower, upper }) => lower === 1 && upper === 1),
        ({ n, band, dense, b }) => {
          return [tridiagonalLu(n), pivotedTridiagonalLu(n)].every((solver) => {
            const x = solved(solver, band, b);
            if (x === undefined) return true;
            solvedRuns++;
            return backwardError(n, dense, x, b) < 60 * n;
          });
        },
      ),
      { numRuns: 200 },
    );
    expect(solvedRuns).toBeGreaterThan(200);
  });

  it("is backward stable where the elimination from both ends needs no exchange, for every small size", () => {
    for (let n = 1; n <= 9; n++) {
      fc.assert(
        fc.property(
          fc.array(upTo(1), { minLength: 3 * n, maxLength: 3 * n }),
          fc.array(upTo(1), { minLength: n, maxLength: n }),
          upTo(3),
          (entries, b, scale) => {
            // Diagonally dominant: no pivot is smaller than what stands below it.
            const shift = 10;
            const band = Float64Array.from(entries);
            const dense = toDense(n, 1, 1, entries);
            const a = dense.map((value, k) => scale * value + (k % (n + 1) === 0 ? shift : 0));
            const solver = tridiagonalLu(n);
            expect(solver.factor(band, shift, scale)).toBe("factored");
            const x = Float64Array.from(b);
            solver.solve(x);
            expect(backwardError(n, a, x, b)).toBeLessThan(10);
          },
        ),
        { numRuns: 50 },
      );
    }
  });

  it("reports singular matrices on the general and the tridiagonal path", () => {
    // A zero row in the middle.
    const zeroRow = Float64Array.of(0, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 0);
    expect(bandedLu(4, 1, 1).factor(zeroRow, 0, 1)).toBe("singular");
    expect(bandedLu(4, 2, 1).factor(new Float64Array(16), 0, 1)).toBe("singular");
    expect(bandedLu(4, 2, 1).factor(new Float64Array(16).fill(Number.NaN), 1, 1)).toBe("singular");
    expect(tridiagonalLu(3).factor(new Float64Array(9).fill(Number.NaN), 1, 1)).toBe("singular");
    expect(tridiagonalLu(1).factor(Float64Array.of(9, 2, 9), 0, 1)).toBe("factored");
  });

  it("refuses a band that does not fit", () => {
    expect(() => bandedLu(3, 3, 0)).toThrow(RangeError);
    expect(() => bandedLu(3, 0, -1)).toThrow(RangeError);
    expect(() => bandedLu(2.5, 0, 0)).toThrow(RangeError);
    expect(() => bandedLu(1e9, 4, 4)).toThrow(RangeError);
  });
});
