import { checkOptions } from "@hml/guard";
import { type SpectralRadius, spectralRadius } from "./automatic-radius.ts";
import { dopri5 } from "./explicit/dopri5.ts";
import type { Method, MethodRun, RunStart } from "./method.ts";
import { innerState, type MethodState, restoredState, savedState } from "./method-state.ts";
import type { Vec } from "./rhs.ts";
import { checkMethod } from "./run-options.ts";
import { bdf } from "./stiff/bdf.ts";

/** Options of `automatic`. */
export interface AutomaticOptions {
  /** Where the problem is not stiff: `dopri5()` (default), `tsit5()` or `dop853()`. */
  readonly nonStiff?: Method;
  /** Where it is stiff: `bdf()` (default), with its options, or `radau()`, `rosenbrock()`. */
  readonly stiff?: Method;
}

/**
 * An automatic choice between two adaptive methods, as LSODA makes it: starts with the explicit one, goes over to the
 * implicit one where stability and not accuracy bounds the step, and back where that has ceased. For problems of which
 * it is not known whether they are stiff, or that are stiff at times.
 *
 * In the explicit method the last two slopes of a step, both at its end, give |lambda| for nothing. A step counts as
 * bounded by stability from 0.95 of the stability bound on, and already from 0.1 where the slope changes 100 times more
 * slowly than |lambda|. Fifteen such steps, without six others in succession, call for the implicit method, unless the
 * span would end within thirty steps like the last. In the implicit method |lambda| comes from the power method with
 * differences, two evaluations at most every five steps and first after fifty; a step below a quarter of what is stable
 * for the explicit method calls for that. When it does at the first look, twice as many steps are waited for from then
 * on. A new method starts with the length of the last step, the explicit one with what is stable at most. Dense output
 * is that of the method that made the step. `Stats.switches` counts the switches, all other counters go on.
 *
 * On a problem that is never stiff the run has the bits of the explicit method alone, and costs some 60 ns a step and 5 ns
 * a component more: 13 to 25 % of `dopri5` where the right-hand side costs next to nothing, less where it does. On stiff
 * ones at rtol 1e-6 it needs 1.0 to 1.7 times the evaluations of `bdf` and 0.5 to 0.9 times its factorisations. With
 * `rtol` of 1e-8 and below, `nonStiff: dop853()` saves evaluations. Stiff oscillations, eigenvalues near the imaginary
 * axis, want `stiff: radau()`.
 *
 * @throws TypeError for unknown options, for what is no method, or a `nonStiff` method that does not measure stiffness
 * Source: Petzold, SIAM J. Sci. Stat. Comput. 4 (1983) 136; Hairer, Wanner, Solving Ordinary Differential Equations II,
 * section IV.2.
 */
export function automatic(options: AutomaticOptions = {}): Method {
  checkOptions("automatic", options, ["nonStiff", "stiff"]);
  const { nonStiff = dopri5(), stiff = bdf() } = options;
  checkMethod("automatic", nonStiff, "nonStiff");
  checkMethod("automatic", stiff, "stiff");
  const { stabilityBound } = nonStiff;
  if (stabilityBound === undefined) {
    throw new TypeError(`automatic: nonStiff must measure stiffness, as dopri5() does; ${nonStiff.name} does not`);
  }
  return { name: "automatic", start: (run) => new AutomaticRun(run, nonStiff, stiff, stabilityBound) };
}

/** Share of the stability bound from which a step counts as bounded by it. */
const NEAR = 0.95;
/** The same where the slope changes this many times more slowly than |lambda|: errors of the fast modes bound the step. */
const NEAR_SMOOTH = 0.1;
const SMOOTH = 100;
/** Steps near the bound that call for the implicit method, and steps in succession away from it that forget them. */
const STIFF_STEPS = 15;
/** Most of them, after implicit methods that were given up at the first look. */
const MOST_STIFF_STEPS = 960;
const OTHER_STEPS = 6;
/** With fewer steps to go the implicit method would not pay for its start. */
const WORTH_STARTING = 30;
/** A step below this share of the explicit method's stable one calls for that method. */
const FAR_BELOW = 0.25;
/** A step below this multiple of it, by the last |lambda|, is worth a new look at |lambda|. */
const CLOSE = 4;
/** Steps between two looks: where the step is close, and elsewhere. */
const SOON = 5;
const LATE = 50;

class AutomaticRun implements MethodRun {
  readonly #run: RunStart;
  readonly #methods: readonly [nonStiff: Method, stiff: Method];
  readonly #bound: number;
  readonly #radius: SpectralRadius;
  #active: MethodRun;
  #stiff = false;
  /** Where the present method started, and its first step; 0 where it chose that itself. */
  #from: number;
  #first = 0;
  /** |lambda| as last seen. */
  #lambda = 0;
  /** Steps near the bound, and in succession away from it; in the implicit method, steps since the last look. */
  #near = 0;
  #away = 0;
  #unseen = 0;
  /** Looks at |lambda| since the implicit method started. */
  #looks = 0;
  /** Steps near the bound that call for it now. */
  #patience = STIFF_STEPS;
  readonly #rates: Vec = new Float64Array(2);

  constructor(run: RunStart, nonStiff: Method, stiff: Method, bound: number) {
    run.stats.switches ??= 0;
    this.#run = run;
    this.#methods = [nonStiff, stiff];
    this.#bound = bound;
    this.#radius = spectralRadius(run);
    this.#from = run.t0;
    this.#active = nonStiff.start(run);
  }

  get t(): number {
    return this.#active.t;
  }

  get u(): Vec {
    return this.#active.u;
  }

  get tPrevious(): number {
    return this.#active.tPrevious;
  }

  step(): void {
    if (this.#stiff ? this.#farBelow() : this.#atBound()) this.#change();
    this.#active.step();
    if (this.#stiff) this.#unseen++;
    else this.#compare();
  }

  at(t: number, out: Vec): void {
    this.#active.at(t, out);
  }

  keep(): (t: number, out: Vec) => void {
    return this.#active.keep();
  }

  save(): MethodState {
    const counts = {
      near: this.#near,
      away: this.#away,
      patience: this.#patience,
      unseen: this.#unseen,
      looks: this.#looks,
    };
    const numbers = {
      stiff: Number(this.#stiff),
      from: this.#from,
      first: this.#first,
      lambda: this.#lambda,
      ...counts,
    };
    const own = savedState(numbers, { direction: this.#radius.direction });
    return { ...own, inner: this.#active.save() };
  }

  restore(state: MethodState): void {
    const names = ["stiff", "from", "first", "lambda", "near", "away", "patience", "unseen", "looks"] as const;
    const { direction } = this.#radius;
    const numbers = restoredState("automatic", state, names, { direction });
    this.#stiff = numbers.stiff === 1;
    this.#lambda = numbers.lambda;
    this.#near = numbers.near;
    this.#away = numbers.away;
    this.#patience = numbers.patience;
    this.#unseen = numbers.unseen;
    this.#looks = numbers.looks;
    this.#from = numbers.from;
    this.#first = numbers.first;
    this.#active = this.#started(this.#run.u0);
    this.#active.restore(innerState("automatic", state));
  }

  /** Length of the last step. */
  #length(): number {
    return Math.abs(this.t - this.tPrevious);
  }

  /** The last step of the explicit method, in units of the stable one, into the counts. */
  #compare(): void {
    this.#active.rates?.(this.#rates);
    const lambda = this.#rates[0]!;
    const slow = this.#rates[1]!;
    this.#lambda = lambda;
    const share = lambda > SMOOTH * slow ? NEAR_SMOOTH : NEAR;
    if (this.#length() * lambda > share * this.#bound) {
      this.#near++;
      this.#away = 0;
    } else if (++this.#away >= OTHER_STEPS) this.#near = 0;
  }

  /** Whether stability has bounded the explicit method's steps, and there are enough of them left. */
  #atBound(): boolean {
    if (this.#near < this.#patience) return false;
    return Math.abs(this.#run.t1 - this.t) > WORTH_STARTING * this.#length();
  }

  /** Whether accuracy keeps the implicit method's steps far below what is stable for the explicit one. */
  #farBelow(): boolean {
    const length = this.#length();
    const close = length * this.#lambda < CLOSE * this.#bound;
    if (this.#unseen < (close && this.#looks > 0 ? SOON : LATE)) return false;
    this.#lambda = this.#radius.estimate(this.t, this.u);
    this.#unseen = 0;
    this.#looks++;
    const farBelow = length * this.#lambda < FAR_BELOW * this.#bound;
    if (farBelow && this.#looks === 1) this.#patience = Math.min(2 * this.#patience, MOST_STIFF_STEPS);
    return farBelow;
  }

  /** Starts the other method where this one has come to. */
  #change(): void {
    const stable = this.#stiff ? this.#bound / this.#lambda : Infinity;
    this.#first = Math.min(this.#length(), stable);
    this.#from = this.t;
    this.#stiff = !this.#stiff;
    this.#near = 0;
    this.#away = 0;
    this.#unseen = 0;
    this.#looks = 0;
    this.#radius.direction.fill(0);
    this.#active = this.#started(this.u.slice());
    this.#run.stats.switches!++;
  }

  /** The present method, started where it came in. */
  #started(u0: Vec): MethodRun {
    const { f0: _, ...run } = this.#run;
    const first = this.#first === 0 ? {} : { firstStep: this.#first };
    return this.#methods[this.#stiff ? 1 : 0].start({ ...run, ...first, t0: this.#from, u0 });
  }
}
