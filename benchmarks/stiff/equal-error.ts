/** A run of a method at one tolerance. */
export interface Trial<Outcome> {
  readonly rtol: number;
  readonly error: number;
  readonly outcome: Outcome;
}

/** Tolerances tried are 10^(-k / 8): an eighth of a decade changes the error by a third. */
const PER_DECADE = 8;
const LOOSEST = 2 * PER_DECADE;
const TIGHTEST = 11 * PER_DECADE;

/**
 * Looks for the tolerance at which a method's error is nearest to `target`, in the logarithm, in at most `trials` runs:
 * from `start` by the distance that is missing, as if the error followed the tolerance, then the neighbours on that side.
 */
export async function nearestError<Outcome>(
  target: number,
  start: number,
  trials: number,
  run: (rtol: number) => Promise<{ readonly error: number; readonly outcome: Outcome }>,
): Promise<Trial<Outcome>> {
  const tried = new Map<number, Trial<Outcome>>();
  const distance = ({ error }: Trial<Outcome>): number => Math.abs(Math.log10(error / target));
  let best: Trial<Outcome> | undefined;
  let k = Math.round(-PER_DECADE * Math.log10(start));
  for (let trial = 0; trial < trials; trial++) {
    const rtol = 10 ** (-k / PER_DECADE);
    const found = { rtol, ...(await run(rtol)) };
    tried.set(k, found);
    if (best === undefined || distance(found) < distance(best)) best = found;
    const missing = Math.round(PER_DECADE * Math.log10(found.error / target));
    k += missing;
    const side = found.error > target ? 1 : -1;
    while (tried.has(k)) k += side;
    k = Math.min(TIGHTEST, Math.max(LOOSEST, k));
  }
  if (best === undefined || !(distance(best) < 2)) throw new Error(`no tolerance brings the error near ${target}`);
  return best;
}
