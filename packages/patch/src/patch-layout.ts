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
  /** Where the interior points of the first channel lie in a block, in the order of the state. */
  readonly inside: Int32Array;
  /** Fields of a patch. */
  readonly channels: number;
  /** Patches of a member. */
  readonly patchCount: number;
}

/** Lays out the padded work arrays of a grid. */
export function patchLayout<D extends Dim>(grid: PatchGrid<D>): PatchLayout<D> {
  const { dim, channels, members, patches, points, interior, edgePoints, spacing } = grid;
  const patchPoints = product(points);
  const block = channels * patchPoints;
  const patchCount = product(patches);
  // One tuple a member, so that a model may know a phase it has seen by its identity.
  const phases = Array.from({ length: members }, (_, member) => grid.phase(member));
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
        phase: phases[member]!,
      }),
    );
  }

  const edge = (axis: number): number => (axis < dim ? edgePoints : 0);
  const [nx = 1, ny = 1, nz = 1]: readonly number[] = interior;
  const inside = Int32Array.from({ length: nx * ny * nz }, (_, n) => {
    const y = (Math.floor(n / nx) % ny) + edge(1);
    const z = Math.floor(n / (nx * ny)) + edge(2);
    return (z * (points[1] ?? 1) + y) * points[0]! + (n % nx) + edge(0);
  });
  const size = members * patchCount * block;
  return { size, block, patches: Object.freeze(views), inside, channels, patchCount };
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

/** Collects the interior of a padded array into a state `[member, channel, patch, interior point]`, four patches at a time. */
export function gather(layout: PatchLayout, padded: Vec, state: Vec): void {
  const { size, block, channels, patchCount, inside } = layout;
  const points = block / channels;
  const count = inside.length;
  const member = patchCount * block;
  let next = 0;
  for (let first = 0; first < size; first += member) {
    for (let start = first; start < first + block; start += points) {
      for (let m = 0; m < count; m++) {
        let from = start + inside[m]!;
        const end = next + patchCount * count;
        let to = next + m;
        for (; to < end - 3 * count; to += 4 * count) {
          state[to] = padded[from]!;
          state[to + count] = padded[from + block]!;
          state[to + 2 * count] = padded[from + 2 * block]!;
          state[to + 3 * count] = padded[from + 3 * block]!;
          from += 4 * block;
        }
        for (; to < end; to += count) {
          state[to] = padded[from]!;
          from += block;
        }
      }
      next += patchCount * count;
    }
  }
}
