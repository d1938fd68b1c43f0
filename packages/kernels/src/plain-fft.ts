import type { FftExports } from "./fft-code.ts";
import { type PlainPass, pass2, pass3, pass4, pass5 } from "./plain-fft-passes.ts";
import { pass8 } from "./plain-fft-radix8.ts";

type Array64 = Float64Array<ArrayBufferLike>;

/** The twin of assembly/fft.ts over a whole memory: the same plans, operations and order. */
export function plainFft(memory: Array64): FftExports {
  return {
    complexRows(plan, sign, x, y, count) {
      const row = 2 * whole(memory, plan / 8);
      for (let r = 0; r < count; r++) lines(memory, plan / 8, sign, x / 8 + r * row, 2, y / 8 + r * row, 2, 1);
    },
    complexColumns(plan, sign, x, y, columns, groups, planes) {
      const stride = 2 * columns;
      for (let p = 0; p < planes; p++) {
        const plane = p * stride * whole(memory, plan / 8);
        for (let g = 0; g < groups; g++) {
          const start = Math.floor((g * columns) / groups);
          const width = Math.floor(((g + 1) * columns) / groups) - start;
          const offset = plane + 2 * start;
          lines(memory, plan / 8, sign, x / 8 + offset, stride, y / 8 + offset, stride, width);
        }
      }
    },
    realRows(plan, turns, work, u, c, rows, points, scale) {
      const z = work / 8;
      const half = Math.floor(points / 2);
      for (let r = rows - 1; r >= 0; r--) {
        const from = u / 8 + r * points;
        const to = c / 8 + r * 2 * (half + 1);
        if (points % 2 === 0) {
          lines(memory, plan / 8, -1, from, 2, z, 2, 1);
          fold(memory, turns / 8, 0.5 * scale, z, to, half);
          memory[to] = scale * (memory[z]! + memory[z + 1]!);
          memory[to + 2 * half] = scale * (memory[z]! - memory[z + 1]!);
          memory[to + 2 * half + 1] = 0;
        } else {
          for (let j = 0; j < points; j++) {
            memory[z + 2 * j] = scale * memory[from + j]!;
            memory[z + 2 * j + 1] = 0;
          }
          lines(memory, plan / 8, -1, z, 2, z, 2, 1);
          memory.copyWithin(to, z, z + 2 * (half + 1));
        }
        memory[to + 1] = 0;
      }
    },
    realRowsBack(plan, turns, work, c, u, rows, points) {
      const z = work / 8;
      const half = Math.floor(points / 2);
      for (let r = 0; r < rows; r++) {
        const from = c / 8 + r * 2 * (half + 1);
        const to = u / 8 + r * points;
        const first = memory[from]!;
        if (points % 2 === 0) {
          fold(memory, turns / 8, 1, from, z, half);
          const last = memory[from + 2 * half]!;
          memory[z] = first + last;
          memory[z + 1] = first - last;
          lines(memory, plan / 8, 1, z, 2, to, 2, 1);
        } else {
          memory[z] = first;
          memory[z + 1] = 0;
          for (let m = 1; m <= half; m++) {
            memory[z + 2 * m] = memory[z + 2 * (points - m)] = memory[from + 2 * m]!;
            memory[z + 2 * m + 1] = memory[from + 2 * m + 1]!;
            memory[z + 2 * (points - m) + 1] = -memory[from + 2 * m + 1]!;
          }
          lines(memory, plan / 8, 1, z, 2, z, 2, 1);
          for (let j = 0; j < points; j++) memory[to + j] = memory[z + 2 * j]!;
        }
      }
    },
    multiplyPairs(x, pairs, factor) {
      for (let i = x / 8; i < x / 8 + 2 * pairs; i++) memory[i] = factor * memory[i]!;
    },
  };
}

const PASSES: Readonly<Record<number, PlainPass>> = { 2: pass2, 3: pass3, 4: pass4, 5: pass5, 8: pass8 };

/** A whole number of a plan, told to V8 as one, so that positions are not computed in floating point. */
function whole(memory: Array64, at: number): number {
  return memory[at]! | 0;
}

function lines(
  memory: Array64,
  plan: number,
  sign: number,
  x: number,
  xs: number,
  y: number,
  ys: number,
  width: number,
): void {
  const passes = whole(memory, plan + 1);
  if (passes < 0) {
    for (let c = 0; c < 2 * width; c += 2) chirped(memory, plan, sign, x + c, xs, y + c, ys);
    return;
  }
  const row = 2 * width;
  if (passes === 0) {
    memory.copyWithin(y, x, x + row);
    return;
  }
  let from = x;
  let fromRow = xs;
  for (let k = 0; k < passes; k++) {
    const pass = plan + 4 + 5 * k;
    const last = k === passes - 1;
    const to = last ? y : whole(memory, plan + 2 + (k & 1)) / 8;
    const toRow = last ? ys : row;
    const w = whole(memory, pass + (sign < 0 ? 3 : 4)) / 8;
    const count = whole(memory, pass + 1);
    const run = whole(memory, pass + 2);
    const butterflies = PASSES[whole(memory, pass)]!;
    // Rows that follow each other without a gap are one long row.
    if (fromRow === row && toRow === row) {
      butterflies(memory, w, count, 1, sign, from, row * run, to, row * run, width * run);
    } else {
      butterflies(memory, w, count, run, sign, from, fromRow, to, toRow, width);
    }
    from = to;
    fromRow = toRow;
  }
}

/** One line as a convolution with a chirp. */
function chirped(memory: Array64, plan: number, sign: number, x: number, xs: number, y: number, ys: number): void {
  const n = whole(memory, plan);
  const inner = whole(memory, plan + 4) / 8;
  const long = whole(memory, plan + 5);
  const chirp = whole(memory, plan + 6) / 8;
  const kernel = whole(memory, plan + 7) / 8;
  const work = whole(memory, plan + 8) / 8;
  // The transform with the other sign is the conjugate of that of the conjugate.
  const s = -sign;
  for (let j = 0; j < n; j++) {
    multiply(memory, memory[x + j * xs]!, s * memory[x + j * xs + 1]!, chirp + 4 * j, work + 2 * j);
  }
  memory.fill(0, work + 2 * n, work + 2 * long);
  lines(memory, inner, -1, work, 2, work, 2, 1);
  for (let k = 0; k < long; k++) {
    const at = work + 2 * k;
    multiply(memory, memory[at]!, memory[at + 1]!, kernel + 4 * k, at);
  }
  lines(memory, inner, 1, work, 2, work, 2, 1);
  for (let m = 0; m < n; m++) {
    const to = y + m * ys;
    multiply(memory, memory[work + 2 * m]!, memory[work + 2 * m + 1]!, chirp + 4 * m, to);
    memory[to + 1] = s * memory[to + 1]!;
  }
}

/** Writes (re, im) times the factor that is stored at w as re, re, -im, im. */
function multiply(memory: Array64, re: number, im: number, w: number, to: number): void {
  const wr = memory[w]!;
  const wi = memory[w + 3]!;
  memory[to] = re * wr - im * wi;
  memory[to + 1] = im * wr + re * wi;
}

/** See assembly/fft.ts. */
function fold(memory: Array64, turns: number, mean: number, from: number, to: number, half: number): void {
  for (let m = 1; 2 * m <= half; m++) {
    const p = 2 * m;
    const q = 2 * (half - m);
    const ar = memory[from + p]!;
    const ai = memory[from + p + 1]!;
    const br = memory[from + q]!;
    const bi = -memory[from + q + 1]!;
    const wr = memory[turns + 4 * m]!;
    const wi = memory[turns + 4 * m + 3]!;
    const evenRe = mean * (ar + br);
    const evenIm = mean * (ai + bi);
    const oddRe = (ar - br) * wr - (ai - bi) * wi;
    const oddIm = (ai - bi) * wr + (ar - br) * wi;
    memory[to + p] = evenRe + oddRe;
    memory[to + p + 1] = evenIm + oddIm;
    memory[to + q] = evenRe - oddRe;
    memory[to + q + 1] = -(evenIm - oddIm);
  }
}
