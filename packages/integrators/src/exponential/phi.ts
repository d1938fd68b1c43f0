import { finite, float64 } from "@hml/guard";
import type { Vec } from "../rhs.ts";

/** How many phi functions `phi` writes: phi_0 to phi_4. */
export const PHI_COUNT = 5;

const INVERSE_FACTORIALS = [1, 1, 1 / 2, 1 / 6, 1 / 24] as const;
/**
 * Up to this |z| the Taylor series is used. Its terms then fall from the first on (|z| / 5 < 1), so nothing cancels; above
 * it each step of the upward recursion loses less than a factor 5.
 */
const SERIES_RADIUS = 2;
/** 1 / (j + 4)!, the series of phi_4; at |z| = 2 the first term left out is 2e-19 of phi_4(0). */
const SERIES = Float64Array.from({ length: 23 }, (_, j) => {
  let value = 1;
  for (let i = 2; i <= j + 4; i++) value /= i;
  return value;
});

/**
 * The phi functions of exponential integrators at z = `re` + i `im`,
 *
 *   phi_0(z) = e^z,  phi_(k+1)(z) = (phi_k(z) - 1/k!) / z,  phi_k(0) = 1/k!,
 *
 * written as phi_0, ..., phi_4, interleaved re, im: ten numbers. The formulas as they stand lose all digits near z = 0.
 * Here the error stays below 1e-14 |phi_k(z)|, except next to the zeros of phi_1 at 2 pi i n, where it is 1e-16 of 1/|z|.
 * For `im` = 0 the imaginary parts are exactly 0. phi_k overflows to Infinity or NaN where e^z does, at `re` > 709.
 *
 * Source: Cox, Matthews, J. Comput. Phys. 176 (2002) 430, section 2; Hochbruck, Ostermann, Acta Numerica 19 (2010) 209,
 * section 2.1.
 *
 * @param re - real part of z, finite
 * @param im - imaginary part of z, finite
 * @param out - ten numbers
 * @throws TypeError or RangeError for an argument that is not finite or an `out` of another length
 */
export function phi(re: number, im: number, out: Vec): void {
  finite("phi", "re", re);
  finite("phi", "im", im);
  float64("phi", "out", out, 2 * PHI_COUNT);
  fillPhi(re, im, out, 0);
}

/** `phi` without checks, written from `offset` on; an infinite z gives what the arithmetic gives. */
export function fillPhi(re: number, im: number, out: Vec, offset: number): void {
  const scale = Math.exp(re);
  out[offset] = im === 0 ? scale : scale * Math.cos(im);
  out[offset + 1] = im === 0 ? 0 : scale * Math.sin(im);
  const squared = re * re + im * im;
  if (squared <= SERIES_RADIUS * SERIES_RADIUS) fillBySeries(re, im, out, offset);
  else if (im === 0) fillReal(re, out, offset);
  else fillByRecursion(re / squared, -im / squared, out, offset);
}

/** phi_4 by Horner's rule, then downwards: phi_k = z phi_(k+1) + 1/k!. */
function fillBySeries(re: number, im: number, out: Vec, offset: number): void {
  let valueRe = 0;
  let valueIm = 0;
  for (let j = SERIES.length - 1; j >= 0; j--) {
    const next = re * valueRe - im * valueIm + SERIES[j]!;
    valueIm = re * valueIm + im * valueRe;
    valueRe = next;
  }
  out[offset + 8] = valueRe;
  out[offset + 9] = valueIm;
  for (let k = 3; k >= 1; k--) {
    const next = re * valueRe - im * valueIm + INVERSE_FACTORIALS[k]!;
    valueIm = re * valueIm + im * valueRe;
    valueRe = next;
    out[offset + 2 * k] = valueRe;
    out[offset + 2 * k + 1] = valueIm;
  }
}

function fillReal(z: number, out: Vec, offset: number): void {
  for (let k = 0; k < 4; k++) {
    out[offset + 2 * k + 2] = (out[offset + 2 * k]! - INVERSE_FACTORIALS[k]!) / z;
    out[offset + 2 * k + 3] = 0;
  }
}

/** The recursion upwards with 1/z = `re` + i `im`. */
function fillByRecursion(re: number, im: number, out: Vec, offset: number): void {
  for (let k = 0; k < 4; k++) {
    const a = out[offset + 2 * k]! - INVERSE_FACTORIALS[k]!;
    const b = out[offset + 2 * k + 1]!;
    out[offset + 2 * k + 2] = a * re - b * im;
    out[offset + 2 * k + 3] = a * im + b * re;
  }
}
