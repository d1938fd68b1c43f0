import type { Vec } from "@hml/integrators";
import { type PatchGrid, product } from "../patch-grid.ts";

/** The Fourier transform of states over the patches of a periodic grid, point by point. It owns its work arrays. */
export interface PatchTransform {
  /** Real parts, `[member, channel, modeZ, modeY, modeX, z, y, x]`. */
  readonly re: Vec;
  /** Imaginary parts. */
  readonly im: Vec;
  /** Fills `re` and `im` with the sums over patches of u exp(-2 pi i sum of waves * patch / patches). */
  forward(u: Vec): void;
  /** Writes the state of `re` and `im` into `out`; what is imaginary in it, rounding for a real state, is dropped. */
  inverse(out: Vec): void;
}

/**
 * Transforms along one axis after another by the definition: patches are few (at most some hundred an axis), any number of
 * them will do, and the loops run over all points at once.
 */
export function patchTransform(grid: PatchGrid): PatchTransform {
  const { patches, size } = grid;
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  const workRe = new Float64Array(size);
  const workIm = new Float64Array(size);
  const inner = product(grid.interior);
  const axes = patches.map((count: number, a: number) => ({
    count,
    length: inner * product(patches.slice(0, a)),
    cosine: Float64Array.from({ length: count }, (_, k) => Math.cos((2 * Math.PI * k) / count)),
    sine: Float64Array.from({ length: count }, (_, k) => Math.sin((2 * Math.PI * k) / count)),
  }));
  const along = (axis: (typeof axes)[number], sign: number): void => {
    const { count, length, cosine, sine } = axis;
    workRe.set(re);
    workIm.set(im);
    re.fill(0);
    im.fill(0);
    for (let outer = 0; outer < size; outer += count * length) {
      for (let k = 0; k < count; k++) {
        for (let j = 0; j < count; j++) {
          const turn = (k * j) % count;
          addTurned(
            workRe,
            workIm,
            outer + j * length,
            re,
            im,
            outer + k * length,
            length,
            cosine[turn]!,
            sign * sine[turn]!,
          );
        }
      }
    }
  };
  return Object.freeze<PatchTransform>({
    re,
    im,
    forward(u) {
      re.set(u);
      im.fill(0);
      for (let a = 0; a < axes.length; a++) along(axes[a]!, -1);
    },
    inverse(out) {
      for (let a = 0; a < axes.length; a++) along(axes[a]!, 1);
      const scale = 1 / product(patches);
      for (let n = 0; n < size; n++) out[n] = scale * re[n]!;
    },
  });
}

/** to += (c + i s) from, for `length` complex numbers. */
function addTurned(
  fromRe: Vec,
  fromIm: Vec,
  from: number,
  toRe: Vec,
  toIm: Vec,
  to: number,
  length: number,
  c: number,
  s: number,
): void {
  for (let n = 0; n < length; n++) {
    const x = fromRe[from + n]!;
    const y = fromIm[from + n]!;
    toRe[to + n]! += c * x - s * y;
    toIm[to + n]! += c * y + s * x;
  }
}
