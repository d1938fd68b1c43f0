import type { Vec } from "../../rhs.ts";
import { bluestein } from "./bluestein.ts";
import { type Butterflies, radix2, radix3, radix4, radix5 } from "./butterflies.ts";
import { first4, last4, last8 } from "./end-butterflies.ts";
import { unitCircle } from "./unit-circle.ts";

/**
 * Discrete Fourier transforms of `width` columns of complex numbers, interleaved re, im:
 *
 *   y[m] = sum_j x[j] e^(sign 2 pi i j m / n).
 *
 * Row j of x begins at x0 + j xs, row m of y at y0 + m ys. In place (the same array, offset and stride) is allowed; else x is
 * not written. Owns scratch: not re-entrant.
 */
export type ComplexFft = (
  sign: 1 | -1,
  x: Vec,
  x0: number,
  xs: number,
  y: Vec,
  y0: number,
  ys: number,
  width: number,
) => void;

interface Pass {
  readonly butterflies: Butterflies;
  readonly count: number;
  readonly run: number;
  readonly forward: Vec;
  readonly backward: Vec;
}

/**
 * The transform of length n: Stockham's algorithm in passes of radix 2, 3, 4, 5 and 8 if n has no other prime factors,
 * Bluestein's otherwise.
 *
 * @param n - any length, at least 1
 * @param columns - the largest `width` that will be asked for
 */
export function complexFft(n: number, columns: number): ComplexFft {
  const radices = factor(n);
  if (radices === undefined) return bluestein(n, complexFft);
  if (n === 1) return copy;
  const passes: Pass[] = [];
  for (let k = 0, left = n, run = 1; k < radices.length; k++) {
    const radix = radices[k]!;
    left /= radix;
    passes.push({
      butterflies: butterfliesOf(radix, left),
      count: left,
      run,
      forward: twiddles(radix, left, -1),
      backward: twiddles(radix, left, 1),
    });
    run *= radix;
  }
  const scratch = [new Float64Array(2 * n * columns), new Float64Array(2 * n * columns)] as const;

  return (sign, x, x0, xs, y, y0, ys, width) => {
    const row = 2 * width;
    let from = x;
    let fromStart = x0;
    let fromRow = xs;
    for (let k = 0; k < passes.length; k++) {
      const { butterflies, count, run, forward, backward } = passes[k]!;
      const last = k === passes.length - 1;
      const to = last ? y : scratch[k & 1]!;
      const toStart = last ? y0 : 0;
      const toRow = last ? ys : row;
      const w = sign < 0 ? forward : backward;
      // Rows that follow each other without a gap are one long row: fewer, longer inner loops.
      if (fromRow === row && toRow === row) {
        const kernel = run * width === 1 && butterflies === radix4 ? first4 : butterflies;
        kernel(w, count, 1, sign, from, fromStart, run * row, to, toStart, run * row, run * width);
      } else {
        butterflies(w, count, run, sign, from, fromStart, fromRow, to, toStart, toRow, width);
      }
      from = to;
      fromStart = toStart;
      fromRow = toRow;
    }
  };
}

const copy: ComplexFft = (_sign, x, x0, _xs, y, y0, _ys, width) => {
  for (let c = 0; c < 2 * width; c++) y[y0 + c] = x[x0 + c]!;
};

/** Radices in the order of the passes, or undefined for a length with a prime factor above 5. */
function factor(n: number): readonly number[] | undefined {
  const radices: number[] = [];
  let left = n;
  for (const radix of [5, 3]) {
    for (; left % radix === 0; left /= radix) radices.push(radix);
  }
  for (; left % 4 === 0 && left !== 8; left /= 4) radices.push(4);
  if (left === 8 || left === 2) radices.push(left);
  else if (left !== 1) return undefined;
  return radices;
}

function butterfliesOf(radix: number, count: number): Butterflies {
  if (radix === 2) return radix2;
  if (radix === 3) return radix3;
  if (radix === 5) return radix5;
  if (radix === 8) return last8;
  return count === 1 ? last4 : radix4;
}

/** w^(q j) of a pass, w = e^(-2 pi i / (radix count)), q = 1, ..., radix - 1 by j; w^((q - radix) j) for the inverse. */
function twiddles(radix: number, count: number, sign: 1 | -1): Vec {
  const out = new Float64Array(2 * (radix - 1) * count);
  for (let j = 0, at = 0; j < count; j++) {
    for (let q = 1; q < radix; q++, at += 2) {
      const [cos, sin] = unitCircle((sign < 0 ? q : radix - q) * j, radix * count);
      out[at] = cos;
      out[at + 1] = sign * sin;
    }
  }
  return out;
}
