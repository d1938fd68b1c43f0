import type { Vec } from "@hml/integrators";
import { type PatchGrid, product } from "./patch-grid.ts";
import type { Dim, PatchView } from "./patch-view.ts";
import { perAxis } from "./per-axis.ts";

/**
 * The padded work arrays of a grid: `[member, patchZ, patchY, patchX, channel, z, y, x]`, edge points included, so that each
 * patch is one contiguous block.
 */
export interface PatchLayout<D extends Dim = Dim> {
  /** Length of a padded array. */
  readonly size: number;
  /** Values of one patch's block. */
  readonly block: number;
  /** Every patch of every member, in the order of the blocks. */
  readonly patches: readonly PatchView<D>[];
  /** Where each row of interior x values starts in a padded array, in the order of the state. */
  readonly rows: Int32Array;
  /** Length of such a row. */
  readonly rowLength: number;
}

/** Lays out the padded work arrays of a grid. */
export function patchLayout<D extends Dim>(grid: PatchGrid<D>): PatchLayout<D> {
  const { dim, channels, members, patches, points, interior, edgePoints, spacing } = grid;
  const patchPoints = product(points);
  const block = channels * patchPoints;
  const patchCount = product(patches);
  const views: PatchView<D>[] = [];
  for (let p = 0; p < members * patchCount; p++) {
    const member = Math.floor(p / patchCount);
    const patch = perAxis(dim, (a) => coordinate(p % patchCount, patches, a));
    views.push(
      Object.freeze<PatchView<D>>({
        dim,
        channels,
        points,
        edgePoints,
        spacing,
        origin: perAxis(dim, (a) => grid.centres[a]![patch[a]!]! - ((points[a]! - 1) / 2) * spacing[a]!),
        patch,
        patches,
        member,
        phase: grid.phase(member),
      }),
    );
  }

  const rowLength = interior[0]!;
  const rowsOf = product(interior) / rowLength;
  const rows = new Int32Array(members * channels * patchCount * rowsOf);
  let next = 0;
  for (let member = 0; member < members; member++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let patch = 0; patch < patchCount; patch++) {
        const start = (member * patchCount + patch) * block + channel * patchPoints;
        for (let row = 0; row < rowsOf; row++) {
          const y = (row % (interior[1] ?? 1)) + (dim > 1 ? edgePoints : 0);
          const z = Math.floor(row / (interior[1] ?? 1)) + (dim > 2 ? edgePoints : 0);
          rows[next++] = start + (z * (points[1] ?? 1) + y) * points[0]! + edgePoints;
        }
      }
    }
  }
  return { size: members * patchCount * block, block, patches: Object.freeze(views), rows, rowLength };
}

/** Entry `axis` of the multi-index of `flat` in a row-major array whose last axis is x. */
function coordinate(flat: number, shape: readonly number[], axis: number): number {
  let rest = flat;
  for (let a = 0; a < axis; a++) rest = Math.floor(rest / shape[a]!);
  return rest % shape[axis]!;
}

/** One view per patch into a padded array. */
export function blocksOf(layout: PatchLayout, padded: Vec): readonly Vec[] {
  return layout.patches.map((_, p) => padded.subarray(p * layout.block, (p + 1) * layout.block));
}

/** Spreads a state into the interior of a padded array, two values at a time. */
export function scatter(layout: PatchLayout, state: Vec, padded: Vec): void {
  const { rows, rowLength } = layout;
  let k = 0;
  for (let r = 0; r < rows.length; r++) {
    let i = rows[r]!;
    const end = k + rowLength;
    for (; k < end - 1; k += 2) {
      padded[i] = state[k]!;
      padded[i + 1] = state[k + 1]!;
      i += 2;
    }
    if (k < end) padded[i] = state[k++]!;
  }
}

/** Collects the interior of a padded array into a state, two values at a time. */
export function gather(layout: PatchLayout, padded: Vec, state: Vec): void {
  const { rows, rowLength } = layout;
  let k = 0;
  for (let r = 0; r < rows.length; r++) {
    let i = rows[r]!;
    const end = k + rowLength;
    for (; k < end - 1; k += 2) {
      state[k] = padded[i]!;
      state[k + 1] = padded[i + 1]!;
      i += 2;
    }
    if (k < end) state[k++] = padded[i]!;
  }
}
