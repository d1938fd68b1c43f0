import type { TridiagonalExports } from "./tridiagonal-code.ts";
import { addSums, factorComplex, solveComplex } from "./tridiagonal-plain-complex.ts";

/** The twin of assembly/tridiagonal.ts over a whole memory: the same operations and order, a system at a time. */
export function plainTridiagonal(memory: Float64Array<ArrayBufferLike>): TridiagonalExports {
  return {
    factor64(lower, diagonal, upper, inverse, before, after, rows, systems, threshold) {
      // The kernels look at two systems at a time, row by row: of these the first row that is lost is told.
      for (let s = 0; s < systems; s += 2) {
        let worst = -1;
        for (let system = s; system < Math.min(s + 2, systems); system++) {
          const row = factor(
            memory,
            [lower, diagonal, upper, inverse, before, after],
            rows,
            systems,
            system,
            threshold,
          );
          const found = row * systems + system;
          if (row >= 0 && (worst < 0 || found < worst)) worst = found;
        }
        if (worst >= 0) return worst;
      }
      return -1;
    },
    factorPivoted64(lower, diagonal, upper, inverse, before, after, second, swaps, rows, systems, threshold) {
      for (let s = 0; s < systems; s += 2) {
        let worst = -1;
        for (let system = s; system < Math.min(s + 2, systems); system++) {
          const places = [lower, diagonal, upper, inverse, before, after, second, swaps] as const;
          const row = factorPivoted(memory, places, rows, systems, system, threshold);
          const found = row * systems + system;
          if (row >= 0 && (worst < 0 || found < worst)) worst = found;
        }
        if (worst >= 0) return worst;
      }
      return -1;
    },
    solve64(shared, x, inverse, before, after, rows, systems) {
      for (let s = 0; s < systems; s++) {
        const f = shared === 1 ? 0 : s;
        solve(
          memory,
          x / 8 + s,
          inverse / 8 + f,
          before / 8 + f,
          after / 8 + f,
          rows,
          systems,
          shared === 1 ? 1 : systems,
        );
      }
    },
    solvePivoted64(shared, x, inverse, before, after, second, swaps, rows, systems) {
      for (let s = 0; s < systems; s++) {
        const places = [inverse, before, after, second, swaps].map((p) => p / 8 + (shared === 1 ? 0 : s));
        solvePivoted(memory, x / 8 + s, places, rows, systems, shared === 1 ? 1 : systems);
      }
    },
    close64(shared, x, column, first, last, inverse, rows, systems) {
      for (let s = 0; s < systems; s++) {
        const f = shared === 1 ? 0 : s;
        const from = x / 8 + s;
        const end = from + (rows - 1) * systems;
        const known = memory[first / 8 + f]! * memory[from]! + memory[last / 8 + f]! * memory[end - systems]!;
        const t = (memory[end]! - known) * memory[inverse / 8 + f]!;
        for (let i = 0; i < rows - 1; i++) {
          const place = column / 8 + f + i * (shared === 1 ? 1 : systems);
          memory[from + i * systems] = memory[from + i * systems]! - memory[place]! * t;
        }
        memory[end] = t;
      }
    },
    factorComplex64: (lower, rowSum, upper, shifts, w, rows, pairs) =>
      factorComplex(memory, lower / 8, rowSum / 8, upper / 8, shifts / 8, w / 8, rows, pairs),
    solveComplex64: (lower, upper, w, x, rows, shifts) =>
      solveComplex(memory, lower / 8, upper / 8, w / 8, x / 8, rows, shifts),
    addSums64: (lower, upper, w, weights, g, r, out, rows, pairs) =>
      addSums(memory, lower / 8, upper / 8, w / 8, weights / 8, g / 8, r / 8, out / 8, rows, pairs),
  };
}

type Memory = Float64Array<ArrayBufferLike>;

/** Whether a pivot is finite, not zero, and more than the rounding of its terms. */
function holds(pivot: number, terms: number, threshold: number): boolean {
  const size = Math.abs(pivot);
  return size > threshold * terms && size < Number.POSITIVE_INFINITY;
}

function factor(
  memory: Memory,
  places: readonly [number, number, number, number, number, number],
  rows: number,
  systems: number,
  system: number,
  threshold: number,
): number {
  const [lower, diagonal, upper, inverse, before, after] = places;
  let w = 0;
  for (let i = 0; i < rows; i++) {
    const at = i * systems + system;
    const l = memory[lower / 8 + at]!;
    const d = memory[diagonal / 8 + at]!;
    const term = l * w;
    const pivot = d - term;
    if (!holds(pivot, Math.abs(d) + Math.abs(term), threshold)) return i;
    const p = 1 / pivot;
    w = memory[upper / 8 + at]! * p;
    memory[inverse / 8 + at] = p;
    memory[before / 8 + at] = l * p;
    memory[after / 8 + at] = w;
  }
  return -1;
}

function factorPivoted(
  memory: Memory,
  places: readonly [number, number, number, number, number, number, number, number],
  rows: number,
  systems: number,
  system: number,
  threshold: number,
): number {
  const [lower, diagonal, upper, inverse, before, after, second, swaps] = places;
  let pivot = memory[diagonal / 8 + system]!;
  let right = memory[upper / 8 + system]!;
  let terms = Math.abs(pivot);
  for (let i = 0; i < rows; i++) {
    const at = i * systems + system;
    const last = i === rows - 1;
    const below = last ? 0 : memory[lower / 8 + at + systems]!;
    const d = last ? 0 : memory[diagonal / 8 + at + systems]!;
    const u = last ? 0 : memory[upper / 8 + at + systems]!;
    const swap = Math.abs(below) > Math.abs(pivot);
    const largest = swap ? below : pivot;
    if (!holds(largest, swap ? 0 : terms, threshold)) return i;
    const p = 1 / largest;
    const f = (swap ? pivot : below) * p;
    const beside = swap ? d : right;
    memory[inverse / 8 + at] = p;
    memory[before / 8 + at] = f;
    memory[after / 8 + at] = beside * p;
    memory[second / 8 + at] = (swap ? u : 0) * p;
    memory[swaps / 8 + at] = swap ? 1 : 0;
    const kept = swap ? right : d;
    const taken = f * beside;
    pivot = kept - taken;
    terms = Math.abs(kept) + Math.abs(taken);
    right = swap ? -(f * u) : u;
  }
  return -1;
}

function solve(
  memory: Memory,
  x: number,
  inverse: number,
  before: number,
  after: number,
  rows: number,
  stride: number,
  step: number,
): void {
  let y = memory[x]! * memory[inverse]!;
  memory[x] = y;
  for (let i = 1; i < rows; i++) {
    const at = i * step;
    y = memory[x + i * stride]! * memory[inverse + at]! - memory[before + at]! * y;
    memory[x + i * stride] = y;
  }
  for (let i = rows - 2; i >= 0; i--) {
    y = memory[x + i * stride]! - memory[after + i * step]! * y;
    memory[x + i * stride] = y;
  }
}

function solvePivoted(
  memory: Memory,
  x: number,
  places: readonly number[],
  rows: number,
  stride: number,
  step: number,
): void {
  const [inverse = 0, before = 0, after = 0, second = 0, swaps = 0] = places;
  let left = memory[x]!;
  for (let i = 0; i < rows - 1; i++) {
    const at = i * step;
    const next = memory[x + (i + 1) * stride]!;
    const swap = memory[swaps + at]! !== 0;
    const upper = swap ? next : left;
    memory[x + i * stride] = upper;
    left = (swap ? left : next) - memory[before + at]! * upper;
  }
  let y = left * memory[inverse + (rows - 1) * step]!;
  let z = 0;
  memory[x + (rows - 1) * stride] = y;
  for (let i = rows - 2; i >= 0; i--) {
    const at = i * step;
    const far = memory[x + i * stride]! * memory[inverse + at]! - memory[second + at]! * z;
    z = y;
    y = far - memory[after + at]! * y;
    memory[x + i * stride] = y;
  }
}
