import fc from "fast-check";
import { Matrix, solve as mlSolve } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { random, sharedJson } from "../test/shared.ts";
import { leastSquares, type Regression, stlsq } from "./index.ts";

/** A regression of `rows` uniform numbers in [-1, 1) a term, with the target of the given coefficients plus noise. */
function problem(seed: number, rows: number, coefficients: readonly number[], noise = 0): Regression {
  const next = random(seed);
  const terms = coefficients.length;
  const matrix = Float64Array.from({ length: terms * rows }, () => 2 * next() - 1);
  const target = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = noise * (2 * next() - 1);
    for (let k = 0; k < terms; k++) sum += coefficients[k]! * matrix[k * rows + i]!;
    target[i] = sum;
  }
  return { names: coefficients.map((_, k) => `a${k}`), matrix, target };
}

const column = (p: Regression, k: number): Float64Array => {
  const rows = p.target.length;
  return p.matrix.subarray(k * rows, (k + 1) * rows);
};

describe("leastSquares", () => {
  it("fits a line with the textbook coefficients and standard errors", () => {
    // y = 1, 3, 2, 5 at x = 0..3: slope 1.1, intercept 1.1, residual sum of squares 2.7 on 2 degrees of freedom.
    const fit = leastSquares({
      names: ["1", "x"],
      matrix: Float64Array.of(1, 1, 1, 1, 0, 1, 2, 3),
      target: Float64Array.of(1, 3, 2, 5),
    });
    expect(fit.coefficients[0]).toBeCloseTo(1.1, 14);
    expect(fit.coefficients[1]).toBeCloseTo(1.1, 14);
    expect(fit.variance).toBeCloseTo(1.35, 14);
    expect(fit.residual).toBeCloseTo(Math.sqrt(2.7 / 4), 14);
    // Var(slope) = s^2 / 5, Var(intercept) = s^2 (1/4 + 1.5^2 / 5).
    expect(fit.standardErrors[1]).toBeCloseTo(Math.sqrt(1.35 / 5), 14);
    expect(fit.standardErrors[0]).toBeCloseTo(Math.sqrt(1.35 * 0.7), 14);
    expect(String(fit)).toBe("u_t = 1.1 + 1.1 x");
  });

  it("equals the singular-value solution of another library", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const p = problem(seed, 40, [1, -2, 0.5, 3, 1e-3], 0.3);
      const a = new Matrix(40, 5);
      for (let k = 0; k < 5; k++) a.setColumn(k, [...column(p, k)]);
      const want = mlSolve(a, Matrix.columnVector([...p.target]), true).getColumn(0);
      const got = leastSquares(p).coefficients;
      // Condition number about 2 to 5; both solvers make some 40 roundings of 1e-16.
      for (let k = 0; k < 5; k++) expect(Math.abs(got[k]! - want[k]!)).toBeLessThan(1e-13);
    }
  });

  it("has standard errors that are the spread of its coefficients over many noisy sets", () => {
    const sets = 400;
    const truth = [1, -2, 0.5];
    let squares = 0;
    let predicted = 0;
    for (let s = 0; s < sets; s++) {
      const fit = leastSquares(problem(1000 + s, 30, truth, 0.5));
      squares += (fit.coefficients[1]! + 2) ** 2;
      predicted += fit.standardErrors[1]! ** 2;
    }
    // The ratio of two means over 400 sets: relative error about sqrt(2 / 400) = 0.07; 0.25 is 3.5 of these.
    expect(Math.abs(squares / predicted - 1)).toBeLessThan(0.25);
  });

  it("leaves residuals orthogonal to every term, and permuting terms permutes the result", () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.integer({ min: 6, max: 30 }), (seed, rows) => {
        const p = problem(seed, rows, [1, 2, -1, 0], 1);
        const fit = leastSquares(p);
        fc.pre(fit.rank === 4);
        const residual = p.target.map(
          (y, i) => y - [0, 1, 2, 3].reduce((s, k) => s + fit.coefficients[k]! * column(p, k)[i]!, 0),
        );
        // Rounding in proportion to the coefficients, which grow with the condition number.
        const scale = 1e-13 * rows * (1 + Math.max(...fit.coefficients.map(Math.abs)));
        for (let k = 0; k < 4; k++) {
          expect(Math.abs(column(p, k).reduce((s, v, i) => s + v * residual[i]!, 0))).toBeLessThan(scale);
        }
        const order = [2, 0, 3, 1];
        const permuted = leastSquares({
          names: order.map((k) => p.names[k]!),
          matrix: Float64Array.from(order.flatMap((k) => [...column(p, k)])),
          target: p.target,
        });
        const size = Math.max(...fit.coefficients.map(Math.abs)) * (1 + Math.max(...fit.standardErrors));
        for (const [at, k] of order.entries()) {
          expect(Math.abs(permuted.coefficients[at]! - fit.coefficients[k]!)).toBeLessThan(1e-9 * size + 1e-11);
        }
      }),
    );
  });

  it("is unmoved by the scale of a term, from 1e-150 to 1e150", () => {
    const p = problem(3, 20, [1, -2, 0.5], 0.1);
    const fit = leastSquares(p);
    for (const factor of [2 ** -500, 2 ** -20, 2 ** 20, 2 ** 500]) {
      const matrix = p.matrix.map((v, i) => (i >= 20 && i < 40 ? v * factor : v));
      const scaled = leastSquares({ ...p, matrix });
      // Powers of two commute with every rounding.
      expect(scaled.coefficients[1]! * factor).toBe(fit.coefficients[1]);
      expect(scaled.standardErrors[1]! * factor).toBe(fit.standardErrors[1]);
      expect(scaled.coefficients[0]).toBe(fit.coefficients[0]);
    }
  });

  it("weighs rows: weight 2 is the row twice, weight 0 is no row", () => {
    const p = problem(5, 12, [1, -2], 0.5);
    const weights = [2, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];
    const rows = [0, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
    const repeated: Regression = {
      names: p.names,
      matrix: Float64Array.from([0, 1].flatMap((k) => rows.map((i) => column(p, k)[i]!))),
      target: Float64Array.from(rows, (i) => p.target[i]!),
    };
    const [a, b] = [leastSquares(p, { weights }), leastSquares(repeated)];
    for (const k of [0, 1]) expect(a.coefficients[k]).toBeCloseTo(b.coefficients[k]!, 13);
    expect(a.residual).toBeCloseTo(b.residual, 13);
    // Standard errors differ, since the row counts once: 11 rows against 12.
    expect(a.standardErrors[0]! ** 2 * 9).toBeCloseTo(b.standardErrors[0]! ** 2 * 10, 13);
    const doubled = leastSquares(p, { weights: weights.map((w) => 4 * w) });
    expect(doubled.standardErrors).toEqual(a.standardErrors);
  });

  it("drops zero and dependent terms, the first of them staying, and never gives NaN", () => {
    const p = problem(7, 15, [1, -2], 0);
    const [a, b] = [column(p, 0), column(p, 1)];
    const fit = leastSquares({
      names: ["a", "zero", "a again", "b", "2a - b"],
      matrix: Float64Array.from([...a, ...a.map(() => 0), ...a, ...b, ...a.map((v, i) => 2 * v - b[i]!)]),
      target: p.target,
    });
    expect(fit.dropped).toEqual(["zero", "a again", "2a - b"]);
    expect(fit.rank).toBe(2);
    expect(fit.active).toEqual([0, 3]);
    const want = [1, 0, 0, -2, 0];
    for (const [k, c] of want.entries()) expect(fit.coefficients[k]).toBeCloseTo(c, 13);
    for (const k of [1, 2, 4]) expect([fit.coefficients[k], fit.standardErrors[k]]).toEqual([0, 0]);
  });

  it("with more terms than rows keeps as many as there are rows and says the errors are unbounded", () => {
    const fit = leastSquares(problem(9, 3, [1, 2, 3, 4, 5]));
    expect(fit.rank).toBe(3);
    expect(fit.dropped).toHaveLength(2);
    expect(fit.coefficients.some(Number.isNaN)).toBe(false);
    expect(fit.active.every((k) => fit.standardErrors[k] === Infinity)).toBe(true);
  });

  it("drops everything but the target when all terms are zero", () => {
    const fit = leastSquares({ names: ["a"], matrix: new Float64Array(3), target: Float64Array.of(1, 2, 2) });
    expect([fit.rank, fit.coefficients[0], String(fit)]).toEqual([0, 0, "u_t = 0"]);
    expect(fit.residual).toBeCloseTo(Math.sqrt(3), 15);
  });

  it("refuses values that are not finite, wrong lengths and wrong weights, naming them", () => {
    const p = problem(1, 4, [1, 2]);
    const bad = p.matrix.slice();
    bad[5] = Number.NaN;
    expect(() => leastSquares({ ...p, matrix: bad })).toThrow(
      'term "a1" must be finite in every row, got NaN in row 1',
    );
    expect(() => leastSquares({ ...p, target: Float64Array.of(1, Infinity, 1, 1) })).toThrow("got Infinity in row 1");
    expect(() => leastSquares({ ...p, target: new Float64Array(3) })).toThrow("matrix must have length 6, got 8");
    expect(() => leastSquares({ ...p, target: new Float64Array(0) })).toThrow("at least one row");
    expect(() => leastSquares({ ...p, names: [] })).toThrow("at least one term");
    expect(() => leastSquares(p, { weights: [1, 1] })).toThrow("weights must have length 4, got 2");
    expect(() => leastSquares(p, { weights: [1, -1, 1, 1] })).toThrow("weights[1] must not be negative");
    expect(() => leastSquares(p, { weights: [0, 0, 0, 0] })).toThrow("must not all be zero");
    expect(() => leastSquares(p, { weight: [1] } as object)).toThrow("did you mean weights?");
    expect(() => leastSquares([] as unknown as Regression)).toThrow(TypeError);
  });
});

interface StlsqReference {
  readonly stlsq: { readonly history: number[][]; readonly coef_unbiased: number[] };
}
const reference = sharedJson<StlsqReference>("refs/integrators/feature-selection.json");

/** The small example of the reference file: y = 1.5 x - .8 x z + .05 z + .01 sin(37 k^2). */
function example(): Regression {
  const names = ["1", "x", "z", "x^2", "xz", "z^2"];
  const rows = Array.from({ length: 40 }, (_, k) => {
    const t = 0.1 * k;
    const x = Math.cos(t) + 0.3 * Math.sin(2.3 * t);
    const z = Math.sin(1.7 * t) - 0.2;
    return { terms: [1, x, z, x * x, x * z, z * z], y: 1.5 * x - 0.8 * x * z + 0.05 * z + 0.01 * Math.sin(37 * k * k) };
  });
  return {
    names,
    matrix: Float64Array.from(names.flatMap((_, j) => rows.map((row) => row.terms[j]!))),
    target: Float64Array.from(rows, (row) => row.y),
  };
}

describe("stlsq", () => {
  it.skipIf(reference === undefined)("goes through the reference's history to its unbiased coefficients", () => {
    const { history, coef_unbiased } = reference!.stlsq;
    const fit = stlsq(example(), { threshold: 0.1, ridge: 0.05 });
    expect(fit.history).toHaveLength(history.length);
    // The reference forms normal equations: condition number squared, about 1e3, times a few roundings.
    for (const [k, round] of history.entries()) {
      for (const [j, c] of round.entries()) expect(Math.abs(fit.history[k]![j]! - c)).toBeLessThan(1e-13);
    }
    for (const [j, c] of coef_unbiased.entries()) expect(Math.abs(fit.coefficients[j]! - c)).toBeLessThan(1e-13);
    expect(fit.active).toEqual([1, 4]);
    expect(String(fit)).toBe("u_t = 1.53397 x - 0.818562 xz");
  });

  it("finds the terms of a sparse law in clean data whatever else is offered", () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.subarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 1, maxLength: 3 }),
        (seed, support) => {
          const truth = Array.from({ length: 8 }, (_, k) => (support.includes(k) ? (k % 2 === 0 ? 1 : -0.5) : 0));
          const fit = stlsq(problem(seed, 60, truth), { threshold: 0.1 });
          expect(fit.active).toEqual(support);
          for (let k = 0; k < 8; k++) expect(fit.coefficients[k]).toBeCloseTo(truth[k]!, 12);
        },
      ),
    );
  });

  it("is leastSquares at threshold 0, and nothing at a threshold above all", () => {
    const p = problem(2, 20, [1, 0.01, -3], 0.1);
    expect(stlsq(p, { threshold: 0 }).coefficients).toEqual(leastSquares(p).coefficients);
    const none = stlsq(p, { threshold: 100 });
    expect([String(none), none.toLatex(), none.rank]).toEqual(["u_t = 0", "u_{t} = 0", 0]);
    expect([...none.standardErrors]).toEqual([0, 0, 0]);
  });

  it("with normalise thresholds the size of the whole term, so units do not matter", () => {
    const p = problem(4, 50, [1, 0.5, 0.001], 0.0001);
    const small = p.matrix.map((v, i) => (i < 50 ? v * 1e6 : i >= 100 ? v * 1e-6 : v));
    const q = { ...p, matrix: small }; // coefficients 1e-6, 0.5, 1000
    expect(stlsq(q, { threshold: 0.01, normalise: true }).active).toEqual([0, 1]);
    expect(stlsq(q, { threshold: 0.01 }).active).toEqual([1, 2]);
  });

  it("tells dependent terms, with and without ridge", () => {
    const p = problem(7, 15, [1, -2]);
    const twice: Regression = {
      names: ["a", "a again", "b"],
      matrix: Float64Array.from([...column(p, 0), ...column(p, 0), ...column(p, 1)]),
      target: p.target,
    };
    for (const ridge of [0, 1e-6]) {
      const fit = stlsq(twice, { threshold: 0.1, ridge });
      expect(fit.dropped).toEqual(["a again"]);
      expect(fit.coefficients[0]).toBeCloseTo(1, 12);
      expect(fit.coefficients[2]).toBeCloseTo(-2, 12);
    }
  });

  it("uses weights in the search and in the fit", () => {
    const p = problem(11, 30, [1, 0]);
    const target = p.target.slice();
    for (let i = 0; i < 5; i++) target[i] = 50; // outliers
    const weights = Array.from({ length: 30 }, (_, i) => (i < 5 ? 0 : 1));
    const fit = stlsq({ ...p, target }, { threshold: 0.1, weights });
    expect(fit.active).toEqual([0]);
    expect(fit.coefficients[0]).toBeCloseTo(1, 13);
  });

  it("refuses a missing threshold and unknown options", () => {
    expect(() => stlsq(example(), {} as never)).toThrow("threshold must be a number");
    expect(() => stlsq(example(), { threshold: -1 })).toThrow(RangeError);
    expect(() => stlsq(example(), { threshold: 1, alpha: 1 } as never)).toThrow("unknown option alpha");
    expect(() => stlsq(example(), { threshold: 0.1 }).rhs({} as never)).toThrow("regression with a library");
  });
});
