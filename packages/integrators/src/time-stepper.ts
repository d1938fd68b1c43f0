import { float64, integer, positive } from "@hml/guard";
import type { Vec } from "./rhs.ts";
import { stepCount } from "./step-count.ts";
import type { Stepper } from "./stepper.ts";

/**
 * A black-box flow map u(t0) -> u(t1), in place. Everything that moves in time is one of these: a fine solver, patches
 * under a coupling, lift-heal-run-restrict, a learned law, an ensemble.
 */
export interface TimeStepper {
  /** Length of the state. */
  readonly size: number;
  /** Longest step within an advance, for flows that repeat one; `projective` takes it for its chord by default. */
  readonly dt?: number;
  /** Moves `u` from `t0` to `t1`, in place. */
  advance(u: Vec, t0: number, t1: number): void;
}

/**
 * Repeats a stepper with steps no longer than `dt`: the interval is cut into the fewest equal steps, so the end is hit
 * exactly and the result does not depend on a short last step. Round-off in `t1 - t0` adds no step.
 */
export function timeStepper(stepper: Stepper, dt: number): TimeStepper {
  positive("timeStepper", "dt", dt);
  return {
    size: stepper.size,
    dt,
    advance(u, t0, t1) {
      const span = t1 - t0;
      if (span === 0) return;
      const steps = stepCount(t0, t1, dt);
      const h = span / steps;
      for (let k = 0; k < steps; k++) stepper.step(t0 + k * h, h, u, u);
    },
  };
}

/** `members` independent copies of one flow, state `[member, ...state]`; member views are made once per state array. */
export function ensemble(member: TimeStepper, members: number): TimeStepper {
  integer("ensemble", "members", members, 1);
  const size = integer("ensemble", "members * member.size", members * member.size, 1);
  let owner: Vec | undefined;
  let views: Vec[] = [];
  return {
    size,
    ...(member.dt === undefined ? {} : { dt: member.dt }),
    advance(u, t0, t1) {
      if (u !== owner) {
        float64("ensemble", "u", u, size);
        views = Array.from({ length: members }, (_, k) => u.subarray(k * member.size, (k + 1) * member.size));
        owner = u;
      }
      for (const view of views) member.advance(view, t0, t1);
    },
  };
}
