/**
 * The fewest equal steps no longer than `dt` from `t0` to `t1`, at least 1. The slack, a relative 1e-12 and two spacings
 * of the times, keeps round-off in `t1 - t0` from adding a step: at t = 1 a span of 1e-7 is known to nine digits only.
 */
export function stepCount(t0: number, t1: number, dt: number): number {
  const spacing = 2 * Number.EPSILON * Math.max(Math.abs(t0), Math.abs(t1));
  return Math.max(1, Math.ceil(((Math.abs(t1 - t0) - spacing) / dt) * (1 - 1e-12)));
}
