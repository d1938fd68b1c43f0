import { type FailureCode, IntegrationError } from "../failure.ts";
import { nonFiniteIndex } from "../finite.ts";
import type { NewtonOutcome, Stage, StageNewton } from "./newton.ts";

/** How one try at an implicit step failed. */
export type StepFailure = Exclude<NewtonOutcome, "converged"> | "singular" | "inaccurate" | "bounded";

const FAILURES: Readonly<Record<StepFailure, readonly [FailureCode, string]>> = {
  nonfinite: ["nonfinite-rhs", ""],
  singular: ["linear-failed", "I - c df/du stays singular however small the step; check the Jacobian"],
  diverged: ["nonlinear-failed", "Newton's iteration fails however small the step; check the Jacobian and its band"],
  inaccurate: ["step-too-small", "the error test fails however small the step; is the right-hand side continuous?"],
  bounded: ["step-too-small", "maxStep is below 20 spacings of t, too short to move time reliably"],
};

/** The error that ends a run of an implicit method whose step fails however small it is. */
export function stepError(
  method: string,
  cause: StepFailure,
  where: {
    readonly t: number;
    readonly steps: number;
    /** The step in words, for the message. */
    readonly at: string;
    readonly stage: Pick<Stage, "t" | "slope">;
    readonly newton: Pick<StageNewton, "slope">;
  },
): IntegrationError {
  const [code, why] = FAILURES[cause];
  const what = cause === "nonfinite" ? notFinite(where.stage, where.newton) : why;
  return new IntegrationError(code, where.t, where.steps, `${method}: ${what} (${where.at})`);
}

/** Which component of the right-hand side was not finite, and where; else it was the Jacobian. */
function notFinite(stage: Pick<Stage, "t" | "slope">, newton: Pick<StageNewton, "slope">): string {
  for (const { slope } of [stage, newton]) {
    const bad = nonFiniteIndex(slope);
    if (bad >= 0) return `rhs gave ${slope[bad]} in component ${bad} at t = ${stage.t}, however small the step`;
  }
  return `the Jacobian is not finite at t = ${stage.t}, however small the step`;
}
