import type { Parts } from "../lib/parts.ts";
import { duration } from "../lib/progress.ts";
import { workerPool } from "../lib/workers.ts";
import { type DiscoverJob, type Discovery, discoveredLaw } from "./discover-job.ts";
import { type Forecast, type ForecastJob, stepOf } from "./forecast-job.ts";
import { type Job, type JobResult, type Threads, threadsOf } from "./job.ts";
import { referenceError } from "./references.ts";
import { type Watched, watched } from "./runs.ts";
import { MODEL_NAMES, MODELS, type ModelName, type Plan } from "./study.ts";
import {
  exists,
  learningData,
  type NetKind,
  type NetRow,
  NETS,
  SHOWN,
  type SweepRow,
  sweepNets,
  trainNet,
} from "./train-nets.ts";

/** A discovery with its settings. */
export interface DiscoveryRow {
  readonly job: DiscoverJob;
  readonly found: Discovery;
}

/** A forecast with its settings. */
export interface ForecastRow {
  readonly model: ModelName;
  readonly name: string;
  readonly start: number;
  readonly forecast: Forecast;
}

/** Everything that the study computes. */
export interface Results {
  readonly points: number;
  readonly references: ReturnType<typeof referenceError>;
  readonly runs: readonly Watched[];
  readonly discoveries: readonly DiscoveryRow[];
  readonly nets: readonly NetRow[];
  readonly sweep: readonly SweepRow[];
  readonly forecasts: readonly ForecastRow[];
  /** The exact slopes of the unseen frame that is shown, by model. */
  readonly shown: Readonly<Record<ModelName, Float64Array>>;
}

/** Names of forecasts that are no networks. */
export const FORECASTS = {
  discovered: "equation found at 5 % noise",
  paper: "the model, paper's scheme",
  persistence: "persistence",
} as const;

/** Computes what is not there yet. */
export async function compute(plan: Plan, seed: number, workers: number, parts: Parts): Promise<Results> {
  const pool = workerPool<Job, JobResult>(new URL("job.ts", import.meta.url), workers);
  try {
    return await computeWith(plan, seed, parts, threadsOf(pool));
  } finally {
    await pool.close();
  }
}

async function computeWith(plan: Plan, seed: number, parts: Parts, threads: Threads): Promise<Results> {
  const references = referenceError();
  const runs: Watched[] = [];
  for (const model of MODEL_NAMES) {
    const points = plan.paperSizes ? MODELS[model].points : plan.points;
    const shown = [0.01, 0.1, 0.3, 1];
    const run = await parts.get(`run-${model}`, [points, seed, shown], () => watched(model, points, seed, shown));
    console.log(`${MODELS[model].title}, ${points} x ${points} points: ${run.steps} steps, ${duration(run.seconds)}`);
    runs.push(run);
  }
  const data = learningData(plan, seed);
  // The field CNNs take longest, so they go first.
  const kinds = Object.keys(NETS) as NetKind[];
  const nets = Promise.all(
    kinds.flatMap((kind) =>
      MODEL_NAMES.filter((model) => exists(kind, model)).map((model) =>
        trainNet(kind, model, plan, seed, data, parts, threads),
      ),
    ),
  );
  const sweep = sweepNets(plan, seed, data, parts, threads);
  const discoveries = await allDiscoveries(plan, seed, parts, threads);
  const laws = await nets;
  const forecasts = allForecasts(plan, seed, laws, discoveries, parts, threads);
  const shown = await parts.get("shown", [plan.points, plan.stride, seed], () => {
    const slopes = (model: ModelName): Float64Array => {
      const { targets, frames } = data.unseen(model);
      const size = targets.length / frames;
      return targets.slice(SHOWN * size, (SHOWN + 1) * size);
    };
    return { ac: slopes("ac"), ch: slopes("ch"), pfc: slopes("pfc") };
  });
  return {
    points: plan.points,
    references,
    runs,
    discoveries,
    nets: laws,
    sweep: await sweep,
    forecasts: await forecasts,
    shown,
  };
}

/** Movies of all models, noises and seeds; and the paper's first-order movies of Allen-Cahn, with and without its scheme. */
function allDiscoveries(plan: Plan, seed: number, parts: Parts, threads: Threads): Promise<DiscoveryRow[]> {
  const { points, movieFrames, noise, movieSeeds } = plan;
  const seeds = Array.from({ length: movieSeeds }, (_, k) => seed + 200 + k);
  const common = { points, frames: movieFrames };
  const jobs = MODEL_NAMES.flatMap((model) =>
    noise.flatMap((part) =>
      seeds.map((each): DiscoverJob => ({ model, ...common, seed: each, noise: part, data: "exact" })),
    ),
  );
  for (const data of ["paper", "paper, scheme known"] as const) {
    for (const each of seeds) jobs.push({ model: "ac", ...common, seed: each, noise: 0, data });
  }
  return Promise.all(
    jobs.map(async (job) => {
      const name = `discovery-${job.model}-${job.seed}`;
      return { job, found: await parts.get(name, job, () => threads.discover(job)) };
    }),
  );
}

/** Forecasts from unseen starts: by cheap laws from all, by networks that know nothing from the first. */
function allForecasts(
  plan: Plan,
  seed: number,
  nets: readonly NetRow[],
  discoveries: readonly DiscoveryRow[],
  parts: Parts,
  threads: Threads,
): Promise<ForecastRow[]> {
  const { points, forecastFrame: frame, longerSteps } = plan;
  const noisiest = Math.max(...plan.noise);
  const jobs: Array<{ name: string; start: number; job: ForecastJob }> = [];
  for (const model of MODEL_NAMES) {
    const add = (name: string, law: ForecastJob["law"], dt: number, starts: number): void => {
      for (let start = 0; start < starts; start++) {
        jobs.push({ name, start, job: { model, points, seed: seed + 100 + start, law, dt, frame } });
      }
    };
    for (const net of nets.filter((each) => each.model === model)) {
      add(NETS[net.kind], net.law, longerSteps * stepOf(net.law, model), net.kind === "structured" ? plan.starts : 1);
    }
    const { found } = discoveries.find(({ job }) => job.model === model && job.noise === noisiest)!;
    add(FORECASTS.discovered, discoveredLaw(found), longerSteps * MODELS[model].exactDt, plan.starts);
    add(FORECASTS.paper, "paper's scheme", MODELS[model].dt, 1);
    add(FORECASTS.persistence, "persistence", 1, plan.starts);
  }
  return Promise.all(
    jobs.map(async ({ name, start, job }, k) => {
      const forecast = await parts.get(`forecast-${k}`, settingsOf(job), () => threads.forecast(job));
      return { model: job.model, name, start, forecast };
    }),
  );
}

/** A law's file stands for itself by its numbers: other weights are other forecasts. */
function settingsOf(job: ForecastJob): unknown {
  const { law } = job;
  if (typeof law === "string" || !("file" in law)) return job;
  let sum = 0;
  for (const [k, byte] of law.file.entries()) sum = (sum * 31 + byte + k) % 2 ** 40;
  return { ...job, law: { kind: law.kind, digest: sum, bytes: law.file.length } };
}
