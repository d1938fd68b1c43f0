// Sums over the rows of [rows, channels] with lanes over channels, in blocks: each block is summed from zero and added to
// the total, so that the error grows like the rows of a block plus the number of blocks. Loads may pass an array's end.
import { storePart } from "./activation";
import { lanes } from "./elementary";

/** Rows that are summed before they are added to the total; src/batch-norm-plain.ts has the same number. */
const BLOCK: i32 = 256;

// @inline
function put<T>(at: usize, x: v128, left: i32): void {
  if (left >= lanes<T>()) v128.store(at, x);
  else storePart<T>(at, x, left);
}

/** g[c] += sum_r d[r, c]. */
export function addSums<T>(d: usize, g: usize, rows: i32, channels: i32): void {
  const wide = <usize>channels * sizeof<T>();
  for (let r = 0; r < rows; r += BLOCK) {
    const block = min(BLOCK, rows - r);
    for (let c = 0; c < channels; c += lanes<T>()) {
      const from = <usize>c * sizeof<T>();
      let at = d + from;
      let sum = v128.splat<T>(0);
      for (let i = 0; i < block; i++) {
        sum = v128.add<T>(sum, v128.load(at));
        at += wide;
      }
      put<T>(g + from, v128.add<T>(v128.load(g + from), sum), channels - c);
    }
    d += <usize>block * wide;
  }
}

/** g[c] += sum_r (x[r, c] - mean[c]) f[r, c], where f is d or, without d (0), the first factor again. */
export function addProducts<T>(x: usize, d: usize, mean: usize, g: usize, rows: i32, channels: i32): void {
  const wide = <usize>channels * sizeof<T>();
  for (let r = 0; r < rows; r += BLOCK) {
    const block = min(BLOCK, rows - r);
    for (let c = 0; c < channels; c += lanes<T>()) {
      const from = <usize>c * sizeof<T>();
      const m = v128.load(mean + from);
      let at = x + from;
      let sum = v128.splat<T>(0);
      if (d) {
        let other = d + from;
        for (let i = 0; i < block; i++) {
          sum = v128.add<T>(sum, v128.mul<T>(v128.sub<T>(v128.load(at), m), v128.load(other)));
          at += wide;
          other += wide;
        }
      } else {
        for (let i = 0; i < block; i++) {
          const apart = v128.sub<T>(v128.load(at), m);
          sum = v128.add<T>(sum, v128.mul<T>(apart, apart));
          at += wide;
        }
      }
      put<T>(g + from, v128.add<T>(v128.load(g + from), sum), channels - c);
    }
    x += <usize>block * wide;
    if (d) d += <usize>block * wide;
  }
}

/** y = (x - mean) scale + shift. */
export function normalize<T>(
  x: usize,
  mean: usize,
  scale: usize,
  shift: usize,
  y: usize,
  rows: i32,
  channels: i32,
): void {
  const wide = <usize>channels * sizeof<T>();
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < channels; c += lanes<T>()) {
      const from = <usize>c * sizeof<T>();
      const apart = v128.sub<T>(v128.load(x + from), v128.load(mean + from));
      const value = v128.add<T>(v128.mul<T>(apart, v128.load(scale + from)), v128.load(shift + from));
      put<T>(y + from, value, channels - c);
    }
    x += wide;
    y += wide;
  }
}

/** dx = ((d - level) - (x - mean) slope) scale. */
export function normalizeBack<T>(
  x: usize,
  d: usize,
  mean: usize,
  level: usize,
  slope: usize,
  scale: usize,
  dx: usize,
  rows: i32,
  channels: i32,
): void {
  const wide = <usize>channels * sizeof<T>();
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < channels; c += lanes<T>()) {
      const from = <usize>c * sizeof<T>();
      const apart = v128.sub<T>(v128.load(x + from), v128.load(mean + from));
      const part = v128.sub<T>(v128.load(d + from), v128.load(level + from));
      const rest = v128.sub<T>(part, v128.mul<T>(apart, v128.load(slope + from)));
      put<T>(dx + from, v128.mul<T>(rest, v128.load(scale + from)), channels - c);
    }
    x += wide;
    d += wide;
    dx += wide;
  }
}
