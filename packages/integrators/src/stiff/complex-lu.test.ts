import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { complexLu } from "./complex-lu.ts";
import { complexBandedLu } from "./complex-lu-banded.ts";
import { complexDenseLu } from "./complex-lu-dense.ts";
import { complexTridiagonalLu } from "./complex-lu-tridiagonal.ts";

const EPS = Number.EPSILON;

/** Multiples of most/10^6, evenly spread. */
const upTo = (most: number): fc.Arbitrary<number> =>
  fc.integer({ min: -1_000_000, max: 1_000_000 }).map((k) => (k * most) / 1_000_000);

const entry = fc.oneof(
  { weight: 6, arbitrary: upTo(1) },
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: upTo(1e4) },
);

/** A banded matrix in both layouts with a shift and a complex right-hand side. */
const shifted = (least: number, most: number) =>
  fc
    .integer({ min: 1, max: 24 })
    .chain((n) => {
      const bandwidth = fc.integer({ min: Math.min(n - 1, least), max: Math.min(n - 1, most) });
      return fc.record({ n: fc.constant(n), lower: bandwidth, upper: bandwidth });
    })
    .chain(({ n, lower, upper }) =>
      fc.record({
        n: fc.constant(n),
        lower: fc.constant(lower),
        upper: fc.constant(upper),
        band: fc
          .array(entry, { minLength: (lower + upper + 1) * n, maxLength: (lower + upper + 1) * n })
          .map((values) => Float64Array.from(values)),
        // Without an imaginary part most draws with zero entries would be singular, or next to it.
        shift: fc.tuple(
          upTo(10),
          fc.oneof(
            upTo(1).filter((y) => Math.abs(y) > 0.1),
            fc.constant(-30),
          ),
        ),
        re: fc.array(upTo(1), { minLength: n, maxLength: n }),
        im: fc.array(upTo(1), { minLength: n, maxLength: n }),
      }),
    );

function toDense(n: number, lower: number, upper: number, band: Float64Array): Float64Array {
  const dense = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = Math.max(0, i - lower); j <= Math.min(n - 1, i + upper); j++) {
      dense[i * n + j] = band[(upper + i - j) * n + j]!;
    }
  }
  return dense;
}

/** Largest |b - (s I - A) x| over |s I - A| |x| + |b|, in maximum norms, in units of eps: the backward error. */
function backwardError(
  a: Float64Array,
  [sRe, sIm]: readonly [number, number],
  [re, im]: readonly [Float64Array, Float64Array],
  [bRe, bIm]: readonly [readonly number[], readonly number[]],
): number {
  const n = re.length;
  let [residual, norm, xNorm, bNorm] = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    let x = bRe[i]!;
    let y = bIm[i]!;
    let row = 0;
    for (let j = 0; j < n; j++) {
      const p = (i === j ? sRe : 0) - a[i * n + j]!;
      const q = i === j ? sIm : 0;
      x -= p * re[j]! - q * im[j]!;
      y -= p * im[j]! + q * re[j]!;
      row += Math.abs(p) + Math.abs(q);
    }
    residual = Math.max(residual, Math.abs(x) + Math.abs(y));
    norm = Math.max(norm, row);
    xNorm = Math.max(xNorm, Math.abs(re[i]!) + Math.abs(im[i]!));
    bNorm = Math.max(bNorm, Math.abs(bRe[i]!) + Math.abs(bIm[i]!));
  }
  return residual / (EPS * (norm * xNorm + bNorm) || 1);
}

describe("the complex LU solvers", () => {
  it("solve dense and banded systems with a backward error of a few eps, and leave the matrix alone", () => {
    fc.assert(
      fc.property(shifted(0, 5), ({ n, lower, upper, band, shift, re, im }) => {
        const dense = toDense(n, lower, upper, band);
        for (const [solver, matrix] of [
          [complexDenseLu(n), dense],
          [complexBandedLu(n, lower, upper), band],
        ] as const) {
          const before = matrix.slice();
          const x = [Float64Array.from(re), Float64Array.from(im)] as const;
          if (solver.factor(matrix, shift[0], shift[1]) === "singular") continue;
          solver.solve(x[0], x[1]);
          // Partial pivoting on 24 unknowns: growth of the entries by more than a hundred does not turn up by chance.
          expect(backwardError(dense, shift, x, [re, im])).toBeLessThan(100 * n);
          expect(matrix).toEqual(before);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("solve tridiagonal systems like the general band, to round-off", () => {
    fc.assert(
      fc.property(
        shifted(1, 1).filter(({ n }) => n > 1),
        ({ n, band, shift, re, im }) => {
          const solver = complexTridiagonalLu(n);
          const x = [Float64Array.from(re), Float64Array.from(im)] as const;
          fc.pre(solver.factor(band, shift[0], shift[1]) === "factored");
          solver.solve(x[0], x[1]);
          expect(backwardError(toDense(n, 1, 1, band), shift, x, [re, im])).toBeLessThan(100 * n);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("exchange rows: a tiny pivot above a large entry costs no accuracy", () => {
    // (1e-20 i) x0 - x1 = 1, -x0 + (1e-20 i) x1 = i: x1 = -1, x0 = -i to round-off.
    const matrix = { dense: [0, 1, 1, 0], band: [0, 1, 0, 0, 1, 0] };
    for (const [solver, a] of [
      [complexDenseLu(2), matrix.dense],
      [complexBandedLu(2, 1, 1), matrix.band],
      [complexTridiagonalLu(2), matrix.band],
    ] as const) {
      const re = Float64Array.of(1, 0);
      const im = Float64Array.of(0, 1);
      expect(solver.factor(Float64Array.from(a), 0, 1e-20)).toBe("factored");
      solver.solve(re, im);
      expect([...re].map((x) => x + 0)).toEqual([0, -1]);
      expect([...im].map((y) => y + 0)).toEqual([-1, 0]);
    }
  });

  it("neither overflow nor vanish where the squares of the entries do", () => {
    for (const scale of [1e-200, 1e200]) {
      for (const solver of [complexDenseLu(1), complexBandedLu(1, 0, 0)]) {
        const re = Float64Array.of(scale);
        const im = Float64Array.of(0);
        expect(solver.factor(Float64Array.of(0), 3 * scale, 4 * scale)).toBe("factored");
        solver.solve(re, im);
        expect(re[0]).toBeCloseTo(3 / 25, 15);
        expect(im[0]).toBeCloseTo(-4 / 25, 15);
      }
      const solver = complexTridiagonalLu(2);
      const re = Float64Array.of(scale, scale);
      const im = new Float64Array(2);
      expect(solver.factor(new Float64Array(6), 3 * scale, 4 * scale)).toBe("factored");
      solver.solve(re, im);
      for (let i = 0; i < 2; i++) {
        expect(re[i]).toBeCloseTo(3 / 25, 15);
        expect(im[i]).toBeCloseTo(-4 / 25, 15);
      }
    }
  });

  it("say singular for a zero matrix and for entries that are not finite", () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(complexDenseLu(2).factor(Float64Array.of(1, bad, bad, 1), 1, 1)).toBe("singular");
      expect(complexBandedLu(3, 1, 1).factor(new Float64Array(9).fill(bad), 1, 1)).toBe("singular");
      expect(complexTridiagonalLu(3).factor(new Float64Array(9).fill(bad), 1, 1)).toBe("singular");
    }
    expect(complexDenseLu(2).factor(new Float64Array(4), 0, 0)).toBe("singular");
    expect(complexBandedLu(3, 1, 1).factor(new Float64Array(9), 0, 0)).toBe("singular");
    expect(complexTridiagonalLu(3).factor(new Float64Array(9), 0, 0)).toBe("singular");
  });

  it("are chosen by the band of the Jacobian", () => {
    const b = [1, -1, 2, 0.5, 3] as const;
    const bands = [undefined, { lower: 1, upper: 1 }, { lower: 0, upper: 2 }] as const;
    for (const band of bands) {
      const solver = complexLu(5, band);
      const re = Float64Array.from(b);
      const im = new Float64Array(5);
      const entries = band === undefined ? 25 : 5 * (band.lower + band.upper + 1);
      expect(solver.size).toBe(5);
      expect(solver.factor(new Float64Array(entries), 0, 2)).toBe("factored");
      solver.solve(re, im);
      expect([...im]).toEqual(b.map((value) => -value / 2));
    }
  });

  it("refuse sizes and bands that make no matrix", () => {
    expect(() => complexDenseLu(0)).toThrow(RangeError);
    expect(() => complexDenseLu(20_000)).toThrow(RangeError);
    expect(() => complexBandedLu(3, 3, 0)).toThrow(RangeError);
    expect(() => complexBandedLu(3, 0, -1)).toThrow(RangeError);
    expect(() => complexTridiagonalLu(1.5)).toThrow(RangeError);
  });
});
