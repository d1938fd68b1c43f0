import type { Vec } from "@hml/integrators";
import { circulantFilling } from "./circulant-filling.ts";
import { type EdgeLines, edgeLines } from "./edge-lines.ts";
import type { AxisWeights } from "./edge-weights.ts";
import type { PatchGrid } from "./patch-grid.ts";

/** Fills edge points of a padded array from interior ones. */
export type EdgeFilling = (padded: Vec) => void;

/** The filling of both ends of one axis. */
export function axisFilling(grid: PatchGrid, axis: number, weights: AxisWeights): EdgeFilling {
  const upper = endFilling(edgeLines(grid, axis, "upper", weights.reach), weights, weights.upper);
  const lower = endFilling(edgeLines(grid, axis, "lower", weights.reach), weights, weights.lower);
  return (padded) => {
    upper(padded);
    lower(padded);
  };
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
