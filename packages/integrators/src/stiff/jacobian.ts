import { callable, checkOptions, integer } from "@hml/guard";
import { nonFiniteIndex } from "../finite.ts";
import type { RunStart } from "../method.ts";
import type { Vec } from "../rhs.ts";
import { bandedLu } from "./banded-lu.ts";
import { denseLu } from "./dense-lu.ts";
import { LARGEST_MATRIX, type LinearSolver } from "./linear-solver.ts";

/** A band of df/du: f_i depends on u_j for j from i - lower to i + upper only. */
export interface JacobianBand {
  /** Number of subdiagonals. */
  readonly lower: number;
  /** Number of superdiagonals. */
  readonly upper: number;
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
}

/** Square root of the unit round-off: the relative increment that balances truncation and rounding of a difference. */
const INCREMENT = Math.sqrt(Number.EPSILON);

/** Refuses anything but a Jacobian shape. */
export function checkJacobianShape(where: string, shape: JacobianShape): void {
  if (shape === "dense") return;
  checkOptions(where, shape, ["lower", "upper"], 'jacobian, unless it is "dense",');
  integer(where, "jacobian.lower", shape.lower);
  integer(where, "jacobian.upper", shape.upper);
}

/**
 * The user's Jacobian where the problem has one, else forward differences: `size` calls of the right-hand side for a
 * dense Jacobian, `lower + upper + 1` for a banded one, whose columns j, j + lower + upper + 1, ... share no row.
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
    if (shape === "dense") return differences(run, denseSolver(where, size), size - 1, size - 1, true);
    const lower = integer(where, "jacobian.lower", shape.lower, 0, size - 1);
    const upper = integer(where, "jacobian.upper", shape.upper, 0, size - 1);
    return differences(run, bandedLu(size, lower, upper), lower, upper, false);
  }
  callable(where, "problem.jacobian.evaluate", jacobian.evaluate);
  const { lower, upper } = jacobian;
  if ((lower === undefined) !== (upper === undefined)) {
    throw new TypeError(`${where}: problem.jacobian must have both lower and upper, or neither; zero is a bandwidth`);
  }
  const banded = lower !== undefined && upper !== undefined;
  if (banded) {
    integer(where, "problem.jacobian.lower", lower, 0, size - 1);
    integer(where, "problem.jacobian.upper", upper, 0, size - 1);
  }
  const solver = banded ? bandedLu(size, lower, upper) : denseSolver(where, size);
  const matrix = new Float64Array(size * (banded ? lower + upper + 1 : size));
  return {
    matrix,
    band: banded ? { lower, upper } : undefined,
    solver,
    refresh(t, u) {
      stats.jacobians++;
      matrix.fill(0);
      jacobian.evaluate(t, u, matrix);
      return nonFiniteIndex(matrix) < 0;
    },
  };
}

/** A dense solver; where it would not fit, the advice to declare a band. */
function denseSolver(where: string, size: number): LinearSolver {
  if (size * size > LARGEST_MATRIX) {
    const gigabytes = Math.round((8 * size * size) / 1e8) / 10;
    throw new RangeError(
      `${where}: a dense Jacobian of ${size} unknowns must not exceed 1 GB, got ${gigabytes} GB; declare its band by jacobian: { lower, upper }`,
    );
  }
  return denseLu(size);
}

function differences(
  run: RunStart,
  solver: LinearSolver,
  lower: number,
  upper: number,
  dense: boolean,
): JacobianSource {
  const { rhs, size } = run.problem;
  const { stats } = run;
  const direction = run.t1 < run.t0 ? -1 : 1;
  const groups = Math.min(dense ? size : lower + upper + 1, size);
  const matrix = new Float64Array(size * (dense ? size : lower + upper + 1));
  // Below a relative tolerance of 1e-8 the quotient would say more about the tolerance than about the unknown.
  const floor = run.atol.map((atol) => atol / Math.max(run.rtol, 1e-8));
  const shifted = new Float64Array(size);
  const slope = new Float64Array(size);
  return {
    matrix,
    band: dense ? undefined : { lower, upper },
    solver,
    refresh(t, u, f) {
      stats.jacobians++;
      let largest = 0;
      for (let i = 0; i < size; i++) largest = Math.max(largest, Math.abs(u[i]!));
      for (let group = 0; group < groups; group++) {
        shifted.set(u);
        for (let j = group; j < size; j += groups) {
          const scale = Math.max(Math.abs(u[j]!), floor[j]!) || largest || 1;
          shifted[j] = u[j]! + (direction * f[j]! < 0 ? -scale : scale) * INCREMENT;
        }
        rhs(t, shifted, slope);
        stats.rhsForJacobian++;
        for (let j = group; j < size; j += groups) {
          const inverse = 1 / (shifted[j]! - u[j]!);
          const last = Math.min(size - 1, j + lower);
          for (let i = Math.max(0, j - upper); i <= last; i++) {
            matrix[dense ? i * size + j : (upper + i - j) * size + j] = (slope[i]! - f[i]!) * inverse;
          }
        }
      }
      return nonFiniteIndex(matrix) < 0;
    },
  };
}
