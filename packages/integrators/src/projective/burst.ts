import { callable, finiteVector, integer, lengthOf, positive } from "@hml/guard";
import type { Vec } from "../rhs.ts";
import { checkSize } from "../state-size.ts";
import type { TimeStepper } from "../time-stepper.ts";
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
   * Slope from the two states of a chord, or from samples along it (`leastSquaresSlope` for noisy bursts); default
   * `chordSlope`.
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
  /** Moves `state` by one burst from `t`, writes the slope at its end into `out` and returns the time of that end. */
  run(t: number, out: Vec): number;
}

/** Checks a flow and its burst options and makes the scratch. */
export function bursts(where: string, flow: TimeStepper, options: BurstOptions): Bursts {
  callable(where, "flow.advance", flow?.advance);
  const size = checkSize(where, "flow.size", flow.size);
  const { burst, slope = chordSlope } = options;
  positive(where, "burst", burst);
  const { chord = flow.dt !== undefined && flow.dt <= burst ? flow.dt : burst / 4 } = options;
  positive(where, "chord", chord);
  if (!(chord <= burst)) {
    throw new RangeError(`${where}: chord must not be longer than the burst of ${burst}, got ${chord}`);
  }
  const weights = typeof slope === "object" && slope !== null ? checkWeights(where, slope) : [];
  const estimate = typeof slope === "object" && slope !== null ? undefined : callable(where, "slope", slope);
  const intervals = Math.max(1, weights.length - 1);
  const before = new Float64Array(size);
  const state = new Float64Array(size);
  return {
    size,
    burst,
    chord,
    state,
    run(t, out) {
      const end = t + burst;
      const start = chord < burst ? end - chord : t;
      if (start !== t) flow.advance(state, t, start);
      before.set(state);
      if (estimate !== undefined) {
        flow.advance(state, start, end);
        estimate(start, end, before, state, out);
        return end;
      }
      const duration = end - start;
      out.fill(0);
      for (let j = 1; j <= intervals; j++) {
        const from = start + ((j - 1) / intervals) * duration;
        flow.advance(state, from, j === intervals ? end : start + (j / intervals) * duration);
        const weight = weights[j]! / duration;
        // Differences from the first sample: a constant part of the state costs no digits.
        for (let i = 0; i < size; i++) out[i] = out[i]! + weight * (state[i]! - before[i]!);
      }
      return end;
    },
  };
}

/** The weights of a sampled slope, which must give 0 for a constant and 1 for the time over the chord's duration. */
function checkWeights(where: string, { weights }: SampledSlope): readonly number[] {
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
