import { addCombination, type Combination, combination } from "../explicit/combination.ts";
import { type ButcherTableau, checkTableau } from "../explicit/tableau.ts";
import { IntegrationError } from "../failure.ts";
import { nonFiniteIndex } from "../finite.ts";
import type { Vec } from "../rhs.ts";
import type { TimeStepper } from "../time-stepper.ts";
import { type BurstOptions, type Bursts, bursts, checkBurst } from "./burst.ts";
import { polynomialSlope } from "./polynomial-slope.ts";

/** How the stages of a macro step take their slopes. */
export interface StageOptions extends BurstOptions {
  /**
   * Slopes without delay from the polynomial through this many samples of the chord, an integer from 2 to 12, in place of
   * `slope`; see `projective`. Default: the slopes of the literature, late by up to a burst.
   */
  readonly lookBack?: number;
}

/**
 * The bursts and leaps of one macro step of an explicit Runge-Kutta tableau. The first burst is kept, so that the leap
 * may be made again with another dt.
 */
export interface MacroStep {
  /** The bursts it runs. */
  readonly inner: Bursts;
  /** Macro steps forwards up to this long are covered by their bursts: nothing is left to leap over. */
  readonly covered: number;
  /** The first burst's last state B. */
  readonly first: Vec;
  /** The first burst's end. */
  readonly end: number;
  /** The slopes k_1 ... k_s. */
  readonly k: readonly Vec[];
  /** Runs the first burst, from the bursts' `state` at `t`. */
  begin(t: number): void;
  /** Runs the bursts of the other stages and writes the state at t + dt into `out`. */
  leap(t: number, dt: number, out: Vec): void;
}

/** Checks the options and a tableau, whose stage times after the first must be positive, and makes the scratch. */
export function macroStep(where: string, flow: TimeStepper, options: StageOptions, outer: ButcherTableau): MacroStep {
  const { lookBack } = options;
  const inner = lookBack === undefined ? bursts(where, flow, options) : lookingBack(where, flow, options, lookBack);
  const { size, burst, state, run } = inner;
  checkTableau(where, outer);
  const c = Array.from(outer.c);
  const stages = c.length;
  for (let s = 1; s < stages; s++) {
    if (!(c[s]! > 0)) {
      throw new RangeError(`${where}: c[${s}] of the tableau must be positive, got ${c[s]}; stages divide by it`);
    }
  }
  const k = Array.from(c, (): Vec => new Float64Array(size));
  const rows: Combination[] = outer.a.map((row, s) =>
    combination(
      row.map((entry) => entry / c[s]!),
      k,
    ),
  );
  const weights = combination(outer.b, k);
  const first = new Float64Array(size);
  let end = 0;

  /** A flow need not take a state that overflowed. */
  function checkLeap(t: number, s: number): void {
    const bad = nonFiniteIndex(state);
    if (bad < 0) return;
    const what = `component ${bad} became ${state[bad]} in the leap to stage ${s + 1} of the macro step from t = ${t}`;
    throw new IntegrationError("nonfinite-state", t, inner.stats.steps, `${where}: ${what}`);
  }

  return {
    inner,
    covered: lookBack === undefined ? burst / widestGap(c) : burst * stages,
    first,
    k,
    get end() {
      return end;
    },
    begin(t) {
      end = run(t, k[0]!, 1, t);
      first.set(state);
    },
    leap(t, dt, out) {
      const left = t + dt - end;
      for (let s = 1; s < stages; s++) {
        const start = lookBack === undefined ? t + c[s]! * dt : end + c[s]! * left;
        addCombination(first, start - end, rows[s]!, state);
        checkLeap(t, s);
        run(start, k[s]!, s + 1, t);
      }
      addCombination(first, left, weights, out);
    },
  };
}

/** Bursts whose slopes are those at the end of the first and at the start of every later one. */
function lookingBack(where: string, flow: TimeStepper, options: StageOptions, samples: number): Bursts {
  if (options.slope !== undefined) {
    throw new TypeError(`${where}: give slope or lookBack, not both; lookBack has slopes of its own`);
  }
  const { burst, chord } = checkBurst(where, flow, options);
  const later = polynomialSlope(samples, 1 - burst / chord);
  return bursts(where, flow, { burst, chord, slope: polynomialSlope(samples) }, undefined, later);
}

/** The longest part of [0, 1] without a stage time. */
function widestGap(c: readonly number[]): number {
  const times = [...c, 1].toSorted((a, b) => a - b);
  let widest = 0;
  for (let s = 1; s < times.length; s++) widest = Math.max(widest, times[s]! - times[s - 1]!);
  return widest;
}
