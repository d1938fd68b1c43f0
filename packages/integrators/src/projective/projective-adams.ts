import { checkOptions } from "@hml/guard";
import { lastStep } from "../last-step.ts";
import type { Vec } from "../rhs.ts";
import type { TimeStepper } from "../time-stepper.ts";
import { type BurstOptions, bursts, checkMacroStep } from "./burst.ts";
import type { ProjectiveStepper } from "./projective-stats.ts";

/**
 * Projective Adams-Bashforth 2 (PAB2): one burst a macro step, order 2.
 *
 * With burst T, chord c, macro step D, B_n the state after the burst from u_n, s_n the slope of its chord and R = D - T:
 *
 *   u_(n+1) = B_n + R [(1 + w) s_n - w s_(n-1)],  w = (R + c) / (2 D),
 *
 * which takes the slope, known at the middle of each chord, to the middle of the leap. Half the bursts of PRK2
 * (`projective` with `midpointTableau`) at the same order. A step that does not continue the last one (another time, dt or
 * state) starts anew by projective forward Euler, whose single error is O(D^2). Not a flow of its state alone, so
 * compare runs with the same steps only, and do not nest it: bind it again for each run. When the burst covers the macro
 * step, the flow itself runs over it, and `stats.flowSteps` counts it. A negative D goes back in time, as in `projective`.
 *
 * The error floor and good starting values for burst and chord are those of `projective`; the memory leaves less room for
 * slow rates alpha: D below 1 / alpha, half the Euler bound.
 *
 * Source: Gear, Kevrekidis, Theodoropoulos 2002, Comput. Chem. Eng. 26, 941 (projective Adams methods); the weights here
 * follow from the times of the slopes.
 *
 * @param flow - any time-stepper; it is only ever asked to move forwards
 * @returns a stepper that owns its scratch and its memory; its `step` throws a RangeError when `dt` is positive but shorter
 * than the burst (a `dt` of zero copies the state), and an IntegrationError (nonfinite-state) when a burst leaves the finite
 * numbers
 * @throws TypeError or RangeError for bad options
 */
export function projectiveAdams(flow: TimeStepper, options: BurstOptions): ProjectiveStepper {
  checkOptions("projectiveAdams", options, ["burst", "chord", "slope"]);
  const { size, burst, chord, state, stats, run, flowOver } = bursts("projectiveAdams", flow, options);
  let slope: Vec = new Float64Array(size);
  let previous: Vec = new Float64Array(size);
  const last = lastStep(size);
  const { given } = last;

  return {
    size,
    order: 2,
    stats,
    step(t, dt, u, out) {
      if (dt === 0) {
        if (out !== u) out.set(u);
        return;
      }
      checkMacroStep("projectiveAdams", dt, burst);
      const continued = last.continuedBy(t, dt, u);
      state.set(u);
      if (dt > 0 && burst >= dt * (1 - 1e-12)) {
        flowOver(t, t + dt, t);
        out.set(state);
        stats.steps++;
        return;
      }
      const leap = t + dt - run(t, slope, 1, t);
      const w = continued ? (leap + chord) / (2 * dt) : 0;
      for (let i = 0; i < size; i++) {
        given[i] = state[i]! + leap * ((1 + w) * slope[i]! - w * previous[i]!);
      }
      out.set(given);
      [slope, previous] = [previous, slope];
      last.gave(t, dt);
      stats.steps++;
    },
  };
}
