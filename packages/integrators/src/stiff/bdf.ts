import { checkOptions, integer } from "@hml/guard";
import type { Method } from "../method.ts";
import { BdfRun } from "./bdf-run.ts";
import { bdfFormulas, HIGHEST_ORDER } from "./difference-table.ts";
import { type JacobianShape, jacobianShape } from "./jacobian.ts";
import { type MatrixFree, matrixFree } from "./matrix-free.ts";

/** Options of `bdf`. */
export interface BdfOptions {
  /** Highest order used, 1 to 5; default 5. Orders 3 to 5 are not A-stable: take 2 for eigenvalues near i R. */
  readonly maxOrder?: number;
  /**
   * Shape of df/du for difference Jacobians, default `"dense"`; not used when the problem brings its own Jacobian. One
   * space dimension with nearest neighbours is `{ lower: 1, upper: 1 }`, on a ring `{ lower: 1, upper: 1, periodic: true }`.
   * Or `{ krylov: "gmres" }`, which never forms df/du and does not use the problem's.
   */
  readonly jacobian?: JacobianShape | MatrixFree;
  /** Shampine and Reichelt's modified formulas (default), or `false` for the classical BDFs. */
  readonly ndf?: boolean;
}

/**
 * The variable-order NDF/BDF method of orders 1 to 5 in quasi-constant steps, for stiff problems:
 *
 *   sum_(m=1..k) 1/m nabla^m u_(n+1) = h f(t_(n+1), u_(n+1)) + kappa gamma_k (u_(n+1) - predictor).
 *
 * The past is a table of backward differences on the current step; a new step or order is chosen after k + 1 equal
 * steps, and the table is rescaled. Each step is solved by simplified Newton iteration with dense or banded LU, or with
 * GMRES and products with the Jacobian at the predictor. A Jacobian matrix is refreshed only when Newton fails, and
 * refactored when the step or the order changes. The error of a step is kept below 1 in the root mean square of
 * error_i / (atol_i + rtol |u_i|). Dense output is the polynomial of degree k through the last k + 1 values, by Newton's
 * backward formula; the times of events are as accurate as the solution, not more (4e-10 for sin t at rtol 1e-10).
 *
 * A run fails with `nonfinite-rhs` after 10 halvings in succession, `linear-failed` after 10 singular matrices,
 * `nonlinear-failed` or `step-too-small` when Newton or the error test takes the step below 10 ulp of the time.
 * Start with rtol 1e-6; the global error is usually 1 to 50 times rtol.
 *
 * @throws TypeError / RangeError for bad options, or for a Jacobian that does not fit the problem (at the start).
 * Source: Shampine, Reichelt, The MATLAB ODE suite, SIAM J. Sci. Comput. 18 (1997) 1.
 */
export function bdf(options: BdfOptions = {}): Method {
  checkOptions("bdf", options, ["maxOrder", "jacobian", "ndf"]);
  const { maxOrder = HIGHEST_ORDER, jacobian = "dense", ndf = true } = options;
  integer("bdf", "maxOrder", maxOrder, 1, HIGHEST_ORDER);
  if (typeof ndf !== "boolean") throw new TypeError(`bdf: ndf must be true or false, got ${String(ndf)}`);
  const krylov = jacobian !== null && typeof jacobian === "object" && "krylov" in jacobian;
  const shape = krylov ? matrixFree("bdf", jacobian) : jacobianShape("bdf", jacobian);
  const formulas = bdfFormulas(ndf);
  return {
    name: "bdf",
    start: (run) => new BdfRun(run, maxOrder, shape, formulas),
  };
}
