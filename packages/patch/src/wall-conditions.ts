import { finite } from "@hml/guard";
import type { Vec } from "@hml/integrators";
import type { EdgeRule, Face } from "./edge-rule.ts";
import type { PatchView } from "./patch-view.ts";

/** A value at a wall: a number, or a function of time and position. */
export type WallValue = number | ((t: number, x: number, y: number, z: number) => number);

/**
 * The value g at the wall, for one layer of edge points or two. The field is continued about the wall as g + an odd
 * polynomial in the distance, through as many interior points as there are layers.
 *
 * One layer: the straight line through the wall and the next point inside; the error is O(spacing^2), and the wall's own
 * point is exact when the wall lies on it. Two layers, for fourth-order models: u = g and u_nn = 0 (a hinged or
 * simply supported end), a cubic; where the wall lies on a point or midway between two (offset 1 or 1.5) this is the odd
 * reflection. Schemes of second order stay of second order, wherever the wall lies.
 *
 * @throws RangeError on first use for more than two layers, or fewer interior points than layers.
 */
export function dirichlet(value: WallValue): EdgeRule {
  return wallRule("dirichlet", "odd", wallFunction("dirichlet", value), ZERO);
}

/**
 * The derivative g along the axis (towards its upper end, at both walls), for one layer of edge points or two. The field is
 * continued about the wall as g times the distance + an even polynomial in it, through one interior point more
 * than there are layers (as many as there are, where a patch has fewer).
 *
 * One layer: of second order wherever the wall lies; midway between two points (offset 0.5) the edge point is v -+ g
 * spacing of its neighbour v. Two layers, for fourth-order models: u_n = g and u_nnn = 0 (no flux), of second order;
 * midway between two points (offset 1.5) this is the even reflection.
 *
 * @throws RangeError on first use for more than two layers, or fewer interior points than layers.
 */
export function neumann(slope: WallValue): EdgeRule {
  return wallRule("neumann", "even", ZERO, wallFunction("neumann", slope));
}

/**
 * The value g and the derivative s along the axis (towards its upper end, at both walls), for two layers of edge points: the
 * clamped end of fourth-order models, u = g and u_n = s. The field is continued by the parabola through both and the next
 * point inside. Of second order; with the wall on a point (offset 1) a symmetric model stays symmetric.
 *
 * @throws RangeError on first use unless there are two layers of edge points.
 */
export function clamped(value: WallValue, slope: WallValue): EdgeRule {
  return wallRule("clamped", "clamped", wallFunction("clamped", value), wallFunction("clamped", slope));
}

type WallFunction = (t: number, x: number, y: number, z: number) => number;

/** How the field less the wall's own straight line continues: what its polynomial in the distance holds. */
type Continuation = "odd" | "even" | "clamped";

const ZERO: WallFunction = () => 0;

function wallFunction(where: string, value: WallValue): WallFunction {
  if (typeof value === "function") return value;
  finite(where, "value", value);
  return () => value;
}

/** Where a rule reads and writes in the padded view of a patch at a wall, and with what weights; lengths in spacings. */
interface FacePlan {
  /** Place of each line's outermost point. */
  readonly lines: Int32Array;
  /** Position of each line's end at the wall from the patch's origin, `[line, axis]`, three axes. */
  readonly positions: Vec;
  /** Step from a point to the next one inside. */
  readonly inward: number;
  /** Distance from the wall of each edge point, outermost first; negative outside. */
  readonly edges: Vec;
  /** Distance from the wall of each interior point that is read, nearest first. */
  readonly inside: Vec;
  /** Weights `[edge point, interior point]`. */
  readonly weights: Vec;
}

/** The rule u = g + s n + continuation(n), n the distance from the wall, s the slope along the inward normal. */
function wallRule(where: string, kind: Continuation, value: WallFunction, slope: WallFunction): EdgeRule {
  // A face object belongs to one grid, so the plan made at its first use serves all its patches.
  const plans = new WeakMap<Face, FacePlan>();
  return (t, u, patch, face) => {
    let plan = plans.get(face);
    if (plan === undefined) plans.set(face, (plan = planOf(where, kind, patch, face)));
    const { lines, positions, inward, edges, inside, weights } = plan;
    const { origin } = patch;
    const unit = patch.spacing[face.axis]! * (face.end === "upper" ? -1 : 1);
    const first = edges.length;
    for (let l = 0; l < lines.length; l++) {
      const x = origin[0] + positions[3 * l]!;
      const y = (origin[1] ?? 0) + positions[3 * l + 1]!;
      const z = (origin[2] ?? 0) + positions[3 * l + 2]!;
      const g = value(t, x, y, z);
      const s = slope(t, x, y, z) * unit;
      const line = lines[l]!;
      for (let e = 0; e < first; e++) {
        let sum = g + s * edges[e]!;
        for (let k = 0; k < inside.length; k++) {
          sum += weights[e * inside.length + k]! * (u[line + (first + k) * inward]! - g - s * inside[k]!);
        }
        u[line + e * inward] = sum;
      }
    }
  };
}

function planOf(where: string, kind: Continuation, patch: PatchView, face: Face): FacePlan {
  const { points, spacing, edgePoints, channels, dim } = patch;
  const { axis, end, offset } = face;
  const interior = points[axis]! - 2 * edgePoints;
  if (edgePoints > 2 || (kind === "clamped" && edgePoints !== 2)) {
    throw new RangeError(
      `${where}: edgePoints must be ${kind === "clamped" ? "2" : "1 or 2"}, got ${edgePoints}; write the layers in a function ` +
        `of your own`,
    );
  }
  if (interior < edgePoints) {
    throw new RangeError(`${where}: points - 2 edgePoints must be at least ${edgePoints} at a wall, got ${interior}`);
  }
  const read = kind === "clamped" ? 1 : kind === "odd" ? edgePoints : Math.min(interior, edgePoints + 1);
  const edges = Float64Array.from({ length: edgePoints }, (_, e) => e - offset);
  const inside = Float64Array.from({ length: read }, (_, k) => edgePoints + k - offset);

  const n = [points[0], points[1] ?? 1, points[2] ?? 1] as const;
  const strides = [1, n[0], n[0] * n[1]] as const;
  const side = end === "upper" ? n[axis] - 1 : 0;
  const wall = end === "upper" ? side - offset : offset;
  const lines: number[] = [];
  const positions: number[] = [];
  const to = n.map((length, a) => (a === axis ? 1 : length));
  for (let c = 0; c < channels; c++) {
    for (let k = 0; k < to[2]!; k++) {
      for (let j = 0; j < to[1]!; j++) {
        for (let i = 0; i < to[0]!; i++) {
          lines.push(((c * n[2] + k) * n[1] + j) * n[0] + i + side * strides[axis]);
          for (const [a, at] of [i, j, k].entries()) {
            positions.push(a < dim ? (a === axis ? wall : at) * spacing[a]! : 0);
          }
        }
      }
    }
  }
  return {
    lines: Int32Array.from(lines),
    positions: Float64Array.from(positions),
    inward: strides[axis] * (end === "upper" ? -1 : 1),
    edges,
    inside,
    weights: continuationWeights(kind, edges, inside),
  };
}

/**
 * Interpolation at the edge points of what the interior points hold: by an even polynomial, as one in n^2; by an odd one, as n
 * times one in n^2; by a multiple of n^2 for a clamped end.
 */
function continuationWeights(kind: Continuation, edges: Vec, inside: Vec): Vec {
  const weights = new Float64Array(edges.length * inside.length);
  for (const [e, s] of edges.entries()) {
    for (const [k, a] of inside.entries()) {
      let weight = kind === "odd" ? s / a : kind === "clamped" ? (s * s) / (a * a) : 1;
      for (const [j, b] of inside.entries()) {
        if (j !== k) weight *= (s * s - b * b) / (a * a - b * b);
      }
      weights[e * inside.length + k] = weight;
    }
  }
  return weights;
}
