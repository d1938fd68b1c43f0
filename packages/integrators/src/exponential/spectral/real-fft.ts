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
 * Source: the autosort radix-2 algorithm of Stockham, in Van Loan, Computational Frameworks for the Fast Fourier Transform
 * (1992), chapter 1; packing of real data, chapter 4.
 *
 * @throws TypeError or RangeError unless `points` is a power of two, at least 4
 */
export function realFft(points: number): RealFft {
  integer("realFft", "points", points, 4, 67_108_864);
  if ((points & (points - 1)) !== 0) throw new RangeError(`realFft: points must be a power of two, got ${points}`);
  const half = points / 2;
  const cos = Float64Array.from({ length: half }, (_, j) => Math.cos((2 * Math.PI * j) / points));
  const sin = Float64Array.from({ length: half }, (_, j) => Math.sin((2 * Math.PI * j) / points));
  const a = new Float64Array(points);
  const b = new Float64Array(points);

  /** Transforms `a` of `half` complex numbers with e^(sign i ...), unscaled, and gives the array that holds the result. */
  function transform(sign: 1 | -1): Vec {
    let from = a;
    let to = b;
    for (let count = half / 2, run = 1; count >= 1; count /= 2, run *= 2) {
      const step = 2 * run;
      for (let j = 0; j < count; j++) {
        // e^(sign 2 pi i j / (2 count)); 2 count = half / run, and the table has steps of 2 pi / points.
        const wr = cos[j * step]!;
        const wi = sign * sin[j * step]!;
        for (let k = 0; k < run; k++) {
          const p = 2 * (k + j * run);
          const q = p + half;
          const r = 2 * (k + 2 * j * run);
          const s = r + step;
          const xr = from[p]!;
          const xi = from[p + 1]!;
          const yr = from[q]!;
          const yi = from[q + 1]!;
          const dr = xr - yr;
          const di = xi - yi;
          to[r] = xr + yr;
          to[r + 1] = xi + yi;
          to[s] = wr * dr - wi * di;
          to[s + 1] = wr * di + wi * dr;
        }
      }
      [from, to] = [to, from];
    }
    return from;
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
