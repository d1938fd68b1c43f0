import { checkOptions, finiteVector, float64, integer } from "@hml/guard";
import { advanceTo } from "./advance-to.ts";
import { firstCall } from "./first-call.ts";
import type { Method, Problem } from "./method.ts";
import {
  checkMethod,
  checkProblem,
  checkSpan,
  checkStepBounds,
  checkTolerances,
  type StepBounds,
  type Tolerances,
} from "./run-options.ts";
import type { TimeStepper } from "./time-stepper.ts";

/** Options of `adaptive`. */
export interface AdaptiveOptions extends Tolerances, StepBounds {
  /** The method: `dopri5()`, `bdf()`, ... */
  readonly method: Method;
  /** Cap on accepted steps of one advance, default 1,000,000. */
  readonly maxSteps?: number;
}

/**
 * The flow map of u' = f(t, u) by an adaptive method: a black-box fine solver for `projective` or `coarse`. Every advance
 * is a fresh run from t0 to t1, which needs no memory of the last one: its start may be any state. Tolerances are those of
 * `solve`. An error e of the flow over a chord T is one of e / T in a slope of `projective`: keep it below what you accept.
 *
 * @throws TypeError or RangeError for bad arguments when built, and in `advance` for a state of wrong length or not finite;
 * `advance` throws the IntegrationError of a run that fails and then leaves the state as it was
 */
export function adaptive(problem: Problem, options: AdaptiveOptions): TimeStepper {
  checkOptions("adaptive", options, ["method", "rtol", "atol", "maxSteps", "firstStep", "maxStep"]);
  const { method, maxSteps = 1_000_000 } = options;
  checkProblem("adaptive", problem);
  checkMethod("adaptive", method);
  integer("adaptive", "maxSteps", maxSteps, 1);
  const { size } = problem;
  const tolerances = checkTolerances("adaptive", options, size);
  const bounds = checkStepBounds("adaptive", options);
  return {
    size,
    advance(u, t0, t1) {
      float64("adaptive", "u", u, size);
      finiteVector("adaptive", "u", u);
      checkSpan("adaptive", [t0, t1]);
      if (t0 === t1) return;
      const stats = { steps: 0, rejected: 0, rhs: 0, rhsForJacobian: 0, jacobians: 0, factorisations: 0 };
      const u0 = u.slice();
      const f0 = firstCall("adaptive", problem.rhs, t0, u0);
      const run = method.start({ problem, t0, t1, u0, f0, ...tolerances, ...bounds, stats });
      advanceTo("adaptive", "a callback", run, () => run.step(), { t1, maxSteps, stats });
      u.set(run.u);
    },
  };
}
