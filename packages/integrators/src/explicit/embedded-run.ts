import { IntegrationError } from "../failure.ts";
import { nonFiniteIndex } from "../finite.ts";
import type { MethodRun, RunStart } from "../method.ts";
import { numbered, restoredState, savedState } from "../method-state.ts";
import type { Vec } from "../rhs.ts";
import { smallestStep } from "../smallest-step.ts";
import { firstStep, type StepControl } from "../step-control.ts";
import { addCombination, combination } from "./combination.ts";
import type { EmbeddedPair } from "./embedded-pair.ts";

const MAX_HALVINGS = 10;
/** A cap on attempts at one step; from any step to the smallest at factor 0.9 takes fewer. */
const MAX_ATTEMPTS = 10_000;

/**
 * A run of an embedded pair: s evaluations an attempt, the last of them the first slope of the next step; two to start.
 * The extra stages of dense output are evaluated when a step is first interpolated. A non-finite evaluation or state
 * halves the step, at most 10 times a step.
 */
export function startEmbeddedRun(pair: EmbeddedPair, run: RunStart, control: StepControl): MethodRun {
  const { t0, t1, rtol, atol, maxStep, stats } = run;
  const { rhs, size } = run.problem;
  const { name, errorOrder, unseen, interpolate } = pair;
  const { a, b, c } = pair.tableau;
  const extra = pair.extra ?? { a: [], c: [] };
  const stageCount = b.length;
  const direction = t1 < t0 ? -1 : 1;
  const k = Array.from({ length: stageCount + 1 + extra.c.length }, (): Vec => new Float64Array(size));
  const kFirst = k[0]!;
  const kLast = k[stageCount]!;
  const rows = a.map((row) => combination(row, k));
  const weights = combination(b, k);
  const extraRows = extra.a.map((row) => combination(row, k));
  const hidden = unseen.map((index) => k[index]!);
  const estimate = pair.error(k, rtol, atol);
  const dense = pair.dense(k);
  const y = new Float64Array(size);
  let u = run.u0;
  let next: Vec = new Float64Array(size);
  let t = t0;
  let tPrevious = t0;
  let taken = false;
  let denseReady = false;

  // With which the next step begins, whatever the attempts at it; zero until the first step is chosen.
  let length = 0;

  function failed(code: "nonfinite-rhs" | "nonfinite-state" | "step-too-small", what: string): IntegrationError {
    return new IntegrationError(code, t, stats.steps, `${name}: ${what}`);
  }

  /** The first slope and step length. */
  function begin(): void {
    if (run.f0) {
      kFirst.set(run.f0);
    } else {
      rhs(t, u, kFirst);
      stats.rhs++;
      const bad = nonFiniteIndex(kFirst);
      if (bad >= 0) throw failed("nonfinite-rhs", `rhs gave ${kFirst[bad]} in component ${bad} at t = ${t}`);
    }
    length = Math.min(
      maxStep,
      run.firstStep ?? firstStep(rhs, [t0, t1], u, kFirst, { rtol, atol }, errorOrder, y, kLast),
    );
    if (run.firstStep === undefined) stats.rhs++;
  }

  /** All stages from the first slope, and the new state in `next`. */
  function stages(dt: number, end: number): void {
    for (let i = 1; i < stageCount; i++) {
      addCombination(u, dt, rows[i]!, y);
      const at = c[i]!;
      rhs(at === 1 ? end : t + at * dt, y, k[i]!);
    }
    addCombination(u, dt, weights, next);
    rhs(end, next, kLast);
    stats.rhs += stageCount;
  }

  /** Error in units of the tolerance; not finite when a slope or the new state is not. */
  function errorOf(dt: number): number {
    let check = 0;
    // The estimate does not see every slope, nor a state that overflows its own scale.
    for (let i = 0; i < size; i++) check += next[i]! - next[i]!;
    for (let j = 0; j < hidden.length; j++) {
      const slope = hidden[j]!;
      for (let i = 0; i < size; i++) check += slope[i]! - slope[i]!;
    }
    return estimate(dt, u, next) + check;
  }

  /** What is not finite in the failed attempt, or undefined when only the error norm overflowed. */
  function culprit(dt: number): IntegrationError | undefined {
    const halved = `however small the step, at last ${Math.abs(dt)}`;
    const overflow = (state: Vec): IntegrationError | undefined => {
      const bad = nonFiniteIndex(state);
      if (bad < 0) return undefined;
      return failed("nonfinite-state", `component ${bad} became ${state[bad]} in the step from t = ${t}, ${halved}`);
    };
    for (let i = 1; i <= stageCount; i++) {
      const bad = nonFiniteIndex(k[i]!);
      if (bad < 0) continue;
      // A slope at a state that overflowed is the state's fault.
      if (i < stageCount) addCombination(u, dt, rows[i]!, y);
      const at = t + (i < stageCount ? c[i]! : 1) * dt;
      return (
        overflow(i < stageCount ? y : next) ??
        failed("nonfinite-rhs", `rhs gave ${k[i]![bad]} in component ${bad} at t = ${at}, ${halved}`)
      );
    }
    return overflow(next);
  }

  function step(): void {
    if (length === 0) begin();
    if (taken) kFirst.set(kLast);
    taken = false;
    denseReady = false;
    const remaining = Math.abs(t1 - t);
    const smallest = smallestStep(t);
    let halvings = 0;
    let rejected = false;
    let trial = length;
    let failure: IntegrationError | undefined;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      // A last step up to 1 % longer than planned saves a sliver after it.
      const last = remaining <= Math.min(1.01 * trial, maxStep);
      if (!last && !(trial > smallest)) break;
      const taking = last ? remaining : trial;
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
      trial = error < Infinity ? taking * control.rejected(error) : taking / 2;
    }
    if (failure) throw failure;
    throw failed(
      "step-too-small",
      `the step fell to ${trial}, below 10 spacings of t = ${t}; the solution may have a singularity there`,
    );
  }

  /** The extra slopes of the last step, from tPrevious and `next`, which holds the state there. */
  function extraStages(dt: number): void {
    for (let j = 0; j < extraRows.length; j++) {
      const slope = k[stageCount + 1 + j]!;
      const time = tPrevious + extra.c[j]! * dt;
      addCombination(next, dt, extraRows[j]!, y);
      rhs(time, y, slope);
      stats.rhs++;
      const bad = nonFiniteIndex(slope);
      if (bad < 0) continue;
      throw failed(
        "nonfinite-rhs",
        `rhs gave ${slope[bad]} in component ${bad} at t = ${time}, asked for dense output`,
      );
    }
  }

  /** The coefficients of dense output of the last step. */
  function coefficients(): readonly Vec[] {
    if (!denseReady) {
      const dt = t - tPrevious;
      extraStages(dt);
      dense.fill(dt, next, u);
      denseReady = true;
    }
    return dense.vectors;
  }

  /**
   * |f(t, u) - f(t, y)| / |u - y|, y the last stage, which is the end of the step too: the difference lies along the
   * eigenvectors that the step amplifies most (Hairer, Wanner II, section IV.2, eq. (2.6)). And the slope's own change.
   */
  function rates(out: Vec): void {
    const kStage = k[stageCount - 1]!;
    let slopes = 0;
    let states = 0;
    let change = 0;
    let first = 0;
    let last = 0;
    for (let i = 0; i < size; i++) {
      const before = kFirst[i]!;
      const after = kLast[i]!;
      const slope = after - kStage[i]!;
      const state = u[i]! - y[i]!;
      slopes += slope * slope;
      states += state * state;
      change += (after - before) * (after - before);
      first += before * before;
      last += after * after;
    }
    const steepest = Math.max(first, last);
    out[0] = states > 0 ? Math.sqrt(slopes / states) : 0;
    out[1] = steepest > 0 ? Math.sqrt(change / steepest) / Math.abs(t - tPrevious) : 0;
  }

  /** The vectors that a run remembers. */
  const memory = (): Record<string, Vec> => ({ u, from: next, ...numbered("k", k) });

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
    rates,
    save() {
      const { previous } = control;
      return savedState({ t, tPrevious, length, taken: Number(taken), dense: Number(denseReady), previous }, memory());
    },
    restore(state) {
      const names = ["t", "tPrevious", "length", "taken", "dense", "previous"] as const;
      const numbers = restoredState(name, state, names, memory());
      ({ t, tPrevious, length, previous: control.previous } = numbers);
      taken = numbers.taken === 1;
      denseReady = numbers.dense === 1;
      if (denseReady) dense.fill(t - tPrevious, next, u);
    },
    at(time, out) {
      if (time === t) out.set(u);
      else interpolate(next, coefficients(), t - tPrevious, (time - tPrevious) / (t - tPrevious), out);
    },
    keep() {
      const vectors = coefficients().map((vector) => vector.slice());
      const from = next.slice();
      const [start, dt] = [tPrevious, t - tPrevious];
      return (time, out) => interpolate(from, vectors, dt, (time - start) / dt, out);
    },
  };
}
