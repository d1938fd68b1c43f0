import type { Vec } from "@hml/integrators";
import { type PatchGrid, product } from "../patch-grid.ts";

/** The Fourier transform of real states over the patches of a periodic grid, point by point. It owns its work arrays. */
export interface PatchTransform {
  /** Modes kept along x, 0 to floor(N / 2); those of the other half are conjugates. */
  readonly half: number;
  /** Real parts, `[member, channel, modeZ, modeY, modeX, z, y, x]` with `half` modes along x. */
  readonly re: Vec;
  /** Imaginary parts. */
  readonly im: Vec;
  /** Fills `re` and `im` with the sums over patches of u exp(-2 pi i sum of waves * patch / patches). */
  forward(u: Vec): void;
  /** Writes the state of `re` and `im`, which it uses up, into `out`. */
  inverse(out: Vec): void;
}

/**
 * Transforms along one axis after another by the definition: patches are few (at most some hundred an axis), any number of
 * them will do, and the loops run over all points at once.
 */
export function patchTransform(grid: PatchGrid): PatchTransform {
  const patches: readonly number[] = grid.patches;
  const inner = product(grid.interior);
  const across = patches[0]!;
  const half = Math.floor(across / 2) + 1;
  const lines = grid.size / (across * inner);
  const size = lines * half * inner;
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  const workRe = new Float64Array(size);
  const workIm = new Float64Array(size);
  const circles = patches.map((count) => ({
    cosine: Float64Array.from({ length: count }, (_, k) => Math.cos((2 * Math.PI * k) / count)),
    sine: Float64Array.from({ length: count }, (_, k) => Math.sin((2 * Math.PI * k) / count)),
  }));
  const { cosine, sine } = circles[0]!;

  /** Complex values along a later axis. */
  const along = (axis: number, sign: number): void => {
    const count = patches[axis]!;
    const length = half * inner * product(patches.slice(1, axis));
    const { cosine: c, sine: s } = circles[axis]!;
    workRe.set(re);
    workIm.set(im);
    re.fill(0);
    im.fill(0);
    for (let outer = 0; outer < size; outer += count * length) {
      for (let k = 0; k < count; k++) {
        for (let j = 0; j < count; j++) {
          const turn = (k * j) % count;
          addTurned(workRe, workIm, outer + j * length, re, im, outer + k * length, length, c[turn]!, sign * s[turn]!);
        }
      }
    }
  };
  return Object.freeze<PatchTransform>({
    half,
    re,
    im,
    forward(u) {
      re.fill(0);
      im.fill(0);
      for (let line = 0; line < lines; line++) {
        for (let k = 0; k < half; k++) {
          for (let j = 0; j < across; j++) {
            const turn = (k * j) % across;
            addReal(
              u,
              (line * across + j) * inner,
              re,
              im,
              (line * half + k) * inner,
              inner,
              cosine[turn]!,
              -sine[turn]!,
            );
          }
        }
      }
      for (let a = 1; a < patches.length; a++) along(a, -1);
    },
    inverse(out) {
      for (let a = 1; a < patches.length; a++) along(a, 1);
      out.fill(0);
      const scale = 1 / product(patches);
      for (let line = 0; line < lines; line++) {
        for (let k = 0; k < half; k++) {
          // A mode with its conjugate counts twice its real part; the mean and the zigzag stand alone.
          const weight = k === 0 || 2 * k === across ? scale : 2 * scale;
          for (let j = 0; j < across; j++) {
            const turn = (k * j) % across;
            const [c, s] = [weight * cosine[turn]!, weight * sine[turn]!];
            addRealPart(re, im, (line * half + k) * inner, out, (line * across + j) * inner, inner, c, s);
          }
        }
      }
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

/** to += (c + i s) from, for real numbers. */
function addReal(u: Vec, from: number, toRe: Vec, toIm: Vec, to: number, length: number, c: number, s: number): void {
  for (let n = 0; n < length; n++) {
    const x = u[from + n]!;
    toRe[to + n]! += c * x;
    toIm[to + n]! += s * x;
  }
}

/** out += the real part of (c + i s) from. */
function addRealPart(re: Vec, im: Vec, from: number, out: Vec, to: number, length: number, c: number, s: number): void {
  for (let n = 0; n < length; n++) out[to + n]! += c * re[from + n]! - s * im[from + n]!;
}
