import { describe, expect, it } from "vitest";
import { neumannDiffusion } from "../test/neumann-diffusion.ts";
import { neumannGapTooth, type NeumannGapToothSpec, perTooth } from "./index.ts";

const spec: NeumannGapToothSpec = {
  extent: [0, 1],
  teeth: 8,
  toothWidth: 2e-2,
  spacing: 1e-3,
  burst: 1e-5,
  micro: perTooth((tooth) => neumannDiffusion(tooth, () => 1)),
  shiftInvariant: true,
};
const build =
  (change: object): (() => unknown) =>
  () =>
    neumannGapTooth({ ...spec, ...change } as NeumannGapToothSpec);

describe("neumannGapTooth", () => {
  it("places teeth about the inner nodes, cells half a spacing inside their ends", () => {
    const { patches, nodes, size, warnings, costPerSlope, spacetimeFraction } = neumannGapTooth(spec);
    expect(size).toBe(9);
    expect(patches.map((p) => p.centre)).toEqual([...nodes.subarray(1, 8)]);
    for (const { from, centre, spacing, points } of patches) {
      expect(points).toBe(20);
      expect(from - spacing / 2).toBeCloseTo(centre - 1e-2, 14);
    }
    expect(warnings).toEqual([]);
    expect(costPerSlope).toBeCloseTo(7 * 20 * 1e-5, 15);
    // 7 teeth of 20 of the 1000 cells, for 1e-5 of each 1e-3.
    expect(spacetimeFraction(1e-3)).toBeCloseTo(0.14 * 0.01, 15);
    expect(neumannGapTooth({ ...spec, ends: "periodic" }).patches).toHaveLength(8);
    expect(neumannGapTooth({ ...spec, bufferWidth: 6e-2 }).patches[0]!.points).toBe(60);
    expect(neumannGapTooth({ ...spec, slopeInset: 5e-3 }).patches[0]!.points).toBe(30);
  });

  it("hands the model the time, healing first, and the interpolant's slopes where they belong", () => {
    const seen: [number, number, number[]][] = [];
    const watch = (change: object): void => {
      seen.length = 0;
      const { rhs } = neumannGapTooth({
        ...spec,
        ...change,
        heal: 2,
        burst: 1,
        micro: (teeth) => ({
          size: teeth.reduce((sum, tooth) => sum + tooth.points, 0),
          advance: (_u, t0, t1, slopes) => void seen.push([t0, t1, Array.from(slopes)]),
        }),
      });
      rhs(
        10,
        Float64Array.from({ length: 9 }, (_, i) => 3 * (i / 8) * (i / 8) - i / 8),
        new Float64Array(9),
      );
    };
    // Ends of the field are point values: the parabola through an end and two averages is the field's own but for h^2.
    const slopesAt = (distance: number): number[] =>
      Array.from({ length: 5 }, (_, p) => (p + 2) / 8).flatMap((x) => [6 * (x - distance) - 1, 6 * (x + distance) - 1]);
    for (const [change, distance] of [
      [{}, 1e-2],
      [{ bufferWidth: 6e-2 }, 3e-2],
      [{ slopeInset: 5e-3 }, 1e-2],
      [{ bufferWidth: 6e-2, slopeInset: 5e-3 }, 2.5e-2],
    ] as const) {
      watch(change);
      expect(seen.map(([t0, t1]) => [t0, t1])).toEqual([
        [10, 12],
        [12, 13],
      ]);
      for (const [n, slope] of slopesAt(distance).entries()) expect(seen[0]![2][n + 2]!).toBeCloseTo(slope, 13);
      expect(seen[1]![2]).toEqual(seen[0]![2]);
    }
  });

  it("starts teeth from fields that have the given averages, and gives still models no slope", () => {
    for (const order of [2, 4, 6, "spectral"] as const) {
      let lifted: number[] = [];
      const { rhs, size } = neumannGapTooth({
        ...spec,
        ends: "periodic",
        order,
        bufferWidth: 5e-2,
        shiftInvariant: false,
        micro: (teeth) => ({ size: 50 * teeth.length, advance: (u) => void (lifted = Array.from(u)) }),
      });
      const U = Float64Array.from({ length: size }, (_, i) => Math.sin(1 + i * i));
      const out = new Float64Array(size);
      rhs(0, U, out);
      for (let i = 0; i < size; i++) {
        const average = lifted.slice(50 * i + 15, 50 * i + 35).reduce((sum, value) => sum + value) / 20;
        // Rounding of values of order one, and over the burst.
        expect(Math.abs(average - U[i]!)).toBeLessThan(1e-15);
        expect(Math.abs(out[i]!)).toBeLessThan(1e-15 / spec.burst);
      }
    }
  });

  it("does not subtract the node's value where the model is nonlinear", () => {
    const micro = perTooth((tooth) =>
      neumannDiffusion(
        tooth,
        () => 1,
        { by: "face" },
        (u) => 2 * u * (1 - u),
      ),
    );
    const { rhs } = neumannGapTooth({ ...spec, micro, shiftInvariant: false });
    const out = new Float64Array(9);
    rhs(0, new Float64Array(9).fill(0.3), out);
    // A burst of u' = 2 u (1 - u) = 0.42, its change over the burst 1e-5 relative; rounding 1e-16 / 1e-5.
    for (let i = 1; i < 8; i++) expect(Math.abs(out[i]! - 0.42)).toBeLessThan(1e-5);
    expect([out[0], out[8]]).toEqual([0, 0]);
  });

  it("warns of bare slopes in a medium that varies, and of broken periods", () => {
    const codes = (change: object): string[] =>
      neumannGapTooth({ ...spec, ...change }).warnings.map((warning) => warning.code);
    expect(codes({ period: 1e-2 })).toEqual(["bare-slopes"]);
    expect(codes({ period: 1e-2, bufferWidth: 6e-2 })).toEqual([]);
    expect(codes({ period: 1e-2, slopeInset: 5e-3 })).toEqual([]);
    expect(codes({ period: 1.3e-2, slopeInset: 6e-3 })).toEqual(["window-not-whole-periods"]);
  });

  it("refuses a bad spec before any work, naming what was expected and got", () => {
    expect(build({ toothWidth: 0.2 })).toThrow("bufferWidth must be at most the node spacing 0.125, got 0.2");
    expect(build({ bufferWidth: 0.2 })).toThrow("teeth would overlap");
    expect(build({ bufferWidth: 0.01 })).toThrow("toothWidth must not exceed bufferWidth");
    expect(build({ bufferWidth: 0.02, slopeInset: 0.01 })).toThrow("slopeInset must be less than half of 0.02");
    expect(build({ toothWidth: 1e-3 })).toThrow("toothWidth / spacing must be an integer between 2 and");
    expect(build({ slopeInset: -1 })).toThrow("slopeInset must not be negative");
    expect(build({ teeth: 1.5 })).toThrow("teeth must be an integer");
    expect(build({ teeth: 4, order: 6 })).toThrow("nodes must be at least 7 for order 6, got 5");
    expect(build({ burst: 0 })).toThrow("burst must be positive, got 0");
    expect(build({ extent: [1, 0] })).toThrow("extent must increase");
    expect(build({ shiftInvariant: undefined })).toThrow("shiftInvariant must be true or false");
    expect(build({ slopeinset: 1 })).toThrow("unknown option slopeinset; did you mean slopeInset?");
    expect(build({ period: 0 })).toThrow("period must be positive");
    expect(build({ micro: 3 })).toThrow("micro must be a function");
    expect(build({ micro: perTooth(() => ({ size: 3, advance() {} })) })).toThrow("size of tooth 0's flow");
    expect(build({ micro: () => ({ size: 3, advance() {} }) })).toThrow("size of micro's flow");
  });
});
