import { type LyapunovSpectrum, lyapunovSpectrum, pca, pcaEnergy, type PcaEnergy, wasserstein1 } from "@hml/metrics";
import { kuramotoSivashinsky } from "@hml/systems";
import type { Parts } from "../lib/parts.ts";
import { progress } from "../lib/progress.ts";
import type { TrainJob, TrainResult } from "../lib/train-job.ts";
import { type Pool, workerPool } from "../lib/workers.ts";
import { statesOf, trajectories, type Trajectories } from "./data.ts";
import type { ForecastJob, ForecastResult } from "./forecast-job.ts";
import { type Climate, climateOf, type Movies, sampled } from "./judge.ts";
import { coderError, coderFrom, coderJob, encoded, rolloutJob, singleStepJob, STANDARD_DEVIATION } from "./learn.ts";
import { type CoderPlan, type LawPlan, LONG_DT, PAPER, type Plan } from "./study.ts";
import { SOLVER_STEPS, type Timing, timingsApart } from "./timing.ts";

/** An autoencoder with its error on states that it has not seen, in units of the variance. */
export interface CoderRow {
  readonly plan: CoderPlan;
  readonly error: number;
  readonly seconds: number;
}

/** A law, its training and its forecasts. */
export interface LawRow {
  readonly plan: LawPlan;
  readonly seconds: number;
  /** Validation losses of both trainings, epoch by epoch. */
  readonly losses: readonly [single: Float64Array, rollout: Float64Array];
  readonly forecast: ForecastResult;
}

/** Everything that the study computes. */
export interface Results {
  readonly lyapunov: readonly LyapunovSpectrum[];
  readonly energy: PcaEnergy;
  /** Mean squared error of PCA with 0, 1, 2, ... modes on the test states, in units of the variance. */
  readonly pcaErrors: Float64Array;
  readonly truth: Movies;
  readonly climate: Climate;
  /** Between the two halves of the true runs: what no forecast can be expected to beat. */
  readonly floor: number;
  readonly coder: CoderRow;
  readonly bySize: readonly CoderRow[];
  /** On states of all runs, and on those of one run, every 0.25 as in the paper. */
  readonly bySamples: readonly { readonly spread: CoderRow; readonly oneRun: CoderRow }[];
  /** The law of the study first, then those of other steps. */
  readonly laws: readonly LawRow[];
  readonly multiscale: readonly { readonly macro: number; readonly forecast: ForecastResult }[];
  /** The solver alone with steps of its own, judged as the laws are. */
  readonly solvers: readonly { readonly dt: number; readonly forecast: ForecastResult }[];
  readonly timing: Timing;
}

const { points } = PAPER;

/** Steps of the solver that are judged beside the laws. */
const LONG_STEPS = SOLVER_STEPS.filter((dt) => dt >= 1);

/** States that autoencoders are judged by. */
const TEST_STATES = 10_000;

/** Computes what is not there yet. */
export async function compute(plan: Plan, seed: number, workers: number, parts: Parts): Promise<Results> {
  const training = workerPool<TrainJob, TrainResult>(new URL("../lib/train-job.ts", import.meta.url), workers);
  const forecasting = workerPool<ForecastJob, ForecastResult>(new URL("forecast-job.ts", import.meta.url), workers);
  try {
    return await computeWith(plan, seed, parts, training, forecasting);
  } finally {
    await Promise.all([training.close(), forecasting.close()]);
  }
}

async function computeWith(
  plan: Plan,
  seed: number,
  parts: Parts,
  training: Pool<TrainJob, TrainResult>,
  forecasting: Pool<ForecastJob, ForecastResult>,
): Promise<Results> {
  const data = (spacing: number): Promise<Trajectories> =>
    set("training-data", { count: plan.trajectories, states: plan.states, spacing, dt: LONG_DT, seed });
  const held = (spacing: number): Promise<Trajectories> =>
    set("validation-data", { count: 20, states: 200, spacing, dt: LONG_DT, seed: seed + 1 });
  const set = (name: string, how: Parameters<typeof trajectories>[0]): Promise<Trajectories> =>
    parts.get(name, how, () => {
      const bar = progress(name, how.count);
      const made = trajectories(how, (done) => bar.update(done));
      bar.finish(`${how.count} x ${how.states} states`);
      return made;
    });

  const lyapunov = await parts.get("lyapunov", [plan.lyapunovTime, seed], () => exponents(plan.lyapunovTime, seed));
  const learned = await data(1);
  const heldOut = await held(1);
  const runs = await set("truth", {
    count: plan.initialConditions,
    states: plan.horizon + 1,
    spacing: 1,
    dt: plan.dt,
    seed: seed + 2,
  });
  const truth: Movies = { u: runs.u, members: runs.count, frames: runs.states, spacing: 1 };
  const test = statesOf(runs, Math.min(TEST_STATES, runs.count * runs.states));
  const analysis = pca(statesOf(learned, Math.min(50_000, plan.coder.samples)), { dimension: points, modes: points });
  const pcaErrors = linearErrors(analysis, test);

  const samples = [plan.trajectories, plan.states, seed];
  const train = (name: string, settings: unknown, job: () => TrainJob): Promise<TrainResult> =>
    parts.get(name, [settings, samples], async (checkpoint) => {
      const result = await training.run({ ...job(), checkpoint });
      console.log(
        `${name}: loss ${result.history.validation.at(-1)!.toExponential(2)}, ${result.seconds.toFixed(0)} s`,
      );
      return result;
    });
  const trainCoder = async (
    coder: CoderPlan,
    name: string,
    from = learned,
  ): Promise<CoderRow & { readonly file: Uint8Array }> => {
    const { file, seconds } = await train(name, coder, () => coderJob(coder, from, heldOut, seed));
    return { plan: coder, error: coderError(file, test), seconds, file };
  };

  const main = trainCoder(plan.coder, "coder");
  const bySize = plan.latentSizes.map((size) => trainCoder({ ...plan.sweep, latentSize: size }, `coder-size-${size}`));
  const bySamples = plan.sampleSizes.map(async (count) => {
    // As many steps whatever there is to learn from.
    const epochs = Math.max(1, Math.round((plan.sweep.epochs * plan.sweep.samples) / count));
    const sized = { ...plan.sweep, samples: count, epochs };
    const run = { count: 1, states: count, spacing: PAPER.sample, dt: LONG_DT, seed: seed + 4 };
    const [spread, oneRun] = await Promise.all([
      trainCoder(sized, `coder-samples-${count}`),
      trainCoder(sized, `coder-one-run-${count}`, await set(`one-run-${count}`, run)),
    ]);
    return { spread, oneRun };
  });
  const coder = await main;
  const { encoder } = coderFrom(coder.file);

  const trainLaw = async (law: LawPlan): Promise<Omit<LawRow, "forecast"> & { readonly file: Uint8Array }> => {
    // Codes a unit of time apart serve all longer steps.
    const spacing = Math.min(1, law.step);
    const stride = Math.round(law.step / spacing);
    const [codes, heldCodes] = [encoded(encoder, await data(spacing)), encoded(encoder, await held(spacing))];
    const settings = [law, plan.coder];
    const name = `law-${String(law.step).replace(".", "p")}`;
    const single = await train(`${name}-single`, settings, () => singleStepJob(law, codes, heldCodes, stride, seed));
    const rollout = await train(`${name}-rollout`, settings, () =>
      rolloutJob(law, codes, heldCodes, stride, seed, single.file),
    );
    return {
      plan: law,
      seconds: single.seconds + rollout.seconds,
      losses: [single.history.validation, rollout.history.validation],
      file: rollout.file,
    };
  };
  const forecast = (
    name: string,
    { plan: law, file }: { readonly plan: LawPlan; readonly file: Uint8Array },
    macro?: number,
    dt = plan.dt,
  ): Promise<ForecastResult> =>
    parts.get(name, [law, plan.coder, samples, plan.horizon, plan.dt, plan.initialConditions, macro ?? -1, dt], () =>
      forecasting.run({
        coder: coder.file,
        law: file,
        step: law.step,
        phases: macro === undefined ? undefined : { macro, micro: PAPER.micro },
        dt,
        truth: sampled(truth, Math.max(1, law.step)),
        deviation: STANDARD_DEVIATION,
      }),
    );
  const laws = await Promise.all([plan.law, ...plan.otherLaws].map(trainLaw));
  const forecasts = await Promise.all(
    laws.map((law) => forecast(`forecast-${String(law.plan.step).replace(".", "p")}`, law)),
  );
  const multiscale = await Promise.all(
    plan.macro.map(async (macro) => ({ macro, forecast: await forecast(`multiscale-${macro}`, laws[0]!, macro) })),
  );
  const solvers = await Promise.all(
    LONG_STEPS.map(async (dt) => ({ dt, forecast: await forecast(`solver-${dt}`, laws[0]!, 0, dt) })),
  );
  const coders = [await Promise.all(bySize), await Promise.all(bySamples)] as const;
  // Last, when no thread works any more.
  const timing = await parts.get("timing", [plan, seed], () =>
    timingsApart({
      coder: coder.file,
      laws: laws.map(({ plan: { step }, file }) => ({ step, law: file })),
      macro: plan.macro,
      start: test.slice(0, points),
      rounds: plan.initialConditions < PAPER.initialConditions ? 101 : 401,
    }),
  );
  return {
    lyapunov,
    energy: pcaEnergy(analysis.variances),
    pcaErrors,
    truth,
    climate: climateOf(truth),
    floor: halves(truth),
    coder,
    bySize: coders[0],
    bySamples: coders[1],
    laws: laws.map(({ plan: law, seconds, losses }, k) => ({ plan: law, seconds, losses, forecast: forecasts[k]! })),
    multiscale,
    solvers,
    timing,
  };
}

/** Lyapunov exponents from four starts; their scatter is the error. */
function exponents(time: number, seed: number): LyapunovSpectrum[] {
  const bar = progress("Lyapunov exponents", 4);
  const { u } = trajectories({ count: 4, states: 1, spacing: 1, dt: LONG_DT, seed: seed + 3 });
  const spectra = Array.from({ length: 4 }, (_, k) => {
    const start = Float64Array.from(u.subarray(k * points, (k + 1) * points));
    const intervals = 10 * Math.round(time / 20);
    const flow = kuramotoSivashinsky({ dt: LONG_DT });
    const spectrum = lyapunovSpectrum(flow, start, { exponents: 12, interval: 2, intervals });
    bar.update(k + 1);
    return spectrum;
  });
  bar.finish();
  return spectra;
}

/** Mean squared error of states projected onto 0, 1, 2, ... modes, in units of the variance. */
function linearErrors({ mean, modes }: ReturnType<typeof pca>, states: Float64Array): Float64Array {
  const rest = new Float64Array(points + 1);
  const rows = states.length / points;
  for (let r = 0; r < rows; r++) {
    let left = 0;
    for (let j = 0; j < points; j++) left += (states[r * points + j]! - mean[j]!) ** 2;
    rest[0]! += left;
    for (let k = 0; k < points; k++) {
      let score = 0;
      for (let j = 0; j < points; j++) score += (states[r * points + j]! - mean[j]!) * modes[k * points + j]!;
      left -= score * score;
      rest[k + 1]! += Math.max(0, left);
    }
  }
  return rest.map((value) => value / (states.length * STANDARD_DEVIATION ** 2));
}

/** Wasserstein distance between the states of one half of the runs and of the other. */
function halves({ u }: Movies): number {
  const half = u.length >> 1;
  return wasserstein1(u.subarray(0, half), u.subarray(half));
}
