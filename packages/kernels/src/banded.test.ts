import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { banded, bandedBytes, kernelEngine, SingularMatrixError, tridiagonal } from "./index.ts";

const engines = () => [kernelEngine({ bytes: 1 << 18 }), kernelEngine({ bytes: 1 << 18, use: "plain" })] as const;
const sameBits = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.from(a).every((value, i) => Object.is(value, b[i]));
/** dgbtrf of SciPy 1.10.1: the columns of AB, and ipiv. */
const LAPACK = {
  pivots: [1, 2, 4, 3, 4],
  factors: [
    0, 0, 0, 4, 0.25, 0.5, 0, 0, 1, 7.5, 0.23333333333333334, 0.13333333333333333, 0, 3, -0.5, 4, 0.51666666666666672,
    -0.15833333333333333, 0, 5, 6, -1.7666666666666671, 0.12264150943396231, 0, 0, 3, -0.55000000000000016,
    0.54245283018867929, 0, 0,
  ],
};

const rough = (i: number, seed: number): number => Math.sin(i * i + 0.7 * i + seed);

interface Case {
  readonly rows: number;
  readonly lower: number;
  readonly upper: number;
  readonly columns: number;
  readonly seed: number;
}
const cases: fc.Arbitrary<Case> = fc
  .record({
    rows: fc.integer({ min: 1, max: 45 }),
    lower: fc.nat(20),
    upper: fc.nat(20),
    columns: fc.integer({ min: 1, max: 11 }),
    // Not 0, where the first entry would be.
    seed: fc.integer({ min: 1, max: 1000 }),
  })
  .map(({ rows, lower, upper, columns, seed }) => {
    return { rows, lower: Math.min(lower, rows - 1), upper: Math.min(upper, rows - 1), columns, seed };
  });

/** A band without dominance, NaN where the matrix has no entries, and right-hand sides. */
function made(engine: ReturnType<typeof kernelEngine>, { seed, ...sizes }: Case) {
  const solver = banded(engine, sizes);
  const { rows, upper } = sizes;
  solver.band.forEach((_, k, band) => {
    const i = (k % rows) + Math.floor(k / rows) - upper;
    band[k] = i >= 0 && i < rows ? rough(k, seed) : Number.NaN;
  });
  solver.x.forEach((_, k, x) => (x[k] = rough(k, seed + 1)));
  return solver;
}

/** Entry (i, j) of the matrix. */
function entry(band: Float64Array, { rows, lower, upper }: Case, i: number, j: number): number {
  const d = upper + i - j;
  return d < 0 || d > lower + upper ? 0 : band[d * rows + j]!;
}

/** Dense Gaussian elimination with exchanges, one right-hand side; written from the textbook, row by row. */
function denseSolve(a: number[][], b: number[]): number[] {
  const n = b.length;
  const [m, x] = [a.map((row) => [...row]), [...b]];
  for (let k = 0; k < n; k++) {
    let p = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(m[i]![k]!) > Math.abs(m[p]![k]!)) p = i;
    [m[k], m[p]] = [m[p]!, m[k]!];
    [x[k], x[p]] = [x[p]!, x[k]!];
    for (let i = k + 1; i < n; i++) {
      const f = m[i]![k]! / m[k]![k]!;
      for (let j = k; j < n; j++) m[i]![j]! -= f * m[k]![j]!;
      x[i]! -= f * x[k]!;
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) x[i]! -= m[i]![j]! * x[j]!;
    x[i]! /= m[i]![i]!;
  }
  return x;
}

describe("banded", () => {
  it("gives the twin's bits in factors, pivots and solutions", () => {
    fc.assert(
      fc.property(cases, (run) => {
        const [ours, twin] = engines().map((engine) => {
          const solver = made(engine, run);
          solver.factor();
          solver.solve();
          return solver;
        });
        for (const name of ["factors", "pivots", "x"] as const) {
          expect(sameBits(ours![name], twin![name]), name).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("leaves residuals of rounding, and leaves the band alone", () => {
    fc.assert(
      fc.property(cases, (run) => {
        const { rows, columns } = run;
        const solver = made(engines()[0], run);
        const [b, band] = [solver.x.slice(), solver.band.slice()];
        solver.factor();
        solver.solve();
        expect(sameBits(solver.band, band)).toBe(true);
        for (let c = 0; c < columns; c++) {
          let size = 0;
          for (let j = 0; j < rows; j++) size = Math.max(size, Math.abs(solver.x[j * columns + c]!));
          for (let i = 0; i < rows; i++) {
            let off = -b[i * columns + c]!;
            for (let j = 0; j < rows; j++) off += entry(band, run, i, j) * solver.x[j * columns + c]!;
            // Rows of up to 41 entries below 1, factors that grow by less than 10: 41 * 41 eps at worst, 10 eps as a rule.
            expect(Math.abs(off)).toBeLessThan(4e-14 * (1 + size));
          }
        }
      }),
    );
  });

  it("agrees with dense elimination as far as the condition lets two orders of rounding agree", () => {
    fc.assert(
      fc.property(cases, (given) => {
        const run = { ...given, columns: 1 };
        const { rows } = run;
        const solver = made(engines()[0], run);
        const rowsOf = Array.from({ length: rows }, (_, i) =>
          Array.from({ length: rows }, (__, j) => entry(solver.band, run, i, j)),
        );
        const dense = denseSolve(rowsOf, [...solver.x]);
        solver.factor();
        const condition = solver.condition();
        solver.solve();
        const size = Math.max(...dense.map(Math.abs));
        for (let i = 0; i < rows; i++) {
          expect(Math.abs(solver.x[i]! - dense[i]!) / size).toBeLessThan(1e-15 * Math.max(10, condition));
        }
      }),
    );
  });

  it("gives a right-hand side the same bits alone and beside others, and twice the solution for twice the right-hand side", () => {
    fc.assert(
      fc.property(cases, (run) => {
        const [engine] = engines();
        const { rows, columns } = run;
        const one = made(engine, { ...run, columns: 1 });
        const many = made(engine, run);
        one.factor();
        many.factor();
        many.x.forEach((_, k, x) => (x[k] = (k % columns === 0 ? 1 : 2) * one.x[Math.floor(k / columns)]!));
        one.solve();
        many.solve();
        for (let k = 0; k < rows * columns; k++) {
          expect(many.x[k]).toBe((k % columns === 0 ? 1 : 2) * one.x[Math.floor(k / columns)]!);
        }
      }),
    );
  });

  it("solves the system turned round, first row last, by the solution turned round", () => {
    fc.assert(
      fc.property(cases, (given) => {
        const run = { ...given, columns: 1 };
        const { rows, lower, upper } = run;
        const [engine] = engines();
        const solver = made(engine, run);
        const turned = banded(engine, { rows, lower: upper, upper: lower });
        for (let i = 0; i < rows; i++) {
          turned.x[rows - 1 - i] = solver.x[i]!;
          for (let j = Math.max(0, i - lower); j <= Math.min(rows - 1, i + upper); j++) {
            turned.band[(lower - i + j) * rows + rows - 1 - j] = entry(solver.band, run, i, j);
          }
        }
        for (const each of [solver, turned]) each.factor();
        const condition = solver.condition();
        for (const each of [solver, turned]) each.solve();
        const size = Math.max(...solver.x.map(Math.abs));
        // Another order of elimination: rounding times the condition.
        for (let i = 0; i < rows; i++) {
          expect(Math.abs(turned.x[rows - 1 - i]! - solver.x[i]!) / size).toBeLessThan(1e-15 * Math.max(10, condition));
        }
      }),
    );
  });

  it("has the numbers of LAPACK's gbtrf", () => {
    // dgbtrf of SciPy 1.10.1 for this 5 x 5 band, lower 2, upper 1; columns of AB, then ipiv.
    const rows = 5;
    const solver = banded(engines()[0], { rows, lower: 2, upper: 1 });
    const dense = [
      [1, 2, 0, 0, 0],
      [4, 1, 3, 0, 0],
      [2, 8, 1, 5, 0],
      [0, 1, 2, 2, 1],
      [0, 0, 4, 6, 3],
    ];
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < rows; j++) {
        if (Math.abs(2 * (i - j) - 1) <= 3) solver.band[(1 + i - j) * rows + j] = dense[i]![j]!;
      }
    }
    solver.factor();
    expect([...solver.pivots]).toEqual(LAPACK.pivots);
    solver.factors.forEach((value, k) => expect(Math.abs(value - LAPACK.factors[k]!)).toBeLessThan(1e-15 * 8));
  });

  it("solves what tridiagonal solves", () => {
    const [engine] = engines();
    const n = 30;
    const chain = tridiagonal(engine, { rows: n, pivoting: "partial" });
    const band = banded(engine, { rows: n, lower: 1, upper: 1 });
    for (let i = 0; i < n; i++) {
      chain.upper[i] = rough(i, 1);
      chain.diagonal[i] = rough(i, 2) + 2;
      chain.lower[i] = rough(i, 3);
      if (i > 0) band.band[i] = chain.upper[i - 1]!;
      band.band[n + i] = chain.diagonal[i]!;
      if (i < n - 1) band.band[2 * n + i] = rough(i + 1, 3);
      chain.x[i] = band.x[i] = rough(i, 4);
    }
    for (const solver of [chain, band]) {
      solver.factor();
      solver.solve();
    }
    band.x.forEach((value, i) => expect(Math.abs(value - chain.x[i]!)).toBeLessThan(1e-13));
  });

  it("solves the biharmonic beam: a polynomial of degree four, exactly to rounding times the condition", () => {
    // Fourth difference, x = 0 and x'' = 0 discretely at both ends; x_i = t (t^3 - 2 n t^2 + n^3 + ...) has fourth difference 24.
    const n = 20;
    const solver = banded(engines()[0], { rows: n, lower: 2, upper: 2 });
    for (let j = 0; j < n; j++) {
      for (const [d, value] of [1, -4, 6, -4, 1].entries()) solver.band[d * n + j] = value;
    }
    solver.band[2 * n] = solver.band[2 * n + n - 1] = 5;
    // Two solves of -second difference with load 24: first y = 12 t (L - t), then the sum below, L = n + 1.
    const length = n + 1;
    const exact = (t: number): number =>
      t * t * t * t - 2 * length * t * t * t - t * t + length * t + length * length * length * t;
    solver.x.fill(24);
    solver.factor();
    expect(solver.condition()).toBeGreaterThan(1e4);
    solver.solve();
    solver.x.forEach((x, i) => expect(Math.abs(x / exact(i + 1) - 1)).toBeLessThan(4e-12));
  });

  it("estimates the condition from below, within a factor of 10", () => {
    fc.assert(
      fc.property(cases, (given) => {
        const run = { ...given, columns: given.rows };
        if (run.rows > 25) return;
        const solver = made(engines()[0], run);
        const { rows } = run;
        let norm = 0;
        for (let j = 0; j < rows; j++) {
          let sum = 0;
          for (let i = 0; i < rows; i++) sum += Math.abs(entry(solver.band, run, i, j));
          norm = Math.max(norm, sum);
        }
        solver.factor();
        const estimate = solver.condition();
        solver.x.forEach((_, k, x) => (x[k] = k % rows === Math.floor(k / rows) ? 1 : 0));
        solver.solve();
        let inverse = 0;
        for (let j = 0; j < rows; j++) {
          let sum = 0;
          for (let i = 0; i < rows; i++) sum += Math.abs(solver.x[i * rows + j]!);
          inverse = Math.max(inverse, sum);
        }
        expect(estimate).toBeLessThan(norm * inverse * (1 + 1e-9));
        // Mostly within 3; of 4,000 such matrices a few are worse.
        expect(estimate).toBeGreaterThan((norm * inverse) / 10);
      }),
    );
  });

  it("types what cannot be solved: no pivot, not finite, badly conditioned", () => {
    for (const engine of engines()) {
      const make = (): ReturnType<typeof banded> => {
        const solver = banded(engine, { rows: 6, lower: 1, upper: 1, worstCondition: 1e8 });
        solver.band.fill(-1);
        solver.band.fill(2.5, 6, 12);
        return solver;
      };
      const caught = (solver: ReturnType<typeof banded>): unknown => {
        try {
          solver.factor();
        } catch (error) {
          expect(() => solver.solve()).toThrow("factor() must have succeeded before");
          expect(() => solver.condition()).toThrow("factor() must have succeeded before");
          return error;
        }
        throw new Error("factored");
      };
      let solver = make();
      solver.factor();
      // 1-norm: 4.5 times at most 1 / (2.5 - 2).
      expect(solver.condition()).toBeLessThan(9);
      for (const at of [3, 9, 15]) solver.band[at] = 0;
      let error = caught(solver);
      expect(error).toBeInstanceOf(SingularMatrixError);
      expect(error).toMatchObject({ name: "SingularMatrixError", code: "pivot", row: 3 });
      solver = make();
      solver.band[8] = Number.NaN;
      error = caught(solver);
      expect(error).toBeInstanceOf(RangeError);
      expect(String(error)).toContain("band must be finite");
      // A reflecting chain of unequal bonds with a decay of 1e-12: singular but for that.
      solver = make();
      for (let j = 0; j < 6; j++) {
        const [left, right] = [j > 0 ? 0.3 + 0.1 * j : 0, j < 5 ? 0.4 + 0.1 * j : 0];
        solver.band[6 + j] = left + right + 1e-12;
        if (j > 0) solver.band[j] = -left;
        if (j < 5) solver.band[12 + j] = -right;
      }
      error = caught(solver);
      expect(error).toMatchObject({ name: "SingularMatrixError", code: "condition", row: -1 });
      expect(String(error)).toMatch(/condition must be at most 100000000, got about \d\.\de\+1[123]/);
    }
  });

  it("takes the bytes that were asked for, and refuses what it cannot work on", () => {
    fc.assert(
      fc.property(cases, ({ rows, lower, upper, columns }) => {
        for (const use of ["auto", "plain"] as const) {
          const engine = kernelEngine({ bytes: bandedBytes({ rows, lower, upper, columns }), use });
          banded(engine, { rows, lower, upper, columns });
          expect(engine.used).toBe(engine.bytes);
        }
      }),
      { numRuns: 20 },
    );
    const [engine] = engines();
    expect(() => banded(engine, { rows: 0, lower: 0, upper: 0 })).toThrow("rows must be an integer");
    expect(() => banded(engine, { rows: 4, lower: 4, upper: 0 })).toThrow("lower must be an integer between 0 and 3");
    expect(() => banded(engine, { rows: 4, lower: 0, upper: -1 })).toThrow("upper must be an integer between 0 and 3");
    expect(() => banded(engine, { rows: 4, lower: 1, upper: 1, columns: 0 })).toThrow("columns must be an integer");
    expect(() => banded(engine, { rows: 4, lower: 1, upper: 1, worstCondition: 0 })).toThrow("worstCondition");
    expect(() => banded(engine, { rows: 1e5, lower: 9, upper: 9 })).toThrow("make the engine larger");
    const solver = banded(engine, { rows: 4, lower: 0, upper: 0 });
    solver.band.fill(4);
    solver.factor();
    expect(() => solver.solve(new Float64Array(4))).toThrow("x must be an array of the engine");
    expect(() => solver.solve(engine.float64(5))).toThrow("x must have length 4, got 5");
  });
});
