import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signChange } from "./events-root.ts";

/** The root, after checking what every result promises, and the evaluations it took. */
function rootOf(g: (t: number) => number, from: number, to: number): { root: number; calls: number } {
  let calls = 0;
  const counted = (t: number): number => {
    expect(t).toBeGreaterThan(Math.min(from, to));
    expect(t).toBeLessThan(Math.max(from, to));
    calls++;
    return g(t);
  };
  const root = signChange(counted, [from, to], g(from), g(to));
  expect(calls).toBeLessThanOrEqual(124);
  expect([0, Math.sign(g(to))]).toContain(Math.sign(g(root)));
  return { root, calls };
}

/** What the search promises. */
function resolution(from: number, to: number): number {
  return 4 * Number.EPSILON * Math.max(Math.abs(from), Math.abs(to));
}

describe("the search for a sign change", () => {
  it.each<[what: string, g: (t: number) => number, from: number, to: number, root: number, most: number]>([
    ["sin t, from 3 to 4", Math.sin, 3, 4, Math.PI, 10],
    ["sin t, backwards", Math.sin, 4, 3, Math.PI, 10],
    ["cos t - t", (t) => Math.cos(t) - t, 0, 1, 0.7390851332151607, 10],
    ["a line", (t) => 2 * t - 3, -10, 10, 1.5, 4],
    ["t^3 - 2t - 5 (Wallis)", (t) => t * (t * t - 2) - 5, 2, 3, 2.0945514815423265, 10],
    ["a step, which is no root", (t) => (t < 0.3 ? -1 : 1), 0, 1, 0.3, 60],
    ["a pole", (t) => 1 / (t - 0.7), 0, 1, 0.7, 124],
    ["a steep corner", (t) => Math.max(-1e-300, 1e300 * (t - 0.6)), 0, 1, 0.6, 124],
    ["a zero at t = 0", (t) => t + t * t, -1, 0.5, 0, 124],
  ])("finds %s to 4 spacings", (_what, g, from, to, exact, most) => {
    const { root, calls } = rootOf(g, from, to);
    // The second term is the spacing of exact itself, which is a rounded number.
    expect(Math.abs(root - exact)).toBeLessThanOrEqual(resolution(from, to) + Number.EPSILON * Math.abs(exact));
    expect(calls).toBeLessThanOrEqual(most);
  });

  it("finds a flat zero of order 9 as sharply as that of a line", () => {
    const ninth = (t: number): number => (t - 0.4) * (t - 0.4) * (t - 0.4);
    const { root } = rootOf((t) => ninth(t) * ninth(t) * ninth(t), 0, 1);
    // (t - 0.4)^9 underflows to zero for |t - 0.4| < 1e-36, below every spacing here.
    expect(Math.abs(root - 0.4)).toBeLessThanOrEqual(resolution(0, 1));
  });

  it("takes the end where g is zero there", () => {
    expect(rootOf((t) => t - 1, 0, 1)).toEqual({ root: 1, calls: 0 });
  });

  it("leaves nothing to find: from the result on, g keeps its sign", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -100, max: 100, noNaN: true }),
        fc.double({ min: 1e-6, max: 50, noNaN: true }),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        fc.constantFrom(1, -1),
        fc.integer({ min: -3, max: 3 }),
        (start, length, where, direction, power) => {
          const [from, to] = [start, start + direction * length];
          const exact = from + where * (to - from);
          // Monotone, from nearly flat to very steep at its zero.
          const g = (t: number): number => Math.sinh(((t - exact) / length) * Math.exp(power)) * (1 + (t - from) ** 2);
          const { root } = rootOf(g, from, to);
          expect(direction * (root - exact)).toBeGreaterThanOrEqual(0);
          expect(Math.abs(root - exact)).toBeLessThanOrEqual(resolution(from, to));
        },
      ),
      { numRuns: 500 },
    );
  });
});
