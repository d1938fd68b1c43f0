import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyTridiagonal, type Tridiagonal } from "../linear/tridiagonal.ts";
import { rationalExponential } from "./rational-exponential.ts";

/** The Dirichlet Laplacian with `n` interior points on (0, 1); eigenvectors sin(k pi x). */
function laplacian(n: number): Tridiagonal {
  const h = 1 / (n + 1);
  return {
    lower: new Float64Array(n).fill(1 / (h * h)),
    diagonal: new Float64Array(n).fill(-2 / (h * h)),
    upper: new Float64Array(n).fill(1 / (h * h)),
  };
}

function eigenvalue(n: number, k: number): number {
  const s = Math.sin((k * Math.PI) / (2 * (n + 1)));
  return -4 * (n + 1) * (n + 1) * s * s;
}

describe("rationalExponential", () => {
  it("decays each eigenvector of the heat equation at its exact rate, stiff or not", () => {
    const n = 400;
    for (const tau of [1e-6, 1e-3, 1, 1e3]) {
      const flow = rationalExponential(laplacian(n));
      for (const k of [1, 7, 150, 400]) {
        const u = Float64Array.from({ length: n }, (_, i) => Math.sin((k * Math.PI * (i + 1)) / (n + 1)));
        const exact = u.map((value) => value * Math.exp(eigenvalue(n, k) * tau));
        flow.advance(u, 0, tau);
        // 6.1e-14 of the approximation, plus solves at condition number up to 4 (n+1)^2 tau / |z|: 1e-16 * 6e5 = 6e-11.
        const bound = 1e-13 + 1e-16 * Math.min(4 * (n + 1) * (n + 1) * tau, 6e5);
        for (let i = 0; i < n; i++) expect(Math.abs(u[i]! - exact[i]!)).toBeLessThan(bound);
      }
    }
  });

  it("is a semigroup: two half intervals equal one", () => {
    const u = Float64Array.from({ length: 50 }, (_, i) => Math.cos(i));
    const v = Float64Array.from(u);
    rationalExponential(laplacian(50)).advance(u, 0, 2e-3);
    const half = rationalExponential(laplacian(50));
    half.advance(v, 0, 1e-3);
    half.advance(v, 1e-3, 2e-3);
    for (let i = 0; i < 50; i++) expect(Math.abs(u[i]! - v[i]!)).toBeLessThan(3e-13);
  });

  it("holds the unknown of a zero row", () => {
    const a = laplacian(20);
    a.lower[19] = a.diagonal[19] = a.diagonal[0] = a.upper[0] = 0;
    const u = Float64Array.from({ length: 20 }, (_, i) => 1 + 0.1 * i);
    rationalExponential(a).advance(u, 0, 10);
    // The steady state between held ends is the straight line the state began with.
    for (let i = 0; i < 20; i++) expect(Math.abs(u[i]! - (1 + 0.1 * i))).toBeLessThan(1e-11);
  });

  it("gives every member the bits it would get alone, for any number of members", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 30 }), fc.integer(), (members, n, seed) => {
        let state = seed >>> 0;
        const draw = (): number => {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          return state / 4294967296 - 0.5;
        };
        const together = Float64Array.from({ length: members * n }, draw);
        const alone = Float64Array.from(together);
        rationalExponential(laplacian(n), { members }).advance(together, 0, 1e-3);
        const one = rationalExponential(laplacian(n));
        for (let m = 0; m < members; m++) one.advance(alone.subarray(m * n, (m + 1) * n), 0, 1e-3);
        expect(together).toEqual(alone);
      }),
      { numRuns: 60 },
    );
  });

  it("agrees with the derivative of its own operator over a short time", () => {
    const a = laplacian(10);
    const u = Float64Array.from({ length: 10 }, (_, i) => Math.sin(0.3 * i));
    const slope = new Float64Array(10);
    applyTridiagonal(a, u, slope);
    const v = Float64Array.from(u);
    const tau = 1e-7;
    rationalExponential(a).advance(v, 0, tau);
    // Truncation tau |A^2 u| / 2 ~ 1e-7 * 4e4 * 2, rounding 1e-14 / tau.
    for (let i = 0; i < 10; i++) expect(Math.abs((v[i]! - u[i]!) / tau - slope[i]!)).toBeLessThan(0.05);
  });

  it("refuses a malformed operator, member count or backward interval", () => {
    const a = laplacian(3);
    expect(() => rationalExponential({ ...a, lower: new Float64Array(2) })).toThrow(
      "operator.lower must have length 3",
    );
    expect(() => rationalExponential({ ...a, upper: Float64Array.of(1, Number.NaN, 1) })).toThrow("operator.upper[1]");
    expect(() => rationalExponential(a, { members: 0 })).toThrow(RangeError);
    expect(() => rationalExponential(a, { member: 2 } as object)).toThrow("did you mean members?");
    expect(() => rationalExponential(a).advance(new Float64Array(3), 1, 0)).toThrow(RangeError);
  });
});
