import { describe, expect, it } from "vitest";
import { reservoir } from "../spec/reservoir.ts";
import { reservoirMatrices, spectralRadius } from "./reservoir-matrices.ts";

describe("the matrices of a reservoir", () => {
  it("have the spectral radius that was asked for", () => {
    for (const [units, degree, radius] of [
      [200, 10, 0.9],
      [50, 2, 1.3],
      [30, 30, 0.1],
    ] as const) {
      const { columns, entries } = reservoirMatrices(reservoir({ channels: 1, units, degree, radius }));
      // Not by the code under test: the growth of (S + I)^k 1 over many steps, in the limit 1 + radius.
      let v = new Float64Array(units).fill(1);
      let growth = 0;
      for (let k = 0; k < 4000; k++) {
        const next = v.map((own, i) => {
          let sum = own;
          for (let e = i * degree; e < (i + 1) * degree; e++) sum += entries[e]! * v[columns[e]!]!;
          return sum;
        });
        growth = Math.max(...next);
        v = next.map((value) => value / growth);
      }
      expect(growth - 1).toBeCloseTo(radius, 9);
    }
  });

  it("are found right where there is a cycle, and where a matrix falls apart", () => {
    // A cycle of three: eigenvalues are the cube roots of 2 * 4 * 1, all of the same size.
    expect(spectralRadius(Int32Array.of(1, 2, 0), Float64Array.of(2, 4, 1), 3)).toBeCloseTo(2, 10);
    // Upper triangular with 0.5, 2, 1 on the diagonal.
    const columns = Int32Array.of(0, 1, 1, 2, 1, 2);
    const entries = Float64Array.of(0.5, 3, 2, 1, 0, 1);
    expect(spectralRadius(columns, entries, 3)).toBeCloseTo(2, 10);
  });

  it("follow from the seed, and read the inputs in equal blocks", () => {
    const spec = reservoir({ channels: 2, forcing: 1, units: 10, degree: 4, seed: 7, inputScale: 0.5 });
    const matrices = reservoirMatrices(spec);
    expect(reservoirMatrices({ ...spec })).toEqual(matrices);
    expect(reservoirMatrices({ ...spec, seed: 8 }).entries).not.toEqual(matrices.entries);
    expect([...matrices.sources]).toEqual([0, 0, 0, 0, 1, 1, 1, 2, 2, 2]);
    expect(matrices.weights.every((w) => Math.abs(w) <= 0.5)).toBe(true);
    for (let i = 0; i < 10; i++) expect(new Set(matrices.columns.slice(4 * i, 4 * i + 4)).size).toBe(4);
  });
});
