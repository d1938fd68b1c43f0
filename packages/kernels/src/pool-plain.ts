import type { FloatArray } from "./precision.ts";

// The twins of assembly/conv-pool.ts; `rows` and `width` count squares of 2x2 pixels.

/** y = the largest of four. */
export function plainPool(x: FloatArray, y: FloatArray, rows: number, width: number, channels: number): void {
  const line = 2 * width * channels;
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < width; i++) {
      for (let c = 0; c < channels; c++) {
        const p = 2 * r * line + 2 * i * channels + c;
        const top = Math.max(x[p]!, x[p + channels]!);
        const low = Math.max(x[p + line]!, x[p + line + channels]!);
        y[(r * width + i) * channels + c] = Math.max(top, low);
      }
    }
  }
}

/** dx = d at the first of four that is the largest, else 0. */
export function plainPoolBack(
  x: FloatArray,
  y: FloatArray,
  d: FloatArray,
  dx: FloatArray,
  rows: number,
  width: number,
  channels: number,
): void {
  const line = 2 * width * channels;
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < width; i++) {
      for (let c = 0; c < channels; c++) {
        const at = (r * width + i) * channels + c;
        const p = 2 * r * line + 2 * i * channels + c;
        let rest = true;
        for (let s = 0; s < 4; s++) {
          const place = p + (s % 2) * channels + (s < 2 ? 0 : line);
          const first = rest && x[place] === y[at];
          dx[place] = first ? d[at]! : 0;
          if (first) rest = false;
        }
      }
    }
  }
}

/** y = x, four times each. */
export function plainSpread(x: FloatArray, y: FloatArray, rows: number, width: number, channels: number): void {
  const line = 2 * width * channels;
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < width; i++) {
      for (let c = 0; c < channels; c++) {
        const q = 2 * r * line + 2 * i * channels + c;
        const value = x[(r * width + i) * channels + c]!;
        y[q] = value;
        y[q + channels] = value;
        y[q + line] = value;
        y[q + line + channels] = value;
      }
    }
  }
}

/** dx = the sum of four d, each sum rounded to the precision. */
export function plainGather(d: FloatArray, dx: FloatArray, rows: number, width: number, channels: number): void {
  const round = d instanceof Float32Array ? Math.fround : (x: number) => x;
  const line = 2 * width * channels;
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < width; i++) {
      for (let c = 0; c < channels; c++) {
        const p = 2 * r * line + 2 * i * channels + c;
        const top = round(d[p]! + d[p + channels]!);
        const low = round(d[p + line]! + d[p + line + channels]!);
        dx[(r * width + i) * channels + c] = top + low;
      }
    }
  }
}
