import type { Vec } from "../rhs.ts";

/**
 * out = c1 x1 + c2 x2 + ..., summed in this order, with coefficients that differ from mode to mode and lie mode by mode,
 * [mode, term]; `out` may be x1.
 */
export type Combination = (coefficients: Vec, x: readonly Vec[], out: Vec) => void;

/** Of real numbers, a mode each. */
export const combineReal: Combination = (c, x, out) => {
  for (let j = 0; j < x.length; j++) addReal(c, j, x.length, x[j]!, out);
};

/** Of complex numbers, a mode each, and so are the coefficients; all are interleaved re, im. */
export const combineComplex: Combination = (c, x, out) => {
  for (let j = 0; j < x.length; j++) addComplex(c, j, x.length, x[j]!, out);
};

/** Of complex numbers with real coefficients, two to five terms in one pass: what most spectral methods need at each stage. */
export const combineByReal: Combination = (c, x, out) => {
  if (x.length === 2) sum2(c, x[0]!, x[1]!, out);
  else if (x.length === 3) sum3(c, x[0]!, x[1]!, x[2]!, out);
  else if (x.length === 4) sum4(c, x[0]!, x[1]!, x[2]!, x[3]!, out);
  else sum5(c, x[0]!, x[1]!, x[2]!, x[3]!, x[4]!, out);
};

function addReal(c: Vec, term: number, terms: number, x: Vec, out: Vec): void {
  for (let i = 0, k = term; i < out.length; i++, k += terms) {
    const value = c[k]! * x[i]!;
    out[i] = term === 0 ? value : out[i]! + value;
  }
}

function addComplex(c: Vec, term: number, terms: number, x: Vec, out: Vec): void {
  for (let i = 0, k = 2 * term; i < out.length; i += 2, k += 2 * terms) {
    const re = c[k]! * x[i]! - c[k + 1]! * x[i + 1]!;
    const im = c[k]! * x[i + 1]! + c[k + 1]! * x[i]!;
    out[i] = term === 0 ? re : out[i]! + re;
    out[i + 1] = term === 0 ? im : out[i + 1]! + im;
  }
}

function sum2(coefficients: Vec, x: Vec, y: Vec, out: Vec): void {
  for (let i = 0; i < coefficients.length; i += 2) {
    const a = coefficients[i]!;
    const b = coefficients[i + 1]!;
    out[i] = a * x[i]! + b * y[i]!;
    out[i + 1] = a * x[i + 1]! + b * y[i + 1]!;
  }
}

function sum3(coefficients: Vec, x: Vec, y: Vec, z: Vec, out: Vec): void {
  for (let i = 0, k = 0; i < out.length; i += 2, k += 3) {
    const a = coefficients[k]!;
    const b = coefficients[k + 1]!;
    const c = coefficients[k + 2]!;
    out[i] = a * x[i]! + b * y[i]! + c * z[i]!;
    out[i + 1] = a * x[i + 1]! + b * y[i + 1]! + c * z[i + 1]!;
  }
}

function sum4(coefficients: Vec, x: Vec, y: Vec, z: Vec, w: Vec, out: Vec): void {
  for (let i = 0, k = 0; i < out.length; i += 2, k += 4) {
    const a = coefficients[k]!;
    const b = coefficients[k + 1]!;
    const c = coefficients[k + 2]!;
    const d = coefficients[k + 3]!;
    out[i] = a * x[i]! + b * y[i]! + c * z[i]! + d * w[i]!;
    out[i + 1] = a * x[i + 1]! + b * y[i + 1]! + c * z[i + 1]! + d * w[i + 1]!;
  }
}

function sum5(coefficients: Vec, x: Vec, y: Vec, z: Vec, w: Vec, v: Vec, out: Vec): void {
  for (let i = 0, k = 0; i < out.length; i += 2, k += 5) {
    const a = coefficients[k]!;
    const b = coefficients[k + 1]!;
    const c = coefficients[k + 2]!;
    const d = coefficients[k + 3]!;
    const e = coefficients[k + 4]!;
    out[i] = a * x[i]! + b * y[i]! + c * z[i]! + d * w[i]! + e * v[i]!;
    out[i + 1] = a * x[i + 1]! + b * y[i + 1]! + c * z[i + 1]! + d * w[i + 1]! + e * v[i + 1]!;
  }
}
