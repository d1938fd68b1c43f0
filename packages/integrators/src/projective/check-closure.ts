import { callable, checkOptions, copyFinite, finite, positive } from "@hml/guard";
import { IntegrationError } from "../failure.ts";
import { nonFiniteIndex } from "../finite.ts";
import type { Vec } from "../rhs.ts";
import { checkSize } from "../state-size.ts";
import type { TimeStepper } from "../time-stepper.ts";
import { checkBurst } from "./burst.ts";

/** Options of `checkClosure`. */
export interface ClosureOptions {
  /** Duration of the burst, positive, at least three chords. */
  readonly burst: number;
  /** Duration of a chord, positive; default the flow's own step `dt`, else a quarter of the burst. */
  readonly chord?: number;
  /** The macro step D that is planned, positive. */
  readonly macroStep: number;
  /** Largest change of the projected state, relative to the state's size; default 1e-3. */
  readonly tolerance?: number;
  /** Time at which the burst starts, default 0. */
  readonly t?: number;
}

/** What `checkClosure` measured over the last three chords of a burst. */
export interface ClosureReport {
  /** Whether `change` is within the tolerance: the chord has converged to the slow slope as far as the leap needs. */
  readonly converged: boolean;
  /** D |s_K - s_(K-1)| / |u|: how much the projected state would change with one chord less. */
  readonly change: number;
  /** Measured factor |s_K - s_(K-1)| / |s_(K-1) - s_(K-2)|: near 1 what changes is slow, or will not settle. */
  readonly decay: number;
  /** The rate of that decay, -ln(decay) / chord; 0 or less when nothing decays, Infinity when nothing changes. */
  readonly rate: number;
  /**
   * What the changes still to come would add, change decay / (1 - decay) for a decay below 1, else Infinity: the estimated
   * error of the projected state if all change were fast.
   */
  readonly remaining: number;
  /** Chords more until `change` is within the tolerance at this decay: 0 when converged, Infinity when nothing decays. */
  readonly chordsMore: number;
  /** Round-off that the leap amplifies, relative to the state: 4 eps D / chord. */
  readonly roundOff: number;
  /** Whether round-off is above the tolerance, so that no burst is long enough: then take a longer chord. */
  readonly roundOffDominates: boolean;
}

/**
 * Checks on one burst from `u` whether its chord has converged, which is what closes the slow variables: with s_j the
 * slopes of its last three chords, |s_K - s_(K-1)| D <= tolerance |u| (Euclidean norms).
 *
 * A change that decays is what the bursts have not damped yet: lengthen the burst by `chordsMore` chords. One that does
 * not decay (`decay` near 1 or above) is slow motion over a chord, which D bends by chord |u''|, or a variable that is not
 * slow at all: the chosen variables do not close, or the chord is longer than the slow time. Run it where fast modes are
 * excited as in the run: on a state after a leap.
 *
 * Good starting values: burst, chord and macroStep of `adviseBurst`; tolerance a tenth of the error you accept.
 *
 * @param flow - any time-stepper
 * @param u - state to start from, finite, length `flow.size`; copied
 * @throws TypeError or RangeError for bad arguments, among them a burst shorter than three chords; IntegrationError
 * (nonfinite-state) when the burst leaves the finite numbers
 */
export function checkClosure(flow: TimeStepper, u: ArrayLike<number>, options: ClosureOptions): ClosureReport {
  const where = "checkClosure";
  checkOptions(where, options, ["burst", "chord", "macroStep", "tolerance", "t"]);
  callable(where, "flow.advance", flow?.advance);
  const size = checkSize(where, "flow.size", flow.size);
  const state = copyFinite(where, "u", u, size);
  const { macroStep, tolerance = 1e-3, t = 0 } = options;
  const { burst, chord } = checkBurst(where, flow, options);
  positive(where, "macroStep", macroStep);
  positive(where, "tolerance", tolerance);
  finite(where, "t", t);
  if (!(burst >= 3 * chord * (1 - 1e-12))) {
    throw new RangeError(`${where}: burst must be at least three chords of ${chord}, got ${burst}`);
  }
  const end = t + burst;
  const times = [t, Math.max(t, end - 3 * chord), end - 2 * chord, end - chord, end];
  const states = times.slice(1).map((to, j) => {
    if (to !== times[j]) flow.advance(state, times[j]!, to);
    const bad = nonFiniteIndex(state);
    if (bad < 0) return state.slice();
    const what = `component ${bad} became ${state[bad]} in the burst, between t = ${times[j]} and ${to}`;
    throw new IntegrationError("nonfinite-state", times[j]!, 0, `${where}: ${what}`);
  });
  const earlier = secondDifference(states[0]!, states[1]!, states[2]!) / chord;
  const later = secondDifference(states[1]!, states[2]!, states[3]!) / chord;
  const norm = length(state);
  const relative = (value: number): number => (value === 0 ? 0 : value / norm);
  const change = relative(macroStep * later);
  // A difference of three states carries a few of their roundings.
  const roundOff = (4 * Number.EPSILON * macroStep) / chord;
  const decay = later === 0 ? 0 : later / earlier;
  return {
    converged: change <= tolerance,
    change,
    decay,
    rate: -Math.log(decay) / chord,
    remaining: decay < 1 ? (change * decay) / (1 - decay) : Infinity,
    chordsMore: chordsToGo(change / tolerance, decay),
    roundOff,
    roundOffDominates: roundOff > tolerance,
  };
}

/** Chords until a change of `excess` tolerances is one tolerance, at this decay a chord. */
function chordsToGo(excess: number, decay: number): number {
  if (excess <= 1) return 0;
  return decay < 1 ? Math.ceil(Math.log(excess) / -Math.log(decay)) : Infinity;
}

/** |w - 2 v + u|. */
function secondDifference(u: Vec, v: Vec, w: Vec): number {
  let sum = 0;
  for (let i = 0; i < u.length; i++) {
    const value = w[i]! - v[i]! - (v[i]! - u[i]!);
    sum += value * value;
  }
  return Math.sqrt(sum);
}

function length(u: Vec): number {
  let sum = 0;
  for (let i = 0; i < u.length; i++) sum += u[i]! * u[i]!;
  return Math.sqrt(sum);
}
