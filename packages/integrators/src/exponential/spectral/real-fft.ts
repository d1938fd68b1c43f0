import type { Vec } from "../../rhs.ts";
import { type ComplexFft, complexFft } from "./complex-fft.ts";
import { unitCircle } from "./unit-circle.ts";

/** The discrete Fourier transform of real data of one length. Owns scratch: not re-entrant. */
export interface RealFft {
  /** Coefficients from the first of them to that of the shortest wave: floor(points / 2) + 1. */
  readonly modes: number;
  /**
   * out[m] = scale sum_j u[j] e^(-2 pi i j m / points), m = 0, ..., `modes` - 1, interleaved re, im; u begins at `from`,
   * out at `to`.
   */
  forward(u: Vec, from: number, out: Vec, to: number): void;
  /** The data whose coefficients (for scale = 1 / points) are c; takes the imaginary parts of those that are real as 0. */
  inverse(c: Vec, from: number, out: Vec, to: number): void;
}

/**
 * The real transform of a length: by a complex one of half the length if it is even, of the whole length if it is odd.
 *
 * Source: packing of real data in Van Loan, Computational Frameworks for the Fast Fourier Transform (1992), chapter 4.
 *
 * @param points - any length, at least 1
 * @param scale - factor of `forward`
 */
export function realFft(points: number, scale: number): RealFft {
  return points % 2 === 0 ? evenFft(points, scale) : oddFft(points, scale);
}

function evenFft(points: number, scale: number): RealFft {
  const half = points / 2;
  const fft = complexFft(half, 1);
  const work = new Float64Array(points);
  const turns = new Float64Array(2 * (Math.floor(half / 2) + 1));
  for (let m = 0; 2 * m <= half; m++) {
    const [cos, sin] = unitCircle(m, points);
    turns[2 * m] = cos;
    turns[2 * m + 1] = sin;
  }
  const scaledTurns = turns.map((value) => 0.5 * scale * value);
  return {
    modes: half + 1,
    forward(u, from, out, to) {
      // Even points are real parts, odd ones imaginary parts: the layout of u as it is.
      fft(-1, u, from, 2, work, 0, 2, 1);
      unravel(work, scaledTurns, scale, out, to);
    },
    inverse(c, from, out, to) {
      ravel(c, from, turns, work);
      fft(1, work, 0, 2, out, to, 2, 1);
    },
  };
}

/** The coefficients of u from those of z_j = u_2j + i u_(2j+1): of the even points plus e^(-2 pi i m / points) the odd. */
function unravel(z: Vec, turns: Vec, scale: number, out: Vec, to: number): void {
  const points = z.length;
  const mean = 0.5 * scale;
  out[to] = scale * (z[0]! + z[1]!);
  out[to + 1] = 0;
  out[to + points] = scale * (z[0]! - z[1]!);
  out[to + points + 1] = 0;
  for (let p = 2; 2 * p <= points; p += 2) {
    const q = points - p;
    const zpr = z[p]!;
    const zpi = z[p + 1]!;
    const zqr = z[q]!;
    const zqi = z[q + 1]!;
    const cos = turns[p]!;
    const sin = turns[p + 1]!;
    const evenRe = mean * (zpr + zqr);
    const evenIm = mean * (zpi - zqi);
    const oddRe = zpi + zqi;
    const oddIm = zqr - zpr;
    const turnedRe = cos * oddRe + sin * oddIm;
    const turnedIm = cos * oddIm - sin * oddRe;
    out[to + p] = evenRe + turnedRe;
    out[to + p + 1] = evenIm + turnedIm;
    out[to + q] = evenRe - turnedRe;
    out[to + q + 1] = turnedIm - evenIm;
  }
}

/** The way back. */
function ravel(c: Vec, from: number, turns: Vec, z: Vec): void {
  const points = z.length;
  z[0] = c[from]! + c[from + points]!;
  z[1] = c[from]! - c[from + points]!;
  for (let p = 2; 2 * p <= points; p += 2) {
    const q = points - p;
    const cpr = c[from + p]!;
    const cpi = c[from + p + 1]!;
    const cqr = c[from + q]!;
    const cqi = c[from + q + 1]!;
    const cos = turns[p]!;
    const sin = turns[p + 1]!;
    const evenRe = cpr + cqr;
    const evenIm = cpi - cqi;
    const differenceRe = cpr - cqr;
    const differenceIm = cpi + cqi;
    const turnedRe = cos * differenceIm + sin * differenceRe;
    const turnedIm = cos * differenceRe - sin * differenceIm;
    z[p] = evenRe - turnedRe;
    z[p + 1] = turnedIm + evenIm;
    z[q] = evenRe + turnedRe;
    z[q + 1] = turnedIm - evenIm;
  }
}

function oddFft(points: number, scale: number): RealFft {
  const fft: ComplexFft = complexFft(points, 1);
  const work = new Float64Array(2 * points);
  const modes = (points + 1) / 2;
  return {
    modes,
    forward(u, from, out, to) {
      for (let j = 0; j < points; j++) {
        work[2 * j] = scale * u[from + j]!;
        work[2 * j + 1] = 0;
      }
      fft(-1, work, 0, 2, work, 0, 2, 1);
      for (let i = 0; i < 2 * modes; i++) out[to + i] = work[i]!;
      out[to + 1] = 0;
    },
    inverse(c, from, out, to) {
      work[0] = c[from]!;
      work[1] = 0;
      for (let m = 1; m < modes; m++) {
        work[2 * m] = c[from + 2 * m]!;
        work[2 * m + 1] = c[from + 2 * m + 1]!;
        work[2 * (points - m)] = c[from + 2 * m]!;
        work[2 * (points - m) + 1] = -c[from + 2 * m + 1]!;
      }
      fft(1, work, 0, 2, work, 0, 2, 1);
      for (let j = 0; j < points; j++) out[to + j] = work[2 * j]!;
    },
  };
}
