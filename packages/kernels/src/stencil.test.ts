import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffusionStencil, diffusionStencilBytes, kernelEngine, stencil, stencilBytes } from "./index.ts";

const engines = () => [kernelEngine({ bytes: 1 << 17 }), kernelEngine({ bytes: 1 << 17, use: "plain" })] as const;
const ends = fc.constantFrom("held", "periodic");
const shapes = fc.oneof(
  fc.tuple(fc.integer({ min: 3, max: 70 })),
  fc.tuple(fc.integer({ min: 3, max: 23 }), fc.integer({ min: 3, max: 9 })),
);
const rough = (length: number, seed: number): Float64Array =>
  Float64Array.from({ length }, (_, i) => Math.sin(i * i + seed));
const sameBits = (x: Float64Array, y: Float64Array): boolean => {
  const bits = new BigUint64Array(y.slice().buffer);
  return new BigUint64Array(x.slice().buffer).every((word, i) => word === bits[i]);
};

function diffusing(
  engine: ReturnType<typeof kernelEngine>,
  shape: readonly number[],
  how: "held" | "periodic",
  seed = 0,
) {
  const lattice = diffusionStencil(engine, { shape, ends: how, spacing: shape.map((_, d) => 0.5 + 0.2 * d) });
  const { bondsX, bondsY, points } = lattice;
  bondsX.set(rough(points, seed).map((x) => 1.1 + x));
  bondsY?.set(rough(points, seed + 1).map((x) => 1.1 + x));
  lattice.u.set(rough(points, seed + 2));
  return lattice;
}

describe("diffusionStencil", () => {
  it("gives the twin's bits: steps and slopes, lines and planes, held and periodic", () => {
    fc.assert(
      fc.property(shapes, ends, fc.nat(1000), (shape, how, seed) => {
        const [ours, twin] = engines().map((engine) => {
          const lattice = diffusing(engine, shape, how, seed);
          const slope = new Float64Array(lattice.points);
          lattice.rhs(0, lattice.u, slope);
          lattice.step(0.01, 3);
          return [lattice.u, slope] as const;
        });
        expect([sameBits(ours![0], twin![0]), sameBits(ours![1], twin![1])]).toEqual([true, true]);
      }),
      { numRuns: 200 },
    );
  });

  it("is the difference of fluxes that defines it, point by point", () => {
    fc.assert(
      fc.property(shapes, ends, fc.nat(1000), (shape, how, seed) => {
        const lattice = diffusing(engines()[0], shape, how, seed);
        const { bondsX, bondsY, u, points } = lattice;
        const [nx, ny = 1] = shape;
        const slope = new Float64Array(points);
        lattice.rhs(0, u, slope);
        const at = (x: number, y: number): number => ((y + ny) % ny) * nx + ((x + nx) % nx);
        for (let k = 0; k < points; k++) {
          const [x, y] = [k % nx, Math.floor(k / nx)];
          const edge = x === 0 || x === nx - 1 || (shape.length === 2 && (y === 0 || y === ny - 1));
          let exact = 0;
          if (how === "periodic" || !edge) {
            exact += (bondsX[k]! * (u[at(x + 1, y)]! - u[k]!)) / 0.25;
            exact -= (bondsX[at(x - 1, y)]! * (u[k]! - u[at(x - 1, y)]!)) / 0.25;
            if (bondsY !== undefined) {
              exact += (bondsY[k]! * (u[at(x, y + 1)]! - u[k]!)) / 0.49;
              exact -= (bondsY[at(x, y - 1)]! * (u[k]! - u[at(x, y - 1)]!)) / 0.49;
            }
          }
          // Four terms of size 2.1 * 2 / 0.25 at most, some roundings of each.
          expect(Math.abs(slope[k]! - exact)).toBeLessThan(3e-14);
        }
      }),
    );
  });

  it("keeps the sum of a periodic field to rounding over 1,000 steps, and a constant field to the bit", () => {
    for (const shape of [[64], [16, 12]]) {
      for (const engine of engines()) {
        const lattice = diffusing(engine, shape, "periodic");
        const sum = (): number => lattice.u.reduce((total, value) => total + value, 0);
        const before = sum();
        lattice.step(0.01, 1000);
        // 1,000 steps, each rounding numbers of size 1 by 1e-16 in chance directions, of some 100 points: 1e-16 sqrt(1e5).
        expect(Math.abs(sum() - before)).toBeLessThan(2e-13);
        lattice.u.fill(0.7);
        lattice.step(0.01, 5);
        expect(lattice.u.every((value) => value === 0.7)).toBe(true);
      }
    }
  });

  it("lets a sine wave between held ends decay by its exact factor a step", () => {
    const n = 41;
    const [h, dt] = [1 / (n - 1), 1e-4];
    const lattice = diffusionStencil(engines()[0], { shape: [n], spacing: h, ends: "held" });
    lattice.u.set(Float64Array.from({ length: n }, (_, i) => Math.sin(2 * Math.PI * i * h)));
    lattice.u[n - 1] = 0;
    lattice.step(dt, 100);
    const factor = 1 - ((4 * dt) / (h * h)) * Math.sin(Math.PI * h) * Math.sin(Math.PI * h);
    let decay = 1;
    for (let k = 0; k < 100; k++) decay *= factor;
    // 100 steps, in each some 1e-16 of numbers below 1.
    lattice.u.forEach((u, i) => expect(Math.abs(u - decay * Math.sin(2 * Math.PI * i * h))).toBeLessThan(1e-14));
  });

  it("lets a wave in the periodic plane decay by its exact factor a step", () => {
    const [nx, ny, dt, steps] = [12, 10, 0.1, 50];
    const lattice = diffusionStencil(engines()[0], { shape: [nx, ny], spacing: [1, 2], ends: "periodic" });
    const wave = (k: number): number => Math.cos(2 * Math.PI * ((2 * (k % nx)) / nx - Math.floor(k / nx) / ny) + 0.4);
    lattice.u.forEach((_, k, u) => (u[k] = wave(k)));
    lattice.step(dt, steps);
    const [sx, sy] = [Math.sin((2 * Math.PI) / nx), Math.sin(Math.PI / ny)];
    let decay = 1;
    for (let k = 0; k < steps; k++) decay *= 1 - dt * (4 * sx * sx + sy * sy);
    lattice.u.forEach((u, k) => expect(Math.abs(u - decay * wave(k))).toBeLessThan(1e-14));
  });

  it("is second-order accurate in space: u_t = (a u_x)_x with a = 1.1 + sin x, u = cos x", () => {
    const errorAt = (n: number): number => {
      const h = (2 * Math.PI) / n;
      const lattice = diffusionStencil(engines()[0], { shape: [n], spacing: h, ends: "periodic" });
      lattice.bondsX.forEach((_, i, a) => (a[i] = 1.1 + Math.sin((i + 0.5) * h)));
      const slope = new Float64Array(n);
      lattice.rhs(
        0,
        Float64Array.from(slope, (_, i) => Math.cos(i * h)),
        slope,
      );
      return Math.max(...slope.map((s, i) => Math.abs(s + 1.1 * Math.cos(i * h) + Math.sin(2 * i * h))));
    };
    expect(Math.log2(errorAt(64) / errorAt(128))).toBeGreaterThan(1.98);
    expect(Math.log2(errorAt(64) / errorAt(128))).toBeLessThan(2.02);
  });

  it("takes arrays of anybody, writes no input and fits into the bytes that were asked for", () => {
    for (const shape of [[9], [8, 5]]) {
      for (const use of ["auto", "plain"] as const) {
        const engine = kernelEngine({ bytes: diffusionStencilBytes(shape), use });
        const lattice = diffusing(engine, shape, "periodic");
        expect(engine.used).toBe(engine.bytes);
        const u = lattice.u.slice();
        const slope = new Float64Array(u.length);
        lattice.rhs(0, u, slope);
        lattice.rhs(0, lattice.u, u);
        expect([sameBits(u, slope), sameBits(lattice.u, rough(u.length, 2))]).toEqual([true, true]);
      }
    }
  });

  it("refuses what it cannot work on", () => {
    const [engine] = engines();
    expect(() => diffusionStencil(engine, { shape: [2], ends: "held" })).toThrow(/shape\[0\] must be an integer/);
    expect(() => diffusionStencil(engine, { shape: [4, 4, 4], ends: "held" })).toThrow(/one or two numbers/);
    expect(() => diffusionStencil(engine, { shape: [4], ends: "held", spacing: 0 })).toThrow(/spacing\[0\]/);
    expect(() => diffusionStencil(engine, { shape: [4], ends: "held", spacing: [1, 1] })).toThrow(/spacing/);
    // @ts-expect-error unknown ends
    expect(() => diffusionStencil(engine, { shape: [4], ends: "open" })).toThrow(/ends must be one of/);
    expect(() => diffusionStencil(engine, { shape: [1e5], ends: "held" })).toThrow(/make the engine larger/);
    const lattice = diffusionStencil(engine, { shape: [4], ends: "held" });
    expect(() => lattice.rhs(0, new Float64Array(3), new Float64Array(4))).toThrow("u must have length 4, got 3");
    expect(() => lattice.rhs(0, new Float64Array(4), new Float64Array(5))).toThrow("out must have length 4, got 5");
    expect(() => lattice.rhs(0, lattice.u, lattice.u)).toThrow("out must lie apart from u");
    // @ts-expect-error not a typed array
    expect(() => lattice.rhs(0, [1, 2, 3, 4], new Float64Array(4))).toThrow("u must be a Float64Array");
    expect(() => lattice.step(Number.NaN)).toThrow("dt must be finite");
    expect(() => lattice.step(0.1, 1.5)).toThrow("count must be an integer");
  });
});

describe("stencil", () => {
  const runs = fc
    .record({
      half: fc.nat(3),
      plane: fc.boolean(),
      nx: fc.integer({ min: 0, max: 40 }),
      ny: fc.integer({ min: 0, max: 8 }),
      ends,
      seed: fc.nat(1000),
    })
    .map(({ half, plane, nx, ny, ends: how, seed }) => {
      const width = 2 * half + 1;
      const weights = rough(plane ? width * width : width, seed).map((w) => (w > 0.8 ? 0 : w));
      return { width, weights, shape: plane ? [width + nx, width + ny] : [width + nx], ends: how, seed };
    });

  it("gives the twin's bits: steps and slopes", () => {
    fc.assert(
      fc.property(runs, ({ shape, weights, ends: how, seed }) => {
        const [ours, twin] = engines().map((engine) => {
          const lattice = stencil(engine, { shape, weights, ends: how });
          const slope = new Float64Array(lattice.points);
          lattice.u.set(rough(lattice.points, seed));
          lattice.rhs(0, lattice.u, slope);
          lattice.step(0.1, 3);
          return [lattice.u, slope] as const;
        });
        expect([sameBits(ours![0], twin![0]), sameBits(ours![1], twin![1])]).toEqual([true, true]);
      }),
      { numRuns: 200 },
    );
  });

  it("is the sum that defines it, with points near held ends at rest", () => {
    fc.assert(
      fc.property(runs, ({ shape, width, weights, ends: how, seed }) => {
        const lattice = stencil(engines()[0], { shape, weights, ends: how });
        const [u, slope] = [rough(lattice.points, seed), new Float64Array(lattice.points)];
        lattice.rhs(0, u, slope);
        const [nx = 1, ny = 1] = shape;
        const half = (width - 1) / 2;
        slope.forEach((value, k) => {
          const [x, y] = [k % nx, Math.floor(k / nx)];
          const cut =
            x < half || x >= nx - half || (shape.length === 2 && (y < half || y >= ny - half)) ? how === "held" : false;
          let exact = 0;
          for (let j = 0; j < (cut ? 0 : weights.length); j++) {
            const dx = (j % width) - half;
            const dy = shape.length === 2 ? Math.floor(j / width) - half : 0;
            exact += weights[j]! * u[((y + dy + ny) % ny) * nx + ((x + dx + nx) % nx)]!;
          }
          // At most 49 products of size 1, each sum below 49: 49 * 49 * 1.1e-16 / 2 at worst.
          expect(Math.abs(value - exact)).toBeLessThan(1.4e-13);
        });
      }),
    );
  });

  it("has waves for eigenvectors: a fourth difference on a ring", () => {
    const n = 24;
    const lattice = stencil(engines()[0], { shape: [n], weights: [-1, 4, -6, 4, -1], ends: "periodic" });
    const s = Math.sin((3 * Math.PI) / n);
    const slope = new Float64Array(n);
    const wave = slope.map((_, i) => Math.cos((6 * Math.PI * i) / n + 0.2));
    lattice.rhs(0, wave, slope);
    slope.forEach((value, i) => expect(Math.abs(value + 16 * s * s * s * s * wave[i]!)).toBeLessThan(1e-14));
  });

  it("agrees with diffusionStencil where the medium is uniform, and skips weights of zero", () => {
    const [engine] = engines();
    const five = stencil(engine, { shape: [9, 7], weights: [0, 1, 0, 1, -4, 1, 0, 1, 0], ends: "periodic" });
    const bonds = diffusionStencil(engine, { shape: [9, 7], ends: "periodic" });
    for (const lattice of [five, bonds]) {
      lattice.u.set(rough(63, 5));
      lattice.step(0.1, 10);
    }
    five.u.forEach((value, k) => expect(Math.abs(value - bonds.u[k]!)).toBeLessThan(1e-14));
    const none = stencil(engine, { shape: [4], weights: [0, 0, 0], ends: "periodic" });
    const slope = new Float64Array(4).fill(9);
    none.rhs(0, rough(4, 1), slope);
    expect(slope.every((value) => value === 0)).toBe(true);
  });

  it("fits into the bytes that were asked for, and refuses what it cannot work on", () => {
    for (const shape of [[9], [8, 5]]) {
      const weights = rough(shape.length === 1 ? 5 : 25, 3);
      const engine = kernelEngine({ bytes: stencilBytes({ shape, weights }), use: "plain" });
      stencil(engine, { shape, weights, ends: "held" });
      expect(engine.used).toBe(engine.bytes);
    }
    const [engine] = engines();
    const make = (shape: number[], weights: number[]) => () => stencil(engine, { shape, weights, ends: "held" });
    expect(make([8], [1, 2])).toThrow("the width of weights must be odd, got 2");
    expect(make([8, 8], [1, 2, 1])).toThrow("the width of weights must be an integer");
    expect(make([4], [1, 2, 3, 2, 1])).toThrow("shape[0] must be an integer between 5");
    expect(make([8], [1, Number.NaN, 1])).toThrow("weights[1] must be finite");
    expect(make([8], [])).toThrow("the width of weights");
  });
});
