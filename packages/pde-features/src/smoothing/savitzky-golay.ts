import { checkOptions, copyFinite, integer, lengthOf, oneOf, positive } from "@hml/guard";
import { solveByReflections } from "../householder.ts";
import type { Vec } from "../rhs.ts";

/** Options of `savitzkyGolay`. */
export interface SavitzkyGolayOptions {
  /** Points of the window, odd. */
  readonly window: number;
  /** Degree of the polynomial, below `window`. */
  readonly degree: number;
  /** How often to differentiate, default 0. */
  readonly derivative?: number;
  /** Spacing along the axis, default 1. */
  readonly spacing?: number;
  /** Extents of the array, last axis contiguous; default one axis. A movie has `[frame, y, x]`. */
  readonly shape?: readonly number[];
  /** The axis to smooth along, default the last; 0 is time in a movie. */
  readonly axis?: number;
  /** "fit" (default): the polynomial of the first and last window is used up to the ends. "periodic": the axis repeats. */
  readonly ends?: "fit" | "periodic";
}

/**
 * Smooths along one axis: in place of each value, that of the polynomial that fits the values of the window around it best, or of its
 * derivative. Polynomials up to `degree` are kept to rounding; white noise is divided by about sqrt(window / (degree + 1)).
 *
 * Good starting values: a window as wide as the shortest feature, degree 4; two passes, one an axis, smooth a plane. Source: Savitzky and
 * Golay, Anal. Chem. 36 (1964) 1627.
 *
 * @throws TypeError or RangeError for bad options or values that are not finite
 */
export function savitzkyGolay(values: ArrayLike<number>, options: SavitzkyGolayOptions): Vec {
  const where = "savitzkyGolay";
  checkOptions(where, options, ["window", "degree", "derivative", "spacing", "shape", "axis", "ends"]);
  const u = copyFinite(where, "values", values);
  const shape = Array.from(options.shape ?? [u.length], (n, k) => integer(where, `shape[${k}]`, n, 1));
  lengthOf(
    where,
    "values",
    u,
    shape.reduce((a, b) => a * b, 1),
  );
  const axis = integer(where, "axis", options.axis ?? shape.length - 1, 0, shape.length - 1);
  const n = shape[axis]!;
  const half = (integer(where, "window", options.window, 1, n) - 1) / 2;
  integer(where, "(window - 1) / 2", half);
  const degree = integer(where, "degree", options.degree, 0, 2 * half);
  const derivative = integer(where, "derivative", options.derivative ?? 0, 0, degree);
  const spacing = positive(where, "spacing", options.spacing ?? 1);
  const ends = oneOf(where, "ends", options.ends ?? "fit", ["fit", "periodic"]);

  // weights[half + o]: the polynomial of a window at offset o from its middle; o = 0 but near the ends.
  const weights = polynomialWeights(half, degree, derivative, spacing);
  const out = new Float64Array(u.length);
  const stride = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  for (let base = 0; base < u.length; base += n * stride) {
    for (let start = base; start < base + stride; start++) {
      for (let i = 0; i < n; i++) {
        const middle = ends === "periodic" ? i : Math.min(Math.max(i, half), n - 1 - half);
        const row = weights[half + i - middle]!;
        let sum = 0;
        for (let j = -half; j <= half; j++) sum += row[half + j]! * u[start + ((((middle + j) % n) + n) % n) * stride]!;
        out[start + i * stride] = sum;
      }
    }
  }
  return out;
}

/** Of each offset -half, ..., half the weights of the window's values. */
function polynomialWeights(half: number, degree: number, derivative: number, spacing: number): Vec[] {
  const points = 2 * half + 1;
  const scale = Math.max(half, 1);
  const count = degree + 1;
  const columns = new Float64Array(count * points);
  for (let j = 0; j < points; j++) {
    let power = 1;
    for (let m = 0; m < count; m++, power *= (j - half) / scale) columns[m * points + j] = power;
  }
  const weights = Array.from({ length: points }, () => new Float64Array(points));
  let unit = 1;
  for (let k = 0; k < derivative; k++) unit /= scale * spacing;
  for (let j = 0; j < points; j++) {
    const target = new Float64Array(points);
    target[j] = 1;
    const { coefficients } = solveByReflections(columns.slice(), target, count, 0);
    for (let o = 0; o < points; o++) {
      const s = (o - half) / scale;
      let sum = 0;
      for (let m = degree; m >= derivative; m--) {
        let falling = coefficients[m]!;
        for (let k = 0; k < derivative; k++) falling *= m - k;
        sum = sum * s + falling;
      }
      weights[o]![j] = sum * unit;
    }
  }
  return weights;
}
