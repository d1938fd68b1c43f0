import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { derivative, periodicDerivative, type PeriodicGrid, type PeriodicOrder } from "./index.ts";

/** A real wave cos(kx x + ky y + phase) on a grid whose period is 2 pi / scale, and its exact derivative. */
function wave(grid: PeriodicGrid, k: readonly number[], phase: number, times: readonly number[]): Float64Array {
  const [nx, ny = 1] = grid.points as [number, number?];
  const turns = times.reduce((a, b) => a + b, 0);
  const size = k.reduce((product, waves, axis) => {
    const wavenumber = (2 * Math.PI * waves) / grid.period[axis]!;
    return product * wavenumber ** times[axis]!;
  }, 1);
  return Float64Array.from({ length: nx * ny }, (_, p) => {
    const [i, j] = [p % nx, Math.floor(p / nx)];
    // d/dx turns cos by a quarter: cos(a + m pi / 2).
    return size * Math.cos(2 * Math.PI * ((k[0]! * i) / nx + ((k[1] ?? 0) * j) / ny) + phase + (turns * Math.PI) / 2);
  });
}

function largest(values: ArrayLike<number>): number {
  return Array.from(values).reduce((most, v) => Math.max(most, Math.abs(v)), 0);
}

const apply = (grid: PeriodicGrid, times: readonly number[], u: Float64Array, order: PeriodicOrder = "spectral") => {
  const out = new Float64Array(u.length).fill(9);
  periodicDerivative(grid, times, { order }).apply(u, out);
  return out;
};

describe("periodicDerivative, spectral", () => {
  it("is exact for waves below n/2 on every grid of up to 24 x 24 points, mixed derivatives included", () => {
    const axis = fc.integer({ min: 3, max: 24 });
    fc.assert(
      fc.property(
        axis,
        axis,
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: 0, max: 4 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (nx, ny, mx, my, a, b) => {
          const grid = { points: [nx, ny], period: [2 * Math.PI, 3] };
          const below = (n: number, part: number): number => Math.round(part * Math.floor((n - 1) / 2));
          const k = [below(nx, a), below(ny, b)];
          const got = apply(grid, [mx, my], wave(grid, k, 0.7, [0, 0]));
          const want = wave(grid, k, 0.7, [mx, my]);
          // Rounding of sums of size (pi n / L)^m, the norm of the operator, with a factor n for their length.
          const norm = (n: number, length: number, m: number): number => ((Math.PI * n) / length) ** m;
          const bound = 1e-14 * norm(nx, 2 * Math.PI, mx) * norm(ny, 3, my);
          for (const [p, value] of got.entries())
            expect(Math.abs(value - want[p]!)).toBeLessThan(Math.max(bound, 1e-13));
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });

  it("gives zero for odd derivatives of the highest wave, and -(pi n / L)^2 times it for the second", () => {
    const grid = { points: [16, 3], period: [2 * Math.PI, 1] };
    const u = Float64Array.from({ length: 48 }, (_, p) => (p % 2 === 0 ? 1 : -1));
    expect(largest(apply(grid, [1, 0], u))).toBe(0);
    expect(largest(apply(grid, [3, 0], u))).toBe(0);
    for (const [p, value] of apply(grid, [2, 0], u).entries()) expect(value / (-64 * u[p]!)).toBeCloseTo(1, 12);
  });

  it("commutes: u_xy is u_yx, the derivative of the derivative", () => {
    const grid = { points: [8, 6], period: [1, 2] };
    const u = Float64Array.from({ length: 48 }, (_, p) => Math.sin(p * p));
    const step = apply(grid, [0, 1], apply(grid, [1, 0], u));
    const back = apply(grid, [1, 0], apply(grid, [0, 1], u));
    expect(apply(grid, [1, 1], u)).toEqual(step);
    // Two orders of summation of values of some hundreds.
    for (const [p, value] of step.entries()) expect(Math.abs(value - back[p]!)).toBeLessThan(1e-11);
  });

  it("works in one and three dimensions", () => {
    const line = { points: [9], period: [2 * Math.PI] };
    const slope = apply(line, [1], wave(line, [4], 0, [0]));
    for (const [p, value] of slope.entries()) expect(value).toBeCloseTo(wave(line, [4], 0, [1])[p]!, 12);
    const box = { points: [4, 5, 3], period: [1, 2, 2 * Math.PI] };
    const u = Float64Array.from({ length: 60 }, (_, p) => {
      const [x, y, z] = [(p % 4) / 4, (2 * (Math.floor(p / 4) % 5)) / 5, (2 * Math.PI * Math.floor(p / 20)) / 3];
      return Math.sin(2 * Math.PI * x) * Math.cos(2 * Math.PI * y) * Math.sin(z);
    });
    const want = Float64Array.from({ length: 60 }, (_, p) => {
      const [x, y, z] = [(p % 4) / 4, (2 * (Math.floor(p / 4) % 5)) / 5, (2 * Math.PI * Math.floor(p / 20)) / 3];
      return 2 * Math.PI * Math.cos(2 * Math.PI * x) * -((2 * Math.PI) ** 2) * Math.cos(2 * Math.PI * y) * Math.cos(z);
    });
    for (const [p, value] of apply(box, [1, 2, 1], u).entries()) expect(value).toBeCloseTo(want[p]!, 10);
  });
});

describe("periodicDerivative of every order", () => {
  it.each(["spectral", 2, 4, 6] as const)("of order %s keeps the sum and gives exactly 0 for a constant", (order) => {
    const grid = { points: [16, 9], period: [2, 3] };
    const u = Float64Array.from({ length: 144 }, (_, p) => Math.sin(p * p));
    for (const times of [
      [1, 0],
      [0, 2],
      [1, 1],
    ]) {
      const out = apply(grid, times, u, order);
      // 144 values rounded at 2^-53 of the largest.
      expect(Math.abs(out.reduce((a, b) => a + b, 0))).toBeLessThan(144 * 2e-16 * largest(out) * 10);
      expect(largest(apply(grid, times, new Float64Array(144).fill(0.1), order))).toBe(0);
    }
  });

  it.each([2, 4, 6] as const)("of order %d is the 1D operator on each line", (order) => {
    const grid = { points: [12, 10], period: [3, 2] };
    const u = Float64Array.from({ length: 120 }, (_, p) => Math.sin(p * p));
    for (const m of [1, 2, 3]) {
      const alongX = apply(grid, [m, 0], u, order);
      const alongY = apply(grid, [0, m], u, order);
      const x = Float64Array.from({ length: 12 }, (_, i) => (3 * i) / 12);
      const y = Float64Array.from({ length: 10 }, (_, j) => (2 * j) / 10);
      const row = new Float64Array(12);
      derivative(x, m, { order, ends: "periodic" }).apply(u.subarray(24, 36), row);
      for (let i = 0; i < 12; i++) expect(Math.abs(alongX[24 + i]! - row[i]!)).toBeLessThan(1e-12 * largest(row));
      const column = new Float64Array(10);
      derivative(y, m, { order, ends: "periodic" }).apply(
        Float64Array.from({ length: 10 }, (_, j) => u[12 * j + 5]!),
        column,
      );
      for (let j = 0; j < 10; j++) {
        expect(Math.abs(alongY[12 * j + 5]! - column[j]!)).toBeLessThan(1e-12 * largest(column));
      }
    }
  });

  it("refuses what does not fit", () => {
    const grid = { points: [4, 16], period: [1, 1] };
    expect(() => periodicDerivative(grid, [1, 0], { order: 6 })).toThrow("points must be at least 7 along an axis");
    expect(() => periodicDerivative(grid, [1])).toThrow("times must be an array of 2 numbers");
    expect(() => periodicDerivative({ points: [4, 4], period: [1] }, [1, 0])).toThrow("as many axes, got 2 and 1");
    expect(() => periodicDerivative({ points: [1e5, 1e5], period: [1, 1] }, [1, 0])).toThrow("points[1]");
    expect(() => periodicDerivative(grid, [1, 0]).apply(new Float64Array(4), new Float64Array(64))).toThrow(
      "u and out must have length 64, got 4 and 64",
    );
  });

  it("makes no arrays when applied", () => {
    const grid = { points: [16, 16], period: [1, 1] };
    const operator = periodicDerivative(grid, [1, 1]);
    const [u, out] = [new Float64Array(256).fill(1), new Float64Array(256)];
    operator.apply(u, out);
    const before = process.memoryUsage().arrayBuffers;
    for (let call = 0; call < 2000; call++) operator.apply(u, out);
    // One array of a line a call would be 256 kB or more.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4096);
  });
});
