import { random } from "@hml/integrators";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addBiasGradient, addWeightGradient, affine, transpose } from "./dense-kernels.ts";

// Sums run in the same order as these loops, so every comparison is bit for bit, whatever the remainder of the blocks.
const sizes = {
  rows: fc.integer({ min: 0, max: 9 }),
  units: fc.integer({ min: 1, max: 11 }),
  inputs: fc.integer({ min: 1, max: 11 }),
};
const SPECIAL = [0, -0, 5e-324, 1e308, -1e308, Number.NaN, Infinity];

function values(length: number, seed: number, special: boolean): Float64Array {
  const source = random(seed);
  return Float64Array.from({ length }, () => {
    const pick = source();
    return special && pick < 0.2 ? SPECIAL[Math.floor(pick * 5 * SPECIAL.length)]! : 2 * source() - 1;
  });
}

describe("dense kernels", () => {
  it("give the bits of the plain loops for every shape, special values included", () => {
    fc.assert(
      fc.property(
        sizes.rows,
        sizes.units,
        sizes.inputs,
        fc.nat(),
        fc.boolean(),
        fc.boolean(),
        (m, n, k, seed, special, biased) => {
          const a = values(m * k, seed, special);
          const w = values(n * k, seed + 1, special);
          const b = biased ? values(n, seed + 2, special) : undefined;
          const out = new Float64Array(m * n);
          affine(a, w, b, out, m, n, k);
          const expected = new Float64Array(m * n);
          for (let r = 0; r < m; r++) {
            for (let j = 0; j < n; j++) {
              let s = b?.[j] ?? 0;
              for (let p = 0; p < k; p++) s += a[r * k + p]! * w[j * k + p]!;
              expected[r * n + j] = s;
            }
          }
          expect(out).toEqual(expected);

          const d = values(m * n, seed + 3, special);
          const g = values(n * k, seed + 4, false);
          const gb = values(n, seed + 5, false);
          const expectedG = g.slice();
          const expectedB = gb.slice();
          for (let r = 0; r < m; r++) {
            for (let j = 0; j < n; j++) {
              for (let p = 0; p < k; p++) expectedG[j * k + p]! += d[r * n + j]! * a[r * k + p]!;
              expectedB[j]! += d[r * n + j]!;
            }
          }
          addWeightGradient(d, a, g, m, n, k);
          addBiasGradient(d, gb, m, n);
          expect(g).toEqual(expectedG);
          expect(gb).toEqual(expectedB);
        },
      ),
      { seed: 1, numRuns: 500 },
    );
  });

  it("gives the same gradient for rows in one piece and in tiles", () => {
    const [m, n, k] = [37, 6, 5];
    const a = values(m * k, 1, false);
    const d = values(m * n, 2, false);
    const whole = new Float64Array(n * k);
    addWeightGradient(d, a, whole, m, n, k);
    const tiled = new Float64Array(n * k);
    for (let from = 0; from < m; from += 8) {
      addWeightGradient(d.subarray(from * n), a.subarray(from * k), tiled, Math.min(8, m - from), n, k);
    }
    expect(tiled).toEqual(whole);
  });

  it("transpose twice is the identity", () => {
    const w = values(12, 3, false);
    const once = new Float64Array(12);
    const twice = new Float64Array(12);
    transpose(w, once, 3, 4);
    transpose(once, twice, 4, 3);
    expect([...once.subarray(0, 3)]).toEqual([w[0], w[4], w[8]]);
    expect(twice).toEqual(w);
  });
});
