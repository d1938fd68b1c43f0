import { callable, finiteVector, integer, lengthOf, positive } from "@hml/guard";
import { IntegrationError } from "../failure.ts";
import { nonFiniteIndex } from "../finite.ts";
import type { Vec } from "../rhs.ts";
import { checkSize } from "../state-size.ts";
import type { TimeStepper } from "../time-stepper.ts";
import { type ProjectiveCounts, projectiveCounts } from "./projective-stats.ts";
import { chordSlope, type SampledSlope, type SlopeEstimator } from "./slope.ts";

/** How the bursts of a projective scheme are run and their slopes taken. */
export interface BurstOptions {
  /** Duration of a burst of the flow, positive: (k + 1) h in the literature, k damping steps and one for the chord. */
  readonly burst: number;
  /**
   * Duration of the last part of a burst, over which its slope is taken, in (0, burst]. Default: the flow's own step `dt`
   * when it has one no longer than the burst, else a quarter of the burst.
   */
  readonly chord?: number;
  /**
   * Slope from the two states of a chord, or from samples along it (`leastSquaresSlope` for noisy bursts,
   * `polynomialSlope` for smooth ones); default `chordSlope`.
   */
  readonly slope?: SlopeEstimator | SampledSlope;
}

/** Bursts of one flow with checked options. */
export interface Bursts {
  readonly size: number;
  readonly burst: number;
  readonly chord: number;
  /** The one array that the flow moves, so that a flow which keeps views of its state makes them once. */
  readonly state: Vec;
  /** Work so far. */
  readonly stats: ProjectiveCounts;
  /**
   * Moves `state` by one burst from `t`, writes the slope at its end into `out` and returns the time of that end. The
   * burst is that of `stage` (from 1) of the macro step from `from`, for the message of an IntegrationError.
   */
  run(t: number, out: Vec, stage: number, from: number): number;
  /** Moves `state` from `t0` to `t1` by the flow itself, a macro step from `from` without a leap. */
  flowOver(t0: number, t1: number, from: number): void;
}

/** What the slopes are taken of, where that is not the state of the flow itself. */
export interface Observed {
  /** Length of what is observed. */
  readonly size: number;
  /** Observes `fine`. */
  restrict(fine: Vec, out: Vec): void;
  /** The array that the flow moves. */
  readonly state: Vec;
  /** The counters to go on with. */
  readonly stats: ProjectiveCounts;
}

/**
 * Checks a flow and its burst options and makes the scratch. `later` are weights for the stages after the first, as many
 * as those of the first.
 */
export function bursts(
  where: string,
  flow: TimeStepper,
  options: BurstOptions,
  observed?: Observed,
  later?: SampledSlope,
): Bursts {
  callable(where, "flow.advance", flow?.advance);
  const size = checkSize(where, "flow.size", flow.size);
  const { burst, chord } = checkBurst(where, flow, options);
  const { slope = chordSlope } = options;
  const weights = typeof slope === "object" && slope !== null ? checkWeights(where, slope) : [];
  const estimate = typeof slope === "object" && slope !== null ? undefined : callable(where, "slope", slope);
  const laterWeights = later === undefined ? weights : checkWeights(where, later);
  const intervals = Math.max(1, weights.length - 1);
  const state = observed?.state ?? new Float64Array(size);
  const stats = observed?.stats ?? projectiveCounts();
  const before = new Float64Array(observed?.size ?? size);
  const after = observed === undefined ? state : new Float64Array(observed.size);

  /** Looks at the state: into `out`, or into `after`, which is the state itself where nothing else is observed. */
  function observe(out: Vec): void {
    if (observed !== undefined) observed.restrict(state, out);
    else if (out !== state) out.set(state);
  }

  function nonFinite(bad: number, what: string, from: number): IntegrationError {
    const message = `${where}: component ${bad} became ${state[bad]} in ${what}`;
    return new IntegrationError("nonfinite-state", from, stats.steps, message);
  }

  return {
    size,
    burst,
    chord,
    state,
    stats,
    run(t, out, stage, from) {
      const end = t + burst;
      const start = chord < burst ? end - chord : t;
      stats.bursts++;
      stats.flowTime += burst;
      if (start !== t) flow.advance(state, t, start);
      observe(before);
      if (estimate !== undefined) {
        flow.advance(state, start, end);
        observe(after);
        estimate(start, end, before, after, out);
      } else {
        const duration = end - start;
        const used = stage === 1 ? weights : laterWeights;
        out.fill(0);
        for (let j = 1; j <= intervals; j++) {
          const to = j === intervals ? end : start + (j / intervals) * duration;
          flow.advance(state, start + ((j - 1) / intervals) * duration, to);
          observe(after);
          const weight = used[j]! / duration;
          // Differences from the first sample: a constant part of the state costs no digits.
          for (let i = 0; i < out.length; i++) out[i] = out[i]! + weight * (after[i]! - before[i]!);
        }
      }
      const bad = nonFiniteIndex(state);
      if (bad < 0) return end;
      throw nonFinite(bad, `the burst of stage ${stage} from t = ${t}, in the macro step from t = ${from}`, from);
    },
    flowOver(t0, t1, from) {
      stats.flowSteps++;
      stats.flowTime += t1 - t0;
      if (t1 > t0) flow.advance(state, t0, t1);
      const bad = nonFiniteIndex(state);
      if (bad >= 0) throw nonFinite(bad, `the flow from t = ${t0} to ${t1}`, from);
    },
  };
}

/** The burst and the chord of checked options. */
export function checkBurst(
  where: string,
  flow: TimeStepper,
  options: BurstOptions,
): { readonly burst: number; readonly chord: number } {
  const burst = positive(where, "burst", options.burst);
  const { chord = flow.dt !== undefined && flow.dt <= burst ? flow.dt : burst / 4 } = options;
  positive(where, "chord", chord);
  if (!(chord <= burst)) {
    throw new RangeError(`${where}: chord must not be longer than the burst of ${burst}, got ${chord}`);
  }
  return { burst, chord };
}

/** Refuses a macro step forwards that is shorter than the burst; `dt` is not 0. */
export function checkMacroStep(where: string, dt: number, burst: number): void {
  if (dt >= burst * (1 - 1e-12) && dt < Infinity) return;
  if (dt < 0 && dt > -Infinity) return;
  throw new RangeError(
    `${where}: dt must be at least the burst of ${burst}, got ${dt}; take longer macro steps, a shorter burst, or the flow itself`,
  );
}

/** The weights of a sampled slope, which must give 0 for a constant and 1 for the time over the chord's duration. */
export function checkWeights(where: string, { weights }: SampledSlope): readonly number[] {
  const samples = lengthOf(where, "slope.weights", weights);
  integer(where, "length of slope.weights", samples, 2);
  finiteVector(where, "slope.weights", weights);
  let sum = 0;
  let slope = 0;
  for (let j = 0; j < samples; j++) {
    sum += weights[j]!;
    slope += (weights[j]! * j) / (samples - 1);
  }
  // Sums of doubles of size 1: far above their round-off and far below any wrong weight.
  if (!(Math.abs(sum) < 1e-9 && Math.abs(slope - 1) < 1e-9)) {
    throw new RangeError(
      `${where}: slope.weights must sum to 0, and to 1 when multiplied by j / (samples - 1), got ${sum} and ${slope}`,
    );
  }
  return Array.from(weights);
}
