import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gemm, kernelEngine } from "./index.ts";

const sizes = fc.record({
  m: fc.integer({ min: 1, max: 13 }),
  n: fc.integer({ min: 1, max: 37 }),
  k: fc.integer({ min: 1, max: 19 }),
});
const engines = () => [kernelEngine({ bytes: 1 << 16 }), kernelEngine({ bytes: 1 << 16, use: "plain" })] as const;

describe("gemm", () => {
  it.each(["float64", "float32"] as const)("gives the twin's bits in %s, for any sizes", (precision) => {
    fc.assert(
      fc.property(sizes, fc.integer(), (size, seed) => {
        const [ours, twin] = engines().map((engine) => {
          const product = gemm(engine, { ...size, precision });
          product.a.forEach((_, i, a) => (a[i] = Math.sin(i + seed)));
          product.b.forEach((_, i, b) => (b[i] = Math.cos(3 * i + seed)));
          product.multiply();
          return product.c;
        });
        expect(ours).toEqual(twin);
      }),
      { numRuns: 200 },
    );
  });

  it("multiplies whole numbers exactly", () => {
    for (const engine of engines()) {
      const { a, b, c, multiply } = gemm(engine, { m: 2, n: 3, k: 2 });
      a.set([1, 2, 3, 4]);
      b.set([5, 6, 7, 8, 9, 10]);
      multiply();
      expect([...c]).toEqual([21, 24, 27, 47, 54, 61]);
    }
  });

  it("is within k eps |a| |b| of a compensated sum", () => {
    const [engine] = engines();
    const k = 100;
    const { a, b, c, multiply } = gemm(engine, { m: 1, n: 1, k });
    for (let i = 0; i < k; i++) {
      a[i] = Math.sin(i);
      b[i] = Math.cos(2 * i);
    }
    multiply();
    // Exact: products of doubles cut to 26 bits, as integers.
    let exact = 0n;
    let size = 0;
    for (let i = 0; i < k; i++) {
      a[i] = Math.round(a[i]! * 67108864) / 67108864;
      b[i] = Math.round(b[i]! * 67108864) / 67108864;
      exact += BigInt(a[i]! * 67108864) * BigInt(b[i]! * 67108864);
      size += Math.abs(a[i]! * b[i]!);
    }
    multiply();
    expect(Math.abs(c[0]! - Number(exact) / 67108864 / 67108864)).toBeLessThan(k * 1.2e-16 * size);
  });

  it("refuses bad sizes and what does not fit", () => {
    const [engine] = engines();
    expect(() => gemm(engine, { m: 0, n: 1, k: 1 })).toThrow(/m must be an integer/);
    expect(() => gemm(engine, { m: 1000, n: 1000, k: 1000 })).toThrow(/make the engine larger/);
    // @ts-expect-error unknown precision
    expect(() => gemm(engine, { m: 1, n: 1, k: 1, precision: "float16" })).toThrow(/precision must be one of/);
  });
});
