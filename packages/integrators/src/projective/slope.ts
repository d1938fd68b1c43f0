import type { Vec } from "../rhs.ts";

/**
 * Estimates du/dt at the end of a burst from its states `before` at t0 and `after` at t1, and writes it into `out`. May use
 * `t0` and `t1`, writes neither state.
 */
export type SlopeEstimator = (t0: number, t1: number, before: Vec, after: Vec, out: Vec) => void;

/** The slope of the chord, (after - before) / (t1 - t0): the estimate of Gear and Kevrekidis (2003). */
export const chordSlope: SlopeEstimator = (t0, t1, before, after, out) => {
  const duration = t1 - t0;
  for (let i = 0; i < out.length; i++) out[i] = (after[i]! - before[i]!) / duration;
};
