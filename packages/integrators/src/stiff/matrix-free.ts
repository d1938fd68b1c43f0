import { callable, checkOptions, integer, positive, show } from "@hml/guard";
import type { RunStart } from "../method.ts";
import type { Vec } from "../rhs.ts";
import { gmres } from "./gmres.ts";
import type { JacobianSource } from "./jacobian.ts";
import type { Stage } from "./newton.ts";
import { weightedRms } from "./weighted-norm.ts";

/** An approximate inverse of I - c df/du, as a preconditioner sets it up. */
export interface PreconditionerSolver {
  /** Writes the approximate solution of (I - c df/du) x = r into `out`, which never aliases `r`; `r` is left alone. */
  solve(r: Vec, out: Vec): void;
}

/**
 * Sets up an approximate inverse of I - c df/du near (t, u). Called when c has changed, or when the iteration no longer
 * converges; `u` is overwritten later, so copy what is kept of it. c has the sign of the step.
 */
export type Preconditioner = (t: number, u: Vec, c: number) => PreconditionerSolver;

/**
 * Newton's equations solved by GMRES, with products J v in place of the matrix J = df/du. For many unknowns without a narrow
 * band, as in two and three dimensions or with long-range couplings.
 */
export interface MatrixFree {
  /** The iteration: restarted GMRES, preconditioned from the right. */
  readonly krylov: "gmres";
  /** Approximate inverse of I - c df/du; without one stiff problems need many products. */
  readonly preconditioner?: Preconditioner;
  /** df/du at (t, u) times v, into `out`; differences of the right-hand side are taken when absent. */
  readonly product?: (t: number, u: Vec, v: Vec, out: Vec) => void;
  /**
   * Relative noise eta of the right-hand side, default 2^-52. The difference (f(u + e v) - f(u))/e is taken with
   * e = sqrt(eta) (1 + |u|)/|v|, in the norm of the error test. Not used with `product`.
   */
  readonly noise?: number;
  /** Vectors of GMRES between restarts, default 30; as many are kept. */
  readonly restart?: number;
}

/** Part of Newton's tolerance that the linear iteration may leave. */
const LINEAR_PART = 0.05;

/** Options of our own, checked. */
export function matrixFree(where: string, options: MatrixFree): MatrixFree {
  const known = ["krylov", "preconditioner", "product", "noise", "restart"];
  checkOptions(where, options, known, "jacobian");
  const { krylov, preconditioner, product, noise = Number.EPSILON, restart = 30 } = options;
  if (krylov !== "gmres") throw new TypeError(`${where}: jacobian.krylov must be "gmres", got ${show(krylov)}`);
  if (preconditioner !== undefined) callable(where, "jacobian.preconditioner", preconditioner);
  if (product !== undefined) callable(where, "jacobian.product", product);
  positive(where, "jacobian.noise", noise);
  if (noise > 1) throw new RangeError(`${where}: jacobian.noise must be at most 1, got ${noise}; it is relative`);
  integer(where, "jacobian.restart", restart, 1);
  return {
    krylov,
    ...(preconditioner && { preconditioner }),
    ...(product && { product }),
    noise,
    restart,
  };
}

/**
 * A Jacobian that is known by its products: `matrix` holds only the point (u, t) at which the preconditioner was set up,
 * `linearise` says where products are taken.
 *
 * A solve that does not reach 0.05 `tolerance` in the weighted norm fills its vector with NaN, which Newton's iteration
 * takes as divergence. A difference is counted as a right-hand side for the Jacobian; a set-up as a factorisation.
 *
 * Source: Brown, Hindmarsh, J. Comput. Phys. 63 (1986) 310 (matrix-free BDF); Knoll, Keyes, J. Comput. Phys. 193 (2004) 357.
 */
export function matrixFreeSource(where: string, run: RunStart, options: MatrixFree, tolerance: number): JacobianSource {
  const { problem, stats } = run;
  const { size, rhs } = problem;
  const { preconditioner, product, noise = Number.EPSILON, restart = 30 } = options;
  const increment = Math.sqrt(noise);
  const iteration = gmres(size, restart);
  const matrix = new Float64Array(size + 1);
  const setUpAt = matrix.subarray(0, size);
  const shifted = new Float64Array(size);
  let point: Pick<Stage, "t" | "predictor" | "slope" | "weights"> | undefined;
  let sizeOfPoint = 0;
  let inverse: PreconditionerSolver | undefined;
  let c = 0;

  function difference(v: Vec, out: Vec): void {
    const { t, predictor, slope, weights } = point!;
    const length = weightedRms(v, weights);
    const e = length > 0 ? (increment * (1 + sizeOfPoint)) / length : 1;
    for (let i = 0; i < size; i++) shifted[i] = predictor[i]! + e * v[i]!;
    rhs(t, shifted, out);
    stats.rhsForJacobian++;
    const quotient = 1 / e;
    for (let i = 0; i < size; i++) out[i] = (out[i]! - slope[i]!) * quotient;
  }

  function apply(v: Vec, out: Vec): void {
    if (product === undefined) difference(v, out);
    else product(point!.t, point!.predictor, v, out);
    for (let i = 0; i < size; i++) out[i] = v[i]! - c * out[i]!;
  }

  const precondition = (r: Vec, out: Vec): void => inverse!.solve(r, out);

  return {
    matrix,
    band: undefined,
    solver: {
      size,
      factor(at, _shift, scale) {
        c = -scale;
        if (preconditioner !== undefined) {
          if (at !== matrix) matrix.set(at);
          inverse = preconditioner(matrix[size]!, setUpAt, c);
          callable(where, "preconditioner(t, u, c).solve", inverse?.solve);
        }
        return "factored";
      },
      solve(b) {
        const preconditioned = inverse === undefined ? undefined : precondition;
        if (!iteration.solve(apply, preconditioned, point!.weights, b, LINEAR_PART * tolerance)) b.fill(Number.NaN);
      },
    },
    refresh(t, u) {
      setUpAt.set(u);
      matrix[size] = t;
      return true;
    },
    linearise(stage) {
      point = stage;
      sizeOfPoint = weightedRms(stage.predictor, stage.weights);
    },
  };
}
