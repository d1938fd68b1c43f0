import { callable, checkOptions, copyFinite, positive } from "@hml/guard";
import type { Vec } from "../rhs.ts";
import { type ProjectiveStats, projectiveCounts } from "./projective-stats.ts";
import {
  type BurstReading,
  guardedSample,
  lastState,
  nearRoundOff,
  readBurst,
  sampleSlope,
  type ToolboxBurst,
} from "./toolbox-burst.ts";

/** Options of `pirk2` and `pirk4`. */
export interface ToolboxOptions {
  /** Duration of a burst, positive: `bT` of the toolbox. */
  readonly burst: number;
}

/** What `pirk2` and `pirk4` return. */
export interface ToolboxSolution {
  /** The times that were asked for. */
  readonly t: Vec;
  /** States at these times, `[time, ...state]`; the first is the initial state as given. */
  readonly u: Vec;
  /** Number of times and length of a state: the shape of `u`. */
  readonly shape: readonly [times: number, size: number];
  /** Work done; `flowSteps` counts the macro steps over which one burst ran instead. */
  readonly stats: ProjectiveStats;
  /**
   * Bursts whose last two samples differ by less than 1e-8 of their size, time included: round-off in their slopes is
   * significant. (The toolbox prints a warning.)
   */
  readonly roundOffBursts: number;
}

/** Stage times and weights of a scheme in units of the time that is left after the first burst. */
interface ToolboxScheme {
  readonly name: string;
  readonly c: readonly number[];
  readonly b: readonly number[];
  /** Whether slopes go back to the sample nearest to a least duration, not to the last but one. */
  readonly guarded: boolean;
}

const PIRK2: ToolboxScheme = { name: "pirk2", c: [0, 1], b: [1 / 2, 1 / 2], guarded: true };
const PIRK4: ToolboxScheme = {
  name: "pirk4",
  c: [0, 1 / 2, 1 / 2, 1],
  b: [1 / 6, 1 / 3, 1 / 3, 1 / 6],
  guarded: false,
};

/**
 * Projective integration as `PIRK2` of the Equation-Free toolbox does it, for comparisons and for who comes from there;
 * for new work take `projective` with `heunTableau`, or `solveProjective`.
 *
 * First a burst of duration T relaxes the initial state, and the true start moves by T. A macro step to t_j runs a burst to
 * x_1, which leaves D; d_1 is its slope; a second burst from x_1 + (D - T) d_1, D later than the first, gives d_2; the new
 * state is x_1 + D (d_1 + d_2) / 2. Where two bursts would cover the macro step, one burst runs over it whole. A slope is
 * that of the last sample of a burst against the one nearest to min(T / 10, sqrt(1e-15 max rms)) before it.
 * Times may decrease: bursts still run forwards.
 *
 * Source: Roberts, Maclean, Bunder, Equation-Free function toolbox (github.com/uoa1184615/EquationFreeGit); Maclean, Bunder,
 * Roberts 2021, Numer. Algorithms 87.
 *
 * @param burst - the micro solver
 * @param times - times of the states, finite, strictly increasing or strictly decreasing, at least two
 * @param u0 - initial state, finite; copied
 * @throws TypeError or RangeError for bad arguments and for a burst that returns no samples of the right shape;
 * IntegrationError (nonfinite-state) that names the stage whose burst left the finite numbers
 */
export function pirk2(
  burst: ToolboxBurst,
  times: ArrayLike<number>,
  u0: ArrayLike<number>,
  options: ToolboxOptions,
): ToolboxSolution {
  return run(PIRK2, burst, times, u0, options);
}

/**
 * Projective integration as `PIRK4` of the Equation-Free toolbox does it; see `pirk2`, from which it differs so: slopes d_2
 * and d_3 from x_1 + (D / 2 - T) d, bursts D / 2 later than the first; d_4 from x_1 + (D - T) d_3; weights 1, 2, 2, 1 over
 * 6; one burst runs over the macro step where four would cover it; slopes of the last two samples always. It shows no order
 * 4: stages start late by part of a burst, and slopes are those of one micro step.
 *
 * Source: as for `pirk2`.
 *
 * @param burst - the micro solver
 * @param times - times of the states, finite, strictly increasing or strictly decreasing, at least two
 * @param u0 - initial state, finite; copied
 * @throws as `pirk2`
 */
export function pirk4(
  burst: ToolboxBurst,
  times: ArrayLike<number>,
  u0: ArrayLike<number>,
  options: ToolboxOptions,
): ToolboxSolution {
  return run(PIRK4, burst, times, u0, options);
}

function run(
  { name, c, b, guarded }: ToolboxScheme,
  burst: ToolboxBurst,
  times: ArrayLike<number>,
  u0: ArrayLike<number>,
  options: ToolboxOptions,
): ToolboxSolution {
  callable(name, "burst", burst);
  checkOptions(name, options, ["burst"]);
  const duration = positive(name, "burst", options.burst);
  const t = checkTimes(name, times);
  const start = copyFinite(name, "u0", u0);
  const size = start.length;
  const stages = c.length;
  const stats = projectiveCounts();
  const states = new Float64Array(t.length * size);
  const slopes = c.map((): Vec => new Float64Array(size));
  const first = new Float64Array(size);
  const x = start.slice();
  let roundOffBursts = 0;

  function ran(from: number, state: Vec, span: number, stage: number): BurstReading {
    const reading = readBurst(name, burst, from, state, span, stage, stats.steps);
    stats.bursts++;
    stats.flowTime += reading.end - reading.start;
    return reading;
  }

  function runStage(s: number, from: number, state: Vec): BurstReading {
    const reading = ran(from, state, duration, s + 1);
    sampleSlope(reading, guarded ? guardedSample(reading, size) : reading.count - 2, slopes[s]!);
    if (nearRoundOff(reading, size)) roundOffBursts++;
    return reading;
  }

  function macroStep(from: number, to: number): void {
    const reading = runStage(0, from, x);
    lastState(reading, first);
    const left = to - reading.end;
    const length = reading.end - reading.start;
    for (let s = 1; s < stages; s++) {
      const ahead = c[s]! * left;
      for (let i = 0; i < size; i++) x[i] = first[i]! + (ahead - length) * slopes[s - 1]![i]!;
      runStage(s, from + ahead, x);
    }
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let s = 0; s < stages; s++) sum += b[s]! * slopes[s]![i]!;
      x[i] = first[i]! + left * sum;
    }
  }

  states.set(start);
  const relaxed = ran(t[0]!, start, duration, 0);
  lastState(relaxed, x);
  let from = relaxed.end;
  for (let j = 1; j < t.length; j++) {
    const span = t[j]! - from;
    if (span > 0 && stages * duration >= span) {
      lastState(ran(from, x, span, 0), x);
      stats.flowSteps++;
    } else {
      macroStep(from, t[j]!);
    }
    stats.steps++;
    states.set(x, j * size);
    from = t[j]!;
  }
  return Object.freeze({
    t,
    u: states,
    shape: Object.freeze([t.length, size] as const),
    stats: Object.freeze(stats),
    roundOffBursts,
  });
}

/** A copy of the times, which must all move one way. */
function checkTimes(where: string, times: ArrayLike<number>): Vec {
  const t = copyFinite(where, "times", times);
  if (t.length < 2) throw new RangeError(`${where}: times must be two or more, got ${t.length}`);
  const direction = Math.sign(t[1]! - t[0]!);
  for (let j = 1; j < t.length; j++) {
    if (direction * (t[j]! - t[j - 1]!) > 0) continue;
    throw new RangeError(
      `${where}: times must all increase or all decrease, got times[${j}] = ${t[j]} after ${t[j - 1]}`,
    );
  }
  return t;
}
