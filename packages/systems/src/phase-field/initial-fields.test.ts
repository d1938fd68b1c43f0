import { random } from "@hml/integrators";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fieldOf, hexagonalField, uniformField } from "./initial-fields.ts";
import { bubbles, crystalSeeds } from "./placed-fields.ts";

const plane = { points: [40, 24], spacing: [0.5, 1] } as const;

describe("initial fields", () => {
  it("are uniform random numbers of a seed", () => {
    const u = uniformField(plane, { low: 2, high: 5, random: random(4) });
    expect(u).toEqual(uniformField(plane, { low: 2, high: 5, random: random(4) }));
    expect(u).not.toEqual(uniformField(plane, { low: 2, high: 5, random: random(5) }));
    expect(u.every((value) => value >= 2 && value < 5)).toBe(true);
    // 960 numbers: the mean 3.5 with a deviation of 3 / sqrt(12 * 960) = 0.028, four of them.
    expect(Math.abs(u.reduce((sum, value) => sum + value, 0) / 960 - 3.5)).toBeLessThan(0.11);
    const source = () => 1;
    expect(() => uniformField(plane, { random: source })).toThrow("random must be uniform in [0, 1), got 1");
    expect(() => uniformField(plane, { low: 1, high: 0, random: random(4) })).toThrow(
      "high - low must not be negative",
    );
  });

  it("are values or functions of the point, checked and copied", () => {
    const values = Float32Array.from({ length: 960 }, (_, j) => j);
    expect(fieldOf(plane, values)).toEqual(Float64Array.from(values));
    const u = fieldOf(plane, (x, y) => x + 100 * y);
    expect([u[0], u[1], u[40], u[959]]).toEqual([0, 0.5, 100, 2319.5]);
    const box = fieldOf({ points: [2, 2, 2], spacing: 1 }, (x, y, z) => x + 10 * y + 100 * z);
    expect(Array.from(box)).toEqual([0, 1, 10, 11, 100, 101, 110, 111]);
    expect(() => fieldOf(plane, values.subarray(1))).toThrow("fieldOf: values must have length 960, got 959");
    expect(() => fieldOf(plane, () => Number.NaN)).toThrow("values[0] must be finite");
    expect(() => fieldOf({ points: [2, 2, 2, 2] as never, spacing: 1 }, () => 0)).toThrow(
      "must have 1 to 3 axes, got 4",
    );
    expect(() => fieldOf({ points: [2, 2], spacing: [1, 1, 1] }, () => 0)).toThrow("spacing must have length 2, got 3");
  });

  it("are hexagonal, of three waves of one length where the box fits", () => {
    // 4 x 3 cells of 4 pi / (sqrt 3 q) by 4 pi / q.
    const q = 1.1;
    const grid = {
      points: [64, 60],
      spacing: [(16 * Math.PI) / (Math.sqrt(3) * q * 64), (12 * Math.PI) / (q * 60)],
    } as const;
    const u = hexagonalField(grid, { mean: -0.2, amplitude: 0.3, wavenumber: q });
    // All six neighbours of a maximum are maxima of 3 amplitude: mean, mean square and skewness of the lattice are known.
    const power = (p: number): number => u.reduce((sum, value) => sum + (value + 0.2) ** p, 0) / u.length;
    expect(power(1)).toBeCloseTo(0, 14);
    expect(power(2)).toBeCloseTo(3 * 2 * (0.3 / 2) ** 2, 14);
    expect(power(3)).toBeCloseTo(12 * (0.3 / 2) ** 3, 14);
    // An eigenfunction of the Laplacian: turned by sixty degrees about a maximum it is the same.
    const [x, y] = [3.1, 0.7];
    const value = (a: number, b: number): number =>
      2 * Math.cos((Math.sqrt(3) / 2) * q * a) * Math.cos((q * b) / 2) + Math.cos(q * b);
    const turned = value(x / 2 - (Math.sqrt(3) / 2) * y, (Math.sqrt(3) / 2) * x + y / 2);
    expect(turned).toBeCloseTo(value(x, y), 12);
    expect(u[13 + 64 * 7]).toBeCloseTo(-0.2 + 0.3 * value(13 * grid.spacing[0], 7 * grid.spacing[1]), 12);
    const line = hexagonalField({ points: 32, spacing: 0.4 }, { amplitude: 1 });
    expect(line[16]).toBeCloseTo(2, 14); // 12.8 holds two periods of 2 pi, nearly
  });

  it("hold bubbles that do not overlap, of the volume asked for", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 1, max: 3 }), (seed, axes) => {
        const points = axes === 1 ? ([96] as const) : axes === 2 ? ([96, 80] as const) : ([40, 36, 32] as const);
        const [spacing, radius, count] = axes === 3 ? [1, 5, 2] : [0.5, 5, 3];
        const u = bubbles({ points, spacing }, { count, radius, width: 0.4, random: random(seed) });
        const cell = spacing ** axes;
        const volume = u.reduce((sum, value) => sum + (value + 1) / 2, 0) * cell;
        const ball = [2 * radius, Math.PI * radius ** 2, (4 / 3) * Math.PI * radius ** 3][axes - 1]!;
        // The tanh wall adds pi^2 w^2 / 12 of curvature, 0.5 %; the grid sees the wall to another 1 %.
        expect(Math.abs(volume / (count * ball) - 1)).toBeLessThan(0.02);
        expect(Math.max(...u)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 25 },
    );
    expect(() => bubbles(plane, { count: 200, radius: 3, random: random(1) })).toThrow(
      "bubbles: count must leave room",
    );
    expect(() => bubbles(plane, { count: 1, radius: 11, random: random(1) })).toThrow("at most half of the shortest");
  });

  it("hold crystal seeds in a uniform field", () => {
    const grid = { points: [96, 96], spacing: 0.8 } as const;
    const u = crystalSeeds(grid, { count: 3, radius: 10, mean: -0.2, amplitude: 0.1, random: random(2) });
    const outside = u.filter((value) => value === -0.2).length * 0.64;
    expect(outside / (96 * 96 * 0.64 - 3 * Math.PI * 100)).toBeCloseTo(1, 2);
    // Seeds are lattices about their centres: maxima of 3 amplitude, minima of -1.5.
    expect(Math.max(...u)).toBeGreaterThan(-0.2 + 0.28);
    expect(Math.max(...u)).toBeLessThanOrEqual(-0.2 + 0.3 + 1e-15);
    expect(Math.min(...u)).toBeGreaterThan(-0.2 - 0.15 - 1e-15);
  });
});
