import type { KernelEngine } from "./engine.ts";
import { along, type Axis, axesAbove, bytesOf, checkLength, checkShape, fftCode, inMemory } from "./fft-axes.ts";
import type { FftExports } from "./fft-code.ts";
import { fftPlan, realTurns, type Tables } from "./fft-plan.ts";

/** Transforms of a real field on a periodic grid. Owns scratch: not re-entrant. */
export interface RealFft {
  /** Grid points. */
  readonly points: number;
  /** Numbers in the coefficients. */
  readonly size: number;
  /**
   * The coefficients of u; c(m, n) and c(-m, -n) are conjugate in every bit where both are there.
   * @throws RangeError for an array of another length
   */
  forward(u: Float64Array, out: Float64Array): void;
  /**
   * The field of the coefficients c. Where both c(m, n) and c(-m, -n) are there, it is that of their Hermitian part.
   * @throws RangeError for an array of another length
   */
  inverse(c: Float64Array, out: Float64Array): void;
}

/**
 * The discrete Fourier transform of a real field on a periodic grid of one, two or three axes, x contiguous:
 *
 *   c(m, n) = 1 / (nx ny) sum_(i, j) u(x_i, y_j) e^(-2 pi i (m i / nx + n j / ny)).
 *
 * Coefficients are interleaved re, im, m = 0, ..., floor(nx / 2) contiguous, then n = 0, ..., ny - 1 (above ny / 2 it stands
 * for n - ny); the others are their conjugates: NumPy's `rfft2` of an array [ny, nx], divided by the number of points. Any
 * lengths: passes of radix 2, 3, 4, 5 and 8; a chirp where there is a prime factor above 5, which takes six times as long or
 * more; an odd nx takes twice as long as an even one. Errors are below 2e-15 relative in the mean square, 5e-16 as a rule.
 *
 * Arrays may be anybody's, and are left alone but for `out`. Those of the engine are worked on where they lie, others are
 * copied in and out, about a tenth of the time. No call makes an array. It is what the option `fft` of `periodicField` in
 * `@hml/integrators` takes: `fft: (shape) => realFft(engine, shape)`.
 *
 * Source: Van Loan, Computational Frameworks for the Fast Fourier Transform (1992), sections 1.7, 2 and chapter 4.
 *
 * @param shape - points along x, y, z, or the first of these; whole numbers that are at least 1
 * @throws TypeError, RangeError for bad arguments, RangeError when the engine's memory is too small: see `realFftBytes`
 */
export function realFft(engine: KernelEngine, shape: readonly number[]): RealFft {
  const where = "realFft";
  const code = fftCode(where, engine);
  const points = checkShape(where, shape);
  const nx = shape[0]!;
  const rows = points / nx;
  const even = nx % 2 === 0;
  const { row, plan, turns, turnsBack, work, axes } = tablesOf(engine, code, shape, points);
  const partner = partners(shape);
  const size = row * rows;
  // One place for copies of both: rows are written behind those that are still to be read.
  const spectrum = engine.float64(size);
  const field = spectrum.subarray(0, points);
  return {
    points,
    size,
    forward(u, out) {
      checkLength("realFft.forward", "u", u, points);
      checkLength("realFft.forward", "out", out, size);
      const from = inMemory(field, u);
      const to = out.buffer === field.buffer ? out : spectrum;
      code.realRows(plan, turns, work, from.byteOffset, to.byteOffset, rows, nx, 1 / points);
      for (let d = 0; d < axes.length; d++) along(code, axes[d]!, -1, to, to);
      if (to !== out) out.set(to);
      if (axes.length === 0) return;
      makeHermitian(out, row, 0, partner);
      if (even) makeHermitian(out, row, row - 2, partner);
    },
    inverse(c, out) {
      checkLength("realFft.inverse", "c", c, size);
      checkLength("realFft.inverse", "out", out, points);
      let from = inMemory(spectrum, c);
      const to = out.buffer === field.buffer ? out : field;
      for (let d = 0; d < axes.length; d++) {
        along(code, axes[d]!, 1, from, spectrum);
        from = spectrum;
      }
      code.realRowsBack(plan, turnsBack, work, from.byteOffset, to.byteOffset, rows, nx);
      if (to !== out) out.set(to);
    },
  };
}

/**
 * Bytes of an engine that `realFft` of a shape takes: about 8 a point, and tables and scratch for lines along the axes.
 *
 * ```ts
 * const fft = realFft(kernelEngine({ bytes: realFftBytes([128, 128]) }), [128, 128]);
 * ```
 *
 * @throws TypeError, RangeError for a bad shape
 */
export function realFftBytes(shape: readonly number[]): number {
  const points = checkShape("realFftBytes", shape);
  return bytesOf([(points / shape[0]!) * rowOf(shape)], (tables, code) => void tablesOf(tables, code, shape, points));
}

interface RealTables {
  /** Numbers in a row of coefficients. */
  readonly row: number;
  readonly plan: number;
  readonly turns: number;
  readonly turnsBack: number;
  readonly work: number;
  readonly axes: readonly Axis[];
}

function tablesOf(tables: Tables, code: FftExports, shape: readonly number[], points: number): RealTables {
  const nx = shape[0]!;
  const even = nx % 2 === 0;
  const row = rowOf(shape);
  return {
    row,
    plan: fftPlan(tables, code, even ? nx / 2 : nx, 1),
    turns: even ? realTurns(tables, nx, -1, 0.5 / points) : 0,
    turnsBack: even ? realTurns(tables, nx, 1, 1) : 0,
    work: tables.float64(2 * nx).byteOffset,
    axes: axesAbove(tables, code, shape, row / 2),
  };
}

function rowOf(shape: readonly number[]): number {
  return 2 * (Math.floor(shape[0]! / 2) + 1);
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
