import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { complexFft, complexFftBytes, kernelEngine, realFft, realFftBytes } from "./index.ts";

const engines = [kernelEngine({ bytes: 1 << 20 }), kernelEngine({ bytes: 1 << 20, use: "plain" })] as const;
const shapes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 3 });
/** Lengths of every kind: powers of two to 1024, products of 3 and 5, primes and twice them. */
const lengths = [...Array.from({ length: 64 }, (_, k) => k + 1), 81, 125, 128, 243, 256, 360, 500, 512, 499, 998, 1024];
const grids = "16x16 32x8 40x24 24x40 15x9 1x16 16x1 14x33 7x7 8x6x10 5x7x4"
  .split(" ")
  .map((shape) => shape.split("x").map(Number));

type Pair = readonly [re: number, im: number];

/** Reproducible numbers between -1 and 1 without symmetry. */
function numbers(length: number): Float64Array {
  return Float64Array.from({ length }, (_, j) => Math.sin(1 + 0.7 * j * j));
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** The sum of its definition along one axis, phases reduced in whole numbers, sums compensated after Neumaier. */
function slowAxis(c: readonly Pair[], n: number, stride: number): Pair[] {
  const turns = Array.from({ length: n }, (_, k) => [Math.cos((2 * Math.PI * k) / n), Math.sin((2 * Math.PI * k) / n)]);
  const add = (sum: [number, number], term: number): void => {
    const total = sum[0] + term;
    sum[1] += Math.abs(sum[0]) >= Math.abs(term) ? sum[0] - total + term : term - total + sum[0];
    sum[0] = total;
  };
  return c.map((_, at) => {
    const m = Math.floor(at / stride) % n;
    const start = at - m * stride;
    const re: [number, number] = [0, 0];
    const im: [number, number] = [0, 0];
    for (let j = 0; j < n; j++) {
      const [x, y] = c[start + j * stride]!;
      const [cos = 0, sin = 0] = turns[(j * m) % n]!;
      for (const term of [x * cos, y * sin]) add(re, term);
      for (const term of [y * cos, -x * sin]) add(im, term);
    }
    return [(re[0] + re[1]) / n, (im[0] + im[1]) / n] as const;
  });
}

/** All coefficients by the definition. */
function slow(z: readonly Pair[], shape: readonly number[]): Pair[] {
  let c = [...z];
  let stride = 1;
  for (const n of shape) {
    c = slowAxis(c, n, stride);
    stride *= n;
  }
  return c;
}

function slowReal(u: Float64Array, shape: readonly number[]): number[] {
  const c = slow(
    Array.from(u, (value) => [value, 0] as const),
    shape,
  );
  return c.filter((_, at) => 2 * (at % shape[0]!) <= shape[0]!).flat();
}

function slowComplex(z: Float64Array, shape: readonly number[]): number[] {
  return slow(
    Array.from({ length: z.length / 2 }, (_, j) => [z[2 * j]!, z[2 * j + 1]!] as const),
    shape,
  ).flat();
}

/** Relative distance in the mean square. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, size] = [0, 0];
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++) {
    difference += (a[i]! - b[i]!) * (a[i]! - b[i]!);
    size += b[i]! * b[i]!;
  }
  return Math.sqrt(difference / size);
}

function sameBits(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}

/** Forward, backward of that and backward of numbers that no transform made, on an engine with memory of its own. */
function transforms(use: "auto" | "plain", shape: readonly number[], kind: "real" | "complex"): Float64Array[] {
  const fft = (kind === "real" ? realFft : complexFft)(kernelEngine({ bytes: 1 << 22, use }), shape);
  const u = numbers(kind === "real" ? fft.points : fft.size);
  const [c, v, w] = [new Float64Array(fft.size), new Float64Array(u.length), new Float64Array(u.length)];
  fft.forward(u, c);
  fft.inverse(c, v);
  fft.inverse(numbers(fft.size), w);
  expect(sameBits(u, numbers(u.length))).toBe(true);
  return [c, v, w];
}

function forward(u: Float64Array, shape: readonly number[]): Float64Array {
  const fft = realFft(kernelEngine({ bytes: realFftBytes(shape) }), shape);
  const out = new Float64Array(fft.size);
  fft.forward(u, out);
  return out;
}

describe.each(["real", "complex"] as const)("the %s transform", (kind) => {
  const exact = kind === "real" ? slowReal : slowComplex;

  it("equals the sum of its definition at every length up to 64 and at long ones of every kind, and is undone", () => {
    for (const n of lengths) {
      const u = numbers(kind === "real" ? n : 2 * n);
      const [c, v] = transforms("auto", [n], kind);
      // Each of about log2(n) levels rounds once or twice; 4e-16 to 7e-16 were seen, 1.4e-15 with a prime factor above 5,
      // where three longer transforms follow each other.
      expect(distance(c!, exact(u, [n])), `length ${n}`).toBeLessThan(2e-15);
      expect(distance(v!, u), `length ${n}`).toBeLessThan(3e-15);
    }
  });

  it("equals the sum of its definition in two and three dimensions, square or not, and is undone", () => {
    for (const shape of grids) {
      const u = numbers((kind === "real" ? 1 : 2) * count(shape));
      const [c, v] = transforms("auto", shape, kind);
      expect(distance(c!, exact(u, shape)), shape.join(" x ")).toBeLessThan(2e-15);
      expect(distance(v!, u), shape.join(" x ")).toBeLessThan(4e-15);
    }
  });

  it("has the bits of its twin, in several groups of columns too", () => {
    expect(engines.map((engine) => engine.kind)).toEqual(["wasm", "plain"]);
    for (const shape of [...lengths.map((n) => [n]), ...grids, [128, 128], [9, 2048], [2, 1021]]) {
      const [ours, twins] = [transforms("auto", shape, kind), transforms("plain", shape, kind)];
      expect(
        ours.map((each, k) => sameBits(each, twins[k]!)),
        shape.join(" x "),
      ).toEqual([true, true, true]);
    }
  });

  it("gives the same for arrays of the engine as for others, and writes no input", () => {
    for (const engine of engines) {
      for (const shape of [[8], [9], [12, 5], [7, 4], [4, 3, 2]]) {
        const fft = (kind === "real" ? realFft : complexFft)(engine, shape);
        const u = engine.float64(kind === "real" ? fft.points : fft.size);
        const [c, v] = [engine.float64(fft.size), engine.float64(u.length)];
        u.set(numbers(u.length));
        const [d, w] = [new Float64Array(c.length), new Float64Array(v.length)];
        fft.forward(u, c);
        fft.forward(u.slice(), d);
        expect(sameBits(c, d)).toBe(true);
        for (const [from, to] of [[u, d] as const, [u.slice(), c] as const]) {
          fft.forward(from, to.fill(0));
          expect(sameBits(c, d)).toBe(true);
        }
        fft.inverse(c, v);
        fft.inverse(d, w);
        expect(sameBits(v, w)).toBe(true);
        expect([sameBits(u, numbers(u.length)), sameBits(c, d)]).toEqual([true, true]);
      }
    }
  });

  it("is linear and keeps the energy", () => {
    fc.assert(
      fc.property(shapes, fc.double({ min: -2, max: 2, noNaN: true }), (shape, factor) => {
        const fft = (kind === "real" ? realFft : complexFft)(kernelEngine({ bytes: 1 << 22 }), shape);
        const u = numbers(kind === "real" ? fft.points : fft.size);
        const v = u.map((value, j) => Math.cos(value + j));
        const [a, b, c] = [u, v, u.map((value, j) => value + factor * v[j]!)].map((each) => {
          const out = new Float64Array(fft.size);
          fft.forward(each, out);
          return out;
        });
        const sum = a!.map((value, i) => value + factor * b![i]!);
        // In the mean square: single numbers may cancel. Rounding of the largest term, 2 times 1e-15 or so.
        const scale = Math.sqrt(a!.reduce((total, value, i) => total + value * value + b![i]! * b![i]!, 0));
        const off = Math.sqrt(sum.reduce((total, value, i) => total + (value - c![i]!) * (value - c![i]!), 0));
        expect(off / scale).toBeLessThan(4e-15);
        const nx = shape[0]!;
        const modes = kind === "real" ? Math.floor(nx / 2) + 1 : nx;
        const energy = a!.reduce((total, value, i) => {
          const m = Math.floor(i / 2) % modes;
          // Of the kept modes of a real field all but the first and the shortest wave stand for their conjugates too.
          return total + (kind === "complex" || m === 0 || 2 * m === nx ? 1 : 2) * value * value;
        }, 0);
        const mean = u.reduce((total, value) => total + value * value, 0) / fft.points;
        expect(Math.abs(energy / mean - 1)).toBeLessThan(1e-14);
      }),
    );
  });

  it("fills an engine of the bytes that were asked for", () => {
    const bytesOf = kind === "real" ? realFftBytes : complexFftBytes;
    for (const shape of [[1], [7], [64], [9, 20], [22, 3], [8, 6, 10]]) {
      const bytes = bytesOf(shape);
      const engine = kernelEngine({ bytes, use: "plain" });
      (kind === "real" ? realFft : complexFft)(engine, shape);
      expect(engine.used).toBe(bytes);
      expect(() => (kind === "real" ? realFft : complexFft)(kernelEngine({ bytes: bytes - 17 }), shape)).toThrow(
        /larger/,
      );
    }
  });

  it("refuses what it cannot work on", () => {
    const make = kind === "real" ? realFft : complexFft;
    const engine = kernelEngine({ bytes: 10_000 });
    const fft = make(engine, [8]);
    expect(() => fft.forward(new Float64Array(7), new Float64Array(fft.size))).toThrow(/must have length \d+, got 7/);
    expect(() => fft.inverse(new Float64Array(fft.size), new Float64Array(9))).toThrow(
      /out must have length \d+, got 9/,
    );
    expect(() => make(engine, [])).toThrow(/shape must be an array of one to three numbers/);
    expect(() => make(engine, [2, 2, 2, 2])).toThrow(/shape must be an array of one to three numbers/);
    expect(() => make(engine, [8, 0])).toThrow(/shape\[1\] must be an integer/);
    expect(() => make(engine, [2.5])).toThrow(/shape\[0\] must be an integer/);
    expect(() => make(engine, [100_000, 100_000])).toThrow(/the number of points must be/);
    expect(() => make(engine, [128, 128])).toThrow(/must fit into the \d+ bytes left of 10000/);
    // @ts-expect-error not a shape
    expect(() => make(engine, 8)).toThrow(/shape/);
    // @ts-expect-error not an engine
    expect(() => make({}, [8])).toThrow(/engine must come from kernelEngine/);
  });
});

describe("the real transform alone", () => {
  it("finds the amplitude of a single wave along x, y and z", () => {
    const u = Float64Array.from({ length: 240 }, (_, j) => {
      const [x, y, z] = [(j % 8) / 8, (Math.floor(j / 8) % 6) / 6, Math.floor(j / 48) / 5];
      return Math.cos(2 * Math.PI * (3 * x - 2 * y + z) + 0.3);
    });
    // The mode (3, -2, 1): row 4 of 6 along y, row 1 along z, 5 modes along x.
    const at = 2 * ((1 * 6 + 4) * 5 + 3);
    forward(u, [8, 6, 5]).forEach((value, i) => {
      const expected = i === at ? 0.5 * Math.cos(0.3) : i === at + 1 ? 0.5 * Math.sin(0.3) : 0;
      expect(Math.abs(value - expected)).toBeLessThan(1e-15);
    });
  });

  it("gives conjugate coefficients at k and -k in every bit, and real ones where k and -k are one", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const [nx = 1, ny = 1, nz = 1] = shape;
        const c = forward(numbers(nx * ny * nz), shape);
        const modes = Math.floor(nx / 2) + 1;
        for (const m of nx % 2 === 0 ? [0, modes - 1] : [0]) {
          for (let l = 0; l < nz; l++) {
            for (let n = 0; n < ny; n++) {
              const p = 2 * ((l * ny + n) * modes + m);
              const q = 2 * ((((nz - l) % nz) * ny + ((ny - n) % ny)) * modes + m);
              expect(c[p]).toBe(c[q]);
              expect(c[p + 1]! + c[q + 1]!).toBe(0);
            }
          }
        }
      }),
    );
  });

  it("takes coefficients that no real field has by their Hermitian part", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const fft = realFft(kernelEngine({ bytes: 1 << 22 }), shape);
        const [c, again] = [numbers(fft.size), new Float64Array(fft.size)];
        const [u, v] = [new Float64Array(fft.points), new Float64Array(fft.points)];
        fft.inverse(c, u);
        fft.forward(u, again);
        fft.inverse(again, v);
        // Twice the same projection.
        for (let j = 0; j < u.length; j++) expect(Math.abs(v[j]! - u[j]!)).toBeLessThan(1e-12);
      }),
    );
  });
});

describe("the complex transform alone", () => {
  it("works in place, in arrays of the engine and in others", () => {
    for (const shape of [[8], [16], [11], [6, 10], [1, 1]]) {
      const engine = kernelEngine({ bytes: 1 << 20 });
      const fft = complexFft(engine, shape);
      const [c, own] = [new Float64Array(fft.size), engine.float64(fft.size)];
      fft.forward(numbers(fft.size), c);
      own.set(numbers(fft.size));
      fft.forward(own, own);
      expect(sameBits(own, c)).toBe(true);
      fft.inverse(c, c);
      expect(distance(c, numbers(fft.size))).toBeLessThan(3e-15);
    }
  });
});
