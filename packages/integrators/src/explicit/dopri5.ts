import { checkOptions, finite } from "@hml/guard";
import { IntegrationError } from "../failure.ts";
import { nonFiniteIndex } from "../finite.ts";
import type { Method, MethodRun, RunStart } from "../method.ts";
import type { Vec } from "../rhs.ts";
import { firstStep, piControl, type StepControl, type StepControlOptions } from "../step-control.ts";
import { addCombination, combination } from "./combination.ts";
import type { ButcherTableau } from "./tableau.ts";

/** The six stages of Dormand and Prince's order 5; the seventh, f(t + h, u+), serves the error and the next step. */
export const dopri5Tableau: ButcherTableau = {
  order: 5,
  a: [
    [],
    [1 / 5],
    [3 / 40, 9 / 40],
    [44 / 45, -56 / 15, 32 / 9],
    [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
    [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  ],
  b: [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
  c: [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1],
};

/** b minus the weights of the embedded order 4, seven stages. */
const ERROR = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40] as const;

/**
 * Shampine's quartic (1986, Math. Comp. 46): u(t + theta h) = u + h theta (q0 + theta (q1 + theta (q2 + theta q3))) with
 * q0 = k1 and q_j the sum over stages of the weights in row j - 1.
 */
const DENSE = [
  [
    -8048581381 / 2820520608,
    0,
    131558114200 / 32700410799,
    -1754552775 / 470086768,
    127303824393 / 49829197408,
    -282668133 / 205662961,
    40617522 / 29380423,
  ],
  [
    8663915743 / 2820520608,
    0,
    -68118460800 / 10900136933,
    14199869525 / 1410260304,
    -318862633887 / 49829197408,
    2019193451 / 616988883,
    -110615467 / 29380423,
  ],
  [
    -12715105075 / 11282082432,
    0,
    87487479700 / 32700410799,
    -10690763975 / 1880347072,
    701980252875 / 199316789632,
    -1453857185 / 822651844,
    69997945 / 29380423,
  ],
] as const;

/** Order of the step in which the error estimate vanishes: the embedded scheme has order 4. */
const ERROR_ORDER = 5;
const MAX_HALVINGS = 10;
/** A cap on attempts at one step; from any step to the smallest at factor 0.9 takes fewer. */
const MAX_ATTEMPTS = 10_000;

/**
 * The adaptive explicit method of order 5 of Dormand and Prince: the first choice for problems that are not stiff.
 *
 * The difference to the embedded order 4 is held, in the root mean square over components of
 * e_i / (atol_i + rtol max(|u_i|, |u+_i|)), at or below 1 by proportional-integral control; no step grows right after a
 * rejection. Six evaluations an accepted step (the seventh stage is the first of the next step), six a rejected one,
 * two to start. Dense output is quartic, of order 4. Runs either way in time. A non-finite evaluation or state halves the
 * step, at most 10 times a step.
 *
 * On a stiff problem it stays stable but takes steps of about 3.3 / |lambda|: use `bdf` there.
 *
 * Source: Dormand, Prince 1980, J. Comp. Appl. Math. 6; Hairer, Norsett, Wanner, Solving Ordinary Differential
 * Equations I (1993), sections II.4 to II.6.
 *
 * @throws TypeError or RangeError for unknown options or bounds out of range
 */
export function dopri5(options: StepControlOptions = {}): Method {
  checkOptions("dopri5", options, ["safety", "minFactor", "maxFactor"]);
  const { safety = 0.9, minFactor = 0.2, maxFactor = 10 } = options;
  within("safety", safety, safety > 0 && safety <= 1, "(0, 1]");
  within("minFactor", minFactor, minFactor > 0 && minFactor < 1, "(0, 1)");
  within("maxFactor", maxFactor, maxFactor >= 1, "[1, Infinity)");
  return {
    name: "dopri5",
    start: (run) => startRun(run, piControl(ERROR_ORDER, { safety, minFactor, maxFactor })),
  };
}

function within(name: string, value: number, holds: boolean, range: string): void {
  finite("dopri5", name, value);
  if (!holds) throw new RangeError(`dopri5: ${name} must lie in ${range}, got ${value}`);
}

function startRun(run: RunStart, control: StepControl): MethodRun {
  const { t0, t1, rtol, atol, maxStep, stats } = run;
  const { rhs, size } = run.problem;
  const { a, b, c } = dopri5Tableau;
  const [e0, , e2, e3, e4, e5, e6] = ERROR;
  const direction = t1 < t0 ? -1 : 1;
  const k = Array.from({ length: 7 }, (): Vec => new Float64Array(size));
  const [k0, k1, k2, k3, k4, k5, k6] = k as [Vec, Vec, Vec, Vec, Vec, Vec, Vec];
  const rows = a.map((row) => combination(row, k));
  const weights = combination(b, k);
  const quartic = DENSE.map((row) => combination(row, k));
  const q = [k0, ...DENSE.map((): Vec => new Float64Array(size))];
  const zero = new Float64Array(size);
  const y = new Float64Array(size);
  let u = run.u0;
  let next: Vec = new Float64Array(size);
  let t = t0;
  let tPrevious = t0;
  let taken = false;
  let quarticReady = false;

  // Zero until the first step is chosen.
  let length = 0;

  function failed(code: "nonfinite-rhs" | "nonfinite-state" | "step-too-small", what: string): IntegrationError {
    return new IntegrationError(code, t, stats.steps, `dopri5: ${what}`);
  }

  /** The first slope and step length. */
  function begin(): void {
    if (run.f0) {
      k0.set(run.f0);
    } else {
      rhs(t, u, k0);
      stats.rhs++;
      const bad = nonFiniteIndex(k0);
      if (bad >= 0) throw failed("nonfinite-rhs", `rhs gave ${k0[bad]} in component ${bad} at t = ${t}`);
    }
    length = Math.min(maxStep, run.firstStep ?? firstStep(rhs, [t0, t1], u, k0, { rtol, atol }, ERROR_ORDER, y, k1));
    if (run.firstStep === undefined) stats.rhs++;
  }

  /** All stages from k0, and the new state in `next`. */
  function stages(dt: number, end: number): void {
    for (let i = 1; i < 6; i++) {
      addCombination(u, dt, rows[i]!, y);
      rhs(i === 5 ? end : t + c[i]! * dt, y, k[i]!);
    }
    addCombination(u, dt, weights, next);
    rhs(end, next, k6);
    stats.rhs += 6;
  }

  /** Error in units of the tolerance; not finite when a slope or the new state is not. */
  function errorOf(dt: number): number {
    let sum = 0;
    let check = 0;
    for (let i = 0; i < size; i++) {
      const e = dt * (e0 * k0[i]! + e2 * k2[i]! + e3 * k3[i]! + e4 * k4[i]! + e5 * k5[i]! + e6 * k6[i]!);
      const before = Math.abs(u[i]!);
      const after = Math.abs(next[i]!);
      // A zero error passes even where the tolerance is zero: a component with atol 0 may rest at 0.
      if (e !== 0) {
        const ratio = e / (atol[i]! + rtol * (before > after ? before : after));
        sum += ratio * ratio;
      }
      // The estimate does not see the second slope, nor a state that overflows its own scale.
      check += next[i]! - next[i]! + (k1[i]! - k1[i]!);
    }
    return Math.sqrt(sum / size) + check;
  }

  /** What is not finite in the failed attempt, or undefined when only the error norm overflowed. */
  function culprit(dt: number): IntegrationError | undefined {
    const halved = `however small the step, at last ${Math.abs(dt)}`;
    const overflow = (state: Vec): IntegrationError | undefined => {
      const bad = nonFiniteIndex(state);
      if (bad < 0) return undefined;
      return failed("nonfinite-state", `component ${bad} became ${state[bad]} in the step from t = ${t}, ${halved}`);
    };
    for (let i = 1; i < 7; i++) {
      const bad = nonFiniteIndex(k[i]!);
      if (bad < 0) continue;
      // A slope at a state that overflowed is the state's fault.
      if (i < 6) addCombination(u, dt, rows[i]!, y);
      const at = t + (i < 6 ? c[i]! : 1) * dt;
      return (
        overflow(i < 6 ? y : next) ??
        failed("nonfinite-rhs", `rhs gave ${k[i]![bad]} in component ${bad} at t = ${at}, ${halved}`)
      );
    }
    return overflow(next);
  }

  function step(): void {
    if (length === 0) begin();
    if (taken) k0.set(k6);
    taken = false;
    quarticReady = false;
    const remaining = Math.abs(t1 - t);
    const smallest = 10 * Number.EPSILON * Math.abs(t);
    let halvings = 0;
    let rejected = false;
    let failure: IntegrationError | undefined;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      // A last step up to 1 % longer than planned saves a sliver after it.
      const last = remaining <= Math.min(1.01 * length, maxStep);
      if (!last && !(length > smallest)) break;
      const taking = last ? remaining : length;
      const dt = direction * taking;
      const end = last ? t1 : t + dt;
      stages(dt, end);
      const error = errorOf(dt);
      if (error <= 1) {
        const factor = control.accepted(error);
        length = Math.min(maxStep, taking * (rejected ? Math.min(1, factor) : factor));
        tPrevious = t;
        t = end;
        [u, next] = [next, u];
        taken = true;
        stats.steps++;
        return;
      }
      stats.rejected++;
      rejected = true;
      failure = error < Infinity ? undefined : culprit(dt);
      if (failure && ++halvings > MAX_HALVINGS) break;
      length = error < Infinity ? taking * control.rejected(error) : taking / 2;
    }
    if (failure) throw failure;
    throw failed(
      "step-too-small",
      `the step fell to ${length}, below 10 spacings of t = ${t}; the solution may have a singularity there`,
    );
  }

  /** The coefficients q0 ... q3 of the last step. */
  function coefficients(): readonly Vec[] {
    if (!quarticReady) {
      for (let j = 0; j < quartic.length; j++) addCombination(zero, 1, quartic[j]!, q[j + 1]!);
      quarticReady = true;
    }
    return q;
  }

  return {
    get t() {
      return t;
    },
    get u() {
      return u;
    },
    get tPrevious() {
      return tPrevious;
    },
    step,
    at(time, out) {
      if (time === t) out.set(u);
      else interpolate(next, coefficients(), t - tPrevious, (time - tPrevious) / (t - tPrevious), out);
    },
    keep() {
      const from = next.slice();
      const slopes = coefficients().map((slope) => slope.slice());
      const [start, dt] = [tPrevious, t - tPrevious];
      return (time, out) => interpolate(from, slopes, dt, (time - start) / dt, out);
    },
  };
}

/** The quartic of a step of `dt` from `from` at `theta` in [0, 1]. */
function interpolate(from: Vec, slopes: readonly Vec[], dt: number, theta: number, out: Vec): void {
  const [q0, q1, q2, q3] = slopes as [Vec, Vec, Vec, Vec];
  const scale = dt * theta;
  for (let i = 0; i < out.length; i++) {
    out[i] = from[i]! + scale * (q0[i]! + theta * (q1[i]! + theta * (q2[i]! + theta * q3[i]!)));
  }
}
