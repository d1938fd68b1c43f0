import { describe, expect, it } from "vitest";
import { heterogeneousDiffusion } from "./heterogeneous-diffusion.ts";

const interval = { from: 0, spacing: 1e-2, points: 101 };

describe("heterogeneousDiffusion", () => {
  it("is the divergence of a flux: the operator kills constants and is symmetric inside", () => {
    const { lower, diagonal, upper } = heterogeneousDiffusion({ epsilon: 0.1 }).operator(interval);
    for (let i = 0; i < 101; i++) expect(diagonal[i]! + (lower[i]! + upper[i]!)).toBe(0);
    for (let i = 1; i < 99; i++) expect(upper[i]).toBe(lower[i + 1]);
    expect([upper[0], lower[100]]).toEqual([0, 0]);
  });

  it("takes the bond's diffusivity midway or at its right end, at the interval's phase of the medium", () => {
    const a = (y: number): number => 1 + y;
    const mid = heterogeneousDiffusion({ coefficient: a, epsilon: 1 }).operator({ ...interval, from: 3.25 });
    const right = heterogeneousDiffusion({ coefficient: a, epsilon: 1, sampling: "right" }).operator({
      ...interval,
      from: 3.25,
    });
    expect(mid.upper[4]! * 1e-4).toBeCloseTo(1 + 0.25 + 0.045, 12);
    expect(right.upper[4]! * 1e-4).toBeCloseTo(1 + 0.25 + 0.05, 12);
  });

  it("relaxes to the steady state whose flux is constant: u_(i+1) - u_i proportional to 1 / a_i", () => {
    const system = heterogeneousDiffusion({ epsilon: 0.1 });
    const u = new Float64Array(101);
    u[100] = 1;
    system.exponential([interval]).advance(u, 0, 50);
    const { upper } = system.operator(interval);
    const flux = upper[1]! * (u[2]! - u[1]!);
    for (let i = 1; i < 99; i++) expect(Math.abs((upper[i]! * (u[i + 1]! - u[i]!)) / flux - 1)).toBeLessThan(1e-10);
  });

  it("advances intervals of equal phase together, and others apart, to the same bits as alone", () => {
    const system = heterogeneousDiffusion({ epsilon: 0.1 });
    const intervals = [0, 0.3, 0.7, 0.75, 0.85, 1.05].map((from) => ({ from, spacing: 1e-2, points: 101 }));
    const together = Float64Array.from({ length: 6 * 101 }, (_, i) => Math.sin(i));
    const alone = Float64Array.from(together);
    system.exponential(intervals).advance(together, 0, 1e-3);
    intervals.forEach((one, m) => system.exponential([one]).advance(alone.subarray(m * 101, (m + 1) * 101), 0, 1e-3));
    expect(together).toEqual(alone);
  });

  it("refuses a malformed medium or interval", () => {
    expect(() => heterogeneousDiffusion({ epsilon: 0 })).toThrow("epsilon must be positive, got 0");
    expect(() => heterogeneousDiffusion({ epsilonn: 1 } as never)).toThrow("did you mean epsilon?");
    const negative = heterogeneousDiffusion({ coefficient: () => -1 });
    expect(() => negative.operator(interval)).toThrow("coefficient must be positive and finite, got -1");
    const system = heterogeneousDiffusion();
    expect(() => system.exponential([])).toThrow("intervals.length");
    expect(() => system.operator({ ...interval, points: 2 })).toThrow("interval.points");
    expect(() => system.exponential([interval, { ...interval, points: 7 }])).toThrow("must all have 101 points");
  });
});
