import type { KernelEngine } from "./engine.ts";
import { along, axesAbove, bytesOf, checkLength, checkShape, fftCode, inMemory } from "./fft-axes.ts";
import { fftPlan } from "./fft-plan.ts";

/** Transforms of a complex field on a periodic grid. Owns scratch: not re-entrant. */
export interface ComplexFft {
  /** Grid points. */
  readonly points: number;
  /** Numbers in a field, and in its coefficients: twice the points. */
  readonly size: number;
  /**
   * The coefficients of z; `out` may be z.
   * @throws RangeError for an array of another length
   */
  forward(z: Float64Array, out: Float64Array): void;
  /**
   * The field of the coefficients c; `out` may be c.
   * @throws RangeError for an array of another length
   */
  inverse(c: Float64Array, out: Float64Array): void;
}

/**
 * The discrete Fourier transform of a complex field on a periodic grid of one, two or three axes, x contiguous, numbers
 * interleaved re, im:
 *
 *   c(m, n) = 1 / (nx ny) sum_(i, j) z(x_i, y_j) e^(-2 pi i (m i / nx + n j / ny)),
 *
 * m = 0, ..., nx - 1 contiguous, then n = 0, ..., ny - 1: NumPy's `fft2` of an array [ny, nx], divided by the number of
 * points. Lengths, errors and arrays as with `realFft`.
 *
 * Source: Van Loan, Computational Frameworks for the Fast Fourier Transform (1992), sections 1.7 and 2.
 *
 * @param shape - points along x, y, z, or the first of these; whole numbers that are at least 1
 * @throws TypeError, RangeError for bad arguments, RangeError when the engine's memory is too small: see `complexFftBytes`
 */
export function complexFft(engine: KernelEngine, shape: readonly number[]): ComplexFft {
  const where = "complexFft";
  const code = fftCode(where, engine);
  const points = checkShape(where, shape);
  const nx = shape[0]!;
  const size = 2 * points;
  const plan = fftPlan(engine, code, nx, 1);
  const axes = axesAbove(engine, code, shape, nx);
  const held = engine.float64(size);
  const transform = (sign: 1 | -1, x: Float64Array, out: Float64Array): void => {
    const from = inMemory(held, x);
    const to = out.buffer === held.buffer ? out : held;
    code.complexRows(plan, sign, from.byteOffset, to.byteOffset, points / nx);
    for (let d = 0; d < axes.length; d++) along(code, axes[d]!, sign, to, to);
    if (sign < 0) code.multiplyPairs(to.byteOffset, points, 1 / points);
    if (to !== out) out.set(to);
  };
  return {
    points,
    size,
    forward(z, out) {
      checkLength("complexFft.forward", "z", z, size);
      checkLength("complexFft.forward", "out", out, size);
      transform(-1, z, out);
    },
    inverse(c, out) {
      checkLength("complexFft.inverse", "c", c, size);
      checkLength("complexFft.inverse", "out", out, size);
      transform(1, c, out);
    },
  };
}

/**
 * Bytes of an engine that `complexFft` of a shape takes: 16 a point, and tables and scratch for lines along the axes.
 *
 * @throws TypeError, RangeError for a bad shape
 */
export function complexFftBytes(shape: readonly number[]): number {
  const points = checkShape("complexFftBytes", shape);
  return bytesOf([2 * points], (tables, code) => {
    fftPlan(tables, code, shape[0]!, 1);
    axesAbove(tables, code, shape, shape[0]!);
  });
}
