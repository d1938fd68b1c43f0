import {
  histogram,
  jointDensity,
  l1JointDensity,
  nad,
  periodicDerivatives,
  type PeriodicDerivatives,
  spatialSpectrum,
  spectrumErrorDb,
  temporalSpectrum,
  trappedFraction,
  validPredictionTime,
  wasserstein1,
} from "@hml/metrics";
import { PAPER, TRAP } from "./study.ts";

const { points, length } = PAPER;

/** Runs side by side: movies [member, frame, node]. */
export interface Movies {
  readonly u: Float32Array;
  readonly members: number;
  readonly frames: number;
  /** Time between frames. */
  readonly spacing: number;
}

/** Statistics of runs, for figures. */
export interface Climate {
  /** Shares of states in the bins of `STATE_BINS`. */
  readonly states: Float64Array;
  /** Shares of (u_x, u_xx) in the cells of `JOINT`. */
  readonly joint: Float64Array;
  /** Power of wavenumbers 0 to 32, and of frequencies. */
  readonly spatial: Float64Array;
  readonly temporal: Float64Array;
  /** Activity of each run in each window, sorted from the quietest. */
  readonly activity: Float64Array;
}

/** What forecasts are worth. */
export interface Judgement {
  readonly climate: Climate;
  /** Times of frames, and the mean and standard deviation over the members of NAD(t). */
  readonly t: Float64Array;
  readonly nad: Float64Array;
  readonly nadDeviation: Float64Array;
  /** Mean of NAD(t) over all times. */
  readonly mnad: number;
  /** Time until the mean NAD is no longer below 0.1. */
  readonly below: number;
  /** Valid prediction time of each member, threshold 0.5. */
  readonly validTimes: Float64Array;
  /** Wasserstein distance of the distribution of states, pooled over all runs, and the mean of those run by run. */
  readonly wasserstein: number;
  readonly wassersteinByRun: number;
  /** L1 distance of the densities of (u_x, u_xx), 100 x 100 cells. */
  readonly joint: number;
  /** Largest differences of the spectra in decibels, where the truth is within 30 dB of its largest power. */
  readonly spatialDb: number;
  readonly temporalDb: number;
  /** Share of the runs that are trapped in any window, and in the last. */
  readonly trapped: number;
  readonly trappedAtEnd: number;
  /** Share of the runs that stay finite, below `LARGE`. */
  readonly finite: number;
}

/** Bins of the figures. */
export const STATE_BINS = { bins: 80, range: [-3.5, 3.5] } as const;
export const JOINT = { bins: 70, xRange: [-3.5, 3.5], yRange: [-3.5, 3.5] } as const;

/** Three times the largest value of the truth. */
const LARGE = 10;

/** Mean NAD below which a forecast counts as good. */
const BOUND = 0.1;

/** Statistics of runs, and the activity by window. */
export function climateOf(movies: Movies, derivatives = derivativesOf(movies)): Climate {
  const { u, members, frames } = movies;
  const temporal = averaged(members, (m) => temporalSpectrum(movie(movies, m), frames));
  const counts = histogram(u, { bins: STATE_BINS.bins, range: STATE_BINS.range }).counts;
  const total = u.length;
  return {
    states: Float64Array.from(counts, (count) => count / total),
    joint: jointDensity({ x: derivatives.ux, y: derivatives.uxx }, JOINT).shares,
    spatial: spatialSpectrum(u, members * frames),
    temporal,
    activity: activityOf(movies).activity.toSorted(),
  };
}

function activityOf({ u, members, frames, spacing }: Movies): ReturnType<typeof trappedFraction> {
  const window = Math.min(frames, Math.round(TRAP.window / spacing));
  return trappedFraction(u, { members, frames, window, bound: TRAP.bound });
}

/** Judges forecasts by the truth, frame for frame. */
export function judge(forecast: Movies, truth: Movies, deviation: number): Judgement {
  const { members, frames, spacing } = forecast;
  const derivatives = derivativesOf(forecast);
  const trueDerivatives = derivativesOf(truth);
  const climate = climateOf(forecast, derivatives);
  const trueClimate = climateOf(truth, trueDerivatives);
  const sigma = new Float64Array(points).fill(deviation);
  const mean = new Float64Array(frames);
  const square = new Float64Array(frames);
  const validTimes = new Float64Array(members);
  let [byRun, finite] = [0, 0];
  for (let m = 0; m < members; m++) {
    const [p, y] = [movie(forecast, m), movie(truth, m)];
    const curve = nad(p, y, frames);
    for (let k = 0; k < frames; k++) {
      mean[k]! += curve[k]! / members;
      square[k]! += curve[k]! ** 2 / members;
    }
    validTimes[m] = validPredictionTime(p, y, { frames, dt: spacing, sigma }).time;
    byRun += wasserstein1(p, y) / members;
    if (p.every((value) => Math.abs(value) < LARGE)) finite++;
  }
  const { activity, fraction } = activityOf(forecast);
  const windows = activity.length / members;
  const quiet = Array.from({ length: members }, (_, m) =>
    activity.subarray(m * windows, (m + 1) * windows).some((value) => !(value >= TRAP.bound)),
  ).filter(Boolean).length;
  const first = mean.findIndex((value) => !(value < BOUND));
  return {
    climate,
    t: Float64Array.from({ length: frames }, (_, k) => k * spacing),
    nad: mean,
    nadDeviation: square.map((value, k) => Math.sqrt(Math.max(0, value - mean[k]! ** 2))),
    mnad: mean.reduce((sum, value) => sum + value, 0) / frames,
    below: crossing(mean, first, spacing),
    validTimes,
    wasserstein: wasserstein1(forecast.u, truth.u),
    wassersteinByRun: byRun,
    joint: l1JointDensity(pairs(derivatives), pairs(trueDerivatives)),
    spatialDb: spectrumErrorDb(climate.spatial, trueClimate.spatial).max,
    temporalDb: spectrumErrorDb(climate.temporal, trueClimate.temporal).max,
    trapped: quiet / members,
    trappedAtEnd: fraction,
    finite: finite / members,
  };
}

/** The movie of one member. */
export function movie({ u, frames }: Movies, m: number): Float32Array {
  return u.subarray(m * frames * points, (m + 1) * frames * points);
}

/** Every `stride`-th frame. */
export function sampled({ u, members, frames, spacing }: Movies, stride: number): Movies {
  if (stride === 1) return { u, members, frames, spacing };
  const kept = Math.floor((frames - 1) / stride) + 1;
  const out = new Float32Array(members * kept * points);
  for (let m = 0; m < members; m++) {
    for (let k = 0; k < kept; k++) {
      const from = (m * frames + k * stride) * points;
      out.set(u.subarray(from, from + points), (m * kept + k) * points);
    }
  }
  return { u: out, members, frames: kept, spacing: spacing * stride };
}

/** Where a curve rises through the bound, between frames `at - 1` and `at`; the end where it never does. */
function crossing(curve: Float64Array, at: number, spacing: number): number {
  if (at < 0) return (curve.length - 1) * spacing;
  if (at === 0) return 0;
  const [before, after] = [curve[at - 1]!, curve[at]!];
  return (at - 1 + (BOUND - before) / (after - before)) * spacing;
}

function derivativesOf({ u, members, frames }: Movies): PeriodicDerivatives {
  return periodicDerivatives(u, { frames: members * frames, extent: length });
}

function pairs({ ux, uxx }: PeriodicDerivatives): { readonly x: Float64Array; readonly y: Float64Array } {
  return { x: ux, y: uxx };
}

function averaged(count: number, of: (k: number) => Float64Array): Float64Array {
  const mean = of(0).map((value) => value / count);
  for (let k = 1; k < count; k++) of(k).forEach((value, i) => (mean[i]! += value / count));
  return mean;
}
