import { finiteVector, integer, lengthOf } from "@hml/guard";
import type { Vec } from "@hml/integrators";
import { circulantFilling } from "./circulant-filling.ts";
import { type EdgeLines, edgeLines } from "./edge-lines.ts";
import type { AxisWeights } from "./edge-weights.ts";
import type { PatchGrid } from "./patch-grid.ts";

/** Fills edge points of a padded array from interior ones. */
export type EdgeFilling = (padded: Vec) => void;

/** The filling of both ends of one axis. Throws when the weights, a user's own perhaps, do not fit the grid. */
export function axisFilling(where: string, grid: PatchGrid, axis: number, weights: AxisWeights): EdgeFilling {
  checkWeights(where, grid, axis, weights);
  const upper = endFilling(edgeLines(grid, axis, "upper", weights.reach), weights, weights.upper);
  const lower = endFilling(edgeLines(grid, axis, "lower", weights.reach), weights, weights.lower);
  return (padded) => {
    upper(padded);
    lower(padded);
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

function endFilling(lines: EdgeLines, weights: AxisWeights, rows: Vec): EdgeFilling {
  if (rows.length === weights.width) return circulantFilling(lines, weights.first[0]!, rows);
  return generalFilling(lines, weights.first, rows, weights.width);
}

/** target_I = sum_j rows[I, j] source_(first[I] + j), the definition, one line after the other. */
export function generalFilling(lines: EdgeLines, first: Int32Array, rows: Vec, width: number): EdgeFilling {
  const { from, to, stride, patches } = lines;
  const shared = rows.length === width;
  return (padded) => {
    for (let line = 0; line < from.length; line++) {
      const source = from[line]!;
      const target = to[line]!;
      for (let i = 0; i < patches; i++) {
        const row = shared ? 0 : i * width;
        let sum = 0;
        let j = first[i]!;
        for (let k = 0; k < width; k++) {
          sum += rows[row + k]! * padded[source + j * stride]!;
          if (++j === patches) j = 0;
        }
        padded[target + i * stride] = sum;
      }
    }
  };
}
