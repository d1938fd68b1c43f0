import type { Vec } from "../rhs.ts";

/** States of the micro solver one after the other, for training. */
export interface MicroTrajectory {
  /** Time of the first state. */
  readonly t0: number;
  /** Time from a state to the next. */
  readonly dt: number;
  /** Number of states. */
  readonly frames: number;
  /** The states as they are encoded, `[time, member, size]`: a view that is overwritten, to be copied if it is to be kept. */
  readonly states: Vec;
}

/** Collects states until the row ends. */
export interface TrajectoryRecorder {
  /** Whether a row has begun. */
  readonly open: boolean;
  /** One more state; the first one is at time `t`. */
  add(t: number, state: Vec): void;
  /** Ends the row: what it holds, or nothing when it has no step. */
  take(): MicroTrajectory | undefined;
}

/** Room for rows of `frames` states of `size` numbers. */
export function trajectoryRecorder(frames: number, size: number, dt: number): TrajectoryRecorder {
  const states = new Float64Array(frames * size);
  let count = 0;
  let t0 = 0;
  return {
    get open() {
      return count > 0;
    },
    add(t, state) {
      if (count === 0) t0 = t;
      states.set(state, count * size);
      count++;
    },
    take() {
      const taken = count;
      count = 0;
      return taken < 2 ? undefined : { t0, dt, frames: taken, states: states.subarray(0, taken * size) };
    },
  };
}
