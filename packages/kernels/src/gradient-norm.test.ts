import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gradientNorm, kernelEngine } from "./index.ts";

describe("gradientNorm", () => {
  it.each(["float64", "float32"] as const)("has the bits of its twin, %s", (precision) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.double({ min: -9, max: 9, noNaN: true }), (length, factor) => {
        const [ours, twin] = (["auto", "plain"] as const).map((use) => {
          const engine = kernelEngine({ bytes: 1 << 16, use });
          const gradient = engine[precision](length);
          gradient.forEach((_, i) => (gradient[i] = Math.sin(i * i) / (1 + (i % 7))));
          const bound = gradientNorm(engine, gradient);
          const before = bound.norm();
          bound.scale(factor);
          return [before, bound.norm(), bound.clip(0.5), gradient];
        });
        expect(ours).toEqual(twin);
      }),
    );
  });

  it("is the root of the sum of squares, as exactly as it says, also of a million float32 numbers", () => {
    const engine = kernelEngine();
    const gradient = engine.float32(1_000_000);
    gradient.fill(0.1);
    // 130 + 977 roundings of 1.1e-16 at most, halved by the root.
    expect(Math.abs(gradientNorm(engine, gradient).norm() / (1000 * Math.fround(0.1)) - 1)).toBeLessThan(6.1e-14);
    const few = engine.float64(11);
    few.set([3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4]);
    expect(gradientNorm(engine, few).norm()).toBe(5);
  });

  it("clips what is longer, keeps the direction, and leaves what is short or not finite", () => {
    const engine = kernelEngine({ bytes: 1 << 10 });
    const gradient = engine.float64(2);
    const bound = gradientNorm(engine, gradient);
    gradient.set([6, 8]);
    expect(bound.clip(20)).toBe(10);
    expect([...gradient]).toEqual([6, 8]);
    expect(bound.clip(5)).toBe(10);
    expect([...gradient]).toEqual([3, 4]);
    gradient.set([Number.NaN, 1]);
    expect(bound.clip(0.1)).toBeNaN();
    expect(gradient[1]).toBe(1);
    gradient.set([1e200, 1]);
    expect(bound.clip(0.1)).toBe(Infinity);
    expect(gradient[1]).toBe(1);
  });

  it("refuses foreign arrays, factors that are not finite and bounds that are not positive", () => {
    const engine = kernelEngine({ bytes: 1 << 10 });
    expect(() => gradientNorm(engine, new Float64Array(3))).toThrow(/must be an array of the engine/);
    const bound = gradientNorm(engine, engine.float32(3));
    expect(() => bound.scale(Number.NaN)).toThrow(/factor must be finite/);
    expect(() => bound.clip(0)).toThrow(/largest must be positive/);
  });
});
