import type { Vec } from "@hml/integrators";
import { type PatchGrid, product } from "../patch-grid.ts";
import type { ComplexMatrix } from "./complex-matrix.ts";
import type { PatchModes } from "./patch-modes.ts";
import { patchTransform } from "./patch-transform.ts";

/** Linear maps of real states that act on each macroscale mode by a matrix of its own. Owns scratch. */
export interface ModeMap {
  /** The grid of the modes. */
  readonly grid: PatchGrid;
  /** The modes that matrices are given for, in this order; the others are their conjugates, as states are real. */
  readonly leading: Int32Array;
  /** out = the map of u; `out` may be `u`. */
  apply(matrices: readonly ComplexMatrix[], u: Vec, out: Vec): void;
}

/** Prepares maps over the modes of a scheme. */
export function modeMap(modes: PatchModes): ModeMap {
  const { grid, count, blockSize } = modes;
  const inner = product(grid.interior);
  const transform = patchTransform(grid);
  const { re, im, half } = transform;
  const across = grid.patches[0]!;
  const kept = (count / across) * half;
  const leading = Int32Array.from({ length: kept }, (_, n) => Math.floor(n / half) * across + (n % half));
  // Row of a block to its place in the first mode of a transformed state `[member, channel, mode, point]`.
  const rowOf = Int32Array.from(
    { length: blockSize },
    (_, row) => Math.floor(row / inner) * kept * inner + (row % inner),
  );
  const wRe = new Float64Array(blockSize);
  const wIm = new Float64Array(blockSize);

  const map = (n: number, matrix: ComplexMatrix): void => {
    const shift = n * inner;
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
      re[rowOf[row]! + shift] = sumRe;
      im[rowOf[row]! + shift] = sumIm;
    }
  };
  return {
    grid,
    leading,
    apply(matrices, u, out) {
      transform.forward(u);
      for (let n = 0; n < leading.length; n++) map(n, matrices[n]!);
      transform.inverse(out);
    },
  };
}
