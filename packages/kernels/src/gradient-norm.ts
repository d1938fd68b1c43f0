import { finite, positive } from "@hml/guard";
import { type KernelEngine, load, own } from "./engine.ts";
import { optimiserFamily } from "./families.ts";
import type { FloatArray, Precision } from "./precision.ts";

/** The size of a gradient, bound to its array. */
export interface GradientNorm {
  /** The 2-norm, sqrt(sum g^2). */
  norm(): number;
  /** Multiplies the gradient by a factor, which is rounded to its precision. @throws TypeError, RangeError. */
  scale(factor: number): void;
  /**
   * Scales the gradient down to a norm of `largest` where it is longer, and returns the norm that it had. A norm that is not
   * finite leaves the gradient as it is, to be noticed.
   * @throws TypeError, RangeError unless `largest` is positive.
   */
  clip(largest: number): number;
}

/** Squares that are summed before they are added to the total; assembly/optimiser.ts has the same number. */
const BLOCK = 1024;

/**
 * Norm and scaling of a gradient in an array of the engine, as clipping by the global norm needs them (Pascanu, Mikolov and
 * Bengio, ICML 2013, algorithm 1).
 *
 * Squares are summed in float64 also for a float32 array: eight sums in each block of 1024, then the blocks, so the error
 * is at most (130 + length / 1024) roundings of 1.1e-16, and the bits do not depend on the engine. Squares of float64 numbers beyond
 * 1e154 overflow: the norm is then infinite. Nothing is allocated after construction.
 *
 * @throws TypeError, RangeError for an array that is not the engine's.
 */
export function gradientNorm(engine: KernelEngine, gradient: Float64Array | Float32Array): GradientNorm {
  const where = "gradientNorm";
  const precision: Precision = (gradient as unknown) instanceof Float32Array ? "float32" : "float64";
  own(where, engine, precision, "gradient", gradient);
  const exports = load(where, engine, optimiserFamily);
  const double = precision === "float64";
  const squares = double ? exports?.squares64 : exports?.squares32;
  const times = double ? exports?.scale64 : exports?.scale32;
  const { length, byteOffset } = gradient;
  const norm = (): number => Math.sqrt(squares === undefined ? sumOfSquares(gradient) : squares(byteOffset, length));
  const multiply = (factor: number): void => {
    if (times === undefined) multiplyAll(gradient, double ? factor : Math.fround(factor));
    else times(byteOffset, length, factor);
  };
  return {
    norm,
    scale: (factor) => multiply(finite(`${where}.scale`, "factor", factor)),
    clip(largest) {
      positive(`${where}.clip`, "largest", largest);
      const before = norm();
      if (before > largest && before < Infinity) multiply(largest / before);
      return before;
    },
  };
}

/** The twin of the kernel's sum: the same sums in the same order. */
function sumOfSquares(x: FloatArray): number {
  const whole = x.length - (x.length % 8);
  let total = 0;
  for (let first = 0; first < whole; first += BLOCK) {
    const last = Math.min(first + BLOCK, whole);
    let [s0, s1, s2, s3, s4, s5, s6, s7] = [0, 0, 0, 0, 0, 0, 0, 0];
    for (let i = first; i < last; i += 8) {
      s0 += x[i]! * x[i]!;
      s1 += x[i + 1]! * x[i + 1]!;
      s2 += x[i + 2]! * x[i + 2]!;
      s3 += x[i + 3]! * x[i + 3]!;
      s4 += x[i + 4]! * x[i + 4]!;
      s5 += x[i + 5]! * x[i + 5]!;
      s6 += x[i + 6]! * x[i + 6]!;
      s7 += x[i + 7]! * x[i + 7]!;
    }
    total += s0 + s2 + (s4 + s6) + (s1 + s3 + (s5 + s7));
  }
  for (let i = whole; i < x.length; i++) total += x[i]! * x[i]!;
  return total;
}

function multiplyAll(x: FloatArray, factor: number): void {
  for (let i = 0; i < x.length; i++) x[i] = x[i]! * factor;
}
