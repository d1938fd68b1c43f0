import { callable, checkOptions, copyFinite, finite, integer, positive } from "@hml/guard";
import { IntegrationError } from "../failure.ts";
import { nonFiniteIndex } from "../finite.ts";
import type { Vec } from "../rhs.ts";
import { checkSize } from "../state-size.ts";
import type { TimeStepper } from "../time-stepper.ts";

/** Options of `adviseBurst`. */
export interface BurstAdviceOptions {
  /** The chord h at which the flow is sampled, positive; default the flow's own step `dt`, and needed when it has none. */
  readonly chord?: number;
  /** Chords in the long burst, an integer from 8 to 1,000,000; default 200. */
  readonly samples?: number;
  /** Time at which the burst starts, default 0. */
  readonly t?: number;
  /** Macro step D that you want, positive; default sqrt(6 tolerance) / (slow rate). */
  readonly macroStep?: number;
  /** Damping steps k that you want, an integer from 1; default as few as the macro step needs, plus one. */
  readonly damping?: number;
  /**
   * Relative error (alpha D)^2 / 6 that a scheme of order 2 makes in the slow rate, in (0, 1), for the default macro step;
   * default 0.01.
   */
  readonly tolerance?: number;
}

/** What `adviseBurst` measured, and bursts that suit it. */
export interface BurstAdvice {
  /** Slowest rate beta of the fast modes that the burst showed, per unit of time; Infinity when one chord removes them. */
  readonly fastRate: number;
  /** Rate alpha of what is left, |du'/dt| / |u'| at the end of the burst; 0 when the state rests there. */
  readonly slowRate: number;
  /** Duration h of a chord. */
  readonly chord: number;
  /** Damping steps k before the chord. */
  readonly damping: number;
  /** Duration (k + 1) h of a burst: what `projective` takes as `burst`. */
  readonly burst: number;
  /** The macro step D: yours, or the proposed one. */
  readonly macroStep: number;
  /** The largest D that is stable with these bursts, for both the fast and the slow modes. */
  readonly largestMacroStep: number;
  /** Whether burst <= D <= largestMacroStep; below, there is nothing to skip and the flow itself should run. */
  readonly stable: boolean;
}

/** Fewer points than this make no line; the rate then comes from the fall as a whole. */
const FEWEST = 3;

interface Rates {
  readonly fastRate: number;
  readonly slowRate: number;
}

/**
 * Measures how fast a flow relaxes, from one long burst, and says which bursts and macro steps of `projective` suit it.
 *
 * With s_j the slope of chord j and d_j = |s_(j+1) - s_j|, the slowest fast mode gives d_j ~ exp(-beta h j): beta is the slope
 * of the least-squares line through log d_j over the later half of its fall, the earlier half left to faster modes (a fall of
 * less than five chords is taken as a whole). The fall ends within a factor 10 of the largest d_j of the last quarter of
 * the burst, which the slow modes or round-off set; there alpha = |s_b - s_a| / ((b - a) h |s|), between its first
 * and last chords.
 *
 * Rules, with rho = exp(-beta h), M = D / h - (k + 1) and the amplification of projective forward Euler:
 * - damping: the least k with M (1 + rho) rho^k + rho^(k+1) <= 1, enough for a factor rho of either sign, and one more for
 *   accuracy; the burst is (k + 1) h, near ln(D / h) / beta;
 * - the largest macro step is the lesser of 2 / alpha (slow modes) and the D at which that k damps just enough (fast ones);
 * - a macro step is proposed at alpha D = sqrt(6 tolerance), so that order 2 errs by `tolerance` in alpha, but no longer
 *   than the largest.
 *
 * Good starting values: `u` off the slow manifold, as lifting leaves it; h near 1 / beta, samples such that the burst lasts
 * 20 / beta or more. Rates are those near `u`: where they change along the orbit, ask at the state with the least fast
 * rate, or ask again on the way: a burst for 2 / eps does not damp 1.2 / eps. Deterministic bursts only; noise hides the fall.
 * The bounds are for `eulerTableau`; PRK2 and PRK4 allow about as much, `projectiveAdams` half of 2 / alpha.
 *
 * Source: Gear, Kevrekidis 2003, SIAM J. Sci. Comput. 24 (stability); Maclean, Bunder, Roberts 2021, Numer. Algorithms 87
 * (macro step and burst of a given tolerance).
 *
 * @param flow - any time-stepper
 * @param u - state to start from, finite, length `flow.size`; copied
 * @throws TypeError or RangeError for bad arguments, and a RangeError when the burst shows no relaxation to measure;
 * IntegrationError (nonfinite-state) when the burst leaves the finite numbers
 */
export function adviseBurst(flow: TimeStepper, u: ArrayLike<number>, options: BurstAdviceOptions = {}): BurstAdvice {
  checkOptions("adviseBurst", options, ["chord", "samples", "t", "macroStep", "damping", "tolerance"]);
  callable("adviseBurst", "flow.advance", flow?.advance);
  const size = checkSize("adviseBurst", "flow.size", flow.size);
  const state = copyFinite("adviseBurst", "u", u, size);
  const { chord = flow.dt, samples = 200, t = 0, macroStep, damping, tolerance = 0.01 } = options;
  const h = positive("adviseBurst", "chord", chord);
  integer("adviseBurst", "samples", samples, 8, 1_000_000);
  finite("adviseBurst", "t", t);
  if (macroStep !== undefined) positive("adviseBurst", "macroStep", macroStep);
  if (damping !== undefined) integer("adviseBurst", "damping", damping, 1, 1_000_000);
  positive("adviseBurst", "tolerance", tolerance);
  if (!(tolerance < 1)) throw new RangeError(`adviseBurst: tolerance must be below 1, got ${tolerance}`);

  const { fastRate, slowRate } = measure(flow, state, t, h, samples);
  const rho = Math.exp(-fastRate * h);
  const slowest = slowRate > 0 ? 2 / slowRate : Infinity;
  // A state at rest has no slow time: any step will do, so as long a one as the burst showed to be restful.
  const proposed = slowRate > 0 ? Math.sqrt(6 * tolerance) / slowRate : samples * h;
  const k = damping ?? dampingFor((macroStep ?? proposed) / h, rho);
  const burst = (k + 1) * h;
  const decay = Math.exp(-fastRate * h * k);
  const skipped = (1 - rho * decay) / (decay * (1 + rho));
  const largestMacroStep = Math.min(slowest, burst + skipped * h);
  const chosen = macroStep ?? Math.min(proposed, largestMacroStep);
  const stable = chosen >= burst && chosen <= largestMacroStep;
  return { fastRate, slowRate, chord: h, damping: k, burst, macroStep: chosen, largestMacroStep, stable };
}

/** The least k with M (1 + rho) rho^k + rho^(k+1) <= 1 for `steps` = D / h, skipped steps and all, plus one. */
function dampingFor(steps: number, rho: number): number {
  const needed = Math.log(steps * (1 + rho) + rho) / -Math.log(rho);
  return Math.max(1, Math.ceil(needed)) + 1;
}

/** Both rates from one burst of `samples` chords of `state`, which is moved. */
function measure(flow: TimeStepper, state: Vec, t: number, h: number, samples: number): Rates {
  const before = new Float64Array(state.length);
  const last = new Float64Array(state.length);
  const slope = new Float64Array(state.length);
  const settled = new Float64Array(state.length);
  const zero = new Float64Array(state.length);
  const differences = new Float64Array(samples - 1);
  const from = Math.floor(0.75 * (samples - 1));
  for (let j = 0; j < samples; j++) {
    before.set(state);
    last.set(slope);
    flow.advance(state, t + j * h, t + (j + 1) * h);
    const bad = nonFiniteIndex(state);
    if (bad >= 0) {
      const what = `adviseBurst: component ${bad} became ${state[bad]} in the burst, after t = ${t + j * h}`;
      throw new IntegrationError("nonfinite-state", t + j * h, j, what);
    }
    for (let i = 0; i < slope.length; i++) slope[i] = (state[i]! - before[i]!) / h;
    if (j > 0) differences[j - 1] = distance(slope, last);
    if (j === from) settled.set(slope);
  }
  const size = (distance(slope, zero) + distance(settled, zero)) / 2;
  const resting = !(size * h > 8 * Number.EPSILON * distance(state, zero));
  const slowRate = resting ? 0 : distance(slope, settled) / ((samples - 1 - from) * h * size);
  return { fastRate: fittedRate(differences, from, h), slowRate };
}

/** beta from the fall of the differences d_j to their level, the largest of those from `settled` on. */
function fittedRate(differences: Vec, settled: number, h: number): number {
  let level = 0;
  for (let j = settled; j < differences.length; j++) level = Math.max(level, differences[j]!);
  let fall = 0;
  while (fall < settled && differences[fall]! > 10 * level) fall++;
  const from = Math.floor(fall / 2);
  const count = fall - from;
  let rate = 0;
  if (count >= FEWEST) {
    const middle = (count - 1) / 2;
    let sum = 0;
    for (let j = 0; j < count; j++) sum += (j - middle) * Math.log(differences[from + j]!);
    rate = (-12 * sum) / (count * (count * count - 1)) / h;
  } else if (fall > 0) {
    rate = Math.log(differences[0]! / differences[fall]!) / (fall * h);
  }
  if (!(rate > 0)) {
    throw new RangeError(
      `adviseBurst: u must relax before slow motion or round-off hides it, but successive slopes over ${differences.length + 1} chords of ${h} show no fall by a factor 10; start off the slow manifold, or take another chord or more samples`,
    );
  }
  return rate;
}

function distance(u: Vec, v: Vec): number {
  let sum = 0;
  for (let i = 0; i < u.length; i++) sum += (u[i]! - v[i]!) * (u[i]! - v[i]!);
  return Math.sqrt(sum);
}
