import { describe, expect, it } from "vitest";
import { ALPHA, BETA, C1, C2, E, MU, T, T_INVERSE } from "./radau-coefficients.ts";
import { cubic, evaluateCubic, extrapolateCubic, fitCubic } from "./radau-cubic.ts";

const S = Math.sqrt(6);
/** Hairer, Wanner II, table IV.5.6. */
const A = [
  [(88 - 7 * S) / 360, (296 - 169 * S) / 1800, (-2 + 3 * S) / 225],
  [(296 + 169 * S) / 1800, (88 + 7 * S) / 360, (-2 - 3 * S) / 225],
  [(16 - S) / 36, (16 + S) / 36, 1 / 9],
];
const product = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number[][] =>
  a.map((row) => [0, 1, 2].map((j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));

describe("the coefficients of Radau IIA", () => {
  it("split the stage equations: A T diag(MU, pair) = T, and T_INVERSE inverts T", () => {
    const blocks = [
      [MU, 0, 0],
      [0, ALPHA, -(-BETA)],
      [0, -BETA, ALPHA],
    ];
    const transformed = product(A, product(T, blocks));
    const unit = product(T, T_INVERSE);
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        // A few eps of entries up to 4.
        expect(Math.abs(transformed[i]![j]! - T[i]![j]!)).toBeLessThan(1e-14);
        expect(Math.abs(unit[i]![j]! - (i === j ? 1 : 0))).toBeLessThan(1e-14);
      }
    }
  });

  it("have eigenvalues of the closed form, roots of x^3 - 9 x^2 + 36 x - 60", () => {
    expect(Math.abs(MU * (MU * (MU - 9) + 36) - 60)).toBeLessThan(1e-13);
    expect(Math.abs(MU + 2 * ALPHA - 9)).toBeLessThan(1e-14);
    expect(Math.abs(MU * (ALPHA * ALPHA + BETA * BETA) - 60)).toBeLessThan(1e-13);
  });

  it("have an error formula that vanishes for cubics in time: f0 + E z / h = 0", () => {
    // u' = 1, t, t^2: the collocation polynomial is exact, z_i = c_i^k / k, and so is the embedded quadrature of order 3.
    for (const k of [1, 2, 3]) {
      const power = (c: number): number => [c, c * c, c * c * c][k - 1]! / k;
      const sum = E[0] * power(C1) + E[1] * power(C2) + E[2];
      const last = E[2] * (power(1) - 1);
      expect(Math.abs((k === 1 ? 1 : 0) + sum + last)).toBeLessThan(2e-15);
    }
  });
});

describe("the collocation cubic", () => {
  const p = (x: number): number => 2 + x * (-3 + x * (0.5 + x * 4));

  it("reproduces every cubic, within its step and beyond", () => {
    const rows = cubic(1);
    rows[0][0] = p(0);
    const [z1, z2, z3] = [C1, C2, 1].map((c) => Float64Array.of(p(c) - p(0))) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    fitCubic(rows, z1, z2, z3);
    const out = new Float64Array(1);
    for (const s of [-1, -0.7, C1 - 1, C2 - 1, 0]) {
      evaluateCubic(rows, s, out);
      expect(out[0]).toBeCloseTo(p(1 + s), 13);
    }
    for (const s of [0.1, 1, 3]) {
      extrapolateCubic(rows, s, out);
      expect(out[0]! / (p(1 + s) - p(1))).toBeCloseTo(1, 13);
    }
  });
});
