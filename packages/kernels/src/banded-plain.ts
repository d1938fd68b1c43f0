import type { BandedExports } from "./banded-code.ts";

/** The twin of assembly/banded.ts over a whole memory: the same operations and order, a number at a time. */
export function plainBanded(memory: Float64Array<ArrayBufferLike>, whole: Int32Array<ArrayBufferLike>): BandedExports {
  return {
    spread64(band, factors, rows, lower, upper) {
      const width = 2 * lower + upper + 1;
      let largest = 0;
      for (let j = 0; j < rows; j++) {
        const to = factors / 8 + j * width;
        memory.fill(0, to, to + lower);
        let sum = 0;
        for (let d = 0; d <= lower + upper; d++) {
          const i = j + d - upper;
          const value = i >= 0 && i < rows ? memory[band / 8 + d * rows + j]! : 0;
          memory[to + lower + d] = value;
          sum += Math.abs(value);
        }
        if (!(sum <= largest)) largest = sum;
        if (!(largest < Number.POSITIVE_INFINITY)) return largest;
      }
      return largest;
    },
    factorBanded64(factors, inverse, pivots, rows, lower, upper) {
      const width = 2 * lower + upper + 1;
      const across = width - 1;
      let reach = 0;
      for (let j = 0; j < rows; j++) {
        const diagonal = factors / 8 + j * width + lower + upper;
        const below = Math.min(lower, rows - 1 - j);
        const row = largestOf(memory, diagonal, below);
        const pivot = memory[diagonal + row]!;
        if (!(Math.abs(pivot) > 0 && Math.abs(pivot) < Number.POSITIVE_INFINITY)) return j;
        whole[pivots / 4 + j] = j + row;
        reach = Math.max(reach, Math.min(j + upper + row, rows - 1));
        for (let c = 0; c <= reach - j; c++) {
          const p = diagonal + c * across;
          const value = memory[p]!;
          memory[p] = memory[p + row]!;
          memory[p + row] = value;
        }
        const reciprocal = 1 / memory[diagonal]!;
        memory[inverse / 8 + j] = reciprocal;
        for (let i = 1; i <= below; i++) memory[diagonal + i] = memory[diagonal + i]! * reciprocal;
        for (let c = 1; c <= reach - j; c++) {
          const p = diagonal + c * across;
          const t = memory[p]!;
          for (let i = 1; i <= below; i++) memory[p + i] = memory[p + i]! - t * memory[diagonal + i]!;
        }
      }
      return -1;
    },
    solveBanded64(factors, inverse, pivots, x, rows, lower, upper, columns) {
      const width = 2 * lower + upper + 1;
      for (let c = 0; c < columns; c++) {
        const start = x / 8 + c;
        for (let j = 0; j < rows - 1; j++) {
          const diagonal = factors / 8 + j * width + lower + upper;
          const from = start + whole[pivots / 4 + j]! * columns;
          const at = start + j * columns;
          const value = memory[from]!;
          memory[from] = memory[at]!;
          memory[at] = value;
          const below = Math.min(lower, rows - 1 - j);
          for (let i = 1; i <= below; i++) {
            const to = at + i * columns;
            memory[to] = memory[to]! - memory[diagonal + i]! * value;
          }
        }
        for (let j = rows - 1; j >= 0; j--) {
          const diagonal = factors / 8 + j * width + lower + upper;
          const at = start + j * columns;
          const value = memory[at]! * memory[inverse / 8 + j]!;
          memory[at] = value;
          const above = Math.min(lower + upper, j);
          for (let i = 1; i <= above; i++) {
            const to = at - i * columns;
            memory[to] = memory[to]! - memory[diagonal - i]! * value;
          }
        }
      }
    },
  };
}

/** Rows below the diagonal to the largest entry of a column; the first of several. */
function largestOf(memory: Float64Array<ArrayBufferLike>, diagonal: number, below: number): number {
  let row = 0;
  let largest = Math.abs(memory[diagonal]!);
  for (let i = 1; i <= below; i++) {
    const size = Math.abs(memory[diagonal + i]!);
    if (size > largest) {
      largest = size;
      row = i;
    }
  }
  return row;
}
