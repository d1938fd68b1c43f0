/** Ten units in the last place of t: a step below this one would not move time reliably. */
export function smallestStep(t: number): number {
  return 10 * Number.EPSILON * Math.abs(t);
}
