import { checkOptions, integer, lengthOf, oneOf, positive } from "@hml/guard";
import type { Vec } from "@hml/integrators";
import type { LatticeRhs, LatticeView } from "./lattice-view.ts";

/** The bonds of one period of a lattice. */
export interface LatticeDiffusionSpec {
  /** Points in a period along each axis, x first; one to three axes. */
  readonly period: ArrayLike<number>;
  /**
   * For each axis, the coefficient of the bond at each point of the period, flat `[z, y, x]`, x contiguous: the bond
   * along x at (i, j) is `bonds[0][j * period[0] + i]`.
   */
  readonly bonds: readonly ArrayLike<number>[];
  /**
   * Which bond "at" point n means: `"forward"` the one between n and n + 1 along the axis, `"backward"` the one between
   * n - 1 and n. Two axes read in the wrong one are another lattice, so there is no default.
   */
  readonly convention: "forward" | "backward";
}

/** Heterogeneous diffusion on a lattice of any period. */
export interface LatticeDiffusion {
  /** Points in a period along each axis. */
  readonly period: readonly number[];
  /** For each axis, the forward bonds of one period, `[z, y, x]`, x contiguous. */
  readonly bonds: readonly Vec[];
  /** The model on a patch or a lattice view; every channel diffuses by itself. A `PatchRhs` of `@hml/patch`. */
  readonly rhs: LatticeRhs;
  /**
   * The same for one field, read at `from` in `u` and written at `to` in `out`: the part that models of several fields
   * are built from.
   */
  operator(u: Vec, from: number, out: Vec, to: number, view: LatticeView): void;
}

/** The bonds of one shape of view, by phase, each array laid out as the points: no index arithmetic in the loops. */
interface Plan {
  readonly points: readonly number[];
  readonly spacing: readonly number[];
  /** At the phase's place in the period: one array an axis, bond / spacing^2 between a point and the next. */
  readonly byPhase: (readonly Vec[] | undefined)[];
}

/**
 * Diffusion on a lattice whose bonds repeat, in 1, 2 or 3 dimensions:
 *
 *   u'_n = sum over axes a of (k_a(n) (u_(n + e_a) - u_n) - k_a(n - e_a) (u_n - u_(n - e_a))) / h_a^2,
 *
 * k_a(n) > 0 the bond between n and n + e_a. The operator is symmetric and sums to zero. Bonds are laid out when a shape
 * and phase of view is first seen; after that a call allocates nothing.
 *
 * @throws RangeError / TypeError for a malformed spec, and from `rhs` for a view of other dimensions.
 * Source: Bunder, Roberts, Kevrekidis, J. Comput. Phys. 337 (2017) 154; Arbabi et al., JOM 72 (2020) 4444, eq. (23).
 */
export function latticeDiffusion(spec: LatticeDiffusionSpec): LatticeDiffusion {
  const where = "latticeDiffusion";
  checkOptions(where, spec, ["period", "bonds", "convention"], "spec");
  const dim = integer(where, "period.length", lengthOf(where, "period", spec.period), 1, 3);
  const period = Array.from({ length: dim }, (_, a) => integer(where, `period[${a}]`, spec.period[a], 1));
  const cell = period.reduce((product, p) => integer(where, "points of a period", product * p, 1), 1);
  const convention = oneOf(where, "convention", spec.convention, ["forward", "backward"]);
  lengthOf(where, "bonds", spec.bonds, dim);
  const [px, py, pz] = [period[0]!, period[1] ?? 1, period[2] ?? 1];
  const at = (i: number, j: number, k: number): number => (modulo(k, pz) * py + modulo(j, py)) * px + modulo(i, px);

  const bonds = period.map((__, a) => {
    const given = spec.bonds[a]!;
    lengthOf(where, `bonds[${a}]`, given, cell);
    const step = convention === "forward" ? [0, 0, 0] : [0, 1, 2].map((axis) => (axis === a ? 1 : 0));
    return Float64Array.from({ length: cell }, (_, n) => {
      // The forward bond at n is the backward bond at n + e_a.
      const source = at(
        (n % px) + step[0]!,
        (Math.floor(n / px) % py) + step[1]!,
        Math.floor(n / (px * py)) + step[2]!,
      );
      return positive(where, `bonds[${a}][${source}]`, given[source]);
    });
  });

  const plans: Plan[] = [];
  const layOut = (view: LatticeView, phase: readonly number[]): readonly Vec[] => {
    const [nx, ny, nz] = [view.points[0]!, view.points[1] ?? 1, view.points[2] ?? 1];
    return bonds.map((axis, a) => {
      const h = positive(where, `spacing[${a}]`, view.spacing[a]);
      return Float64Array.from({ length: nx * ny * nz }, (_, n) => {
        const [i, j, k] = [n % nx, Math.floor(n / nx) % ny, Math.floor(n / (nx * ny))];
        return axis[at(i + phase[0]!, j + (phase[1] ?? 0), k + (phase[2] ?? 0))]! / (h * h);
      });
    });
  };
  const planOf = (view: LatticeView): Plan => {
    for (let p = 0; p < plans.length; p++) if (fits(plans[p]!, view)) return plans[p]!;
    checkView(where, view, dim);
    const plan = {
      points: [...view.points],
      spacing: [...view.spacing],
      byPhase: Array.from({ length: cell }, () => undefined),
    };
    plans.push(plan);
    return plan;
  };

  const bondsOf = (view: LatticeView): readonly Vec[] => {
    const { phase } = view;
    const place = at(phase[0]!, dim > 1 ? phase[1]! : 0, dim > 2 ? phase[2]! : 0);
    return (planOf(view).byPhase[place] ??= layOut(view, phase));
  };
  // The patches of a grid share their tuples, so most calls ask for the bonds of the call before.
  let last: LatticeView | undefined;
  let laid: readonly Vec[] = [];
  const operator = (u: Vec, from: number, out: Vec, to: number, view: LatticeView): void => {
    if (last?.points !== view.points || last.spacing !== view.spacing || last.phase !== view.phase) {
      laid = bondsOf(view);
      last = view;
    }
    const { points, edgePoints } = view;
    if (dim === 1) line(u, from, out, to, laid[0]!, points[0]!, edgePoints);
    else if (dim === 2) plane(u, from, out, to, laid[0]!, laid[1]!, points[0]!, points[1]!, edgePoints);
    else volume(u, from, out, to, laid, points, edgePoints);
  };
  const rhs: LatticeRhs = (_t, u, out, view) => {
    const stride = u.length / view.channels;
    for (let c = 0; c < view.channels; c++) operator(u, c * stride, out, c * stride, view);
  };
  return Object.freeze({ period: Object.freeze(period), bonds: Object.freeze(bonds), rhs, operator });
}

function fits(plan: Plan, view: LatticeView): boolean {
  const { points, spacing } = plan;
  if (view.points.length !== points.length) return false;
  for (let a = 0; a < points.length; a++) {
    if (points[a] !== view.points[a] || spacing[a] !== view.spacing[a]) return false;
  }
  return true;
}

function checkView(where: string, view: LatticeView, dim: number): void {
  if (view.points.length !== dim) {
    throw new RangeError(`${where}: the view must have ${dim} axes as the lattice has, got ${view.points.length}`);
  }
  for (let a = 0; a < dim; a++) integer(where, `phase[${a}]`, view.phase[a], Number.MIN_SAFE_INTEGER);
  integer(where, "edgePoints", view.edgePoints, 1);
}

function modulo(n: number, period: number): number {
  const rest = n % period;
  return rest < 0 ? rest + period : rest;
}

/** Interior of a line: the flux through a bond is computed once and carried. */
function line(u: Vec, from: number, out: Vec, to: number, east: Vec, n: number, edge: number): void {
  let left = east[edge - 1]! * (u[from + edge]! - u[from + edge - 1]!);
  for (let i = edge; i < n - edge; i++) {
    const right = east[i]! * (u[from + i + 1]! - u[from + i]!);
    out[to + i] = right - left;
    left = right;
  }
}

/** Interior of a plane, row by row. */
function plane(
  u: Vec,
  from: number,
  out: Vec,
  to: number,
  east: Vec,
  north: Vec,
  nx: number,
  ny: number,
  edge: number,
): void {
  for (let j = edge; j < ny - edge; j++) {
    const first = j * nx + edge;
    const end = first + nx - 2 * edge;
    let here = u[from + first]!;
    let left = east[first - 1]! * (here - u[from + first - 1]!);
    for (let n = first; n < end; n++) {
      const next = u[from + n + 1]!;
      const right = east[n]! * (next - here);
      const above = north[n]! * (u[from + n + nx]! - here);
      const below = north[n - nx]! * (here - u[from + n - nx]!);
      out[to + n] = right - left + (above - below);
      left = right;
      here = next;
    }
  }
}

/** Interior of a volume, row by row. */
function volume(
  u: Vec,
  from: number,
  out: Vec,
  to: number,
  bonds: readonly Vec[],
  points: readonly number[],
  edge: number,
): void {
  const [east, north, up] = [bonds[0]!, bonds[1]!, bonds[2]!];
  const [nx, ny, nz] = [points[0]!, points[1]!, points[2]!];
  const layer = nx * ny;
  for (let k = edge; k < nz - edge; k++) {
    for (let j = edge; j < ny - edge; j++) {
      const first = (k * ny + j) * nx + edge;
      const end = first + nx - 2 * edge;
      let here = u[from + first]!;
      let left = east[first - 1]! * (here - u[from + first - 1]!);
      for (let n = first; n < end; n++) {
        const next = u[from + n + 1]!;
        const right = east[n]! * (next - here);
        const inPlane = north[n]! * (u[from + n + nx]! - here) - north[n - nx]! * (here - u[from + n - nx]!);
        const across = up[n]! * (u[from + n + layer]! - here) - up[n - layer]! * (here - u[from + n - layer]!);
        out[to + n] = right - left + inPlane + across;
        left = right;
        here = next;
      }
    }
  }
}
