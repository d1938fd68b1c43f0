import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type KernelEngine, kernelEngine, SingularMatrixError, tridiagonal, tridiagonalBytes } from "./index.ts";

const engines = () => [kernelEngine({ bytes: 1 << 18 }), kernelEngine({ bytes: 1 << 18, use: "plain" })] as const;
const sameBits = (a: Float64Array, b: Float64Array): boolean =>
  a.length === b.length && a.every((value, i) => Object.is(value, b[i]));

interface Case {
  readonly rows: number;
  readonly systems: number;
  readonly matrix: "each" | "shared";
  readonly pivoting: "none" | "partial";
  readonly periodic: boolean;
  readonly seed: number;
}
const cases: fc.Arbitrary<Case> = fc.record({
  rows: fc.integer({ min: 3, max: 40 }),
  systems: fc.integer({ min: 1, max: 19 }),
  matrix: fc.constantFrom("each", "shared"),
  pivoting: fc.constantFrom("none", "partial"),
  periodic: fc.boolean(),
  seed: fc.nat(1000),
});

/** Entry i of a sequence without a pattern, of size 1. */
const rough = (i: number, seed: number): number => Math.sin(i * i + 0.7 * i + seed);

/** Bands without dominance where rows may be exchanged in an open chain, dominant ones otherwise. */
function made(engine: KernelEngine, { seed, ...options }: Case) {
  const solver = tridiagonal(engine, options);
  const wild = options.pivoting === "partial" && !options.periodic;
  const { lower, diagonal, upper, x } = solver;
  for (let k = 0; k < diagonal.length; k++) {
    lower[k] = rough(k, seed);
    upper[k] = rough(k, seed + 1);
    const d = rough(k, seed + 2);
    diagonal[k] = wild ? d : (d < 0 ? -1 : 1) * (2.05 + Math.abs(d));
  }
  x.forEach((_, k) => (x[k] = rough(k, seed + 3)));
  return solver;
}

/** The largest |A x - b| / (|A| |x| + |b|) of a row. */
function residual(solver: ReturnType<typeof tridiagonal>, options: Case, b: Float64Array): number {
  const { rows, systems, matrix, periodic } = options;
  const { lower, diagonal, upper, x } = solver;
  let worst = 0;
  for (let s = 0; s < systems; s++) {
    for (let i = 0; i < rows; i++) {
      const k = matrix === "shared" ? i : i * systems + s;
      const [left, right] = [(i + rows - 1) % rows, (i + 1) % rows];
      const products = [
        !periodic && i === 0 ? 0 : lower[k]! * x[left * systems + s]!,
        diagonal[k]! * x[i * systems + s]!,
        !periodic && i === rows - 1 ? 0 : upper[k]! * x[right * systems + s]!,
      ];
      const off = products.reduce((sum, p) => sum + p, -b[i * systems + s]!);
      const size = products.reduce((sum, p) => sum + Math.abs(p), Math.abs(b[i * systems + s]!));
      worst = Math.max(worst, Math.abs(off) / size);
    }
  }
  return worst;
}

describe("tridiagonal", () => {
  it("gives the twin's bits: each or shared, with and without exchanges, open and closed", () => {
    fc.assert(
      fc.property(cases, (run) => {
        const results = engines().map((engine) => {
          const solver = made(engine, run);
          try {
            solver.factor();
          } catch (error) {
            return error as SingularMatrixError;
          }
          solver.solve();
          return solver.x;
        });
        const [ours, twin] = results;
        if (ours instanceof Float64Array) expect(sameBits(ours, twin as Float64Array)).toBe(true);
        else
          expect([ours!.row, ours!.system]).toEqual([(twin as SingularMatrixError).row, (twin as typeof ours)!.system]);
      }),
      { numRuns: 300 },
    );
  });

  it("leaves residuals of rounding for dominant matrices", () => {
    fc.assert(
      fc.property(cases, (given) => {
        const run = { ...given, pivoting: "none" } as const;
        const solver = made(engines()[0], run);
        const b = solver.x.slice();
        solver.factor();
        solver.solve();
        // Higham, Accuracy and Stability, 2nd ed., theorem 9.12: a few eps of |L||U||x|, and |L||U| is within 3 of |A| for dominance.
        expect(residual(solver, run, b)).toBeLessThan(4e-15);
      }),
      { numRuns: 200 },
    );
  });

  it("with exchanges solves any regular system as well as dense elimination does", () => {
    fc.assert(
      fc.property(cases, (given) => {
        const run = { ...given, pivoting: "partial", periodic: false } as const;
        const solver = made(engines()[0], run);
        const b = solver.x.slice();
        solver.factor();
        solver.solve();
        // Backward stable in norm, not row by row: the residual beside the largest |x| of the system.
        const { rows, systems } = run;
        for (let s = 0; s < systems; s++) {
          const column = (from: Float64Array): number[] =>
            Array.from({ length: rows }, (_, i) => from[i * systems + s]!);
          const size = Math.max(...column(solver.x).map(Math.abs));
          for (let i = 0; i < rows; i++) {
            const k = run.matrix === "shared" ? i : i * systems + s;
            const x = column(solver.x);
            const sum =
              (i > 0 ? solver.lower[k]! * x[i - 1]! : 0) +
              solver.diagonal[k]! * x[i]! +
              (i < rows - 1 ? solver.upper[k]! * x[i + 1]! : 0);
            expect(Math.abs(sum - column(b)[i]!)).toBeLessThan(2e-15 * (3 * size + 1));
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it("gives a system the same bits alone, in any lane, and with the matrix shared", () => {
    fc.assert(
      fc.property(cases, (run) => {
        const [engine] = engines();
        const one = made(engine, { ...run, systems: 1, matrix: "each" });
        one.factor();
        const b = one.x.slice();
        one.solve();
        const { rows, systems, pivoting, periodic, matrix } = run;
        const many = tridiagonal(engine, { rows, systems, pivoting, periodic, matrix });
        for (const band of ["lower", "diagonal", "upper"] as const) {
          many[band].forEach((_, k, to) => (to[k] = one[band][matrix === "shared" ? k : Math.floor(k / systems)]!));
        }
        many.x.forEach((_, k, x) => (x[k] = b[Math.floor(k / systems)]!));
        many.factor();
        many.solve();
        expect(many.x.every((value, k) => Object.is(value, one.x[Math.floor(k / systems)]))).toBe(true);
      }),
    );
  });

  it("is linear in the right-hand side", () => {
    fc.assert(
      fc.property(cases, fc.double({ min: -2, max: 2, noNaN: true }), (given, factor) => {
        const run = { ...given, pivoting: "none" } as const;
        const [engine] = engines();
        const solver = made(engine, run);
        solver.factor();
        const [a, b, sum] = [engine.float64(solver.x.length), solver.x, engine.float64(solver.x.length)];
        a.forEach((_, k) => (a[k] = rough(k, run.seed + 9)));
        a.forEach((value, k) => (sum[k] = value + factor * b[k]!));
        for (const each of [a, b, sum]) solver.solve(each);
        // Dominant by 0.05 at least: solutions below 40, and as many times the rounding.
        sum.forEach((value, k) => expect(Math.abs(value - (a[k]! + factor * b[k]!))).toBeLessThan(40 * 40 * 1.2e-16));
      }),
    );
  });

  it("solves Poisson's equation between held ends exactly to rounding: a parabola", () => {
    const n = 99;
    const solver = tridiagonal(engines()[0], { rows: n });
    solver.lower.fill(-1);
    solver.diagonal.fill(2);
    solver.upper.fill(-1);
    solver.x.fill(1);
    solver.factor();
    solver.solve();
    // x_i = (i + 1) (n - i) / 2; condition 4 (n + 1)^2 / pi^2 = 4,000.
    solver.x.forEach((x, i) => expect(Math.abs(x - ((i + 1) * (n - i)) / 2)).toBeLessThan(1250 * 4000 * 1.2e-16));
  });

  it("solves in other arrays of the engine, and again for other right-hand sides with the same factors", () => {
    const [engine] = engines();
    const run: Case = { rows: 9, systems: 3, matrix: "each", pivoting: "none", periodic: true, seed: 4 };
    const solver = made(engine, run);
    solver.factor();
    const [b, other] = [solver.x.slice(), engine.float64(27)];
    other.set(b.map((value) => 2 * value));
    solver.solve();
    solver.solve(other);
    // Doubling is exact.
    expect(other.every((value, k) => value === 2 * solver.x[k]!)).toBe(true);
    expect(residual(solver, run, b)).toBeLessThan(4e-15);
  });

  it("agrees with the circulant inverse on a ring: eigenvectors are waves", () => {
    const n = 12;
    const solver = tridiagonal(engines()[0], { rows: n, periodic: true });
    solver.lower.fill(-1);
    solver.upper.fill(-1);
    solver.diagonal.fill(2.5);
    solver.factor();
    const wave = (i: number): number => Math.cos((2 * Math.PI * 2 * i) / n + 0.3);
    solver.x.forEach((_, i, x) => (x[i] = wave(i)));
    solver.solve();
    const value = 2.5 - 2 * Math.cos((4 * Math.PI) / n);
    solver.x.forEach((x, i) => expect(Math.abs(x - wave(i) / value)).toBeLessThan(2e-15));
  });

  it("says which row of which system has no pivot", () => {
    for (const engine of engines()) {
      for (const pivoting of ["none", "partial"] as const) {
        const solver = tridiagonal(engine, { rows: 5, systems: 3, pivoting });
        const fill = (): void => {
          for (const band of [solver.lower, solver.upper]) band.fill(-1);
          solver.diagonal.fill(3);
        };
        const caught = (): SingularMatrixError => {
          try {
            solver.factor();
          } catch (error) {
            expect(() => solver.solve()).toThrow("factor() must have succeeded before");
            return error as SingularMatrixError;
          }
          throw new Error("factored");
        };
        fill();
        solver.factor();
        // Row 3 of system 2 is zero.
        solver.lower[3 * 3 + 2] = solver.diagonal[3 * 3 + 2] = solver.upper[3 * 3 + 2] = 0;
        let error = caught();
        expect([error.name, error.code, error.system]).toEqual(["SingularMatrixError", "pivot", 2]);
        // Without exchanges it is the row itself that has none; with them it goes down, and the last row has none.
        expect(error.row).toBe(pivoting === "none" ? 3 : 4);
        fill();
        solver.diagonal[3 + 1] = Number.NaN;
        error = caught();
        expect(error.system).toBe(1);
        // Diffusion with no flow through the ends: singular, pivots -1 up to the last, which is rounding.
        fill();
        for (let i = 0; i < 5; i++) {
          const [left, right] = [i > 0 ? 0.1 + 0.3 * i : 0, i < 4 ? 0.4 + 0.3 * i : 0];
          solver.lower[3 * i] = -left;
          solver.upper[3 * i] = -right;
          solver.diagonal[3 * i] = left + right;
        }
        error = caught();
        expect([error.row, error.system]).toEqual([4, 0]);
      }
      const ring = tridiagonal(engine, { rows: 6, periodic: true });
      ring.lower.fill(-0.7);
      ring.upper.fill(-0.3);
      ring.diagonal.fill(1);
      expect(() => ring.factor()).toThrow("tridiagonal: row 5 of system 0 has no pivot");
    }
  });

  it("needs exchanges where the first pivot is zero", () => {
    const [engine] = engines();
    const plain = tridiagonal(engine, { rows: 2 });
    const pivoted = tridiagonal(engine, { rows: 2, pivoting: "partial" });
    for (const { lower, upper, x } of [plain, pivoted]) {
      lower[1] = 2;
      upper[0] = 4;
      x.set([8, 6]);
    }
    expect(() => plain.factor()).toThrow(SingularMatrixError);
    pivoted.factor();
    pivoted.solve();
    expect([...pivoted.x]).toEqual([3, 2]);
  });

  it("takes the bytes that were asked for, and refuses what it cannot work on", () => {
    fc.assert(
      fc.property(cases, ({ rows, systems, matrix, pivoting, periodic }) => {
        const options = { rows, systems, matrix, pivoting, periodic };
        for (const use of ["auto", "plain"] as const) {
          const engine = kernelEngine({ bytes: tridiagonalBytes(options), use });
          tridiagonal(engine, options);
          expect(engine.used).toBe(engine.bytes);
        }
      }),
      { numRuns: 20 },
    );
    const [engine] = engines();
    expect(() => tridiagonal(engine, { rows: 0 })).toThrow("rows must be an integer");
    expect(() => tridiagonal(engine, { rows: 2, periodic: true })).toThrow("rows must be an integer between 3");
    expect(() => tridiagonal(engine, { rows: 4, systems: 0 })).toThrow("systems must be an integer");
    expect(() => tridiagonal(engine, { rows: 1e5, systems: 1e5 })).toThrow("rows * systems must be");
    expect(() => tridiagonal(engine, { rows: 1e5 })).toThrow("make the engine larger");
    // @ts-expect-error unknown pivoting
    expect(() => tridiagonal(engine, { rows: 4, pivoting: "full" })).toThrow("pivoting must be one of");
    // @ts-expect-error unknown matrix
    expect(() => tridiagonal(engine, { rows: 4, matrix: "one" })).toThrow("matrix must be one of");
    // @ts-expect-error not a boolean
    expect(() => tridiagonal(engine, { rows: 4, periodic: "yes" })).toThrow("periodic must be true or false");
    const solver = tridiagonal(engine, { rows: 4 });
    expect(() => solver.solve()).toThrow("factor() must have succeeded before");
    solver.diagonal.fill(1);
    solver.factor();
    expect(() => solver.solve(new Float64Array(4))).toThrow("x must be an array of the engine");
    expect(() => solver.solve(engine.float64(5))).toThrow("x must have length 4, got 5");
  });
});
