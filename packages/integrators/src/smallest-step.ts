/** Ten units in the last place of t: a step below this one would not move time reliably. */
export function smallestStep(t: number): number {
  return 10 * Number.EPSILON * Math.abs(t);
}

/**
 * The step to try at t for one that is planned: within `maxStep`, and lifted to twice the smallest, so that the next one is
 * not at once below it as t grows.
 */
export function boundedStep(planned: number, maxStep: number, t: number): number {
  const smallest = smallestStep(t);
  const h = Math.min(planned, maxStep);
  return h >= smallest ? h : 2 * smallest;
}
