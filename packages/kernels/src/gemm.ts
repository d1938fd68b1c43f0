import { checkOptions, integer } from "@hml/guard";
import { allocate, type KernelEngine, load } from "./engine.ts";
import { denseFamily } from "./families.ts";
import { product } from "./plain-product.ts";
import { checkPrecision, type FloatArrays, type Precision } from "./precision.ts";

/** Sizes of a product c = a b. */
export interface GemmOptions<P extends Precision = "float64"> {
  /** Rows of a and c. */
  readonly m: number;
  /** Columns of b and c. */
  readonly n: number;
  /** Columns of a, rows of b. */
  readonly k: number;
  /** `float64` unless told otherwise. */
  readonly precision?: P;
}

/** A matrix product with its arrays, which are the engine's: fill `a` and `b`, multiply, read `c`. */
export interface Gemm<P extends Precision = "float64"> {
  /** [m, k], row-major. */
  readonly a: FloatArrays[P];
  /** [k, n], row-major. */
  readonly b: FloatArrays[P];
  /** [m, n], row-major. */
  readonly c: FloatArrays[P];
  /** c = a b; allocates nothing. */
  multiply(): void;
}

/**
 * The product of two dense matrices, c[i, j] = sum_l a[i, l] b[l, j].
 *
 * Each number is one sum over l upwards in the given precision, without fused operations: the same bits on every engine,
 * error at most k eps |a| |b|. b is packed into panels of two vectors' width, and tiles of four rows keep eight vectors of
 * sums in registers. Takes (m k + k (n + 7) + m n) numbers of the engine's memory.
 *
 * @throws TypeError, RangeError for bad sizes or options, RangeError when the arrays do not fit into the engine.
 */
export function gemm<P extends Precision = "float64">(engine: KernelEngine, options: GemmOptions<P>): Gemm<P> {
  const where = "gemm";
  checkOptions(where, options, ["m", "n", "k", "precision"]);
  const { m, n, k } = options;
  for (const [name, value] of Object.entries({ m, n, k })) integer(where, name, value, 1, LARGEST);
  const precision = checkPrecision(where, options.precision ?? "float64") as P;
  const exports = load(where, engine, denseFamily);
  const a = allocate(engine, precision, m * k);
  const b = allocate(engine, precision, k * n);
  const c = allocate(engine, precision, m * n);
  if (exports === undefined) {
    const as = { row: k, column: 1 };
    const bs = { row: n, column: 1 };
    return { a, b, c, multiply: () => product<FloatArrays[Precision]>(a, as, b, bs, c, undefined, 0, m, n, k) };
  }
  const packed = allocate(engine, precision, packedLength(precision, n, k)).byteOffset;
  const run = precision === "float64" ? exports.gemm64 : exports.gemm32;
  return { a, b, c, multiply: () => run(a.byteOffset, b.byteOffset, packed, c.byteOffset, m, n, k) };
}

/** Sizes above this cannot fit into a memory in any case; checked before they are multiplied. */
export const LARGEST = 0x1000000;

/** Numbers that b, [depth, n], takes when packed into panels of two vectors' width. */
export function packedLength(precision: Precision, n: number, depth: number): number {
  const width = precision === "float64" ? 4 : 8;
  return width * Math.ceil(n / width) * depth;
}
