import { integer } from "@hml/guard";
import type { Vec } from "../rhs.ts";
import type { ComplexSolver } from "./complex-lu.ts";
import { complexBandedLu } from "./complex-lu-banded.ts";
import { factorComplex, substituteComplex } from "./complex-lu-dense.ts";
import { complexTridiagonalLu } from "./complex-lu-tridiagonal.ts";
import { borderEntries, cyclicParts, dot, innerBand } from "./cyclic-band.ts";

/**
 * Complex LU of (re + i im) I - A for a real periodic band A by diagonals `[lower + upper + 1, size]`: entry (i, j) at row
 * `upper + i - j`, column `j`, with i - j taken modulo `size`. As `cyclicBandedLu`, by setting unknowns apart.
 *
 * @throws RangeError when `size` is not a positive integer, or the band does not fit in it: lower + upper + 1 < size.
 */
export function complexCyclicLu(size: number, lower: number, upper: number): ComplexSolver {
  integer("complexCyclicLu", "size", size, 1);
  integer("complexCyclicLu", "lower", lower, 0, size - 1);
  integer("complexCyclicLu", "upper", upper, 0, size - 1);
  const parts = cyclicParts(size, lower, upper);
  if (parts === undefined) {
    throw new RangeError(
      `complexCyclicLu: lower + upper + 1 must be below size, got ${lower + upper + 1} for ${size}; take a dense matrix`,
    );
  }
  const { inner, border } = parts;
  const band = new Float64Array((parts.lower + parts.upper + 1) * inner);
  const a11 =
    parts.lower === 1 && parts.upper === 1
      ? complexTridiagonalLu(inner)
      : complexBandedLu(inner, parts.lower, parts.upper);
  const entries = borderEntries(size, lower, upper, inner);
  const column = (): Vec => new Float64Array(inner);
  const columns = Array.from({ length: border }, () => [column(), column()] as const); // of A12, then of Z
  const a21 = new Float64Array(border * inner); // real: the shift stands on the diagonal
  const sRe = new Float64Array(border * border);
  const sIm = new Float64Array(border * border);
  const pivots = new Int32Array(border);
  const lastRe = new Float64Array(border);
  const lastIm = new Float64Array(border);
  return {
    size,
    factor(matrix, re, im) {
      innerBand(matrix, size, upper, parts, band);
      if (a11.factor(band, re, im) === "singular") return "singular";
      for (const [x, y] of columns) {
        x.fill(0);
        y.fill(0);
      }
      a21.fill(0);
      sRe.fill(0);
      sIm.fill(0);
      for (let k = 0; k < border; k++) {
        sRe[k * border + k] = re;
        sIm[k * border + k] = im;
      }
      for (let k = 0; k < entries.length; k += 3) {
        const i = entries[k]!;
        const j = entries[k + 1]!;
        const value = -matrix[entries[k + 2]!]!;
        if (i < inner) columns[j - inner]![0][i] = value;
        else if (j < inner) a21[(i - inner) * inner + j] = value;
        else sRe[(i - inner) * border + j - inner]! += value;
      }
      for (let k = 0; k < border; k++) {
        const [x, y] = columns[k]!;
        a11.solve(x, y);
        for (let i = 0; i < border; i++) {
          sRe[i * border + k]! -= dot(a21, i * inner, x, inner);
          sIm[i * border + k]! -= dot(a21, i * inner, y, inner);
        }
      }
      return factorComplex(sRe, sIm, border, pivots);
    },
    solve(re, im) {
      a11.solve(re, im);
      for (let i = 0; i < border; i++) {
        lastRe[i] = re[inner + i]! - dot(a21, i * inner, re, inner);
        lastIm[i] = im[inner + i]! - dot(a21, i * inner, im, inner);
      }
      substituteComplex(sRe, sIm, border, pivots, lastRe, lastIm);
      for (let k = 0; k < border; k++) {
        re[inner + k] = lastRe[k]!;
        im[inner + k] = lastIm[k]!;
        subtractMultiple(re, im, lastRe[k]!, lastIm[k]!, columns[k]!);
      }
    },
  };
}

/** Subtracts (a + i b) (x + i y) from the beginning of re + i im. */
function subtractMultiple(re: Vec, im: Vec, a: number, b: number, [x, y]: readonly [Vec, Vec]): void {
  for (let i = 0; i < x.length; i++) {
    re[i]! -= a * x[i]! - b * y[i]!;
    im[i]! -= a * y[i]! + b * x[i]!;
  }
}
