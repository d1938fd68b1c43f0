// Products of recurrent cells that run over rows in blocks.
import { lanes } from "./elementary";
import { product } from "./product";
import { put } from "./recurrent-gates";

/** Rows of a product that meet in the first cache. */
const BLOCK: i32 = 32;

/** out = bias + a w, w packed [depth, n]; rows of a are aRow bytes apart. */
export function times<T>(
  a: usize,
  aRow: usize,
  packed: usize,
  bias: usize,
  out: usize,
  rows: i32,
  depth: i32,
  n: i32,
): void {
  const high = <usize>n * sizeof<T>();
  for (let r = 0; r < rows; r += BLOCK) {
    const m = min(BLOCK, rows - r);
    product<T>(a, aRow, sizeof<T>(), packed, 32, 32 * depth, out, high, bias, 0, m, n, depth);
    a += <usize>BLOCK * aRow;
    out += <usize>BLOCK * high;
  }
}

/** g[j, k] += sum_r d[r, j] x[r, k] for the first m numbers j of the rows of d, and b[j] += sum_r d[r, j]. */
export function gradients<T>(d: usize, dRow: usize, x: usize, g: usize, b: usize, rows: i32, m: i32, n: i32): void {
  const wide = <usize>n * sizeof<T>();
  for (let r = 0; r < rows; r += BLOCK) {
    const depth = min(BLOCK, rows - r);
    product<T>(d, sizeof<T>(), dRow, x, wide, 32, g, wide, g, wide, m, n, depth);
    for (let j = 0; j < m; j += lanes<T>()) {
      let at = d + <usize>j * sizeof<T>();
      const sums = b + <usize>j * sizeof<T>();
      let sum = v128.load(sums);
      for (let k = 0; k < depth; k++) {
        sum = v128.add<T>(sum, v128.load(at));
        at += dRow;
      }
      put<T>(sums, sum, m - j);
    }
    d += <usize>BLOCK * dRow;
    x += <usize>BLOCK * wide;
  }
}
