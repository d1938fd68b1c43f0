import type { Vec } from "../rhs.ts";

/*
 * A periodic band: entry (i, j) is zero unless i - j, taken modulo n, lies between -upper and lower. By diagonals
 * `[lower + upper + 1, n]` it stands at row `upper + i - j`, column j, as in an ordinary band, with i - j taken modulo n.
 *
 * With the last m = max(lower, upper) unknowns set apart nothing wraps within the rest:
 *
 *   [ A11  A12 ] [x1]   [b1]      Z = A11^-1 A12,  S = A22 - A21 Z,
 *   [ A21  A22 ] [x2] = [b2],     S x2 = b2 - A21 A11^-1 b1,  x1 = A11^-1 b1 - Z x2.
 *
 * A11 is an ordinary band of n - m unknowns. This is the Sherman-Morrison-Woodbury formula for the corners with rank m in
 * place of lower + upper; and where A has a definite symmetric part, so has A11, which dropping corners does not promise.
 */

/** How a periodic band of n unknowns is taken apart. */
export interface CyclicParts {
  /** Unknowns of the inner band, n - m. */
  readonly inner: number;
  /** Unknowns set apart, m = max(lower, upper). */
  readonly border: number;
  /** Bandwidths of the inner band. */
  readonly lower: number;
  /** Bandwidths of the inner band. */
  readonly upper: number;
}

/** The parts of a periodic band, or undefined where the band covers the whole matrix and a dense one serves better. */
export function cyclicParts(size: number, lower: number, upper: number): CyclicParts | undefined {
  if (lower + upper + 1 >= size) return undefined;
  const border = Math.max(lower, upper);
  const inner = size - border;
  return { inner, border, lower: Math.min(lower, inner - 1), upper: Math.min(upper, inner - 1) };
}

/** Calls `visit` with row, column and place of every entry of a periodic band. */
export function cyclicEntries(
  size: number,
  lower: number,
  upper: number,
  visit: (i: number, j: number, place: number) => void,
): void {
  for (let d = 0; d <= lower + upper; d++) {
    for (let j = 0; j < size; j++) visit((j + d - upper + size) % size, j, d * size + j);
  }
}

/** Copies A11 out of a periodic band, by diagonals `[lower + upper + 1, inner]` of its own bandwidths. */
export function innerBand(a: Vec, size: number, upper: number, parts: CyclicParts, out: Vec): void {
  for (let d = 0; d <= parts.lower + parts.upper; d++) {
    const from = (d - parts.upper + upper) * size;
    out.set(a.subarray(from, from + parts.inner), d * parts.inner);
  }
}

/** Entries of A12, A21 and A22: row, column and place in the band, three numbers each. */
export function borderEntries(size: number, lower: number, upper: number, inner: number): Int32Array {
  const entries: number[] = [];
  cyclicEntries(size, lower, upper, (i, j, place) => {
    if (i >= inner || j >= inner) entries.push(i, j, place);
  });
  return Int32Array.from(entries);
}

/** Product of the first `n` numbers of `x` with those of `rows` from `from` on. */
export function dot(rows: Vec, from: number, x: Vec, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += rows[from + i]! * x[i]!;
  return sum;
}
