import { finite, finiteVector, show } from "@hml/guard";
import type { Vec } from "../../rhs.ts";

/**
 * A function of the wavenumbers: a real number, or [re, im]. kx is never negative; ky and kz have both signs, and are 0 on a
 * grid without these axes. For a real field its value at -k must be the conjugate.
 */
export type FourierSymbol = (kx: number, ky: number, kz: number) => number | readonly [re: number, im: number];

/** A periodic box: points and lengths along x, y, z, or the first of these. */
export interface Box {
  readonly shape: readonly number[];
  readonly lengths: readonly number[];
}

/**
 * A symbol at the modes of a half-complex transform, interleaved re, im, Hermitian in every bit. The shortest wave along an
 * axis with an even number of points stands for both signs of its wavenumber, so the symbol there is the mean over both: 0
 * for a first derivative.
 */
export function sampled(where: string, name: string, symbol: FourierSymbol, { shape, lengths }: Box): Vec {
  const [nx = 1, ny = 1, nz = 1] = shape;
  const [lx = 1, ly = 1, lz = 1] = lengths;
  const modes = Math.floor(nx / 2) + 1;
  const out = new Float64Array(2 * modes * ny * nz);

  /** Adds a share of the symbol, or of its conjugate, to `out`. */
  const add = (at: number, share: number, sign: 1 | -1, kx: number, ky: number, kz: number): void => {
    const value = symbol(kx, ky, kz);
    const called = `${name}(${[kx, ky, kz].slice(0, shape.length).join(", ")})`;
    if (typeof value !== "number") finiteVector(where, called, value, 2);
    const [re, im] = typeof value === "number" ? [finite(where, called, value), 0] : value;
    out[at] = out[at]! + share * re;
    out[at + 1] = out[at + 1]! + share * sign * im;
  };

  for (let l = 0, at = 0; l < nz; l++) {
    for (let n = 0; n < ny; n++) {
      for (let m = 0; m < modes; m++, at += 2) {
        const kx = (2 * Math.PI * m) / lx;
        const [ys, zs] = [aliases(n, ny, ly), aliases(l, nz, lz)];
        const both = 2 * m === nx;
        const share = 1 / (ys.length * zs.length * (both ? 2 : 1));
        for (const kz of zs) {
          for (const ky of ys) {
            add(at, share, 1, kx, ky, kz);
            // The value at (-kx, ky, kz), by the symmetry that symbols have. (0 - k is +0 at k = 0.)
            if (both) add(at, share, -1, kx, 0 - ky, 0 - kz);
          }
        }
      }
    }
  }
  for (const m of 2 * (modes - 1) === nx ? [0, modes - 1] : [0]) symmetrise(where, name, out, shape, m);
  return out;
}

/** The wavenumbers that mode n of `points` stands for: two, if it is the shortest wave. */
function aliases(n: number, points: number, length: number): readonly number[] {
  const k = (2 * Math.PI * (2 * n > points ? n - points : n)) / length;
  return 2 * n === points ? [k, -k] : [k];
}

/** Conjugates at (m, n, l) and (m, -n, -l), which a real field has in one plane of modes m, to the last bit. */
function symmetrise(where: string, name: string, values: Vec, shape: readonly number[], m: number): void {
  const [nx = 1, ny = 1, nz = 1] = shape;
  const row = 2 * (Math.floor(nx / 2) + 1);
  for (let l = 0; l < nz; l++) {
    for (let n = 0; n < ny; n++) {
      const p = (l * ny + n) * row + 2 * m;
      const q = (((nz - l) % nz) * ny + ((ny - n) % ny)) * row + 2 * m;
      if (q < p) continue;
      const [re, im] = [values[p]!, values[p + 1]!];
      const mismatch = Math.max(Math.abs(values[q]! - re), Math.abs(values[q + 1]! + im));
      if (q === p && im !== 0) {
        const at = Array.from(shape, () => 0).join(", ");
        throw new RangeError(`${where}: ${name}(${at}) must be real for a real field, got imaginary part ${show(im)}`);
      }
      // Symbols are computed with rounding; a wrong one is wrong in the first digits.
      if (!(mismatch <= 1e-9 * (Math.abs(re) + Math.abs(im)))) {
        throw new RangeError(
          `${where}: ${name} must have conjugate values at k and -k for a real field, got ${show([re, im])} at mode ` +
            `(${m}, ${n}, ${l}) and ${show([values[q]!, values[q + 1]!])} at its mirror image`,
        );
      }
      values[q] = re;
      values[q + 1] = 0 - im;
    }
  }
}

/** Multiplies coefficients by a sampled symbol; `out` may be `c`. */
export type Multiplier = (c: Vec, out: Vec) => void;

/** The product with `values`, with half the work where all of them are real or all imaginary. */
export function multiplier(values: Vec): Multiplier {
  const modes = values.length / 2;
  const re = Float64Array.from({ length: modes }, (_, m) => values[2 * m]!);
  const im = Float64Array.from({ length: modes }, (_, m) => values[2 * m + 1]!);
  if (im.every((value) => value === 0)) return (c, out) => multiplyReal(re, c, out);
  if (re.every((value) => value === 0)) return (c, out) => multiplyImaginary(im, c, out);
  return (c, out) => multiplyComplex(re, im, c, out);
}

function multiplyReal(a: Vec, c: Vec, out: Vec): void {
  for (let m = 0; m < a.length; m++) {
    const value = a[m]!;
    out[2 * m] = value * c[2 * m]!;
    out[2 * m + 1] = value * c[2 * m + 1]!;
  }
}

function multiplyImaginary(a: Vec, c: Vec, out: Vec): void {
  for (let m = 0; m < a.length; m++) {
    const value = a[m]!;
    const x = c[2 * m]!;
    out[2 * m] = -value * c[2 * m + 1]!;
    out[2 * m + 1] = value * x;
  }
}

function multiplyComplex(re: Vec, im: Vec, c: Vec, out: Vec): void {
  for (let m = 0; m < re.length; m++) {
    const x = c[2 * m]!;
    const y = c[2 * m + 1]!;
    out[2 * m] = re[m]! * x - im[m]! * y;
    out[2 * m + 1] = re[m]! * y + im[m]! * x;
  }
}
