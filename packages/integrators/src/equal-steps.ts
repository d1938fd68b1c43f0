import { IntegrationError } from "./failure.ts";
import { nonFiniteIndex } from "./finite.ts";
import { type MethodState, restoredState, savedState } from "./method-state.ts";
import type { Vec } from "./rhs.ts";
import { stepCount } from "./step-count.ts";
import type { Stepper } from "./stepper.ts";

/** A stepper on its way through a list of stops. */
export interface EqualSteps {
  /** Time reached. */
  readonly t: number;
  /** State at `t`, a view. */
  readonly u: Vec;
  /** Start of the last step. */
  readonly tPrevious: number;
  /** State at `tPrevious` after a step, a view. */
  readonly uPrevious: Vec;
  /** One step towards the next stop. */
  step(): void;
  /** What the steps to come depend on; the stepper's own memory, where it has one, is left out. */
  save(): MethodState;
  /** Goes on from a saved state, which must lie at a stop or within a stretch between the same stops. */
  restore(state: MethodState): void;
}

/**
 * Moves `stepper` from `t0` through `stops`: each stretch is cut into the fewest equal steps no longer than `dt`
 * and every stop is hit exactly. `u0` is kept and overwritten.
 *
 * @throws RangeError before any step when `dt` would not move time
 */
export function equalSteps(
  where: string,
  stepper: Stepper,
  t0: number,
  stops: Vec,
  dt: number,
  u0: Vec,
  stats: { steps: number },
): EqualSteps {
  let from = t0;
  for (const to of stops) {
    const largest = Math.max(Math.abs(from), Math.abs(to));
    const h = Math.abs(to - from) / stepCount(from, to, dt);
    if (to !== from && !(largest + h > largest)) {
      throw new RangeError(`${where}: dt must move time, but t + dt === t for dt = ${dt} at t = ${largest}`);
    }
    from = to;
  }
  let stop = 0;
  let start = t0;
  let taken = 0;
  let t = t0;
  let tPrevious = t0;
  let u = u0;
  let next: Vec = new Float64Array(u0.length);
  return {
    get t() {
      return t;
    },
    get u() {
      return u;
    },
    get tPrevious() {
      return tPrevious;
    },
    get uPrevious() {
      return next;
    },
    step() {
      const end = stops[stop]!;
      const steps = stepCount(start, end, dt);
      const h = (end - start) / steps;
      stepper.step(t, h, u, next);
      const bad = nonFiniteIndex(next);
      if (bad >= 0) {
        const what = `component ${bad} became ${next[bad]} in the step from t = ${t} to ${t + h}`;
        throw new IntegrationError("nonfinite-state", t, stats.steps, `${where}: ${what}`);
      }
      tPrevious = t;
      [u, next] = [next, u];
      taken++;
      stats.steps++;
      if (taken < steps) {
        t = start + taken * h;
        return;
      }
      t = end;
      start = end;
      taken = 0;
      stop++;
    },
    save() {
      const end = taken === 0 ? start : stops[stop]!;
      const steps = taken === 0 ? 0 : stepCount(start, end, dt);
      return savedState({ t, tPrevious, start, end, taken, steps }, { u, from: next });
    },
    restore(state) {
      const names = ["t", "tPrevious", "start", "end", "taken", "steps"] as const;
      const saved = restoredState(where, state, names, { u, from: next });
      const ahead = stops.findIndex((time) =>
        stops[stops.length - 1]! < t0 ? time < saved.start : time > saved.start,
      );
      const same = stops[ahead] === saved.end && stepCount(saved.start, saved.end, dt) === saved.steps;
      if (saved.taken !== 0 && !same) {
        const was = `the ${saved.steps} equal steps from ${saved.start} to ${saved.end}, of which ${saved.taken} were taken`;
        throw new RangeError(`${where}: resume needs ${was}; give the same span, saveAt and dt`);
      }
      ({ t, tPrevious, start, taken } = saved);
      stop = ahead;
    },
  };
}
