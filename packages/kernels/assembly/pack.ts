// Packing of a matrix into the panels that a product reads.
import { lanes } from "./elementary";
import { panelWidth } from "./product";

/** A panel whose columns are neighbours: rows of it are copied. */
// @inline
function copyPanel(from: usize, bRow: usize, out: usize, depth: i32): void {
  for (let k = 0; k < depth; k++) {
    v128.store(out, v128.load(from));
    v128.store(out, v128.load(from, 16), 16);
    from += bRow;
    out += 32;
  }
}

/** Writes the transpose of what stands in `lanes` columns, one vector each, to rows that are 32 bytes apart. */
// @inline
function turnBlock<T>(from: usize, bCol: usize, out: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + bCol);
  if (sizeof<T>() === 8) {
    v128.store(out, v128.shuffle<f64>(a, b, 0, 2));
    v128.store(out, v128.shuffle<f64>(a, b, 1, 3), 32);
  } else {
    const c = v128.load(from + 2 * bCol);
    const d = v128.load(from + 3 * bCol);
    const low = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    const high = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const other = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    const rest = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(out, v128.shuffle<f32>(low, other, 0, 1, 4, 5));
    v128.store(out, v128.shuffle<f32>(low, other, 2, 3, 6, 7), 32);
    v128.store(out, v128.shuffle<f32>(high, rest, 0, 1, 4, 5), 64);
    v128.store(out, v128.shuffle<f32>(high, rest, 2, 3, 6, 7), 96);
  }
}

/** Rows [first, depth) of a panel, number by number; columns behind the last are zeros. */
// @inline
function packRows<T>(b: usize, bRow: usize, bCol: usize, out: usize, first: i32, depth: i32, inside: i32): void {
  const width = panelWidth<T>();
  for (let k = first; k < depth; k++) {
    let from = b + <usize>k * bRow;
    const to = out + 32 * <usize>k;
    for (let l = 0; l < inside; l++) {
      store<T>(to + <usize>l * sizeof<T>(), load<T>(from));
      from += bCol;
    }
    for (let l = inside; l < width; l++) store<T>(to + <usize>l * sizeof<T>(), <T>0);
  }
}

/**
 * Packs b, [depth, n] with any strides, into panels of panelWidth columns: [panel][k][column], the last filled up with
 * zeros.
 */
export function pack<T>(b: usize, bRow: usize, bCol: usize, out: usize, depth: i32, n: i32): void {
  const width = panelWidth<T>();
  for (let j = 0; j < n; j += width) {
    const inside = min(width, n - j);
    if (inside === width && bCol === sizeof<T>()) copyPanel(b, bRow, out, depth);
    else if (inside === width && bRow === sizeof<T>()) {
      const blocked = depth - (depth % lanes<T>());
      for (let k = 0; k < blocked; k += lanes<T>()) {
        const from = b + <usize>k * sizeof<T>();
        const to = out + 32 * <usize>k;
        turnBlock<T>(from, bCol, to);
        turnBlock<T>(from + <usize>lanes<T>() * bCol, bCol, to + 16);
      }
      packRows<T>(b, bRow, bCol, out, blocked, depth, inside);
    } else packRows<T>(b, bRow, bCol, out, 0, depth, inside);
    b += <usize>width * bCol;
    out += 32 * <usize>depth;
  }
}
