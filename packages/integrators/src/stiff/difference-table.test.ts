import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fittedOrder } from "../../test/problems.ts";
import { denseLu } from "./dense-lu.ts";
import { bdfFormulas, differenceTable, interpolate } from "./difference-table.ts";
import { stageNewton } from "./newton.ts";

/** Evenly spread numbers; `fc.double` spreads their exponents, so that nearly all of them are next to zero. */
const between = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: 0, max: 1_000_000 }).map((k) => min + ((max - min) * k) / 1_000_000);

/** Fills the table with the differences of `y` at t, t - h, ..., up to the given order. */
function tabulate(y: (t: number) => number[], t: number, h: number, order: number, size: number) {
  const table = differenceTable(size);
  for (let i = 0; i < size; i++) {
    let column = Array.from({ length: order + 1 }, (_, j) => y(t - j * h)[i]!);
    for (let j = 0; j <= order; j++) {
      table.rows[j]![i] = column[0]!;
      column = column.slice(1).map((value, k) => column[k]! - value);
    }
  }
  return table;
}

interface Linear {
  /** The right-hand side. */
  f(t: number, u: Float64Array, out: Float64Array): void;
  /** df/du, row-major. */
  jacobian(t: number): number[];
  /** The solution. */
  exact(t: number): number[];
  readonly end: number;
  readonly steps: number[];
}

/** y' = y cos t. */
const oscillating: Linear = {
  f: (t, u, out) => {
    out[0] = u[0]! * Math.cos(t);
  },
  jacobian: (t) => [Math.cos(t)],
  exact: (t) => [Math.exp(Math.sin(t))],
  end: 5,
  steps: [160, 320, 640, 1280, 2560],
};

/** Eigenvalues -1 and -1000 with eigenvectors turned by 0.3, started on the slow one. */
const stiff: Linear = (() => {
  const c = Math.cos(0.3);
  const s = Math.sin(0.3);
  const a = [-c * c - 1000 * s * s, 999 * c * s, 999 * c * s, -s * s - 1000 * c * c];
  return {
    f: (_t: number, u: Float64Array, out: Float64Array) => {
      out[0] = a[0]! * u[0]! + a[1]! * u[1]!;
      out[1] = a[2]! * u[0]! + a[3]! * u[1]!;
    },
    jacobian: () => a,
    exact: (t: number) => [c * Math.exp(-t), s * Math.exp(-t)],
    end: 5,
    steps: [80, 160, 320, 640, 1280],
  };
})();

/** Largest error at the end of equal steps of one formula, from exact starting values. */
function fixedStepError(problem: Linear, order: number, steps: number, ndf: boolean): number {
  const size = problem.exact(0).length;
  const h = problem.end / steps;
  const table = tabulate(problem.exact, 0, h, order, size);
  const stats = { steps: 0, rejected: 0, rhs: 0, rhsForJacobian: 0, jacobians: 0, factorisations: 0 };
  const newton = stageNewton(problem.f, size, 1e-14, stats);
  const lu = denseLu(size);
  const alpha = bdfFormulas(ndf).alpha[order]!;
  const stage = {
    t: 0,
    c: h / alpha,
    predictor: new Float64Array(size),
    slope: new Float64Array(size),
    psi: new Float64Array(size),
    weights: new Float64Array(size).fill(1),
  };
  for (let k = 1; k <= steps; k++) {
    stage.t = k * h;
    table.predict(order, alpha, stage.predictor, stage.psi);
    problem.f(stage.t, stage.predictor, stage.slope);
    lu.factor(Float64Array.from(problem.jacobian(stage.t)), 1, -stage.c);
    expect(newton.solve(stage, lu)).toBe("converged");
    table.advance(order, newton.correction);
  }
  const exact = problem.exact(problem.end);
  return Math.max(...exact.map((value, i) => Math.abs(table.rows[0]![i]! - value)));
}

describe("the formulas", () => {
  const orders = [1, 2, 3, 4, 5].flatMap((order) => [
    { order, ndf: true },
    { order, ndf: false },
  ]);

  it.each(orders)("I1 of order $order (ndf $ndf) converge at their order on y' = y cos t", ({ order, ndf }) => {
    const { steps } = oscillating;
    // Four halvings where the next term of the error is small; the last error of order 5 is 1e-14, above rounding.
    const fitted = fittedOrder(
      steps.map((n) => 1 / n),
      steps.map((n) => fixedStepError(oscillating, order, n, ndf)),
    );
    expect(Math.abs(fitted - order)).toBeLessThan(0.1);
  });

  it.each(orders)(
    "I1 of order $order (ndf $ndf) converge at their order next to a fast mode of -1000",
    ({ order, ndf }) => {
      const { steps } = stiff;
      const fitted = fittedOrder(
        steps.map((n) => 1 / n),
        steps.map((n) => fixedStepError(stiff, order, n, ndf)),
      );
      expect(Math.abs(fitted - order)).toBeLessThan(0.1);
    },
  );

  it("are the BDFs where kappa is zero: 11/6 and 1/4 for BDF3, the table's values for NDF2", () => {
    const classical = bdfFormulas(false);
    expect(classical.alpha[3]).toBeCloseTo(11 / 6, 15);
    expect(classical.errorConstant[3]).toBe(1 / 4);
    // NDF2: kappa = -1/9, gamma_2 = 3/2.
    const modified = bdfFormulas(true);
    expect(modified.alpha[2]).toBeCloseTo(5 / 3, 15);
    expect(modified.errorConstant[2]).toBeCloseTo(1 / 3 - 1 / 6, 15);
    expect(modified.alpha[5]).toBe(classical.alpha[5]);
  });
});

describe("differenceTable", () => {
  const polynomial = fc.record({
    order: fc.integer({ min: 1, max: 5 }),
    coefficients: fc.array(between(-1, 1), { minLength: 6, maxLength: 6 }),
    h: between(0.1, 0.5),
    factor: between(0.2, 10),
    s: between(-1, 1),
  });
  const value = (c: number[], order: number, t: number): number =>
    c.slice(0, order + 1).reduceRight((sum, coefficient) => sum * t + coefficient, 0);

  it("keeps its interpolant when rescaled, and rescaled back is itself", () => {
    fc.assert(
      fc.property(polynomial, ({ order, coefficients, h, factor, s }) => {
        const table = tabulate((t) => [value(coefficients, order, t)], 1, h, order, 1);
        const before = table.rows.map((row) => row[0]!);
        const out = new Float64Array(1);
        interpolate(table.rows, order, s, out);
        // A polynomial of the table's degree is its own interpolant; the sums have entries up to 6.
        expect(Math.abs(out[0]! - value(coefficients, order, 1 + s * h))).toBeLessThan(1e-12);
        table.rescale(order, factor);
        interpolate(table.rows, order, s / factor, out);
        // Differences on steps ten times as long are up to (10 h)^5 2^5 times the coefficients.
        const size = Math.max(1, ...table.rows.map((row) => Math.abs(row[0]!)));
        expect(Math.abs(out[0]! - value(coefficients, order, 1 + s * h))).toBeLessThan(1e-12 * size);
        table.rescale(order, 1 / factor);
        for (let j = 0; j <= order; j++) expect(Math.abs(table.rows[j]![0]! - before[j]!)).toBeLessThan(1e-11 * size);
      }),
    );
  });

  it("predicts and advances polynomials of its order exactly", () => {
    fc.assert(
      fc.property(polynomial, ({ order, coefficients, h }) => {
        // Horner's rule rounds each tabulated value by order eps of the sum of its terms' sizes, which the differences
        // multiply by at most 2^order; the oldest value lies at -order h.
        const terms = coefficients.slice(0, order + 1).map((c, k) => Math.abs(c) * (order * h) ** k);
        const rounding = 2 ** order * order * Number.EPSILON * terms.reduce((a, b) => a + b, 1);
        const table = tabulate((t) => [value(coefficients, order, t)], 0, h, order, 1);
        const predictor = new Float64Array(1);
        table.predict(order, 1, predictor, new Float64Array(1));
        expect(Math.abs(predictor[0]! - value(coefficients, order, h))).toBeLessThan(rounding);
        table.advance(order, new Float64Array(1));
        const next = tabulate((t) => [value(coefficients, order, t)], h, h, order, 1);
        for (let j = 0; j <= order; j++)
          expect(Math.abs(table.rows[j]![0]! - next.rows[j]![0]!)).toBeLessThan(rounding);
      }),
    );
  });

  it("does all rows in one pass what the definitions do row by row", () => {
    const width = 6;
    const entries = fc.array(between(-1, 1), { minLength: 8 * 3, maxLength: 8 * 3 });
    fc.assert(
      fc.property(polynomial, entries, ({ order, factor, s }, values) => {
        const table = differenceTable(3);
        const rows = table.rows.map((row, j) => {
          row.set(values.slice(3 * j, 3 * j + 3));
          return [...row];
        });
        // R_ij = prod (m - 1 - factor j)/m; the new rows are (R U)^T times the old ones.
        const matrix = (f: number): number[][] =>
          Array.from({ length: width }, (_row, i) =>
            Array.from({ length: width }, (_entry, j) => {
              let product = 1;
              for (let m = 1; m <= i; m++) product *= (m - 1 - f * j) / m;
              return product;
            }),
          );
        const [r, u] = [matrix(factor), matrix(1)];
        const rescaled = rows.map((row, j) =>
          row.map((old, component) => {
            if (j === 0 || j > order) return old;
            let sum = 0;
            for (let i = 1; i <= order; i++) {
              for (let k = 1; k <= order; k++) sum += r[i]![k]! * u[k]![j]! * rows[i]![component]!;
            }
            return sum;
          }),
        );
        table.rescale(order, factor);
        // Weights up to 10^5 2^5, whose sums cancel where R and U nearly undo each other.
        const size = 1e7 * Math.max(1, factor ** order) * Number.EPSILON;
        rescaled.forEach((row, j) =>
          row.forEach((expected, k) => expect(Math.abs(table.rows[j]![k]! - expected)).toBeLessThan(size)),
        );

        const before = table.rows.map((row) => [...row]);
        const d = Float64Array.of(s, -0.5, 2);
        table.advance(order, d);
        d.forEach((newest, component) => {
          expect(table.rows[order + 2]![component]).toBe(newest - before[order + 1]![component]!);
          let sum = newest;
          expect(table.rows[order + 1]![component]).toBe(sum);
          for (let j = order; j >= 0; j--) {
            sum = before[j]![component]! + sum;
            expect(table.rows[j]![component]).toBe(sum);
          }
        });
      }),
    );
  });
});
