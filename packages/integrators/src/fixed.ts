import { callable, positive } from "@hml/guard";
import { equalSteps } from "./equal-steps.ts";
import { IntegrationError } from "./failure.ts";
import { nonFiniteIndex } from "./finite.ts";
import type { Method, MethodRun, RunStart } from "./method.ts";
import { innerState, restoredState, savedState } from "./method-state.ts";
import type { Rhs, Vec } from "./rhs.ts";
import type { Scheme } from "./stepper.ts";

/**
 * A scheme with fixed steps as a method: the span is cut into the fewest equal steps no longer than `dt`, so its end is
 * hit exactly. Tolerances and step bounds do not apply to it.
 *
 * `saveAt` does not change the steps: frames between their ends come from the cubic Hermite interpolant of the states and
 * slopes at both ends (two evaluations for the first such step, one for each next), whose error is O(dt^4). A state that
 * is not finite ends the run at once.
 *
 * Begin with a `dt` of a tenth of the shortest time in which the solution changes, inside the scheme's stable range; halve it,
 * and take the change of the result, over 2^order - 1, for its error.
 *
 * @throws TypeError or RangeError for a `scheme` that is no function, a `dt` that is not positive, and, when the run
 * starts, a `dt` too small to move time
 */
export function fixed(scheme: Scheme, dt: number): Method {
  callable("fixed", "scheme", scheme);
  positive("fixed", "dt", dt);
  return { name: "fixed", start: (run) => startRun(scheme, dt, run) };
}

function startRun(scheme: Scheme, dt: number, { problem, t0, t1, u0, stats }: RunStart): MethodRun {
  const { size } = problem;
  const rhs: Rhs = (t, u, out) => {
    stats.rhs++;
    problem.rhs(t, u, out);
  };
  const steps = equalSteps("fixed", scheme(rhs, size), t0, Float64Array.of(t1), dt, u0, stats);
  let before: Vec = new Float64Array(size);
  let after: Vec = new Float64Array(size);
  // Whether `after` holds the slope at the end of the last step, and of the step before it.
  let slopesReady = false;
  let slopeCarried = false;

  function slopeAt(t: number, u: Vec, out: Vec): void {
    rhs(t, u, out);
    const bad = nonFiniteIndex(out);
    if (bad >= 0) throw nonFinite(t, bad, out[bad]!);
  }

  function nonFinite(t: number, component: number, value: number): IntegrationError {
    const what = `rhs gave ${value} in component ${component} at t = ${t}`;
    return new IntegrationError("nonfinite-rhs", steps.t, stats.steps, `fixed: ${what}`);
  }

  /** Slopes at both ends of the last step. */
  function slopes(): void {
    if (slopesReady) return;
    if (slopeCarried) [before, after] = [after, before];
    else slopeAt(steps.tPrevious, steps.uPrevious, before);
    slopeCarried = false;
    slopeAt(steps.t, steps.u, after);
    slopesReady = true;
  }

  /**
   * A failed step once more with every evaluation looked at: the state is to blame only when all of them were finite
   * while the state again was not.
   */
  function diagnosed(failure: IntegrationError): IntegrationError {
    let found: IntegrationError | undefined;
    const watched: Rhs = (t, u, out) => {
      rhs(t, u, out);
      const bad = nonFiniteIndex(out);
      if (bad >= 0 && nonFiniteIndex(u) < 0) found ??= nonFinite(t, bad, out[bad]!);
    };
    const once = equalSteps("fixed", scheme(watched, size), steps.t, Float64Array.of(t1), dt, steps.u.slice(), {
      steps: 0,
    });
    try {
      once.step();
    } catch {
      return found ?? failure;
    }
    const what = `${failure.message}, but not when the step was repeated: rhs is no function of (t, u) alone`;
    return new IntegrationError("nonfinite-rhs", failure.t, failure.step, what);
  }

  return {
    get t() {
      return steps.t;
    },
    get u() {
      return steps.u;
    },
    get tPrevious() {
      return steps.tPrevious;
    },
    step() {
      try {
        steps.step();
        slopeCarried = slopesReady;
        slopesReady = false;
      } catch (error) {
        throw error instanceof IntegrationError && error.code === "nonfinite-state" ? diagnosed(error) : error;
      }
    },
    at(time, out) {
      if (time === steps.t) {
        out.set(steps.u);
        return;
      }
      slopes();
      hermite(steps.tPrevious, steps.t, steps.uPrevious, steps.u, before, after, time, out);
    },
    save() {
      const numbers = { slopes: Number(slopesReady), carried: Number(slopeCarried) };
      return { ...savedState(numbers, { before, after }), inner: steps.save() };
    },
    restore(state) {
      const numbers = restoredState("fixed", state, ["slopes", "carried"], { before, after });
      steps.restore(innerState("fixed", state));
      slopesReady = numbers.slopes === 1;
      slopeCarried = numbers.carried === 1;
    },
    keep() {
      slopes();
      const [from, to] = [steps.tPrevious, steps.t];
      const [u, v, f, g] = [steps.uPrevious.slice(), steps.u.slice(), before.slice(), after.slice()];
      return (time, out) => hermite(from, to, u, v, f, g, time, out);
    },
  };
}

/** The cubic with values u, v and slopes f, g at the times `from`, `to`. */
function hermite(from: number, to: number, u: Vec, v: Vec, f: Vec, g: Vec, time: number, out: Vec): void {
  const h = to - from;
  const x = (time - from) / h;
  const y = 1 - x;
  const wu = y * y * (1 + 2 * x);
  const wv = x * x * (3 - 2 * x);
  const wf = h * x * y * y;
  const wg = -h * x * x * y;
  for (let i = 0; i < out.length; i++) out[i] = wu * u[i]! + wv * v[i]! + wf * f[i]! + wg * g[i]!;
}
