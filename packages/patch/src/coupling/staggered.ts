import { integer, oneOf } from "@hml/guard";
import type { AxisWeights, Coupling } from "../edge-weights.ts";
import { type Interpolation, lagrangeWeights, trigonometricWeights } from "../interpolation.ts";
import type { PatchGrid } from "../patch-grid.ts";
import { reachOf } from "./coupling-weights.ts";

/**
 * Coupling of staggered patches in 1D, for waves: patches of even and odd number hold different fields in their middle, as
 * h and u on a staggered lattice, and each gets its edge values from the middles of the others:
 *
 *   u(X_I +- reach spacing) interpolated from u(X_(I+-1)), u(X_(I+-3)), ...
 *
 * `order` p is the number of patches taken, so polynomials of degree p - 1 are reproduced and the error is O(D^p);
 * "spectral" takes all N / 2 of them and is exact for fields of fewer than N / 4 waves. The points of a patch hold
 * both fields by turns, and (points - 1) / 2 must be odd, so that the edge points of an h patch hold u; which patch is which, the
 * micro model tells from `patch.patch[0] % 2`.
 *
 * @throws RangeError for an odd order, and from `weights` unless the grid has one periodic axis, one edge layer, 3, 7, 11, ...
 * points and an even number of patches, at least 2 order + 2.
 * Source: Cao and Roberts, IMA J. Appl. Math. 81 (2016) 228, section 2.
 */
export function staggered(order: number | "spectral"): Coupling {
  if (typeof order === "string") oneOf("staggered", "order", order, ["spectral"]);
  else {
    integer("staggered", "order", order, 2, 64);
    if (order % 2 !== 0) throw new RangeError(`staggered: order must be even, got ${order}; take ${order + 1}`);
  }
  return Object.freeze<Coupling>({
    order,
    source: "centre",
    weights: (grid) => Object.freeze({ axes: Object.freeze([staggeredWeights(grid, order)]) }),
    interpolation: (grid, _axis, points) => everyOther(grid, order, points),
  });
}

function staggeredWeights(grid: PatchGrid, order: number | "spectral"): AxisWeights {
  const where = "staggered";
  integer(where, "dim", grid.dim, 1, 1);
  integer(where, "edgePoints", grid.edgePoints, 1, 1);
  if (!grid.periodic[0]) throw new RangeError(`${where}: boundary must be periodic, got walls`);
  const [patches] = grid.patches;
  integer(where, "patches", patches, order === "spectral" ? 2 : 2 * order + 2);
  if (patches % 2 !== 0) {
    throw new RangeError(`${where}: patches must be even, got ${patches}; take ${patches + 1}`);
  }
  const reach = reachOf(where, grid, 0, "centre");
  if (reach % 2 === 0) {
    throw new RangeError(
      `${where}: (points - 1) / 2 must be odd, got ${reach}, so that edge points hold the other field; take ` +
        `${grid.points[0] + 2} points`,
    );
  }
  const up = everyOther(grid, order, reach);
  const down = everyOther(grid, order, -reach);
  return Object.freeze({ reach, width: up.width, first: up.first, upper: up.rows, lower: down.rows });
}

/**
 * Values `points` points off the centres from every other patch: those with the patch's own field for even `points`, the
 * others for odd ones.
 */
function everyOther(grid: PatchGrid, order: number | "spectral", points: number): Interpolation {
  const [patches] = grid.patches;
  const other = Math.abs(points) % 2;
  const nodes = order === "spectral" ? patches / 2 : order + 1 - other;
  // Source j is patch I + other + 2 (j - before); between sources the row is zero.
  const before = Math.floor(nodes / 2);
  const steps = Array.from({ length: nodes }, (_, j) => j - before);
  const at = ((points * grid.spacing[0]) / grid.distance[0] - other) / 2;
  const weights = order === "spectral" ? trigonometricWeights(steps, at, nodes) : lagrangeWeights(steps, at);
  const rows = new Float64Array(2 * nodes - 1);
  weights.forEach((weight, j) => {
    rows[2 * j] = weight;
  });
  const first = Int32Array.from({ length: patches }, (_, i) => (i + other - 2 * before + 2 * patches) % patches);
  return { width: rows.length, first, rows };
}
