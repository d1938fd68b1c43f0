import type { FloatArray, Precision } from "./precision.ts";

/** Rows that are summed before they are added to the total; assembly/conv-norm.ts has the same number. */
const BLOCK = 256;

/** What rounds the result of an operation. */
export function rounding(precision: Precision): (x: number) => number {
  return precision === "float32" ? Math.fround : exact;
}

function exact(x: number): number {
  return x;
}

/** g[c] += sum_r d[r, c], in blocks. */
export function addSums(
  d: FloatArray,
  start: number,
  g: FloatArray,
  rows: number,
  channels: number,
  round: (x: number) => number,
): void {
  for (let c = 0; c < channels; c++) {
    for (let first = 0; first < rows; first += BLOCK) {
      let sum = 0;
      for (let r = first; r < Math.min(first + BLOCK, rows); r++) sum = round(sum + d[start + r * channels + c]!);
      g[c] = g[c]! + sum;
    }
  }
}

/** g[c] += sum_r (x[r, c] - mean[c]) d[r, c], in blocks; without d its square. */
export function addProducts(
  x: FloatArray,
  d: FloatArray | undefined,
  mean: FloatArray,
  g: FloatArray,
  rows: number,
  channels: number,
  round: (x: number) => number,
): void {
  for (let c = 0; c < channels; c++) {
    const m = mean[c]!;
    for (let first = 0; first < rows; first += BLOCK) {
      let sum = 0;
      for (let r = first; r < Math.min(first + BLOCK, rows); r++) {
        const at = r * channels + c;
        const apart = round(x[at]! - m);
        sum = round(sum + round(apart * (d === undefined ? apart : d[at]!)));
      }
      g[c] = g[c]! + sum;
    }
  }
}

/** y = (x - mean) scale + shift. */
export function normalize(
  x: FloatArray,
  mean: FloatArray,
  scale: FloatArray,
  shift: FloatArray,
  y: FloatArray,
  rows: number,
  channels: number,
  round: (x: number) => number,
): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < channels; c++) {
      const at = r * channels + c;
      y[at] = round(round(x[at]! - mean[c]!) * scale[c]!) + shift[c]!;
    }
  }
}

/** dx = ((d - level) - (x - mean) slope) scale. */
export function normalizeBack(
  x: FloatArray,
  d: FloatArray,
  mean: FloatArray,
  level: FloatArray,
  slope: FloatArray,
  scale: FloatArray,
  dx: FloatArray,
  rows: number,
  channels: number,
  round: (x: number) => number,
): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < channels; c++) {
      const at = r * channels + c;
      const across = round(round(x[at]! - mean[c]!) * slope[c]!);
      dx[at] = round(round(d[at]! - level[c]!) - across) * scale[c]!;
    }
  }
}
