import { type PatchGrid, product } from "./patch-grid.ts";

/**
 * The lines along one axis that carry edge values: for each, the padded array's index of its source and of its target in the
 * first patch; those of the following patches are `stride` further on.
 */
export interface EdgeLines {
  /** Sources, one per line. */
  readonly from: Int32Array;
  /** Targets, one per line. */
  readonly to: Int32Array;
  /** Distance in the padded array of neighbouring patches along the axis. */
  readonly stride: number;
  /** Number of patches along the axis. */
  readonly patches: number;
}

/**
 * The lines of one axis and end. Points of an earlier axis run over edges too, which that axis has filled by then; those of a
 * later axis over the interior. So corners are filled by the last axis they lie on.
 */
export function edgeLines(grid: PatchGrid, axis: number, end: "lower" | "upper", reach: number): EdgeLines {
  const { channels, members, patches, points, edgePoints } = grid;
  const patchPoints = product(points);
  const block = channels * patchPoints;
  const patchStride = patches.slice(0, axis).reduce((all, n) => all * n, block);
  const pointStride = points.slice(0, axis).reduce((all, n) => all * n, 1);
  const patchCount = product(patches);

  const inPatch: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    forEachIndex(
      points,
      axis,
      (a) => (a < axis ? 0 : edgePoints),
      (offset) => inPatch.push(channel * patchPoints + offset),
    );
  }
  const outside: number[] = [];
  forEachIndex(
    patches,
    axis,
    () => 0,
    (offset) => outside.push(offset * block),
  );

  const lines = members * outside.length * inPatch.length * edgePoints;
  const from = new Int32Array(lines);
  const to = new Int32Array(lines);
  let next = 0;
  for (let member = 0; member < members; member++) {
    const source = sourceMember(grid, member, axis, end === "upper" ? reach : -reach);
    for (const other of outside) {
      for (let layer = 0; layer < edgePoints; layer++) {
        const edge = end === "upper" ? points[axis]! - edgePoints + layer : layer;
        const interior = end === "upper" ? edge - reach : edge + reach;
        for (const place of inPatch) {
          from[next] = source * patchCount * block + other + place + interior * pointStride;
          to[next++] = member * patchCount * block + other + place + edge * pointStride;
        }
      }
    }
  }
  return { from, to, stride: patchStride, patches: patches[axis]! };
}

/** The member whose phase along `axis` is `shift` further on, modulo the period: there the heterogeneity matches. */
function sourceMember(grid: PatchGrid, member: number, axis: number, shift: number): number {
  const period = grid.period[axis]!;
  const phase = grid.phase(member)[axis]!;
  const weight = grid.period.slice(0, axis).reduce((all, n) => all * n, 1);
  const shifted = (((phase + shift) % period) + period) % period;
  return member + (shifted - phase) * weight;
}

/** Visits the flat offsets of a row-major box `[z, y, x]` with `axis` at 0 and `margin(a)` points left out at both ends. */
function forEachIndex(
  shape: readonly number[],
  axis: number,
  margin: (a: number) => number,
  visit: (offset: number) => void,
): void {
  const range = (a: number): readonly [number, number] => {
    if (a >= shape.length || a === axis) return [0, 1];
    return [margin(a), shape[a]! - margin(a)];
  };
  const [x0, x1] = range(0);
  const [y0, y1] = range(1);
  const [z0, z1] = range(2);
  for (let z = z0; z < z1; z++) {
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) visit((z * (shape[1] ?? 1) + y) * shape[0]! + x);
    }
  }
}
