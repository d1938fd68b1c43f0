import { IntegrationError, type TimeStepper, type Vec } from "@hml/integrators";
import { product } from "../patch-grid.ts";
import { exponential } from "./complex-exponential.ts";
import type { ComplexMatrix } from "./complex-matrix.ts";
import type { PatchModes } from "./patch-modes.ts";
import { patchTransform } from "./patch-transform.ts";

/** Lengths of time whose exponentials are kept. */
const KEPT = 4;
/** Lengths of time that agree to this many digits are one: t1 - t0 carries the rounding of its ends. */
const DIGITS = 12;

/**
 * The exact flow of a linear patch scheme on a periodic grid, without time steps or tolerances: each macroscale mode goes by
 * the exponential of its own block,
 *
 *   w_k(t1) = exp(B_k (t1 - t0)) w_k(t0),
 *
 * between a Fourier transform over patches and its inverse. States are those of `gapTooth` on the same grid, micro model
 * and coupling. The first advance over a length of time makes the exponentials, later ones over the same length (to 12 digits; the last
 * four lengths are kept) cost two transforms and one small matrix a mode. To heal a lifted state, advance it by some
 * relaxation times of the micro modes before the first snapshot.
 *
 * `advance` throws IntegrationError "nonfinite-state" when the state overflows, as it does backwards in time.
 * Source: Moler and Van Loan, SIAM Review 45 (2003) 3, for exponentials of small matrices.
 */
export function exactFlow(modes: PatchModes): TimeStepper {
  const { grid, count, blockSize } = modes;
  const { size, patches } = grid;
  const inner = product(grid.interior);
  const transform = patchTransform(grid);
  const { re, im } = transform;
  const partners = Int32Array.from({ length: count }, (_, m) => conjugateMode(m, patches));
  // Only one of each pair of conjugate modes is needed: states are real.
  const leading = Int32Array.from(partners.keys()).filter((m) => m <= partners[m]!);
  const kept: { readonly key: number; readonly exponentials: readonly ComplexMatrix[] }[] = [];
  const over = (time: number): readonly ComplexMatrix[] => {
    const key = Number(time.toPrecision(DIGITS));
    const known = kept.find((one) => one.key === key);
    if (known !== undefined) return known.exponentials;
    const exponentials = Array.from(leading, (m) => exponential(modes.block(m), key));
    kept.push({ key, exponentials });
    if (kept.length > KEPT) kept.shift();
    return exponentials;
  };
  const place = (mode: number, row: number): number => (Math.floor(row / inner) * count + mode) * inner + (row % inner);
  const rowOf = Int32Array.from({ length: blockSize }, (_, row) => place(0, row));
  const wRe = new Float64Array(blockSize);
  const wIm = new Float64Array(blockSize);

  const step = (mode: number, matrix: ComplexMatrix): void => {
    const shift = mode * inner;
    const mirror = partners[mode]! * inner;
    for (let row = 0; row < blockSize; row++) {
      wRe[row] = re[rowOf[row]! + shift]!;
      wIm[row] = im[rowOf[row]! + shift]!;
    }
    for (let row = 0; row < blockSize; row++) {
      let sumRe = 0;
      let sumIm = 0;
      const start = row * blockSize;
      for (let j = 0; j < blockSize; j++) {
        const x = matrix.re[start + j]!;
        const y = matrix.im[start + j]!;
        sumRe += x * wRe[j]! - y * wIm[j]!;
        sumIm += x * wIm[j]! + y * wRe[j]!;
      }
      re[rowOf[row]! + mirror] = sumRe;
      im[rowOf[row]! + mirror] = -sumIm;
      re[rowOf[row]! + shift] = sumRe;
      im[rowOf[row]! + shift] = shift === mirror ? 0 : sumIm;
    }
  };
  return {
    size,
    advance(u: Vec, t0: number, t1: number) {
      if (t1 === t0) return;
      const exponentials = over(t1 - t0);
      transform.forward(u);
      for (let n = 0; n < leading.length; n++) step(leading[n]!, exponentials[n]!);
      transform.inverse(u);
      let check = 0;
      for (let n = 0; n < size; n++) check += u[n]!;
      if (!Number.isFinite(check)) {
        throw new IntegrationError(
          "nonfinite-state",
          t0,
          0,
          `exactFlow: the state overflowed between t = ${t0} and ${t1}`,
        );
      }
    },
  };
}

/** The mode of the opposite waves. */
function conjugateMode(mode: number, patches: readonly number[]): number {
  let rest = mode;
  let stride = 1;
  let out = 0;
  for (const count of patches) {
    const k = rest % count;
    rest = Math.floor(rest / count);
    out += ((count - k) % count) * stride;
    stride *= count;
  }
  return out;
}
