import { checkOptions, integer, lengthOf, positive } from "@hml/guard";

/** Options of `trappedFraction`. */
export interface TrappedFractionOptions {
  /** Number of independent runs. */
  readonly members: number;
  /** Frames of each run. */
  readonly frames: number;
  /** Frames in a window; frames left over at the end are not looked at. */
  readonly window: number;
  /** Activity below which a window counts as quiet, in the units of the data. */
  readonly bound: number;
}

/** What `trappedFraction` gives. */
export interface TrappedFraction {
  /** Share of the runs that are quiet in their last window: those that ended trapped. */
  readonly fraction: number;
  /** Share of the runs that are quiet, window by window. */
  readonly perWindow: Float64Array;
  /** Activity of each run in each window, `[member, window]`: the mean over the nodes of the standard deviation in time. */
  readonly activity: Float64Array;
}

/**
 * The share of long runs that end on a spurious quiet orbit: those whose activity in a window, the mean over the nodes
 * of the population standard deviation in time, is not at least `bound`. Runs are movies `[member, frame, node]`.
 *
 * Statistics pooled over all runs hardly show a few runs that stand still or go round a small orbit; this does. Take the
 * bound between the least activity of true runs over windows of that length and that of the quiet orbits. A run that is
 * no longer finite counts as trapped. Good values for Kuramoto-Sivashinsky at L = 22: windows of 200 time units and a
 * bound of 0.7, where true runs stay above 0.85 (their standard deviation over all time is 1.18).
 *
 * @throws RangeError for a wrong length, or a window that does not fit into the frames
 */
export function trappedFraction(movies: ArrayLike<number>, options: TrappedFractionOptions): TrappedFraction {
  const where = "trappedFraction";
  checkOptions(where, options, ["members", "frames", "window", "bound"]);
  const { members, frames, window, bound } = options;
  integer(where, "members", members, 1);
  integer(where, "frames", frames, 2);
  integer(where, "window", window, 2, frames);
  positive(where, "bound", bound);
  const n = lengthOf(where, "movies", movies);
  const nodes = n / (members * frames);
  if (n === 0 || !Number.isInteger(nodes)) {
    throw new RangeError(`${where}: movies must hold ${members} runs of ${frames} equal frames, got ${n} values`);
  }
  const windows = Math.floor(frames / window);
  const activity = new Float64Array(members * windows);
  const perWindow = new Float64Array(windows);
  for (let r = 0; r < members; r++) {
    for (let w = 0; w < windows; w++) {
      const from = (r * frames + w * window) * nodes;
      let sum = 0;
      for (let i = 0; i < nodes; i++) sum += deviation(movies, from + i, nodes, window);
      const mean = sum / nodes;
      activity[r * windows + w] = mean;
      if (!(mean >= bound && mean < Infinity)) perWindow[w] = perWindow[w]! + 1;
    }
  }
  for (let w = 0; w < windows; w++) perWindow[w] = perWindow[w]! / members;
  return Object.freeze({ fraction: perWindow[windows - 1]!, perWindow, activity });
}

/** Population standard deviation of `count` values from `from` in steps of `step`. */
function deviation(values: ArrayLike<number>, from: number, step: number, count: number): number {
  const first = values[from]!;
  let shift = 0;
  for (let k = 0; k < count; k++) shift += values[from + k * step]! - first;
  shift /= count;
  let square = 0;
  for (let k = 0; k < count; k++) {
    const d = values[from + k * step]! - first - shift;
    square += d * d;
  }
  return Math.sqrt(square / count);
}
