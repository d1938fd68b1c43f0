import type { Vec } from "../rhs.ts";

/**
 * Linear combinations of vectors with coefficients that differ from component to component,
 *
 *   out = a1 x1 + a2 x2 + ... (two terms or more),
 *
 * in passes of two or three terms; `out` may be x1. One hot loop a function, or V8 optimises it badly.
 */
export interface Combination {
  /** out = a x + b y. */
  set2(a: Vec, x: Vec, b: Vec, y: Vec, out: Vec): void;
  /** out = a x + b y + c z. */
  set3(a: Vec, x: Vec, b: Vec, y: Vec, c: Vec, z: Vec, out: Vec): void;
  /** out += a x + b y. */
  add2(a: Vec, x: Vec, b: Vec, y: Vec, out: Vec): void;
}

/** Component by component. */
export const realCombination: Combination = {
  set2(a, x, b, y, out) {
    for (let i = 0; i < out.length; i++) out[i] = a[i]! * x[i]! + b[i]! * y[i]!;
  },
  set3(a, x, b, y, c, z, out) {
    for (let i = 0; i < out.length; i++) out[i] = a[i]! * x[i]! + b[i]! * y[i]! + c[i]! * z[i]!;
  },
  add2(a, x, b, y, out) {
    for (let i = 0; i < out.length; i++) out[i] = out[i]! + (a[i]! * x[i]! + b[i]! * y[i]!);
  },
};

/** Of complex numbers, interleaved re, im. */
export const complexCombination: Combination = {
  set2(a, x, b, y, out) {
    for (let i = 0; i < out.length; i += 2) {
      const re = a[i]! * x[i]! - a[i + 1]! * x[i + 1]! + (b[i]! * y[i]! - b[i + 1]! * y[i + 1]!);
      out[i + 1] = a[i]! * x[i + 1]! + a[i + 1]! * x[i]! + (b[i]! * y[i + 1]! + b[i + 1]! * y[i]!);
      out[i] = re;
    }
  },
  set3(a, x, b, y, c, z, out) {
    complexCombination.set2(a, x, b, y, out);
    addProduct(c, z, out);
  },
  add2(a, x, b, y, out) {
    addProduct(a, x, out);
    addProduct(b, y, out);
  },
};

function addProduct(a: Vec, x: Vec, out: Vec): void {
  for (let i = 0; i < out.length; i += 2) {
    out[i] = out[i]! + (a[i]! * x[i]! - a[i + 1]! * x[i + 1]!);
    out[i + 1] = out[i + 1]! + (a[i]! * x[i + 1]! + a[i + 1]! * x[i]!);
  }
}
