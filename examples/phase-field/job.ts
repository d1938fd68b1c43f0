import trainJob, { type TrainJob, type TrainResult } from "../lib/train-job.ts";
import type { Pool } from "../lib/workers.ts";
import { discover, type DiscoverJob, type Discovery } from "./discover-job.ts";
import { type Forecast, forecast, type ForecastJob } from "./forecast-job.ts";

/** What the threads of this study do. */
export type Job =
  | { readonly kind: "train"; readonly job: TrainJob }
  | { readonly kind: "discover"; readonly job: DiscoverJob }
  | { readonly kind: "forecast"; readonly job: ForecastJob };

/** What comes back. */
export type JobResult = TrainResult | Discovery | Forecast;

/** Does one job. */
export default async function run(job: Job): Promise<JobResult> {
  switch (job.kind) {
    case "train":
      return trainJob(job.job);
    case "discover":
      return discover(job.job);
    case "forecast":
      return forecast(job.job);
  }
}

/** The same threads, with the result's type by the kind of job. */
export interface Threads {
  train(job: TrainJob): Promise<TrainResult>;
  discover(job: DiscoverJob): Promise<Discovery>;
  forecast(job: ForecastJob): Promise<Forecast>;
}

/** Names the three kinds of jobs of a pool of threads that run this file. */
export function threadsOf(pool: Pool<Job, JobResult>): Threads {
  return {
    train: (job) => pool.run({ kind: "train", job }) as Promise<TrainResult>,
    discover: (job) => pool.run({ kind: "discover", job }) as Promise<Discovery>,
    forecast: (job) => pool.run({ kind: "forecast", job }) as Promise<Forecast>,
  };
}
