import { edgeLines } from "../edge-lines.ts";
import type { AxisWeights, Coupling } from "../edge-weights.ts";
import type { PatchGrid } from "../patch-grid.ts";
import { gather, type PatchLayout } from "../patch-layout.ts";
import type { Dim, PatchRhs } from "../patch-view.ts";
import { interiorPlaces } from "./linear-response.ts";

/** Which slopes of a patch scheme depend on which unknowns, and through which points of a patch. */
export interface PatchPattern {
  /** Start of each row of the Jacobian in `columns`. */
  readonly rowStart: Int32Array;
  /** Columns of the Jacobian's entries. */
  readonly columns: Int32Array;
  /** Places of interior points in a padded patch. */
  readonly places: Int32Array;
  /** Entries of one patch's own Jacobian: number of the interior point whose slope it is. */
  readonly rows: Int32Array;
  /** The same entries: place in the padded patch that it depends on. */
  readonly points: Int32Array;
  /** For `[patch, entry]`: where its shares start in `targets`; one more at the end. */
  readonly targetStart: Int32Array;
  /** Entries of the Jacobian that a patch's entry adds to. */
  readonly targets: Int32Array;
  /** How much of it they get: 1 for interior points, the coupling's weights for edges. */
  readonly weights: Float64Array;
}

/** A value as a combination of unknowns. */
type Combination = readonly { readonly unknown: number; readonly weight: number }[];

/** Finds the pattern of a periodic patch scheme; the model's own from its answers at two states without symmetries. */
export function patchPattern<D extends Dim>(
  grid: PatchGrid<D>,
  micro: PatchRhs<D>,
  coupling: Coupling,
  layout: PatchLayout<D>,
): PatchPattern {
  const { block, patches } = layout;
  const places = interiorPlaces(grid.points, grid.edgePoints, grid.channels);
  const { rows, points } = ownEntries(micro, layout, places);
  const sources = combinations(grid, coupling, layout);
  const unknownAt = new Int32Array(layout.size).fill(-1);
  for (const [n, place] of statePlaces(layout, grid.size).entries()) unknownAt[place] = n;

  // Columns of each row, then places of the shares in them.
  const rowColumns = Array.from({ length: grid.size }, () => new Set<number>());
  for (let p = 0; p < patches.length; p++) {
    for (let e = 0; e < rows.length; e++) {
      const row = rowColumns[unknownAt[p * block + places[rows[e]!]!]!]!;
      for (const { unknown } of sources[p * block + points[e]!]!) row.add(unknown);
    }
  }
  const rowStart = new Int32Array(grid.size + 1);
  for (const [r, row] of rowColumns.entries()) rowStart[r + 1] = rowStart[r]! + row.size;
  const columns = new Int32Array(rowStart[grid.size]!);
  const placeOf = rowColumns.map((row, r) => {
    const sorted = [...row].toSorted((a, b) => a - b);
    columns.set(sorted, rowStart[r]!);
    return new Map(sorted.map((column, s) => [column, rowStart[r]! + s]));
  });
  const targetStart = new Int32Array(patches.length * rows.length + 1);
  const targets: number[] = [];
  const weights: number[] = [];
  for (let p = 0; p < patches.length; p++) {
    for (let e = 0; e < rows.length; e++) {
      const row = placeOf[unknownAt[p * block + places[rows[e]!]!]!]!;
      for (const { unknown, weight } of sources[p * block + points[e]!]!) {
        targets.push(row.get(unknown)!);
        weights.push(weight);
      }
      targetStart[p * rows.length + e + 1] = targets.length;
    }
  }
  return {
    rowStart,
    columns,
    places,
    rows,
    points,
    targetStart,
    targets: Int32Array.from(targets),
    weights: Float64Array.from(weights),
  };
}

/** Groups of points that may be moved together, since no slope depends on two of them; greedy, in their order. */
export function columnGroups(rows: Int32Array, points: Int32Array, block: number): readonly (readonly number[])[] {
  const slopesOf = Array.from({ length: block }, () => new Set<number>());
  for (let e = 0; e < rows.length; e++) slopesOf[points[e]!]!.add(rows[e]!);
  const groups: number[][] = [];
  const taken: Set<number>[] = [];
  for (let point = 0; point < block; point++) {
    const slopes = slopesOf[point]!;
    if (slopes.size === 0) continue;
    let g = taken.findIndex((others) => [...slopes].every((row) => !others.has(row)));
    if (g < 0) {
      g = groups.length;
      groups.push([]);
      taken.push(new Set());
    }
    groups[g]!.push(point);
    for (const row of slopes) taken[g]!.add(row);
  }
  return groups;
}

/** Entries of one patch's Jacobian that are not zero at one of two states, on any kind of patch. */
function ownEntries<D extends Dim>(
  micro: PatchRhs<D>,
  { patches, block }: PatchLayout<D>,
  places: Int32Array,
): { readonly rows: Int32Array; readonly points: Int32Array } {
  // The first and the last patch of each member: of an even number they differ where fields alternate.
  const probed = patches.filter(
    ({ member }, p) => member !== patches[p - 1]?.member || member !== patches[p + 1]?.member,
  );
  const found = new Set<number>();
  const base = new Float64Array(block);
  const moved = new Float64Array(block);
  for (const view of probed) {
    for (const seed of [1, 2]) {
      const u = Float64Array.from({ length: block }, (_, n) => 1.5 + Math.sin(seed + n * n));
      micro(0, u, base, view);
      for (let point = 0; point < block; point++) {
        const here = u[point]!;
        u[point] = here + 0.1;
        micro(0, u, moved, view);
        u[point] = here;
        for (const [row, place] of places.entries()) {
          if (moved[place] !== base[place]) found.add(row * block + point);
        }
      }
    }
  }
  const sorted = [...found].toSorted((a, b) => a - b);
  return {
    rows: Int32Array.from(sorted, (code) => Math.floor(code / block)),
    points: Int32Array.from(sorted, (code) => code % block),
  };
}

/** Every padded value as a combination of unknowns, edges filled axis by axis as the coupling fills them. */
function combinations(grid: PatchGrid, coupling: Coupling, layout: PatchLayout): Combination[] {
  const all: Combination[] = Array.from({ length: layout.size }, () => []);
  for (const [unknown, place] of statePlaces(layout, grid.size).entries()) all[place] = [{ unknown, weight: 1 }];
  for (const [axis, weights] of coupling.weights(grid).axes.entries()) {
    for (const end of ["lower", "upper"] as const) {
      const { from, to, stride, patches } = edgeLines(grid, axis, end, weights.reach);
      for (let l = 0; l < from.length; l++) {
        for (let i = 0; i < patches; i++) {
          all[to[l]! + i * stride] = sumOf(weights, end, i, patches, (j) => all[from[l]! + j * stride]!);
        }
      }
    }
  }
  return all;
}

function sumOf(
  weights: AxisWeights,
  end: "lower" | "upper",
  patch: number,
  patches: number,
  source: (patch: number) => Combination,
): Combination {
  const table = weights[end];
  const row = table.length === weights.width ? 0 : patch * weights.width;
  const shares = new Map<number, number>();
  for (let j = 0; j < weights.width; j++) {
    for (const { unknown, weight } of source((weights.first[patch]! + j) % patches)) {
      shares.set(unknown, (shares.get(unknown) ?? 0) + table[row + j]! * weight);
    }
  }
  return Array.from(shares, ([unknown, weight]) => ({ unknown, weight }));
}

/** Place in a padded array of each unknown of a state. */
function statePlaces(layout: PatchLayout, size: number): Int32Array {
  const places = new Float64Array(size);
  gather(
    layout,
    Float64Array.from({ length: layout.size }, (_, place) => place),
    places,
  );
  return Int32Array.from(places);
}
