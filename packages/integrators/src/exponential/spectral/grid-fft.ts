import type { Vec } from "../../rhs.ts";
import { type ComplexFft, complexFft } from "./complex-fft.ts";
import { realFft } from "./real-fft.ts";

/**
 * The discrete Fourier transform of a real field on a periodic grid of one, two or three axes, x contiguous:
 *
 *   c(m, n) = 1 / (nx ny) sum_(i, j) u(x_i, y_j) e^(-2 pi i (m i / nx + n j / ny)).
 *
 * Coefficients are interleaved re, im, m = 0, ..., floor(nx / 2) contiguous, then n = 0, ..., ny - 1 (above ny / 2 it
 * stands for n - ny); the others are their conjugates. Owns scratch: not re-entrant.
 */
export interface GridFft {
  /** Grid points. */
  readonly points: number;
  /** Numbers in the coefficients. */
  readonly size: number;
  /** The coefficients of u; c(m, n) and c(-m, -n) are conjugate in every bit where both are there. */
  forward(u: Vec, out: Vec): void;
  /** The field of the coefficients c. Where both c(m, n) and c(-m, -n) are there, it is that of their Hermitian part. */
  inverse(c: Vec, out: Vec): void;
}

/** Columns are transformed in groups of as many numbers as fit a first-level cache of 32 kB. */
const GROUP = 4096;

/** The transforms along one axis other than x. */
interface Axis {
  readonly fft: ComplexFft;
  /** Numbers from one row to the next along the axis. */
  readonly stride: number;
  /** Groups of columns: first number and count of columns. */
  readonly groups: readonly (readonly [start: number, width: number])[];
  /** Repetitions: planes of the axes above. */
  readonly planes: number;
  /** Numbers from one plane to the next. */
  readonly plane: number;
}

/**
 * Transforms of rows, then of columns in groups that lie side by side, axis by axis.
 *
 * @param shape - points along x, y, z, or the first of these; whole numbers that are at least 1
 */
export function gridFft(shape: readonly number[]): GridFft {
  const nx = shape[0]!;
  const points = shape.reduce((product, n) => product * n, 1);
  const rows = points / nx;
  const real = realFft(nx, 1 / points);
  const row = 2 * real.modes;
  const size = row * rows;
  const axes: Axis[] = [];
  for (let d = 1, stride = row; d < shape.length; d++) {
    const n = shape[d]!;
    const groups = grouped(stride / 2, Math.max(1, Math.floor(GROUP / (2 * n))));
    const widest = Math.max(...groups.map(([, width]) => width));
    axes.push({ fft: complexFft(n, widest), stride, groups, planes: size / (stride * n), plane: stride * n });
    stride *= n;
  }
  const partner = partners(shape);
  const work = new Float64Array(axes.length === 0 ? 0 : size);
  return {
    points,
    size,
    forward(u, out) {
      for (let r = 0; r < rows; r++) real.forward(u, r * nx, out, r * row);
      for (const axis of axes) transform(axis, -1, out, out);
      if (axes.length === 0) return;
      makeHermitian(out, row, 0, partner);
      if (nx % 2 === 0) makeHermitian(out, row, row - 2, partner);
    },
    inverse(c, out) {
      let from = c;
      for (const axis of axes) {
        transform(axis, 1, from, work);
        from = work;
      }
      for (let r = 0; r < rows; r++) real.inverse(from, r * row, out, r * nx);
    },
  };
}

function transform({ fft, stride, groups, planes, plane }: Axis, sign: 1 | -1, x: Vec, y: Vec): void {
  for (let p = 0; p < planes; p++) {
    for (let g = 0; g < groups.length; g++) {
      const start = p * plane + groups[g]![0];
      fft(sign, x, start, stride, y, start, stride, groups[g]![1]);
    }
  }
}

/** `columns` in groups of nearly equal width, at most `most`. */
function grouped(columns: number, most: number): (readonly [start: number, width: number])[] {
  const count = Math.ceil(columns / most);
  return Array.from({ length: count }, (_, g) => {
    const start = Math.floor((g * columns) / count);
    return [2 * start, Math.floor(((g + 1) * columns) / count) - start] as const;
  });
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

/**
 * Rounding leaves c(0, n) and c(0, -n) conjugate to a few digits less than all. Linear growth, which no nonlinear term then
 * checks, would make much of the difference, so there must be none.
 */
function makeHermitian(c: Vec, row: number, column: number, partner: Int32Array): void {
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
