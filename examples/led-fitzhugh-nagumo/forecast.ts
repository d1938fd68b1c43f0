import { type MultiscaleReport, multiscale, type Stage } from "@hml/integrators";
import type { Lifting } from "@hml/lift-restrict";
import type { LatentModel } from "@hml/nets";
import { type FitzHughNagumo, fitzHughNagumo } from "@hml/systems";
import { PAPER, type Restart, STATE } from "./study.ts";

/** What is forecast: from which states of a true run, how far, with which phases. */
export interface ForecastPlan {
  /** The true run, and where in it the forecasts begin. */
  readonly truth: Float64Array;
  readonly offsets: readonly number[];
  readonly ranges: readonly [u: number, v: number];
  /** Time of the whole, warm-up included. */
  readonly horizon: number;
  /** T_m and T_mu; `micro: 0` leaves all to the law. */
  readonly macro: number;
  readonly micro: number;
  readonly restart: Restart;
}

/** How far a forecast is from the truth, at every latent step after the warm-up. */
export interface Forecast {
  /** Times since the beginning. */
  readonly t: Float64Array;
  /** NAD(t) of activator and inhibitor, means over the forecasts. */
  readonly nad: readonly [u: Float64Array, v: Float64Array];
  /** Their means over time. */
  readonly mnad: readonly [u: number, v: number];
  /** The same for each forecast, the mean of both fields. */
  readonly each: Float64Array;
  /** What it did, and seconds of every part. */
  readonly report: Pick<MultiscaleReport, "steps" | "microSteps" | "seconds">;
}

/** Forecasts by a law, members side by side. `law` decodes consistently, `plain` as its decoder was trained. */
export function forecast(law: LatentModel, plan: ForecastPlan, plain: LatentModel = law): Forecast {
  const { truth, offsets, ranges, horizon, macro, micro } = plan;
  const { dt } = law;
  const members = offsets.length;
  const fhn = fitzHughNagumo({ members });
  const f = populations(fhn, truth, offsets);
  const frames = Math.floor((horizon - PAPER.warmUp) / dt);
  const t = Float64Array.from({ length: frames }, (_, k) => PAPER.warmUp + (k + 1) * dt);
  const nad = [new Float64Array(frames), new Float64Array(frames)] as const;
  const each = new Float64Array(members);
  const judge = (time: number, states: Float64Array): void => {
    const frame = Math.round((time - PAPER.warmUp) / dt) - 1;
    if (frame < 0) return;
    for (let m = 0; m < members; m++) {
      const errors = fieldErrors(states, m * STATE, truth, (offsets[m]! + Math.round(time)) * STATE);
      for (const field of [0, 1] as const) {
        const error = errors[field] / ranges[field];
        nad[field][frame]! += error / members;
        each[m]! += error / (2 * frames);
      }
    }
  };
  const paper = plan.restart === "paper";
  const flow = multiscale(
    fhn,
    paper ? plain : law,
    { warmUp: PAPER.warmUp / dt, macro: micro === 0 ? frames + 1 : macro / dt, micro: micro / dt },
    {
      restriction: fhn.restriction,
      lifting: restart(fhn, law, plan.restart),
      onState: judge,
      clock: () => performance.now() / 1000,
    },
  );
  flow.advance(f, 0, PAPER.warmUp + frames * dt);
  const mean = (curve: Float64Array): number => curve.reduce((sum, value) => sum + value, 0) / frames;
  const { steps, microSteps, seconds } = flow.report;
  const report = { steps: { ...steps }, microSteps, seconds: { ...seconds } };
  return { t, nad, mnad: [mean(nad[0]), mean(nad[1])], each, report };
}

/** Mean absolute differences of the activator and of the inhibitor of two states. */
export function fieldErrors(a: Float64Array, at: number, b: Float64Array, from: number): readonly [number, number] {
  const { points } = PAPER;
  const sums: [number, number] = [0, 0];
  for (let i = 0; i < points; i++) {
    sums[0] += Math.abs(a[at + i]! - b[from + i]!) / points;
    sums[1] += Math.abs(a[at + points + i]! - b[from + points + i]!) / points;
  }
  return sums;
}

/** Populations of the true states at some times, members side by side. */
export function populations(fhn: FitzHughNagumo, truth: Float64Array, offsets: readonly number[]): Float64Array {
  const states = new Float64Array(offsets.length * STATE);
  for (const [m, from] of offsets.entries()) {
    states.set(truth.subarray(from * STATE, (from + 1) * STATE), m * STATE);
  }
  const f = new Float64Array(fhn.size);
  fhn.lifting("first-order").lift(states, f);
  return f;
}

/**
 * From a decoded state to populations. The paper takes equal weights of the decoded densities. Here the densities also keep
 * what the last micro state had beside its own reconstruction, u - D(E(u)), and the populations are those of first order; or
 * equal weights of the same densities, to see what the populations alone do.
 */
export function restart(fhn: FitzHughNagumo, law: LatentModel, kind: Restart): Lifting {
  const populationsOf = fhn.lifting(kind === "first-order" ? "first-order" : "equal-weights");
  if (kind === "paper") return populationsOf;
  const { fineSize, coarseSize } = populationsOf;
  const last = new Float64Array(coarseSize);
  const known = new Float64Array(coarseSize);
  const code = new Float64Array((coarseSize / law.size) * law.latentSize);
  return {
    fineSize,
    coarseSize,
    lift(coarse, out) {
      fhn.restriction.restrict(out, last);
      law.encode(last, code);
      law.decode(code, known);
      for (let i = 0; i < coarseSize; i++) last[i] = coarse[i]! + (last[i]! - known[i]!);
      populationsOf.lift(last, out);
    },
  };
}

/** One forecast, all states of it: `[time, number]` from the end of the warm-up on, with the stages they come from. */
export function forecastStates(
  law: LatentModel,
  truth: Float64Array,
  horizon: number,
): { readonly states: Float64Array; readonly t: Float64Array; readonly stages: readonly Stage[] } {
  const fhn = fitzHughNagumo();
  const frames = Math.floor((horizon - PAPER.warmUp) / law.dt);
  const states = new Float64Array(frames * STATE);
  const stages: Stage[] = [];
  const schedule = { warmUp: PAPER.warmUp / law.dt, macro: frames + 1, micro: 0 };
  const flow = multiscale(fhn, law, schedule, {
    restriction: fhn.restriction,
    lifting: fhn.lifting("first-order"),
    onState(time, state, stage) {
      const frame = Math.round((time - PAPER.warmUp) / law.dt) - 1;
      if (frame < 0) return;
      states.set(state, frame * STATE);
      stages.push(stage);
    },
  });
  flow.advance(populations(fhn, truth, [0]), 0, PAPER.warmUp + frames * law.dt);
  const t = Float64Array.from({ length: frames }, (_, k) => PAPER.warmUp + (k + 1) * law.dt);
  return { states, t, stages };
}

/** Where forecasts begin: evenly spread over the run, as late as the horizon allows. */
export function spreadOffsets(count: number, samples: number, horizon: number): number[] {
  const last = samples - 1 - horizon;
  if (last < 0) throw new RangeError(`a run of ${samples} samples is too short for a horizon of ${horizon}`);
  const first = Math.min(150, last);
  return Array.from({ length: count }, (_, k) => Math.round(first + ((last - first) * k) / Math.max(1, count - 1)));
}
