import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sharedJson } from "../test/shared.ts";
import { type DerivativeOptions, derivative } from "./index.ts";

interface Reference {
  readonly periodic_exp_sin: { readonly n: number[]; readonly table: Record<string, number[]> };
  readonly vector_n8: { readonly u: number[] } & Record<"fd2" | "fd4", Record<string, number[]>>;
}
const reference = sharedJson<Reference>("refs/integrators/features.json");

const uniform = (n: number, a: number, b: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => a + ((b - a) * i) / (n - 1));
const circle = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => (2 * Math.PI * i) / n);
const apply = (x: ArrayLike<number>, times: number, options: DerivativeOptions, u: Float64Array): Float64Array => {
  const out = new Float64Array(u.length).fill(Number.NaN);
  derivative(x, times, options).apply(u, out);
  return out;
};
const largest = (a: Float64Array, b: Float64Array): number => Math.max(...a.map((v, i) => Math.abs(v - b[i]!)));

/** exp(sin x) and its derivatives. */
const wave = (x: Float64Array, times: number): Float64Array =>
  x.map((v) => {
    const [s, c] = [Math.sin(v), Math.cos(v)];
    const factor = [1, c, c * c - s, c * (c * c - 3 * s - 1), (c * c - 6 * s - 4) * c * c + s + 3 * s * s][times]!;
    return factor * Math.exp(s);
  });

const finite = [
  [1, 2],
  [1, 4],
  [1, 6],
  [2, 2],
  [2, 4],
  [2, 6],
  [3, 2],
  [3, 4],
  [4, 2],
] as const;

describe("finite differences on a periodic grid", () => {
  it.skipIf(reference === undefined)("have the errors of the reference table for exp(sin x)", () => {
    const { n: sizes, table } = reference!.periodic_exp_sin;
    for (const [times, order] of finite) {
      for (const [k, n] of sizes.entries()) {
        const x = circle(n);
        const exact = wave(x, times);
        const got = apply(x, times, { order, ends: "periodic" }, wave(x, 0));
        const norm = (v: Float64Array): number => Math.sqrt(v.reduce((s, e) => s + e * e, 0));
        const error = norm(got.map((v, i) => v - exact[i]!)) / norm(exact);
        const want = table[`d${times}_${order}`]![k]!;
        // Truncation errors agree to their own rounding, some eps / h^m, which is at most 1e-9 here.
        expect(Math.abs(error - want), `d${times} order ${order} n ${n}`).toBeLessThanOrEqual(1e-6 * want + 1e-12);
      }
    }
  });

  it.skipIf(reference === undefined)("give the 8-point reference vectors", () => {
    const { u, fd2, fd4 } = reference!.vector_n8;
    for (const times of [1, 2, 3, 4]) {
      for (const [order, want] of [
        [2, fd2],
        [4, fd4],
      ] as const) {
        if (want[String(times)] === undefined) continue; // the file has no fourth-order third and fourth derivatives
        const got = apply(circle(8), times, { order, ends: "periodic" }, Float64Array.from(u));
        // Weights up to 6 / h^4 = 16 times values up to 2.7, a few roundings of 2^-53 each.
        expect(largest(got, Float64Array.from(want[String(times)]!)), `d${times} o${order}`).toBeLessThan(2e-13);
      }
    }
  });

  it("commute with shifts along a uniform grid", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 7, maxLength: 12 }), fc.nat(11), (u, s) => {
        const n = u.length;
        const operator = derivative(uniform(n, 0, n - 1), 2, { order: 6, ends: "periodic" });
        const [out, shifted] = [new Float64Array(n), new Float64Array(n)];
        operator.apply(Float64Array.from(u), out);
        operator.apply(
          Float64Array.from(u, (_, i) => u[(i + s) % n]!),
          shifted,
        );
        // The order of a row's terms follows the columns, which wrap: a few roundings of integers over 180.
        for (let i = 0; i < n; i++) expect(Math.abs(shifted[i]! - out[(i + s) % n]!)).toBeLessThan(1e-12 * 600);
      }),
    );
  });
});

describe("order of accuracy", () => {
  // exp(x) on [0, 1], one-sided ends, error at every node including the ends; slope between n = 24 and n = 48 intervals.
  it.each(finite)("derivative %i, order %i, one-sided, uniform and smoothly graded grids", (times, order) => {
    for (const map of [(s: number) => s, (s: number) => s + 0.15 * Math.sin(Math.PI * s)]) {
      const error = (n: number): number => {
        const x = uniform(n + 1, 0, 1).map(map);
        return largest(apply(x, times, { order }, x.map(Math.exp)), x.map(Math.exp));
      };
      const slope = Math.log2(error(24) / error(48));
      // Asymptotic slopes at these sizes, before rounding: between order - 0.5 and order + 1 (leading terms compete).
      expect(slope).toBeGreaterThan(order - 0.5);
      expect(slope).toBeLessThan(order + 1.1);
    }
  });
  it.each([
    [1, 2],
    [1, 4],
    [1, 6],
    [2, 2],
    [2, 4],
    [2, 6],
  ] as const)("derivative %i, order %i, odd ends, for a function that is odd about its end values", (times, order) => {
    const error = (n: number): number => {
      const x = uniform(n + 1, 0, 1);
      const u = x.map((v) => 1 + 2 * v + Math.sin(Math.PI * v) + 0.5 * Math.sin(2 * Math.PI * v));
      const exact = x.map((v) =>
        times === 1
          ? 2 + Math.PI * (Math.cos(Math.PI * v) + Math.cos(2 * Math.PI * v))
          : -Math.PI * Math.PI * (Math.sin(Math.PI * v) + 2 * Math.sin(2 * Math.PI * v)),
      );
      return largest(apply(x, times, { order, ends: "odd" }, u), exact);
    };
    const slope = Math.log2(error(16) / error(32));
    expect(slope).toBeGreaterThan(order - 0.2);
    expect(slope).toBeLessThan(order + 0.2);
  });
  it("a periodic non-uniform grid keeps the order when its spacing is smooth", () => {
    const error = (n: number): number => {
      const x = circle(n).map((s) => s + 0.3 * Math.sin(s));
      const got = apply(x, 2, { order: 4, ends: "periodic", period: 2 * Math.PI }, wave(x, 0));
      return largest(got, wave(x, 2));
    };
    expect(Math.log2(error(64) / error(128))).toBeGreaterThan(3.7);
  });
});

describe("sine-spectral", () => {
  const x = uniform(11, -1, 2);
  const L = 3;
  const s = (k: number) => (v: number) => Math.sin((k * Math.PI * (v + 1)) / L);
  const c = (k: number) => (v: number) => Math.cos((k * Math.PI * (v + 1)) / L);
  it("is exact for a line plus every sine the grid can hold", () => {
    for (let k = 1; k <= 9; k++) {
      const u = x.map((v) => 4 - 2 * v + s(k)(v));
      const q = (k * Math.PI) / L;
      const exact = [
        x.map((v) => -2 + q * c(k)(v)),
        x.map((v) => -q * q * s(k)(v)),
        x.map((v) => -q * q * q * c(k)(v)),
      ];
      for (const [m, want] of exact.entries()) {
        // Rounding of u (8 units of 2^-52) times the largest factor, q^m with q = 9.4.
        expect(largest(apply(x, m + 1, { order: "sine-spectral" }, u), want)).toBeLessThan(2e-14 * 10 ** (m + 1));
      }
      expect(
        largest(
          apply(x, 4, { order: "sine-spectral" }, u),
          x.map((v) => q * q * q * q * s(k)(v)),
        ),
      ).toBeLessThan(2e-10);
    }
  });
  it("holds even derivatives at the ends at exactly zero", () => {
    for (const times of [2, 4]) {
      const out = apply(x, times, { order: "sine-spectral" }, x.map(Math.exp));
      expect([out[0], out[10]]).toEqual([0, 0]);
    }
  });
  it("agrees with the plain definition by two sums, for a large grid too", () => {
    const grid = uniform(301, 0, 1);
    const u = grid.map((v) => Math.exp(v) * Math.sin(5 * v) + v);
    const got = apply(grid, 2, { order: "sine-spectral" }, u);
    const n = 300;
    const angle = (q: number): number => Math.sin((Math.PI * (q % (2 * n))) / n);
    const rest = u.map((v, j) => v - u[0]! - (u[n]! - u[0]!) * (j / n));
    const b = Array.from({ length: n }, (_, k) => {
      let sum = 0;
      for (let j = 1; j < n; j++) sum += rest[j]! * angle(k * j);
      return (2 / n) * sum;
    });
    for (const i of [1, 7, 150, 299]) {
      let want = 0;
      for (let k = 1; k < n; k++) want -= (Math.PI * k) ** 2 * b[k]! * angle(k * i);
      // eps * (pi n)^2 of rounding in the largest wavenumber, times a few: 2e-16 * 9e5 * 10.
      expect(Math.abs(got[i]! - want)).toBeLessThan(2e-9);
    }
  });
});

describe("every operator", () => {
  const cases: ReadonlyArray<readonly [string, ArrayLike<number>, number, DerivativeOptions]> = [
    ["periodic", uniform(9, 0, 2), 1, { order: 4, ends: "periodic" }],
    ["odd", uniform(9, 0, 2), 2, { order: 6, ends: "odd" }],
    ["odd first", uniform(9, 0, 2), 1, { order: 6, ends: "odd" }],
    ["one-sided", [0, 0.1, 0.3, 0.35, 0.6, 0.8, 0.85, 1], 2, { order: 4 }],
    ["odd, uneven", [0, 0.1, 0.3, 0.35, 0.6, 0.8, 0.85, 1], 2, { order: 4, ends: "odd" }],
    ["sine", uniform(9, 0, 2), 2, { order: "sine-spectral" }],
    ["sine first", uniform(9, 0, 2), 1, { order: "sine-spectral" }],
  ];
  it.each(cases)("%s: is linear, equals its matrix, annihilates constants exactly", (_, x, times, options) => {
    const operator = derivative(x, times, options);
    const n = operator.size;
    const matrix = operator.toMatrix();
    const out = new Float64Array(n);
    operator.apply(new Float64Array(n).fill(0.1), out);
    expect(out.every((v) => v === 0)).toBe(true);
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: n, maxLength: n }), (values) => {
        const u = Float64Array.from(values);
        operator.apply(u, out);
        expect(u).toEqual(Float64Array.from(values));
        for (let i = 0; i < n; i++) {
          const row = matrix.subarray(i * n, (i + 1) * n);
          const scale = row.reduce((s, v) => s + Math.abs(v), 1);
          expect(Math.abs(row.reduce((s, v, j) => s + v * u[j]!, 0) - out[i]!)).toBeLessThan(1e-14 * scale);
        }
      }),
    );
  });
  it.each(cases)("%s: mirrors with the grid", (_, x, times, options) => {
    const n = x.length;
    const mirrored = Float64Array.from(x, (_v, i) => -x[n - 1 - i]!);
    const u = Float64Array.from(x, (v) => Math.exp(v) * Math.cos(3 * v));
    const a = apply(x, times, options, u);
    const b = apply(mirrored, times, options, u.toReversed());
    const sign = times % 2 === 0 ? 1 : -1;
    const size = Math.max(...a.map(Math.abs));
    for (let i = 0; i < n; i++) expect(Math.abs(a[i]! - sign * b[n - 1 - i]!)).toBeLessThan(1e-12 * size);
  });
  it("with odd ends leaves even derivatives at the ends exactly zero", () => {
    for (const x of [uniform(9, 0, 1), Float64Array.of(0, 0.1, 0.3, 0.35, 0.6, 0.8, 1)]) {
      const out = apply(x, 2, { order: 4, ends: "odd" }, x.map(Math.exp));
      expect([out[0], out.at(-1)]).toEqual([0, 0]);
    }
  });
  it("zero times is the identity", () => {
    const u = Float64Array.of(3, 1, 2);
    expect(apply([0, 1, 3], 0, {}, u)).toEqual(u);
    expect([...derivative([0, 1, 3], 0).toMatrix()]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  });
});

describe("bad input", () => {
  it("names the node that does not increase", () => {
    expect(() => derivative([0, 1, 1, 2], 1)).toThrow(
      new RangeError("derivative: x must increase strictly, got x[1] = 1 and x[2] = 1"),
    );
    expect(() => derivative([0, 2, 1], 1)).toThrow("x[1] = 2 and x[2] = 1");
    expect(() => derivative([0, Number.NaN, 1], 1)).toThrow("x[1] must be finite");
  });
  it("tells how many nodes a stencil needs", () => {
    expect(() => derivative([0, 1, 2], 2)).toThrow(
      "at least 4 nodes for derivative 2 of order 2 with one-sided ends, got 3",
    );
    expect(() => derivative([0, 1], 1, { ends: "periodic" })).toThrow("at least 3");
    expect(() => derivative([0, 1], 1, { order: "sine-spectral" })).toThrow("at least 3");
  });
  it("refuses wrong options", () => {
    const x = uniform(12, 0, 1);
    expect(() => derivative(x, 1, { oder: 2 } as object)).toThrow(
      new TypeError("derivative: unknown option oder; did you mean order?"),
    );
    expect(() => derivative(x, 1, { order: 3 as 2 })).toThrow("order must be one of 2, 4, 6");
    expect(() => derivative(x, 7)).toThrow("times");
    expect(() => derivative(x, 2, { order: "sine-spectral", ends: "periodic" })).toThrow('must be "odd"');
    expect(() => derivative([0, 1, 2.5, 4], 2, { order: "sine-spectral" })).toThrow("must be uniform");
    expect(() => derivative([0, 1, 2.5, 4], 1, { ends: "periodic" })).toThrow("period must be given");
    expect(() => derivative([0, 1, 2.5, 4], 1, { ends: "periodic", period: 4 })).toThrow("exceed the extent 4");
    expect(() => derivative(x, 1, { period: 2 })).toThrow("period must be left out");
  });
});
