import type { Vec } from "@hml/integrators";
import { type PatchGrid, product } from "../patch-grid.ts";
import type { ComplexMatrix } from "./complex-matrix.ts";
import type { PatchModes } from "./patch-modes.ts";
import { patchTransform } from "./patch-transform.ts";

/** Linear maps of real states that act on each macroscale mode by a matrix of its own. Owns scratch. */
export interface ModeMap {
  /** The grid of the modes. */
  readonly grid: PatchGrid;
  /** One mode of each conjugate pair: the matrices are given for these, in this order. */
  readonly leading: Int32Array;
  /** out = the map of u; `out` may be `u`. */
  apply(matrices: readonly ComplexMatrix[], u: Vec, out: Vec): void;
}

/** Prepares maps over the modes of a scheme; the other mode of a pair takes the conjugate, as states are real. */
export function modeMap(modes: PatchModes): ModeMap {
  const { grid, count, blockSize } = modes;
  const inner = product(grid.interior);
  const transform = patchTransform(grid);
  const { re, im } = transform;
  const partners = Int32Array.from({ length: count }, (_, m) => conjugateMode(m, grid.patches));
  const leading = Int32Array.from(partners.keys()).filter((m) => m <= partners[m]!);
  // Row of a block to place in mode 0 of a transformed state `[member, channel, mode, point]`.
  const rowOf = Int32Array.from(
    { length: blockSize },
    (_, row) => Math.floor(row / inner) * count * inner + (row % inner),
  );
  const wRe = new Float64Array(blockSize);
  const wIm = new Float64Array(blockSize);

  const map = (mode: number, matrix: ComplexMatrix): void => {
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
      const at = rowOf[row]!;
      re[at + mirror] = sumRe;
      im[at + mirror] = -sumIm;
      re[at + shift] = sumRe;
      im[at + shift] = shift === mirror ? 0 : sumIm;
    }
  };
  return {
    grid,
    leading,
    apply(matrices, u, out) {
      transform.forward(u);
      for (let n = 0; n < leading.length; n++) map(leading[n]!, matrices[n]!);
      transform.inverse(out);
    },
  };
}

/** The mode of the opposite waves. */
export function conjugateMode(mode: number, patches: readonly number[]): number {
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
