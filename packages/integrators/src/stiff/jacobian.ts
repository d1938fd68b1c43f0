import { checkOptions, integer, show } from "@hml/guard";
import { nonFiniteIndex } from "../finite.ts";
import { checkWritten } from "../first-call.ts";
import type { RunStart } from "../method.ts";
import type { Vec } from "../rhs.ts";
import { checkJacobian } from "../run-options.ts";
import { bandedLu } from "./banded-lu.ts";
import { cyclicBandedLu } from "./cyclic-lu.ts";
import { denseLu } from "./dense-lu.ts";
import { LARGEST_MATRIX, type LinearSolver } from "./linear-solver.ts";
import type { Stage } from "./newton.ts";

/** A band of df/du: f_i depends on u_j for j from i - lower to i + upper only. */
export interface JacobianBand {
  /** Number of subdiagonals. */
  readonly lower: number;
  /** Number of superdiagonals. */
  readonly upper: number;
  /** Whether the band goes round: i - j counts modulo the number of unknowns, as on a lattice closed to a ring. */
  readonly periodic?: boolean;
}

/** The shape of df/du where differences are taken. */
export type JacobianShape = "dense" | JacobianBand;

/** df/du of a running problem, in the layout that `solver` factors. */
export interface JacobianSource {
  /** df/du as last refreshed. */
  readonly matrix: Vec;
  /** The band in which `matrix` is stored by diagonals; undefined where it is dense. */
  readonly band: JacobianBand | undefined;
  /** Solver for shift I + scale df/du. */
  readonly solver: LinearSolver;
  /** Evaluates df/du at (t, u), where f = f(t, u); false when it is not finite. */
  refresh(t: number, u: Vec, f: Vec): boolean;
  /**
   * Where df/du is never formed: products with it are taken at `predictor`, whose right-hand side is `slope`, in the solves
   * to come. `refresh` then evaluates nothing.
   */
  linearise?(stage: Pick<Stage, "t" | "predictor" | "slope" | "weights">): void;
}

/** How a matrix is stored: by diagonals in a band, or dense, row by row. */
interface Layout {
  readonly size: number;
  readonly lower: number;
  readonly upper: number;
  readonly periodic: boolean;
  readonly dense: boolean;
}

/** Square root of the unit round-off: the relative increment that balances truncation and rounding of a difference. */
const INCREMENT = Math.sqrt(Number.EPSILON);

/** A Jacobian shape of our own, checked. */
export function jacobianShape(where: string, shape: JacobianShape): JacobianShape {
  if (shape === "dense") return shape;
  checkOptions(where, shape, ["lower", "upper", "periodic"], 'jacobian, unless it is "dense",');
  const { lower, upper, periodic = false } = shape;
  integer(where, "jacobian.lower", lower);
  integer(where, "jacobian.upper", upper);
  if (typeof periodic !== "boolean") {
    throw new TypeError(`${where}: jacobian.periodic must be true or false, got ${show(periodic)}`);
  }
  return { lower, upper, periodic };
}

/**
 * The user's Jacobian where the problem has one, else forward differences: `size` calls of the right-hand side for a
 * dense Jacobian, `lower + upper + 1` for a banded one, whose columns j, j + lower + upper + 1, ... share no row. Round a
 * ring of n unknowns columns that share no row are at most q = floor(n / (lower + upper + 1)), so ceil(n / q) calls.
 *
 * The first call of the user's is checked: it must write the matrix, return nothing and leave `u` alone.
 *
 * A periodic band that covers the whole matrix is kept dense.
 *
 * Increments are sqrt(eps) max(|u_j|, atol_j/rtol), in the direction in which u_j moves.
 *
 * @throws RangeError / TypeError for a Jacobian that does not fit the problem.
 * Source: Curtis, Powell, Reid, J. Inst. Maths Applics 13 (1974) 117 (column groups).
 */
export function jacobianSource(where: string, run: RunStart, shape: JacobianShape): JacobianSource {
  const { problem, stats } = run;
  const { size, jacobian } = problem;
  if (jacobian === undefined) {
    const layout = shape === "dense" ? denseLayout(size) : bandLayout(where, "jacobian", size, shape);
    return differences(run, layout, solverFor(where, layout));
  }
  checkJacobian(where, jacobian, size);
  const { lower, upper, periodic = false } = jacobian;
  const banded = lower !== undefined && upper !== undefined;
  const layout = banded ? bandLayout(where, "problem.jacobian", size, { lower, upper, periodic }) : denseLayout(size);
  const solver = solverFor(where, layout);
  const matrix = matrixOf(layout);
  let checked = false;
  return {
    matrix,
    band: bandOf(layout),
    solver,
    refresh(t, u) {
      stats.jacobians++;
      matrix.fill(0);
      if (checked) jacobian.evaluate(t, u, matrix);
      else {
        const before = u.slice();
        const returned: unknown = jacobian.evaluate(t, u, matrix);
        checkWritten(`${where}: problem.jacobian.evaluate`, returned, matrix, before, u);
        checked = true;
      }
      return nonFiniteIndex(matrix) < 0;
    },
  };
}

function denseLayout(size: number): Layout {
  return { size, lower: size - 1, upper: size - 1, periodic: false, dense: true };
}

function bandLayout(where: string, name: string, size: number, band: JacobianBand): Layout {
  const lower = integer(where, `${name}.lower`, band.lower, 0, size - 1);
  const upper = integer(where, `${name}.upper`, band.upper, 0, size - 1);
  const periodic = band.periodic === true;
  return periodic && lower + upper + 1 >= size ? denseLayout(size) : { size, lower, upper, periodic, dense: false };
}

function bandOf({ dense, lower, upper, periodic }: Layout): JacobianBand | undefined {
  return dense ? undefined : { lower, upper, periodic };
}

function matrixOf({ size, lower, upper, dense }: Layout): Vec {
  return new Float64Array(size * (dense ? size : lower + upper + 1));
}

/** A solver for the layout; where a dense one would not fit, the advice to declare a band. */
function solverFor(where: string, { size, lower, upper, periodic, dense }: Layout): LinearSolver {
  if (!dense) return periodic ? cyclicBandedLu(size, lower, upper) : bandedLu(size, lower, upper);
  if (size * size > LARGEST_MATRIX) {
    const gigabytes = Math.round((8 * size * size) / 1e8) / 10;
    throw new RangeError(
      `${where}: a dense Jacobian of ${size} unknowns must not exceed 1 GB, got ${gigabytes} GB; declare its band by jacobian: { lower, upper }`,
    );
  }
  return denseLu(size);
}

/**
 * Cuts the columns into blocks, [start of block 0, of block 1, ..., size]: columns at equal places within their blocks
 * share no row. Blocks are as long as the band is wide; round a ring they are up to one longer, so that the last is not
 * shorter.
 */
function columnBlocks({ size, lower, upper, periodic, dense }: Layout): Int32Array {
  const width = dense ? size : Math.min(size, lower + upper + 1);
  const blocks = periodic ? Math.floor(size / width) : Math.ceil(size / width);
  return Int32Array.from({ length: blocks + 1 }, (_, b) =>
    periodic ? Math.floor((b * size) / blocks) : Math.min(size, b * width),
  );
}

function differences(run: RunStart, layout: Layout, solver: LinearSolver): JacobianSource {
  const { rhs } = run.problem;
  const { stats } = run;
  const { size, lower, upper, dense } = layout;
  const direction = run.t1 < run.t0 ? -1 : 1;
  const starts = columnBlocks(layout);
  const blocks = starts.length - 1;
  let groups = 0;
  for (let b = 0; b < blocks; b++) groups = Math.max(groups, starts[b + 1]! - starts[b]!);
  const matrix = matrixOf(layout);
  // Below a relative tolerance of 1e-8 the quotient would say more about the tolerance than about the unknown.
  const floor = run.atol.map((atol) => atol / Math.max(run.rtol, 1e-8));
  const shifted = new Float64Array(size);
  const slope = new Float64Array(size);

  /** Column j from what its increment did to the right-hand side. */
  function fill(j: number, inverse: number, f: Vec): void {
    const first = layout.periodic ? j - upper : Math.max(0, j - upper);
    const last = layout.periodic ? j + lower : Math.min(size - 1, j + lower);
    for (let row = first; row <= last; row++) {
      const i = row < 0 ? row + size : row < size ? row : row - size;
      matrix[dense ? i * size + j : (upper + row - j) * size + j] = (slope[i]! - f[i]!) * inverse;
    }
  }

  return {
    matrix,
    band: bandOf(layout),
    solver,
    refresh(t, u, f) {
      stats.jacobians++;
      let largest = 0;
      for (let i = 0; i < size; i++) largest = Math.max(largest, Math.abs(u[i]!));
      for (let group = 0; group < groups; group++) {
        shifted.set(u);
        for (let b = 0; b < blocks; b++) {
          const j = starts[b]! + group;
          if (j >= starts[b + 1]!) continue;
          const scale = Math.max(Math.abs(u[j]!), floor[j]!) || largest || 1;
          shifted[j] = u[j]! + (direction * f[j]! < 0 ? -scale : scale) * INCREMENT;
        }
        rhs(t, shifted, slope);
        stats.rhsForJacobian++;
        for (let b = 0; b < blocks; b++) {
          const j = starts[b]! + group;
          if (j < starts[b + 1]!) fill(j, 1 / (shifted[j]! - u[j]!), f);
        }
      }
      return nonFiniteIndex(matrix) < 0;
    },
  };
}
