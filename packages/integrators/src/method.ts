import type { MethodState } from "./method-state.ts";
import type { Rhs, Vec } from "./rhs.ts";

/** du/dt = f(t, u), and its Jacobian df/du where the user has one. */
export interface Problem {
  /** The right-hand side. */
  readonly rhs: Rhs;
  /** Number of unknowns. */
  readonly size: number;
  /** df/du, used by stiff methods; differences are taken when it is absent. */
  readonly jacobian?: Jacobian;
}

/**
 * df/du at (t, u), written into `out` (zero on entry): dense row-major `[size, size]`, or, when `lower` and `upper`
 * bandwidths are given, banded by diagonals `[lower + upper + 1, size]` with df_i/du_j at row `upper + i - j`, column
 * `j` (the layout of LAPACK and of SciPy's `solve_banded`). With `periodic` i - j counts modulo `size`.
 */
export interface Jacobian {
  /** Number of subdiagonals; absent (with `upper`) for a dense Jacobian. */
  readonly lower?: number;
  /** Number of superdiagonals; absent (with `lower`) for a dense Jacobian. */
  readonly upper?: number;
  /** Whether the band goes round, as on a lattice closed to a ring; needs lower + upper + 1 < size. */
  readonly periodic?: boolean;
  /** Fills `out`. */
  evaluate(t: number, u: Vec, out: Vec): void;
}

/** Work counted over a run. */
export interface Stats {
  /** Accepted steps. */
  readonly steps: number;
  /** Rejected steps. */
  readonly rejected: number;
  /** Evaluations of the right-hand side, those for difference Jacobians left out. */
  readonly rhs: number;
  /** Evaluations of the right-hand side spent on difference Jacobians. */
  readonly rhsForJacobian: number;
  /** Jacobian evaluations. */
  readonly jacobians: number;
  /** Matrix factorisations. */
  readonly factorisations: number;
  /** Switches between a non-stiff and a stiff method; counted by `automatic` alone. */
  readonly switches?: number;
}

/** What a method is given when a run starts; `u0` and `stats` are the run's own. */
export interface RunStart {
  /** The problem. */
  readonly problem: Problem;
  /** Start time. */
  readonly t0: number;
  /** End time, different from `t0`. */
  readonly t1: number;
  /** Initial state; the method may keep and overwrite it. */
  readonly u0: Vec;
  /** f(t0, u0), finite, already evaluated and counted; a method may use it in place of its own first call. */
  readonly f0?: Vec;
  /** Relative tolerance. */
  readonly rtol: number;
  /** Absolute tolerance per component, length `size`. */
  readonly atol: Vec;
  /** First step, positive; the method chooses when absent. */
  readonly firstStep?: number;
  /** Largest step, positive, possibly Infinity. */
  readonly maxStep: number;
  /** Counters that the method increments. */
  readonly stats: { -readonly [K in keyof Stats]: Stats[K] };
}

/** A run in progress, driven by `solve`. Time may run backwards (`t1 < t0`). */
export interface MethodRun {
  /** Time reached. */
  readonly t: number;
  /** State at `t`: a view that the next `step` may overwrite. */
  readonly u: Vec;
  /** Start of the last accepted step. */
  readonly tPrevious: number;
  /**
   * One accepted step towards `t1`, never past it. Throws an IntegrationError; `t` and `u` then still hold the last good
   * state. A non-finite right-hand side rejects the step at most 10 times in succession.
   */
  step(): void;
  /** The state at a time within [tPrevious, t], at the method's dense-output order. */
  at(t: number, out: Vec): void;
  /** The interpolant of the last step, kept beyond the next one; `dense: true` collects these. */
  keep(): (t: number, out: Vec) => void;
  /**
   * Right after a step, before dense output is asked for, writes two rates that its slopes show: the largest |lambda| of
   * df/du, and |f(t) - f(tPrevious)| / (dt |f|), the relative change of the slope per time. Methods with a
   * `stabilityBound` have it.
   */
  rates?(out: Vec): void;
  /**
   * All that the steps to come depend on, copied; after a step that failed, as it was before that step, but for a
   * Jacobian that the step had renewed.
   */
  save(): MethodState;
  /**
   * Puts a run that has just been started, with the same problem and options, into a saved state: the steps that follow
   * have the bits they would have had there. A TypeError or RangeError refuses a state of another kind or size.
   */
  restore(state: MethodState): void;
}

/** An integration method with its own options: `dopri5()`, `bdf()`, `fixed(rk4, dt)`. */
export interface Method {
  /** The method's name, for messages. */
  readonly name: string;
  /** Explicit methods that measure stiffness: the largest |dt lambda| at which a step is stable, for real lambda < 0. */
  readonly stabilityBound?: number;
  /**
   * Begins a run. A TypeError or RangeError thrown here reports bad arguments, so the problem's functions are called
   * from `step` on, never here.
   */
  start(run: RunStart): MethodRun;
}
