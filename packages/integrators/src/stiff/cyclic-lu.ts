import { integer } from "@hml/guard";
import type { Vec } from "../rhs.ts";
import { bandedLu } from "./banded-lu.ts";
import { borderEntries, cyclicParts, dot, innerBand } from "./cyclic-band.ts";
import { denseLu } from "./dense-lu.ts";
import type { LinearSolver } from "./linear-solver.ts";

/**
 * LU of shift I + scale A for a periodic band A by diagonals `[lower + upper + 1, size]`: entry (i, j) at row
 * `upper + i - j`, column `j`, with i - j taken modulo `size`.
 *
 * The last max(lower, upper) unknowns are set apart, the rest is an ordinary band; see `cyclic-band.ts`. A solve costs one
 * banded solve and 2 max(lower, upper) size operations more.
 *
 * @throws RangeError when `size` is not a positive integer, or the band does not fit in it: lower + upper + 1 < size.
 * Source: Golub, Van Loan, Matrix Computations, 4th ed., section 2.1.4 (Sherman-Morrison-Woodbury) and 4.3.
 */
export function cyclicBandedLu(size: number, lower: number, upper: number): LinearSolver {
  integer("cyclicBandedLu", "size", size, 1);
  integer("cyclicBandedLu", "lower", lower, 0, size - 1);
  integer("cyclicBandedLu", "upper", upper, 0, size - 1);
  const parts = cyclicParts(size, lower, upper);
  if (parts === undefined) {
    throw new RangeError(
      `cyclicBandedLu: lower + upper + 1 must be below size, got ${lower + upper + 1} for ${size}; take a dense matrix`,
    );
  }
  const { inner, border } = parts;
  const band = new Float64Array((parts.lower + parts.upper + 1) * inner);
  const a11 = bandedLu(inner, parts.lower, parts.upper);
  const entries = borderEntries(size, lower, upper, inner);
  const columns = Array.from({ length: border }, () => new Float64Array(inner)); // of A12, then of Z
  const a21 = new Float64Array(border * inner);
  const a22 = new Float64Array(border * border);
  const s = border > 0 ? denseLu(border) : undefined;
  const last = new Float64Array(border);
  return {
    size,
    factor(matrix, shift, scale) {
      innerBand(matrix, size, upper, parts, band);
      if (a11.factor(band, shift, scale) === "singular") return "singular";
      for (const column of columns) column.fill(0);
      a21.fill(0);
      a22.fill(0);
      for (let k = 0; k < border; k++) a22[k * border + k] = shift;
      for (let k = 0; k < entries.length; k += 3) {
        const i = entries[k]!;
        const j = entries[k + 1]!;
        const value = scale * matrix[entries[k + 2]!]!;
        if (i < inner) columns[j - inner]![i] = value;
        else if (j < inner) a21[(i - inner) * inner + j] = value;
        else a22[(i - inner) * border + j - inner]! += value;
      }
      for (let k = 0; k < border; k++) {
        const column = columns[k]!;
        a11.solve(column);
        for (let i = 0; i < border; i++) a22[i * border + k]! -= dot(a21, i * inner, column, inner);
      }
      return s?.factor(a22, 0, 1) ?? "factored";
    },
    solve(b) {
      a11.solve(b);
      for (let i = 0; i < border; i++) last[i] = b[inner + i]! - dot(a21, i * inner, b, inner);
      s?.solve(last);
      for (let k = 0; k < border; k++) {
        b[inner + k] = last[k]!;
        subtractMultiple(b, last[k]!, columns[k]!);
      }
    },
  };
}

/** Subtracts `factor` times `y` from the beginning of `x`. */
function subtractMultiple(x: Vec, factor: number, y: Vec): void {
  for (let i = 0; i < y.length; i++) x[i]! -= factor * y[i]!;
}
