import type { Vec } from "@hml/integrators";
import type { PatchModes } from "./patch-modes.ts";

/**
 * The macroscale Jacobian of a patch scheme of one field: dU/dt = J U for one value a patch, once patches are healed.
 * `[patch, patch]`, row-major, patches x fastest. Its eigenvectors are Fourier modes over patches and its eigenvalues
 * the greatest ones of the blocks, so a coarse Newton step, implicit macro step or stability question has as few
 * unknowns as there are patches.
 *
 * @throws RangeError for several fields or members, where more than one eigenvalue a mode is macroscale.
 */
export function macroJacobian(modes: PatchModes): Vec {
  const { grid, count } = modes;
  const { patches, channels, members } = grid;
  if (channels * members !== 1) {
    throw new RangeError(
      `macroJacobian: channels times members must be 1, got ${channels * members}; use the modes' eigenvalues`,
    );
  }
  const re = new Float64Array(count);
  const im = new Float64Array(count);
  for (let m = 0; m < count; m++) {
    const partner = flatOf(
      indices(m, patches).map((k, a) => (patches[a]! - k) % patches[a]!),
      patches,
    );
    if (partner < m) continue;
    const { re: real, im: imaginary } = modes.eigenvalues(m);
    re[m] = real[0]!;
    re[partner] = real[0]!;
    // The modes that are their own partners have real blocks.
    im[m] = partner === m ? 0 : imaginary[0]!;
    im[partner] = -im[m]!;
  }
  // The answer to a unit at patch 0, then the same for every patch, moved.
  const kernel = new Float64Array(count);
  for (let p = 0; p < count; p++) {
    const place = indices(p, patches);
    for (let m = 0; m < count; m++) {
      const angle =
        2 * Math.PI * indices(m, patches).reduce((sum, k, a) => sum + ((k * place[a]!) % patches[a]!) / patches[a]!, 0);
      kernel[p]! += (re[m]! * Math.cos(angle) - im[m]! * Math.sin(angle)) / count;
    }
  }
  const out = new Float64Array(count * count);
  for (let to = 0; to < count; to++) {
    const here = indices(to, patches);
    for (let from = 0; from < count; from++) {
      const apart = indices(from, patches).map((k, a) => (here[a]! - k + patches[a]!) % patches[a]!);
      out[to * count + from] = kernel[flatOf(apart, patches)]!;
    }
  }
  return out;
}

function indices(flat: number, shape: readonly number[]): number[] {
  let rest = flat;
  return shape.map((count) => {
    const k = rest % count;
    rest = Math.floor(rest / count);
    return k;
  });
}

function flatOf(place: readonly number[], shape: readonly number[]): number {
  return place.reduceRight((flat, k, a) => flat * shape[a]! + k, 0);
}
