import type { Vec } from "@hml/integrators";
import type { EdgeLines } from "./edge-lines.ts";
import { type PatchGrid, product } from "./patch-grid.ts";
import type { PatchLayout } from "./patch-layout.ts";

/**
 * The padded field with the patches last, `[member, channel, z, y, x][patchZ, patchY, patchX]`: one plane for each point of a
 * patch. Edges are filled here, where lines that are coupled alike lie side by side; micro models get the patches as blocks.
 */
export interface PointPlanes {
  /** Length of the array. */
  readonly size: number;
  /** Distance of neighbouring planes. */
  readonly stride: number;
  /** Patches of a member: values in a plane. */
  readonly patches: number;
  /** Planes of a member: values in a patch's block. */
  readonly block: number;
  /** Planes of a channel. */
  readonly points: number;
  /** Fields of a patch. */
  readonly channels: number;
  /** Members of the ensemble. */
  readonly members: number;
  /** Planes of the interior points of the first channel, in the order of the state. */
  readonly interior: Int32Array;
}

/**
 * Numbers in a line of the cache. A plane is rounded up to whole lines and one more, or the planes of 512 patches would compete for
 * one set of the cache.
 */
const APART = 8;

/** Lays out the planes of a grid. */
export function pointPlanes(grid: PatchGrid, layout: PatchLayout): PointPlanes {
  const patches = product(grid.patches);
  const stride = Math.ceil(patches / APART) * APART + APART;
  const { block, inside } = layout;
  const { channels, members } = grid;
  return {
    size: members * block * stride,
    stride,
    patches,
    block,
    points: block / channels,
    channels,
    members,
    interior: inside.map((place) => place * stride),
  };
}

/** Spreads a state, `[member, channel, patch, interior point]`, over the interior planes, four patches at a time. */
export function scatter(planes: PointPlanes, state: Vec, values: Vec): void {
  const { interior, patches, stride, points, channels, members } = planes;
  const count = interior.length;
  for (let field = 0; field < members * channels; field++) {
    for (let m = 0; m < count; m++) {
      let from = field * patches * count + m;
      let to = field * points * stride + interior[m]!;
      const end = to + patches;
      for (; to < end - 3; to += 4) {
        values[to] = state[from]!;
        values[to + 1] = state[from + count]!;
        values[to + 2] = state[from + 2 * count]!;
        values[to + 3] = state[from + 3 * count]!;
        from += 4 * count;
      }
      for (; to < end; to++) {
        values[to] = state[from]!;
        from += count;
      }
    }
  }
}

/** Copies the values of patch `p`, counted over all members, to its block. */
export function toBlock(planes: PointPlanes, values: Vec, p: number, block: Vec): void {
  const start = firstOf(planes, p);
  for (let m = 0; m < planes.block; m++) block[m] = values[start + m * planes.stride]!;
}

/** Copies the block of patch `p` back. */
export function fromBlock(planes: PointPlanes, values: Vec, p: number, block: Vec): void {
  const start = firstOf(planes, p);
  for (let m = 0; m < planes.block; m++) values[start + m * planes.stride] = block[m]!;
}

function firstOf({ patches, block, stride }: PointPlanes, p: number): number {
  return Math.floor(p / patches) * block * stride + (p % patches);
}

/** Lines of a padded array of blocks as lines of planes, in the order of their targets. */
export function planeLines(planes: PointPlanes, lines: EdgeLines): EdgeLines {
  const { block, stride } = planes;
  const place = (index: number): number => {
    const p = Math.floor(index / block);
    return firstOf(planes, p) + (index % block) * stride;
  };
  const order = Array.from(lines.to, place)
    .map((to, line) => [to, place(lines.from[line]!)] as const)
    .toSorted(([a], [b]) => a - b);
  return {
    from: Int32Array.from(order, ([, from]) => from),
    to: Int32Array.from(order, ([to]) => to),
    stride: lines.stride / block,
    patches: lines.patches,
  };
}
