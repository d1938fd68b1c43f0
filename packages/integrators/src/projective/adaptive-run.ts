import { checkOptions, nonNegative, positive } from "@hml/guard";
import { addCombination, combination } from "../explicit/combination.ts";
import { type FailureCode, IntegrationError } from "../failure.ts";
import { nonFiniteIndex } from "../finite.ts";
import type { Vec } from "../rhs.ts";
import { checkStepBounds, checkTolerances, type StepBounds, type Tolerances } from "../run-options.ts";
import { roundedPower } from "../step-control.ts";
import type { TimeStepper } from "../time-stepper.ts";
import { type Bursts, checkWeights } from "./burst.ts";
import { checkEmbedded, type EmbeddedTableau, midpointPair } from "./embedded-tableau.ts";
import { macroStep, type StageOptions } from "./macro-step.ts";
import { polynomialSlope } from "./polynomial-slope.ts";
import type { ProjectiveStats } from "./projective-stats.ts";
import { chordSlope, slopeDeviation } from "./slope.ts";

/** Noise of the flow's states, and how much of it a macro step may carry. */
export interface ProjectiveNoise {
  /** Standard deviation s of one sample of a component, not negative; independent from sample to sample. */
  readonly deviation: number;
  /** Largest standard deviation (D - T) sd(slope) sqrt(sum b^2) that a leap may add to a component, positive. */
  readonly tolerance: number;
}

/** What adaptive projective integration is told. */
export interface AdaptiveProjectiveControl extends StageOptions, Tolerances, StepBounds {
  /** Tableau with embedded weights, default `midpointPair`. */
  readonly outer?: EmbeddedTableau;
  /** Noise of the bursts, for flows that have it: bounds the macro step, beside the tolerances. */
  readonly noise?: ProjectiveNoise;
}

/** The keys of `AdaptiveProjectiveControl`. */
export const CONTROL_KEYS: readonly string[] = [
  "burst",
  "chord",
  "slope",
  "lookBack",
  "outer",
  "noise",
  "rtol",
  "atol",
  "firstStep",
  "maxStep",
];

/** A run of adaptive macro steps, started again at will; it owns its scratch. */
export interface AdaptiveRun {
  readonly size: number;
  readonly stats: ProjectiveStats;
  /** Time reached. */
  readonly t: number;
  /** State at `t`, a view that the next step overwrites. */
  readonly u: Vec;
  /** Estimated error of the last step in units of its tolerance; 0 where the flow itself ran. */
  readonly error: number;
  /** Standard deviation of a component that the noise of the slopes gave the last step. */
  readonly noise: number;
  /** Begins at `t` with a copy of `u`, to move towards `t1`. */
  start(t: number, t1: number, u: Vec): void;
  /** One accepted macro step towards `stop`, never past it. */
  step(stop: number): void;
}

/** How a leap that was too long may show; anything else ends the run. */
const LEAP_TOO_LONG: ReadonlySet<FailureCode> = new Set([
  "nonfinite-state",
  "nonfinite-rhs",
  "step-too-small",
  "nonlinear-failed",
  "linear-failed",
]);
const MAX_HALVINGS = 10;
/** A cap on attempts at one step: at the factors of a rejection, any step falls to the burst in fewer. */
const MAX_ATTEMPTS = 1000;

/** Checks the options of an adaptive projective scheme and makes its run. */
export function adaptiveRun(where: string, flow: TimeStepper, options: AdaptiveProjectiveControl): AdaptiveRun {
  const { outer = midpointPair } = options;
  checkEmbedded(where, outer);
  const macro = macroStep(where, flow, options, outer);
  const { covered, inner } = macro;
  const { size, burst, state, stats } = inner;
  const { rtol, atol } = checkTolerances(where, options, size);
  const bounds = checkStepBounds(where, options);
  checkStep(where, "maxStep", bounds.maxStep, burst);
  if (bounds.firstStep !== undefined) checkStep(where, "firstStep", bounds.firstStep, burst);
  const leapDeviation = leapNoise(where, options, inner, outer);
  const longestLeap = options.noise === undefined ? Infinity : options.noise.tolerance / leapDeviation;
  if (!(longestLeap + burst > covered)) {
    throw new RangeError(
      `${where}: noise.tolerance must be above ${(covered - burst) * leapDeviation}, the noise of the shortest leap, got ` +
        `${options.noise?.tolerance}; lengthen the chord, or average R replicas for sqrt(R) less noise`,
    );
  }
  const differences = combination(
    outer.b.map((weight, s) => weight - outer.embedded[s]!),
    macro.k,
  );
  const exponent = -1 / (Math.min(outer.order, outer.embeddedOrder) + 1);
  const zero = new Float64Array(size);
  const difference = new Float64Array(size);
  let u = new Float64Array(size);
  let next = new Float64Array(size);
  let t = 0;
  let direction = 1;
  // Zero until the first step is chosen.
  let length = 0;
  let error = 0;
  let noise = 0;

  /** Root mean square of `values` in units of the tolerances of states of the size of v and w. */
  function scaled(values: Vec, v: Vec, w: Vec): number {
    let sum = 0;
    for (let i = 0; i < size; i++) {
      if (values[i] === 0) continue;
      const ratio = values[i]! / (atol[i]! + rtol * Math.max(Math.abs(v[i]!), Math.abs(w[i]!)));
      sum += ratio * ratio;
    }
    return Math.sqrt(sum / size);
  }

  /** A first step that changes the state by a tenth, and skips something. */
  function firstLength(span: number): number {
    const speed = scaled(macro.k[0]!, macro.first, macro.first);
    const tenth = speed > 0 ? 0.1 * (scaled(macro.first, macro.first, macro.first) / speed) : span;
    return Math.max(1.5 * covered, burst + (tenth < Infinity ? tenth : 0));
  }

  /** Longest macro step that the bounds allow. */
  function longest(): number {
    return Math.min(bounds.maxStep, Math.max(0, longestLeap + direction * burst));
  }

  function accept(end: number, stepError: number, stepNoise: number): void {
    [u, next] = [next, u];
    t = end;
    error = stepError;
    noise = stepNoise;
    stats.steps++;
  }

  /** The flow itself, from the state in `from` at t0, to the end of the step, which may be t0 but for its rounding. */
  function runFlow(from: Vec, t0: number, end: number): void {
    state.set(from);
    inner.flowOver(Math.min(t0, end), end, t);
    next.set(state);
    accept(end, 0, 0);
  }

  /** One attempt: its error, or what went wrong on the way. */
  function attempt(dt: number, end: number): number | IntegrationError {
    try {
      macro.leap(t, dt, next);
    } catch (cause) {
      if (cause instanceof IntegrationError && LEAP_TOO_LONG.has(cause.code)) return cause;
      throw cause;
    }
    addCombination(zero, end - macro.end, differences, difference);
    const bad = nonFiniteIndex(next);
    if (bad < 0) return scaled(difference, u, next);
    const what = `component ${bad} became ${next[bad]} in the macro step from t = ${t} to ${end}`;
    return new IntegrationError("nonfinite-state", t, stats.steps, `${where}: ${what}`);
  }

  function tooSmall(wanted: number): IntegrationError {
    const what = `the tolerances ask for macro steps of ${wanted} at t = ${t}, below the burst of ${burst}`;
    const advice = "raise rtol and atol, shorten the burst, or run the flow itself";
    return new IntegrationError("step-too-small", t, stats.steps, `${where}: ${what}; ${advice}`);
  }

  function step(stop: number): void {
    const remaining = Math.abs(stop - t);
    if (direction > 0 && remaining <= covered * (1 + 1e-12)) {
      runFlow(u, t, stop);
      return;
    }
    state.set(u);
    macro.begin(t);
    if (length === 0) length = bounds.firstStep ?? firstLength(remaining);
    let rejected = false;
    let halvings = 0;
    for (let tried = 0; tried < MAX_ATTEMPTS; tried++) {
      length = Math.min(length, longest());
      if (length < burst * (1 - 1e-12)) throw tooSmall(length);
      const taking = fitted(length, remaining);
      const end = taking === remaining ? stop : t + direction * taking;
      if (direction > 0 && taking <= covered * (1 + 1e-12)) {
        runFlow(macro.first, macro.end, end);
        length = 2 * taking;
        return;
      }
      const outcome = attempt(end - t, end);
      if (typeof outcome === "number" && outcome <= 1) {
        const factor = Math.min(3, Math.max(0.3, 0.9 * roundedPower(outcome, exponent)));
        const grown = taking * (rejected ? Math.min(1, factor) : factor);
        // A step that `stop` cut short and that passed easily says nothing against the one that was planned.
        length = taking < length && factor >= 1 && !rejected ? Math.max(length, grown) : grown;
        const leap = Math.abs(end - macro.end);
        accept(end, outcome, leapDeviation * leap);
        return;
      }
      stats.rejected++;
      rejected = true;
      if (typeof outcome === "number" && outcome < Infinity) {
        length = taking * Math.min(0.9, Math.max(0.3, 0.9 * roundedPower(outcome, exponent)));
      } else {
        length = taking / 2;
        halvings++;
        if (typeof outcome !== "number" && (halvings > MAX_HALVINGS || length < burst)) throw outcome;
      }
    }
    throw tooSmall(length);
  }

  /** A step of at most `planned`; what remains is taken whole when it is little more, and halved when less than twice. */
  function fitted(planned: number, remaining: number): number {
    if (remaining <= Math.min(1.01 * planned, longest())) return remaining;
    return remaining < 2 * planned && remaining > 2.02 * covered ? remaining / 2 : planned;
  }

  return {
    size,
    stats,
    get t() {
      return t;
    },
    get u() {
      return u;
    },
    get error() {
      return error;
    },
    get noise() {
      return noise;
    },
    start(from, t1, u0) {
      t = from;
      direction = t1 < from ? -1 : 1;
      length = 0;
      error = 0;
      noise = 0;
      u.set(u0);
    },
    step,
  };
}

/** Refuses a bound of the macro step that is below the burst. */
function checkStep(where: string, name: string, value: number, burst: number): void {
  if (value >= burst) return;
  throw new RangeError(`${where}: ${name} must be at least the burst of ${burst}, got ${value}`);
}

/** Standard deviation that a leap of duration 1 gives a component. */
function leapNoise(
  where: string,
  { noise, lookBack, slope = chordSlope }: AdaptiveProjectiveControl,
  { burst, chord }: Bursts,
  outer: EmbeddedTableau,
): number {
  if (noise === undefined) return 0;
  checkOptions(where, noise, ["deviation", "tolerance"], "noise");
  nonNegative(where, "noise.deviation", noise.deviation);
  positive(where, "noise.tolerance", noise.tolerance);
  let sum = 0;
  for (const weight of outer.b) sum += weight * weight;
  if (lookBack !== undefined) {
    // Slopes of later stages, which look further than that of the first.
    const sampled = polynomialSlope(lookBack, 1 - burst / chord);
    return Math.sqrt(sum) * slopeDeviation(sampled, chord, noise.deviation);
  }
  if (typeof slope === "function" && slope !== chordSlope) {
    throw new TypeError(`${where}: slope must be given by its weights (or left out) where noise is, got a function`);
  }
  const weights = typeof slope === "function" ? [-1, 1] : checkWeights(where, slope);
  return Math.sqrt(sum) * slopeDeviation({ weights }, chord, noise.deviation);
}
