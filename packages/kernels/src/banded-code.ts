import { plainBanded } from "./banded-plain.ts";
import { type KernelEngine, load } from "./engine.ts";
import { bandedFamily } from "./families.ts";

/** Functions of assembly/banded.ts and of their twins; pointers are byte offsets into the engine's memory. */
export interface BandedExports {
  /** Columns of the factors from the band; gives the norm, the largest sum of sizes of a column. */
  readonly spread64: (band: number, factors: number, rows: number, lower: number, upper: number) => number;
  /** Factors in place; gives -1, or the first row without a pivot. */
  readonly factorBanded64: (
    factors: number,
    inverse: number,
    pivots: number,
    rows: number,
    lower: number,
    upper: number,
  ) => number;
  /** Solves in place, x [row, column]. */
  readonly solveBanded64: (
    factors: number,
    inverse: number,
    pivots: number,
    x: number,
    rows: number,
    lower: number,
    upper: number,
    columns: number,
  ) => void;
}

/** The banded solvers of an engine: WebAssembly, or the twins over its memory, which is that of `array`. */
export function bandedCode(where: string, engine: KernelEngine, array: Float64Array): BandedExports {
  const { buffer } = array;
  return (
    load(where, engine, bandedFamily) ??
    plainBanded(
      new Float64Array(buffer, 0, Math.floor(buffer.byteLength / 8)),
      new Int32Array(buffer, 0, Math.floor(buffer.byteLength / 4)),
    )
  );
}
