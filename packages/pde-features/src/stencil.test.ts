import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sharedJson } from "../test/shared.ts";
import { stencilWeights } from "./index.ts";

interface Stencil {
  readonly offsets: readonly number[];
  readonly weights: readonly string[];
}
interface Reference {
  readonly central: Record<string, Stencil>;
  readonly one_sided_left: Record<string, Stencil>;
  readonly offset: Record<string, Stencil>;
  readonly half_point: Record<string, Stencil & { x0: string }>;
  readonly nonuniform: { x0: string; nodes: string[]; d1: string[]; d2: string[] };
}
const reference = sharedJson<Reference>("refs/integrators/fd-weights.json");

const rational = (text: string): number => {
  const [p, q = "1"] = text.split("/");
  return Number(p) / Number(q);
};

/** Largest difference in units of 2^-52 of the largest weight. */
const ulps = (got: Float64Array, want: readonly number[]): number => {
  const scale = Math.max(...want.map(Math.abs)) * 2 ** -52;
  return Math.max(...want.map((w, i) => Math.abs(got[i]! - w))) / scale;
};

describe("stencilWeights", () => {
  it("gives the textbook stencils", () => {
    expect([...stencilWeights([-1, 0, 1], 0, 1)]).toEqual([-0.5, 0, 0.5]);
    expect([...stencilWeights([-1, 0, 1], 0, 2)]).toEqual([1, -2, 1]);
    expect([...stencilWeights([0, 1, 2, 3], 0, 2)]).toEqual([2, -5, 4, -1]);
    expect([...stencilWeights([7], 3, 0)]).toEqual([1]);
  });

  it.skipIf(reference === undefined)("equals every exact rational weight of the reference file", () => {
    let cases = 0;
    let worst = 0;
    const check = (key: string, offsets: readonly number[], at: number, weights: readonly string[]): void => {
      const times = Number(/^d(\d)/.exec(key)?.[1] ?? "0");
      worst = Math.max(worst, ulps(stencilWeights(offsets, at, times), weights.map(rational)));
      cases++;
    };
    for (const group of [reference!.central, reference!.one_sided_left, reference!.offset]) {
      for (const [key, { offsets, weights }] of Object.entries(group)) check(key, offsets, 0, weights);
    }
    for (const [key, { offsets, weights, x0 }] of Object.entries(reference!.half_point)) {
      check(key, offsets, rational(x0), weights);
    }
    const { x0, nodes, d1, d2 } = reference!.nonuniform;
    check("d1", nodes.map(rational), rational(x0), d1);
    check("d2", nodes.map(rational), rational(x0), d2);
    expect(cases).toBe(43);
    // Measured 1.2: one rounding of the result and a little of the recursion, relative to the largest weight.
    expect(worst).toBeLessThanOrEqual(2);
  });

  it("differentiates every polynomial of degree below the number of nodes", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: -12, max: 12 }), { minLength: 2, maxLength: 7 }),
        fc.integer({ min: -3, max: 3 }),
        fc.nat(3),
        (nodes, at, times) => {
          fc.pre(times < nodes.length);
          const w = stencilWeights(nodes, at, times);
          for (let m = 0; m < nodes.length; m++) {
            // m-th power about `at`: its derivative there is m! when m = times, else 0.
            const terms = nodes.map((x, j) => w[j]! * (x - at) ** m);
            const want = m === times ? [1, 1, 2, 6][times]! : 0;
            const scale = Math.max(1, ...terms.map(Math.abs));
            expect(Math.abs(terms.reduce((s, v) => s + v, 0) - want)).toBeLessThanOrEqual(1e-12 * scale);
          }
        },
      ),
    );
  });

  it("refuses repeated and too few nodes, naming them", () => {
    expect(() => stencilWeights([0, 1, 0], 0, 1)).toThrow("nodes[2] = nodes[0] = 0");
    expect(() => stencilWeights([0, 1], 0, 2)).toThrow("at least 3");
    expect(() => stencilWeights([0, Number.NaN], 0, 1)).toThrow("nodes[1] must be finite");
    expect(() => stencilWeights([0, 1], 0, -1)).toThrow(RangeError);
  });
});
