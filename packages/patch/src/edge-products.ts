import { callable } from "@hml/guard";
import type { Vec } from "@hml/integrators";
import { circulantProduct } from "./circulant-product.ts";

/** A product with one circulant matrix along many lines: target_i = sum_j row[j] source_(i + start + j), modulo `count`. */
export interface CirculantLines {
  /** The array that holds sources and targets, made by `float64`. */
  readonly values: Float64Array;
  /** Index of the first value of each line's sources. */
  readonly from: Int32Array;
  /** Index of the first value of each line's targets, which are no sources. */
  readonly to: Int32Array;
  /** Distance in the array of neighbouring values of a line. */
  readonly stride: number;
  /** Values of a line. */
  readonly count: number;
  /** Source of the first weight for target 0. */
  readonly start: number;
  /** Weights, at most `count`. */
  readonly row: Vec;
}

/** A transposition, to[column, row] = from[row, column]. */
export interface Transposition {
  /** `[rows, columns]`, made by `float64`. */
  readonly from: Float64Array;
  /** Distance in `from` of neighbouring rows. */
  readonly stride: number;
  /** `[columns, rows]`, dense, made by `float64`. */
  readonly to: Float64Array;
  /** Rows of `from`. */
  readonly rows: number;
  /** Columns of `from`. */
  readonly columns: number;
}

/**
 * The products that fill edges, as code from elsewhere: `lineProducts(kernelEngine())` of @hml/kernels has this shape and
 * gives the bits of the plain loops that serve when nothing is given.
 *
 * Bits are kept by an implementation that sums upwards over the weights by pairs, a += w_j s_j + w_(j+1) s_(j+1), and, when `count`
 * is even and the row spans at least half of it, works on sums and differences of opposite sources.
 */
export interface EdgeProducts {
  /** A new array of zeros, where the products can reach it. */
  float64(length: number): Float64Array;
  /** Binds a product to its lines; what it returns is called once for each filling and should not allocate. */
  circulant(lines: CirculantLines): () => void;
  /** Binds a transposition. */
  transpose(transposition: Transposition): () => void;
}

/** The products in plain TypeScript. */
const plainProducts: EdgeProducts = {
  float64: (length) => new Float64Array(length),
  circulant: circulantProduct,
  transpose: (transposition) => () => transpose(transposition),
};

/** The products of an option, checked. */
export function productsOf(where: string, products: EdgeProducts = plainProducts): EdgeProducts {
  for (const name of ["float64", "circulant", "transpose"] as const) {
    callable(where, `products.${name}`, (products as EdgeProducts | null)?.[name]);
  }
  return products;
}

/** Four columns at a time, so that rows are read in runs. */
function transpose({ from, stride, to, rows, columns }: Transposition): void {
  const whole = columns - (columns % 4);
  for (let column = 0; column < whole; column += 4) {
    const t0 = column * rows;
    const t1 = t0 + rows;
    const t2 = t1 + rows;
    const t3 = t2 + rows;
    let at = column;
    for (let row = 0; row < rows; row++) {
      to[t0 + row] = from[at]!;
      to[t1 + row] = from[at + 1]!;
      to[t2 + row] = from[at + 2]!;
      to[t3 + row] = from[at + 3]!;
      at += stride;
    }
  }
  for (let column = whole; column < columns; column++) {
    for (let row = 0; row < rows; row++) to[column * rows + row] = from[row * stride + column]!;
  }
}
