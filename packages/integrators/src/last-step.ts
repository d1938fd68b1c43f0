import type { Vec } from "./rhs.ts";

/** What a scheme that remembers one step gave last, to tell whether another step continues it. */
export interface LastStep {
  /** The state that the last step gave; the scheme writes it. */
  readonly given: Vec;
  /** Whether the step of `dt` from (t, u) continues the last one, which is then forgotten: should the step throw, nothing does. */
  continuedBy(t: number, dt: number, u: Vec): boolean;
  /** `given` now holds what the step of `dt` from t gave. */
  gave(t: number, dt: number): void;
}

/** No step yet, of a state of `size` numbers. */
export function lastStep(size: number): LastStep {
  const given = new Float64Array(size);
  let end = Number.NaN;
  let length = Number.NaN;

  function matches(t: number, dt: number, u: Vec): boolean {
    // Times and steps agree to the rounding of times, which at dt << t is far above that of dt.
    const slack = 1e-12 * Math.abs(dt) + 4 * Number.EPSILON * Math.abs(t);
    if (!(Math.abs(t - end) <= slack && Math.abs(dt - length) <= slack)) return false;
    for (let i = 0; i < size; i++) if (u[i] !== given[i]) return false;
    return true;
  }

  return {
    given,
    continuedBy(t, dt, u) {
      const continued = matches(t, dt, u);
      end = Number.NaN;
      return continued;
    },
    gave(t, dt) {
      end = t + dt;
      length = dt;
    },
  };
}
