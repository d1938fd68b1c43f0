import type { FloatArray } from "./precision.ts";

// The twins of assembly/pool.ts and assembly/pool-pairs.ts; `rows` and `width` count squares of 2x2 pixels or, with tall 1,
// pairs of points.

/** How cells lie in a row. */
export interface Cells {
  readonly width: number;
  readonly channels: number;
  /** Rows of a cell, 1 or 2. */
  readonly tall: number;
}

/** Calls f for every number of the coarse field and the place of its cell's first number in the fine one. */
function each(rows: number, { width, channels, tall }: Cells, f: (coarse: number, fine: number) => void): void {
  const line = 2 * width * channels;
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < width; i++) {
      for (let c = 0; c < channels; c++) {
        f((r * width + i) * channels + c, tall * r * line + 2 * i * channels + c);
      }
    }
  }
}

/** y = the largest of a cell. */
export function pool(x: FloatArray, y: FloatArray, rows: number, cells: Cells): void {
  const { channels, tall } = cells;
  const line = tall === 2 ? 2 * cells.width * channels : 0;
  each(rows, cells, (at, p) => {
    const top = Math.max(x[p]!, x[p + channels]!);
    y[at] = tall === 1 ? top : Math.max(top, x[p + line]!, x[p + line + channels]!);
  });
}

/** dx = d at the first place of a cell that is the largest, else 0. */
export function poolBack(
  x: FloatArray,
  y: FloatArray,
  d: FloatArray,
  dx: FloatArray,
  rows: number,
  cells: Cells,
): void {
  const { width, channels, tall } = cells;
  const line = 2 * width * channels;
  each(rows, cells, (at, p) => {
    let rest = true;
    for (let s = 0; s < 2 * tall; s++) {
      const place = p + (s % 2) * channels + (s < 2 ? 0 : line);
      const first = rest && x[place] === y[at];
      dx[place] = first ? d[at]! : 0;
      if (first) rest = false;
    }
  });
}

/** y = factor x at every place of a cell. */
export function spread(x: FloatArray, y: FloatArray, rows: number, cells: Cells, factor: number): void {
  const { width, channels, tall } = cells;
  const line = 2 * width * channels;
  each(rows, cells, (at, p) => {
    const value = x[at]! * factor;
    y[p] = value;
    y[p + channels] = value;
    if (tall === 1) return;
    y[p + line] = value;
    y[p + line + channels] = value;
  });
}

/** y = factor times the sum over a cell, each sum rounded to the precision. */
export function gather(x: FloatArray, y: FloatArray, rows: number, cells: Cells, factor: number): void {
  const { width, channels, tall } = cells;
  const round = x instanceof Float32Array ? Math.fround : (value: number): number => value;
  const line = 2 * width * channels;
  each(rows, cells, (at, p) => {
    const top = round(x[p]! + x[p + channels]!);
    const sum = tall === 1 ? top : round(top + round(x[p + line]! + x[p + line + channels]!));
    y[at] = sum * factor;
  });
}
