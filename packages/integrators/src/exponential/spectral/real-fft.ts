import { integer } from "@hml/guard";
import type { Vec } from "../../rhs.ts";

/** The discrete Fourier transform of real data of one length. Owns scratch: not re-entrant. */
export interface RealFft {
  /** Length of the data, a power of two. */
  readonly points: number;
  /** out[m] = (1 / points) sum_j u[j] e^(-2 pi i j m / points), m = 0, ..., points / 2, interleaved re, im. */
  forward(u: Vec, out: Vec): void;
  /** The data whose coefficients are `c`; imaginary parts of the first and the last are taken as 0. */
  inverse(c: Vec, out: Vec): void;
}

/**
 * The real transform of `points` numbers by a complex one of half the length.
 *
 * Source: the autosort algorithm of Stockham in passes of radix 4 (and one of 2), in Van Loan, Computational Frameworks for the Fast Fourier Transform
 * (1992), chapter 1; packing of real data, chapter 4.
 *
 * @throws TypeError or RangeError unless `points` is a power of two, at least 4
 */
export function realFft(points: number): RealFft {
  integer("realFft", "points", points, 4, 67_108_864);
  if ((points & (points - 1)) !== 0) throw new RangeError(`realFft: points must be a power of two, got ${points}`);
  const half = points / 2;
  // Three quarters of a turn: the twiddles of a radix-4 pass, and the half turn of the packing.
  const cos = Float64Array.from({ length: (3 * points) / 4 }, (_, j) => Math.cos((2 * Math.PI * j) / points));
  const sin = Float64Array.from({ length: (3 * points) / 4 }, (_, j) => Math.sin((2 * Math.PI * j) / points));
  const a = new Float64Array(points);
  const b = new Float64Array(points);

  /** Transforms `a` of `half` complex numbers with e^(sign i ...), unscaled, and gives the array that holds the result. */
  function transform(sign: 1 | -1): Vec {
    let from = a;
    let to = b;
    let left = half;
    for (; left >= 4; left /= 4) {
      passOfFour(from, to, left / 4, half / left, sign);
      [from, to] = [to, from];
    }
    if (left === 1) return from;
    for (let p = 0; p < half; p++) {
      const x = from[p]!;
      const y = from[p + half]!;
      to[p] = x + y;
      to[p + half] = x - y;
    }
    return to;
  }

  /** `run` transforms of length 4 `count` become 4 `run` of length `count`. */
  function passOfFour(from: Vec, to: Vec, count: number, run: number, sign: 1 | -1): void {
    const quarter = half / 2;
    const width = 2 * run;
    for (let j = 0; j < count; j++) {
      const m = j * width;
      const w1r = cos[m]!;
      const w1i = sign * sin[m]!;
      const w2r = cos[2 * m]!;
      const w2i = sign * sin[2 * m]!;
      const w3r = cos[3 * m]!;
      const w3i = sign * sin[3 * m]!;
      for (let k = 0; k < width; k += 2) {
        const p = k + m;
        const q = k + 4 * m;
        const r0 = from[p]!;
        const i0 = from[p + 1]!;
        const r1 = from[p + quarter]!;
        const i1 = from[p + quarter + 1]!;
        const r2 = from[p + half]!;
        const i2 = from[p + half + 1]!;
        const r3 = from[p + half + quarter]!;
        const i3 = from[p + half + quarter + 1]!;
        const sr = r0 + r2;
        const si = i0 + i2;
        const dr = r0 - r2;
        const di = i0 - i2;
        const tr = r1 + r3;
        const ti = i1 + i3;
        // sign i (x1 - x3)
        const er = sign * (i3 - i1);
        const ei = sign * (r1 - r3);
        to[q] = sr + tr;
        to[q + 1] = si + ti;
        to[q + width] = w1r * (dr + er) - w1i * (di + ei);
        to[q + width + 1] = w1r * (di + ei) + w1i * (dr + er);
        to[q + 2 * width] = w2r * (sr - tr) - w2i * (si - ti);
        to[q + 2 * width + 1] = w2r * (si - ti) + w2i * (sr - tr);
        to[q + 3 * width] = w3r * (dr - er) - w3i * (di - ei);
        to[q + 3 * width + 1] = w3r * (di - ei) + w3i * (dr - er);
      }
    }
  }

  return {
    points,
    forward(u, out) {
      // Even points are the real parts, odd ones the imaginary parts: the layout of u as it is.
      a.set(u);
      const z = transform(-1);
      const scale = 1 / (2 * points);
      out[0] = 2 * scale * (z[0]! + z[1]!);
      out[1] = 0;
      out[points] = 2 * scale * (z[0]! - z[1]!);
      out[points + 1] = 0;
      for (let m = 1; m < half; m++) {
        const p = 2 * m;
        const q = points - p;
        const evenRe = z[p]! + z[q]!;
        const evenIm = z[p + 1]! - z[q + 1]!;
        const oddRe = z[p + 1]! + z[q + 1]!;
        const oddIm = z[q]! - z[p]!;
        out[p] = scale * (evenRe + cos[m]! * oddRe + sin[m]! * oddIm);
        out[p + 1] = scale * (evenIm + cos[m]! * oddIm - sin[m]! * oddRe);
      }
    },
    inverse(c, out) {
      a[0] = c[0]! + c[points]!;
      a[1] = c[0]! - c[points]!;
      for (let m = 1; m < half; m++) {
        const p = 2 * m;
        const q = points - p;
        const evenRe = c[p]! + c[q]!;
        const evenIm = c[p + 1]! - c[q + 1]!;
        const differenceRe = c[p]! - c[q]!;
        const differenceIm = c[p + 1]! + c[q + 1]!;
        a[p] = evenRe - (cos[m]! * differenceIm + sin[m]! * differenceRe);
        a[p + 1] = evenIm + (cos[m]! * differenceRe - sin[m]! * differenceIm);
      }
      out.set(transform(1));
    },
  };
}
