import { finiteVector, integer, lengthOf } from "@hml/guard";
import type { Vec } from "@hml/integrators";
import { type EdgeLines, edgeLines } from "./edge-lines.ts";
import type { EdgeProducts } from "./edge-products.ts";
import type { AxisWeights } from "./edge-weights.ts";
import type { PatchGrid } from "./patch-grid.ts";

/**
 * Binds the filling of both ends of one axis to an array in which lines lie where `place` says. Throws when the weights, a user's
 * own perhaps, do not fit the grid.
 */
export function axisFilling(
  where: string,
  grid: PatchGrid,
  axis: number,
  weights: AxisWeights,
  values: Float64Array,
  place: (lines: EdgeLines) => EdgeLines,
  products: EdgeProducts,
): () => void {
  checkWeights(where, grid, axis, weights);
  const ends = (["upper", "lower"] as const).map((end) => {
    const lines = place(edgeLines(grid, axis, end, weights.reach));
    const { first, width, [end]: row } = weights;
    if (row.length !== width) return () => generalFilling(values, lines, first, row, width);
    const { patches: count, ...places } = lines;
    return products.circulant({ values, ...places, count, start: first[0]!, row });
  });
  const [upper, lower] = [ends[0]!, ends[1]!];
  return () => {
    upper();
    lower();
  };
}

/** Refuses weights whose sources are not interior points of patches of the grid, or whose arrays have other lengths. */
function checkWeights(where: string, grid: PatchGrid, axis: number, weights: AxisWeights): void {
  const patches = grid.patches[axis]!;
  const name = `weights.axes[${axis}]`;
  const { reach, width, first } = weights;
  integer(where, `${name}.reach`, reach, grid.edgePoints, grid.interior[axis]!);
  integer(where, `${name}.width`, width, 1);
  lengthOf(where, `${name}.first`, first, patches);
  const rows = grid.periodic[axis]! && weights.upper.length === width && weights.lower.length === width ? 1 : patches;
  for (let i = 0; i < patches; i++) {
    integer(where, `${name}.first[${i}]`, first[i], 0, patches - (grid.periodic[axis]! ? 1 : width));
    if (rows === 1 && first[i] !== (first[0]! + i) % patches) {
      throw new RangeError(
        `${where}: ${name}.first must count up from patch to patch where one row serves all of them`,
      );
    }
  }
  finiteVector(where, `${name}.upper`, weights.upper, rows * width);
  finiteVector(where, `${name}.lower`, weights.lower, rows * width);
}

/** target_I = sum_j rows[I, j] source_(first[I] + j), the definition, one line after the other. */
export function generalFilling(values: Vec, lines: EdgeLines, first: Int32Array, rows: Vec, width: number): void {
  const { from, to, stride, patches } = lines;
  const shared = rows.length === width;
  for (let line = 0; line < from.length; line++) {
    const source = from[line]!;
    const target = to[line]!;
    for (let i = 0; i < patches; i++) {
      const row = shared ? 0 : i * width;
      let sum = 0;
      let j = first[i]!;
      for (let k = 0; k < width; k++) {
        sum += rows[row + k]! * values[source + j * stride]!;
        if (++j === patches) j = 0;
      }
      values[target + i * stride] = sum;
    }
  }
}
