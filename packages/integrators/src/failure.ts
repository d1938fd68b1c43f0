import type { ProjectiveSolution } from "./projective/solve-projective.ts";
import type { Solution } from "./solution.ts";

/** Why a run ended before its end time. */
export type FailureCode =
  | "aborted"
  | "max-steps"
  | "step-too-small"
  | "nonfinite-rhs"
  | "nonfinite-state"
  | "nonlinear-failed"
  | "linear-failed"
  | "callback-threw"
  | "deadline";

/** How a run ended: at its end time, at a terminal event, because `onStep` said so, or by a failure. */
export type Status = "done" | "event" | "stopped" | FailureCode;

/**
 * A run that failed. Tell cases apart by `code`, never by `instanceof` across packages; what a user's callback threw is
 * kept in `cause`.
 */
export class IntegrationError extends Error {
  /** Always "IntegrationError". */
  override readonly name = "IntegrationError";
  /** Why the run ended. */
  readonly code: FailureCode;
  /** The time of the last good state, or of the failed evaluation when the message says so. */
  readonly t: number;
  /** Accepted steps before the failure. */
  readonly step: number;
  /**
   * What the run of `solve` or `solveProjective` that threw this had computed: its frames, and with `solve` the `restart`
   * from which `resume` goes on. Not enumerable, so that printing an error prints no arrays.
   */
  declare readonly partial?: Solution | ProjectiveSolution;

  constructor(code: FailureCode, t: number, step: number, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.t = t;
    this.step = step;
  }
}

/** The failure with what its run had computed; where runs are nested, that of the outermost. */
export function withPartial(error: IntegrationError, partial: Solution | ProjectiveSolution): IntegrationError {
  Reflect.defineProperty(error, "partial", { value: partial, configurable: true });
  return error;
}
