import { integer, lengthOf, show } from "@hml/guard";
import { type KernelEngine, load } from "./engine.ts";
import { fftFamily } from "./families.ts";
import type { FftExports } from "./fft-code.ts";
import { fftPlan, realTurns } from "./fft-plan.ts";
import { plainFft } from "./plain-fft.ts";

/** Transforms of a real field on a periodic grid. Owns scratch: not re-entrant. */
export interface RealFft {
  /** Grid points. */
  readonly points: number;
  /** Numbers in the coefficients. */
  readonly size: number;
  /** The coefficients of u; c(m, n) and c(-m, -n) are conjugate in every bit where both are there. Writes no input. */
  forward(u: Float64Array, out: Float64Array): void;
  /** The field of the coefficients c. Where both c(m, n) and c(-m, -n) are there, it is that of their Hermitian part. */
  inverse(c: Float64Array, out: Float64Array): void;
}

/** Transforms of a complex field on a periodic grid. Owns scratch: not re-entrant. */
export interface ComplexFft {
  /** Grid points. */
  readonly points: number;
  /** Numbers in a field, and in its coefficients: twice the points. */
  readonly size: number;
  /** The coefficients of z; `out` may be z. */
  forward(z: Float64Array, out: Float64Array): void;
  /** The field of the coefficients c; `out` may be c. */
  inverse(c: Float64Array, out: Float64Array): void;
}

/** Columns are transformed in groups of as many complex numbers as leave room for scratch in a first cache of 32 kB. */
const GROUP = 1024;

interface Axis {
  readonly plan: number;
  readonly columns: number;
  readonly groups: number;
  readonly planes: number;
}

/**
 * The discrete Fourier transform of a real field on a periodic grid of one, two or three axes, x contiguous:
 *
 *   c(m, n) = 1 / (nx ny) sum_(i, j) u(x_i, y_j) e^(-2 pi i (m i / nx + n j / ny)).
 *
 * Coefficients are interleaved re, im, m = 0, ..., floor(nx / 2) contiguous, then n = 0, ..., ny - 1 (above ny / 2 it stands
 * for n - ny); the others are their conjugates: NumPy's `rfft2` of an array [ny, nx] divided by the number of points. Any
 * lengths: passes of radix 2, 3, 4, 5 and 8, a chirp where there is a prime factor above 5, which takes about six times as
 * long. Error about 5e-16 relative in the mean square.
 *
 * Arrays may be anybody's; those of the engine are used where they lie, others are copied in and out, which is about a tenth
 * of the time. It is what `periodicField` of `@hml/integrators` takes:
 *
 * ```ts
 * periodicField({ points: [128, 128], fft: (shape) => realFft(engine, shape), ... });
 * ```
 *
 * Takes about 16 bytes a point of the engine's memory, and tables and scratch along one axis.
 *
 * Source: Van Loan, Computational Frameworks for the Fast Fourier Transform (1992), sections 1.7, 2 and 4.
 *
 * @param shape - points along x, y, z, or the first of these; whole numbers that are at least 1
 * @throws TypeError, RangeError for bad arguments, RangeError when the engine's memory is too small; the transforms throw a
 * RangeError for arrays of another length
 */
export function realFft(engine: KernelEngine, shape: readonly number[]): RealFft {
  const where = "realFft";
  const code = codeOf(where, engine);
  const points = checkShape(where, shape);
  const nx = shape[0]!;
  const rows = points / nx;
  const modes = Math.floor(nx / 2) + 1;
  const size = 2 * modes * rows;
  const even = nx % 2 === 0;
  const scale = 1 / points;
  const plan = fftPlan(engine, code, even ? nx / 2 : nx, 1);
  const turns = even ? realTurns(engine, nx, -1, 0.5 * scale) : 0;
  const turnsBack = even ? realTurns(engine, nx, 1, 1) : 0;
  const work = engine.float64(2 * nx).byteOffset;
  const axes = axesOf(engine, code, shape, modes);
  const partner = partners(shape);
  const field = engine.float64(points);
  const spectrum = engine.float64(size);
  return {
    points,
    size,
    forward(u, out) {
      checkLength("realFft.forward", "u", u, points);
      checkLength("realFft.forward", "out", out, size);
      const from = inMemory(field, u);
      const to = out.buffer === field.buffer ? out : spectrum;
      code.realRows(plan, turns, work, from.byteOffset, to.byteOffset, rows, nx, scale);
      for (const axis of axes) along(code, axis, -1, to, to);
      if (to !== out) out.set(to);
      if (axes.length === 0) return;
      makeHermitian(out, 2 * modes, 0, partner);
      if (even) makeHermitian(out, 2 * modes, 2 * modes - 2, partner);
    },
    inverse(c, out) {
      checkLength("realFft.inverse", "c", c, size);
      checkLength("realFft.inverse", "out", out, points);
      let from = inMemory(spectrum, c);
      const to = out.buffer === field.buffer ? out : field;
      for (const axis of axes) {
        along(code, axis, 1, from, spectrum);
        from = spectrum;
      }
      code.realRowsBack(plan, turnsBack, work, from.byteOffset, to.byteOffset, rows, nx);
      if (to !== out) out.set(to);
    },
  };
}

/**
 * The discrete Fourier transform of a complex field on a periodic grid of one, two or three axes, as `realFft` does it for a
 * real one: numbers interleaved re, im, x contiguous, coefficients m = 0, ..., nx - 1 contiguous, then n = 0, ..., ny - 1;
 * `forward` divides by the number of points.
 *
 * @param shape - points along x, y, z, or the first of these; whole numbers that are at least 1
 * @throws TypeError, RangeError for bad arguments, RangeError when the engine's memory is too small; the transforms throw a
 * RangeError for arrays of another length
 */
export function complexFft(engine: KernelEngine, shape: readonly number[]): ComplexFft {
  const where = "complexFft";
  const code = codeOf(where, engine);
  const points = checkShape(where, shape);
  const nx = shape[0]!;
  const size = 2 * points;
  const plan = fftPlan(engine, code, nx, 1);
  const axes = axesOf(engine, code, shape, nx);
  const held = engine.float64(size);
  const transform = (sign: 1 | -1, z: Float64Array, out: Float64Array): void => {
    checkLength(where, sign < 0 ? "z" : "c", z, size);
    checkLength(where, "out", out, size);
    const from = inMemory(held, z);
    const to = out.buffer === held.buffer ? out : held;
    code.complexRows(plan, sign, from.byteOffset, to.byteOffset, points / nx);
    for (const axis of axes) along(code, axis, sign, to, to);
    if (sign < 0) code.multiplyPairs(to.byteOffset, points, 1 / points);
    if (to !== out) out.set(to);
  };
  return {
    points,
    size,
    forward: (z, out) => transform(-1, z, out),
    inverse: (c, out) => transform(1, c, out),
  };
}

/** Sizes above this do not fit into a memory in any case. */
const LARGEST = 0x8000000;

function checkShape(where: string, shape: readonly number[]): number {
  const axes = lengthOf(where, "shape", shape);
  if (!Array.isArray(shape) || axes < 1 || axes > 3) {
    throw new RangeError(`${where}: shape must be an array of one to three numbers, got ${show(shape)}`);
  }
  const points = shape.reduce<number>((product, n, d) => product * integer(where, `shape[${d}]`, n, 1, LARGEST), 1);
  integer(where, "the number of points", points, 1, LARGEST);
  return points;
}

function codeOf(where: string, engine: KernelEngine): FftExports {
  const exports = load(where, engine, fftFamily);
  if (exports !== undefined) return exports;
  const { buffer } = engine.float64(1);
  return plainFft(new Float64Array(buffer, 0, Math.floor(buffer.byteLength / 8)));
}

/** The axes above x of a grid whose rows are `modes` complex numbers. */
function axesOf(engine: KernelEngine, code: FftExports, shape: readonly number[], modes: number): readonly Axis[] {
  let columns = modes;
  return shape.slice(1).map((n, d) => {
    const groups = Math.ceil(columns / Math.max(1, Math.floor(GROUP / n)));
    const plan = fftPlan(engine, code, n, Math.ceil(columns / groups));
    const axis = { plan, columns, groups, planes: d === 0 ? (shape[2] ?? 1) : 1 };
    columns *= n;
    return axis;
  });
}

function along(code: FftExports, axis: Axis, sign: 1 | -1, x: Float64Array, y: Float64Array): void {
  code.complexColumns(axis.plan, sign, x.byteOffset, y.byteOffset, axis.columns, axis.groups, axis.planes);
}

/** x itself if it lies in the memory of `place`, else a copy there. */
function inMemory(place: Float64Array, x: Float64Array): Float64Array {
  if (x.buffer === place.buffer) return x;
  place.set(x);
  return place;
}

function checkLength(where: string, name: string, x: Float64Array, length: number): void {
  if (x.length !== length) throw new RangeError(`${where}: ${name} must have length ${length}, got ${x.length}`);
}

/** For each row (ky, kz) the row (-ky, -kz). */
function partners(shape: readonly number[]): Int32Array {
  const [, ny = 1, nz = 1] = shape;
  return Int32Array.from({ length: ny * nz }, (_, r) => {
    const y = r % ny;
    const z = (r - y) / ny;
    return ((nz - z) % nz) * ny + ((ny - y) % ny);
  });
}

/** Rounding leaves c(0, n) and c(0, -n) conjugate to a few digits less than all; this makes it all. */
function makeHermitian(c: Float64Array, row: number, column: number, partner: Int32Array): void {
  for (let r = 0; r < partner.length; r++) {
    const p = r * row + column;
    const q = partner[r]! * row + column;
    if (q > p) {
      c[q] = c[p]!;
      c[q + 1] = -c[p + 1]!;
    } else if (q === p) {
      c[p + 1] = 0;
    }
  }
}
