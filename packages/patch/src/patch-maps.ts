import type { Lifting, Restriction } from "@hml/lift-restrict";
import type { Coupling } from "./edge-weights.ts";
import { checkOrder, type Interpolation, interpolation } from "./interpolation.ts";
import { type PatchGrid, product } from "./patch-grid.ts";

/**
 * One coarse value per patch, channel and member: `[member, channel, patchZ, patchY, patchX]`.
 *
 * "average" takes the mean of the interior points; "centre" the value at the centre, the mean of the middle ones of an
 * even number of points.
 */
export function patchRestriction(grid: PatchGrid, kind: "average" | "centre"): Restriction {
  const { size, coarseSize } = grid;
  const block = size / coarseSize;
  const places = kind === "average" ? Int32Array.from({ length: block }, (_, i) => i) : middlePoints(grid.interior);
  return Object.freeze<Restriction>({
    fineSize: size,
    coarseSize,
    restrict(fine, out) {
      for (let p = 0; p < coarseSize; p++) {
        let sum = 0;
        for (let k = 0; k < places.length; k++) sum += fine[p * block + places[k]!]!;
        out[p] = sum / places.length;
      }
    },
  });
}

/** Fills every patch with its coarse value. */
export function constantLifting(grid: PatchGrid): Lifting {
  const { size, coarseSize } = grid;
  const block = size / coarseSize;
  return Object.freeze<Lifting>({
    fineSize: size,
    coarseSize,
    lift(coarse, out) {
      for (let p = 0; p < coarseSize; p++) out.fill(coarse[p]!, p * block, (p + 1) * block);
    },
  });
}

/**
 * Interpolates the coarse values to all points, axis by axis, by the coupling's macroscale interpolation, then shifts each
 * patch by a constant so that restricting gives the coarse values back.
 */
export function interpolatingLifting(grid: PatchGrid, coupling: Coupling, restriction: Restriction): Lifting {
  const { order } = coupling;
  checkOrder("gapTooth", grid, order);
  const { dim, size, coarseSize, interior, patches, spacing } = grid;
  const block = size / coarseSize;
  const axes = interior.map((n, axis) =>
    Array.from({ length: n }, (_, i) => {
      const points = i - (n - 1) / 2;
      return coupling.interpolation?.(grid, axis, points) ?? interpolation(grid, axis, order, points * spacing[axis]!);
    }),
  );
  // After axis a the values are [member, channel, patches..., points of axes a ... x].
  const lengths = interior.map((_, a) => coarseSize * product(interior.slice(0, a + 1)));
  const stages = lengths.map((length) => new Float64Array(length));
  const restricted = new Float64Array(coarseSize);

  return Object.freeze<Lifting>({
    fineSize: size,
    coarseSize,
    lift(coarse, out) {
      let values = coarse;
      let pointCount = 1;
      let patchStride = 1;
      for (let a = 0; a < dim; a++) {
        interpolateAxis(values, axes[a]!, patches[a]!, patchStride, pointCount, stages[a]!);
        values = stages[a]!;
        pointCount *= interior[a]!;
        patchStride *= patches[a]!;
      }
      restriction.restrict(values, restricted);
      for (let p = 0; p < coarseSize; p++) {
        const shift = coarse[p]! - restricted[p]!;
        for (let k = p * block; k < (p + 1) * block; k++) out[k] = values[k]! + shift;
      }
    },
  });
}

/** `[outer, patch, inner patches, points]` to `[outer, patch, inner patches, point of this axis, points]`. */
function interpolateAxis(
  values: Float64Array,
  points: readonly Interpolation[],
  patches: number,
  patchStride: number,
  pointCount: number,
  out: Float64Array,
): void {
  const outer = values.length / (patches * patchStride * pointCount);
  for (let o = 0; o < outer; o++) {
    for (let patch = 0; patch < patches; patch++) {
      for (let q = 0; q < patchStride; q++) {
        const place = (o * patches + patch) * patchStride + q;
        for (let i = 0; i < points.length; i++) {
          const { width, first, rows } = points[i]!;
          const row = rows.length === width ? 0 : patch * width;
          for (let k = 0; k < pointCount; k++) {
            let sum = 0;
            for (let j = 0; j < width; j++) {
              const source = (o * patches + ((first[patch]! + j) % patches)) * patchStride + q;
              sum += rows[row + j]! * values[source * pointCount + k]!;
            }
            out[(place * points.length + i) * pointCount + k] = sum;
          }
        }
      }
    }
  }
}

/** Offsets in a patch's interior block of the one or two middle points of each axis. */
function middlePoints(interior: readonly number[]): Int32Array {
  let offsets = [0];
  let stride = 1;
  for (const n of interior) {
    const middle = n % 2 === 1 ? [(n - 1) / 2] : [n / 2 - 1, n / 2];
    const step = stride;
    offsets = middle.flatMap((i) => offsets.map((offset) => offset + i * step));
    stride *= n;
  }
  return Int32Array.from(offsets);
}
