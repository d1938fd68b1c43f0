import type { StencilExports } from "./stencil-code.ts";

/** The twin of assembly/stencil.ts over a whole memory: the same operations and order, a point at a time. */
export function plainStencil(memory: Float64Array<ArrayBufferLike>): StencilExports {
  return {
    diffuseLine64(step, u, bonds, out, points, periodic, kx) {
      line(memory, step, u / 8, bonds / 8, out / 8, points, periodic, kx);
    },
    diffusePlane64(step, u, bondsX, bondsY, out, points, rows, periodic, kx, ky) {
      for (let y = 0; y < rows; y++) {
        const at = y * points;
        const from = u / 8 + at;
        const to = out / 8 + at;
        if (periodic === 0 && (y === 0 || y === rows - 1)) {
          hold(memory, step, from, to, points);
          continue;
        }
        const before = y === 0 ? (rows - 1) * points : at - points;
        const over = u / 8 + (y === rows - 1 ? 0 : at + points);
        const under = u / 8 + before;
        planeRow(
          memory,
          step,
          from,
          over,
          under,
          bondsX / 8 + at,
          bondsY / 8 + at,
          bondsY / 8 + before,
          to,
          points,
          periodic,
          kx,
          ky,
        );
      }
    },
    weigh64(step, u, table, taps, _bases, out, points, rows, halfX, halfY, periodic, factor) {
      for (let y = 0; y < rows; y++) {
        const from = u / 8 + y * points;
        const to = out / 8 + y * points;
        if (periodic === 0) {
          hold(memory, step, from, to, points);
          if (y < halfY || y >= rows - halfY) continue;
        }
        const edge = periodic === 1 ? 0 : halfX;
        for (let x = edge; x < points - edge; x++) {
          let sum = 0;
          for (let t = 0; t < taps; t++) {
            const tap = table / 8 + 3 * t;
            const column = wrapped(x + memory[tap + 1]!, points);
            const row = wrapped(y + memory[tap + 2]!, rows);
            const product = memory[tap]! * memory[u / 8 + row * points + column]!;
            sum = t === 0 ? product : sum + product;
          }
          const slope = factor * sum;
          memory[to + x] = step === 1 ? memory[from + x]! + slope : slope;
        }
      }
    },
  };
}

type Memory = Float64Array<ArrayBufferLike>;

function wrapped(i: number, count: number): number {
  return i < 0 ? i + count : i >= count ? i - count : i;
}

/** Ends do not move. */
function hold(memory: Memory, step: 0 | 1, from: number, to: number, points: number): void {
  for (let i = 0; i < points; i++) memory[to + i] = step === 1 ? memory[from + i]! : 0;
}

function line(
  memory: Memory,
  step: 0 | 1,
  u: number,
  bonds: number,
  out: number,
  points: number,
  periodic: 0 | 1,
  kx: number,
): void {
  const last = points - 1;
  const round = memory[bonds + last]! * (memory[u]! - memory[u + last]!);
  let left = round;
  if (periodic === 0) {
    memory[out] = step === 1 ? memory[u]! : 0;
    memory[out + last] = step === 1 ? memory[u + last]! : 0;
    left = memory[bonds]! * (memory[u + 1]! - memory[u]!);
  }
  for (let i = periodic === 1 ? 0 : 1; i < last; i++) {
    const x = memory[u + i]!;
    const right = memory[bonds + i]! * (memory[u + i + 1]! - x);
    const slope = kx * (right - left);
    memory[out + i] = step === 1 ? x + slope : slope;
    left = right;
  }
  if (periodic === 1) {
    const slope = kx * (round - left);
    memory[out + last] = step === 1 ? memory[u + last]! + slope : slope;
  }
}

function planeRow(
  memory: Memory,
  step: 0 | 1,
  u: number,
  over: number,
  under: number,
  bonds: number,
  upper: number,
  lower: number,
  out: number,
  points: number,
  periodic: 0 | 1,
  kx: number,
  ky: number,
): void {
  const last = points - 1;
  if (periodic === 0) {
    memory[out] = step === 1 ? memory[u]! : 0;
    memory[out + last] = step === 1 ? memory[u + last]! : 0;
  }
  const first = periodic === 1 ? 0 : 1;
  const before = first === 0 ? last : 0;
  let left = memory[bonds + before]! * (memory[u + first]! - memory[u + before]!);
  for (let i = first; i <= last - first; i++) {
    const x = memory[u + i]!;
    const right = memory[bonds + i]! * (memory[u + (i === last ? 0 : i + 1)]! - x);
    const above = memory[upper + i]! * (memory[over + i]! - x);
    const below = memory[lower + i]! * (x - memory[under + i]!);
    const slope = kx * (right - left) + ky * (above - below);
    memory[out + i] = step === 1 ? x + slope : slope;
    left = right;
  }
}
