import { type KernelEngine, load } from "./engine.ts";
import { tridiagonalFamily } from "./families.ts";
import { plainTridiagonal } from "./tridiagonal-plain.ts";

/** Pointers to the bands, [row, system], and to what is made of them. */
type Factor = (
  lower: number,
  diagonal: number,
  upper: number,
  inverse: number,
  before: number,
  after: number,
  rows: number,
  systems: number,
  threshold: number,
) => number;

/**
 * Functions of assembly/tridiagonal.ts and of their twins; pointers are byte offsets into the engine's memory. Those that factor give
 * -1, or row * systems + system where a pivot is lost.
 */
export interface TridiagonalExports {
  readonly factor64: Factor;
  readonly factorPivoted64: (
    lower: number,
    diagonal: number,
    upper: number,
    inverse: number,
    before: number,
    after: number,
    second: number,
    swaps: number,
    rows: number,
    systems: number,
    threshold: number,
  ) => number;
  /** `shared` 1: one matrix for all systems. */
  readonly solve64: (
    shared: 0 | 1,
    x: number,
    inverse: number,
    before: number,
    after: number,
    rows: number,
    systems: number,
  ) => void;
  readonly solvePivoted64: (
    shared: 0 | 1,
    x: number,
    inverse: number,
    before: number,
    after: number,
    second: number,
    swaps: number,
    rows: number,
    systems: number,
  ) => void;
  /** The last unknown of a ring, and what it takes from the others. */
  readonly close64: (
    shared: 0 | 1,
    x: number,
    column: number,
    first: number,
    last: number,
    inverse: number,
    rows: number,
    systems: number,
  ) => void;
  /** Reciprocal pivots of A - z_k; gives -1, or row * 2 pairs + shift. */
  readonly factorComplex64: (
    lower: number,
    rowSum: number,
    upper: number,
    shifts: number,
    w: number,
    rows: number,
    pairs: number,
  ) => number;
  /** Complex x[row, shift] in place. */
  readonly solveComplex64: (lower: number, upper: number, w: number, x: number, rows: number, shifts: number) => void;
  /** out += sum_k Re(c_k x_k), (A - z_k) x_k = r. */
  readonly addSums64: (
    lower: number,
    upper: number,
    w: number,
    weights: number,
    g: number,
    r: number,
    out: number,
    rows: number,
    pairs: number,
  ) => void;
}

/** The tridiagonal solvers of an engine: WebAssembly, or the twins over its memory, which is that of `array`. */
export function tridiagonalCode(where: string, engine: KernelEngine, array: Float64Array): TridiagonalExports {
  return (
    load(where, engine, tridiagonalFamily) ??
    plainTridiagonal(new Float64Array(array.buffer, 0, Math.floor(array.buffer.byteLength / 8)))
  );
}
