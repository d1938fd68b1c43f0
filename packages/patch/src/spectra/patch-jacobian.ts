import { callable, finite } from "@hml/guard";
import type { Jacobian, Vec } from "@hml/integrators";
import type { Coupling } from "../edge-weights.ts";
import { patchFields } from "../patch-fields.ts";
import type { PatchGrid } from "../patch-grid.ts";
import { blocksOf } from "../patch-layout.ts";
import type { Dim, PatchRhs } from "../patch-view.ts";
import { columnGroups, type PatchPattern, patchPattern } from "./patch-pattern.ts";

/** The sparse Jacobian of a patch scheme, for stiff integrators and solvers of one's own. Owns scratch: not re-entrant. */
export interface PatchJacobian {
  /** Number of unknowns. */
  readonly size: number;
  /** Where each row starts in `columns` and in the values; length size + 1 (compressed rows, CSR). */
  readonly rowStart: Int32Array;
  /** Column of each entry, rising within a row. */
  readonly columns: Int32Array;
  /** Sweeps of the micro model over all patches that one evaluation takes. */
  readonly sweeps: number;
  /** Writes the entries of du'/du at (t, u) into `values`, in the order of `columns`. */
  evaluate(t: number, u: Vec, values: Vec): void;
  /** out = J v for entries that `evaluate` wrote. */
  multiply(values: Vec, v: Vec, out: Vec): void;
  /**
   * The same as the `jacobian` of a problem for `bdf`, `radau` or `rosenbrock`: a periodic band where it is narrower than the
   * matrix, as in one dimension with polynomial coupling, dense otherwise.
   */
  jacobian(): Jacobian;
}

/** Relative increment of the differences: the square root of the rounding unit. */
const INCREMENT = Math.sqrt(Number.EPSILON);

/**
 * The Jacobian of a periodic patch scheme with any micro model, linear or not, from a few sweeps of the model over the
 * patches: an edge value is a known combination of interior values, so it is enough to know how a patch answers to its own
 * points, and points that no slope shares are moved together. A five-point model on patches of 5 x 5 takes about ten
 * sweeps, where differences of the whole take one for each of its unknowns.
 *
 * Forward differences: exact to 1e-8 relative, to rounding for a linear model. Which slopes depend on which points is found
 * once from two generic states; a model that depends on more at other states must not be given.
 *
 * @throws RangeError / TypeError for a grid with walls, or a coupling that does not suit the grid.
 * Source: Curtis, Powell, Reid, J. Inst. Maths Applics 13 (1974) 117, for columns moved together.
 */
export function patchJacobian<D extends Dim>(
  grid: PatchGrid<D>,
  micro: PatchRhs<NoInfer<D>>,
  coupling: Coupling,
): PatchJacobian {
  const where = "patchJacobian";
  callable(where, "micro", micro);
  if (grid.periodic.includes(false)) {
    throw new RangeError(`${where}: the grid must be periodic along every axis; at walls take difference Jacobians`);
  }
  const fields = patchFields(where, grid, coupling);
  const { layout, padded, blocks } = fields;
  const { patches, block } = layout;
  const pattern: PatchPattern = patchPattern(grid, micro, coupling, layout);
  const { rowStart, columns, rows, points, targets, targetStart, weights } = pattern;
  const groups = columnGroups(rows, points, block);
  const groupOf = new Int32Array(block);
  for (const [g, group] of groups.entries()) for (const point of group) groupOf[point] = g;

  const base = new Float64Array(layout.size);
  const slopes = new Float64Array(layout.size);
  const baseBlocks = blocksOf(layout, base);
  const slopeBlocks = blocksOf(layout, slopes);
  const kept = new Float64Array(layout.size);
  const sweep = (t: number, out: readonly Vec[]): void => {
    for (let p = 0; p < patches.length; p++) micro(t, blocks[p]!, out[p]!, patches[p]!);
  };
  const places = pattern.places;

  const evaluate = (t: number, u: Vec, values: Vec): void => {
    finite(where, "t", t);
    fields.fill(t, u);
    let largest = 0;
    for (let n = 0; n < padded.length; n++) largest = Math.max(largest, Math.abs(padded[n]!));
    const increment = INCREMENT * (largest > 0 ? largest : 1);
    kept.set(padded);
    sweep(t, baseBlocks);
    values.fill(0);
    for (const [g, group] of groups.entries()) {
      for (const point of group) {
        for (let n = point; n < padded.length; n += block) padded[n]! += increment;
      }
      sweep(t, slopeBlocks);
      for (let e = 0; e < rows.length; e++) {
        const point = points[e]!;
        if (groupOf[point] !== g) continue;
        const row = places[rows[e]!]!;
        for (let p = 0; p < patches.length; p++) {
          const at = p * block;
          const width = padded[at + point]! - kept[at + point]!;
          const derivative = (slopes[at + row]! - base[at + row]!) / width;
          const entry = p * rows.length + e;
          for (let s = targetStart[entry]!; s < targetStart[entry + 1]!; s++) {
            values[targets[s]!]! += derivative * weights[s]!;
          }
        }
      }
      padded.set(kept);
    }
  };
  const multiply = (values: Vec, v: Vec, out: Vec): void => {
    for (let r = 0; r < grid.size; r++) {
      let sum = 0;
      for (let s = rowStart[r]!; s < rowStart[r + 1]!; s++) sum += values[s]! * v[columns[s]!]!;
      out[r] = sum;
    }
  };
  return Object.freeze<PatchJacobian>({
    size: grid.size,
    rowStart,
    columns,
    sweeps: groups.length + 1,
    evaluate,
    multiply,
    jacobian: () => asJacobian(grid.size, rowStart, columns, evaluate),
  });
}

/** Spreads the sparse entries into a periodic band or a dense matrix. */
function asJacobian(
  size: number,
  rowStart: Int32Array,
  columns: Int32Array,
  evaluate: PatchJacobian["evaluate"],
): Jacobian {
  let lower = 0;
  let upper = 0;
  for (let r = 0; r < size; r++) {
    for (let s = rowStart[r]!; s < rowStart[r + 1]!; s++) {
      const ahead = around(columns[s]! - r, size);
      upper = Math.max(upper, ahead);
      lower = Math.max(lower, -ahead);
    }
  }
  const banded = lower + upper + 1 < size;
  const places = new Int32Array(columns.length);
  for (let r = 0; r < size; r++) {
    for (let s = rowStart[r]!; s < rowStart[r + 1]!; s++) {
      const column = columns[s]!;
      places[s] = banded ? (upper - around(column - r, size)) * size + column : r * size + column;
    }
  }
  const values = new Float64Array(columns.length);
  const fill = (t: number, u: Vec, out: Vec): void => {
    evaluate(t, u, values);
    for (let s = 0; s < values.length; s++) out[places[s]!] = values[s]!;
  };
  return banded ? { lower, upper, periodic: true, evaluate: fill } : { evaluate: fill };
}

/** A difference of indices modulo `size`, between -size / 2 and size / 2. */
function around(difference: number, size: number): number {
  if (2 * difference > size) return difference - size;
  return 2 * difference < -size ? difference + size : difference;
}
