import { random } from "@hml/integrators";
import { spectralClustering } from "@hml/metrics";
import trainJob, { type TrainJob, type TrainResult } from "../lib/train-job.ts";
import type { Case } from "./cases.ts";
import { type Costs, measureCosts } from "./costs.ts";
import { type Forecast, forecast, type ForecastJob } from "./forecast-job.ts";
import type { Nets } from "./law.ts";
import { type MicroRun, type MicroSamples, sampled } from "./micro.ts";
import { type ExactLaw, exactLaw } from "./reference.ts";

/** Everything that takes time, as it crosses to a thread, and what comes back. */
export interface Jobs {
  readonly micro: { readonly job: MicroRun; readonly result: MicroSamples };
  readonly train: { readonly job: TrainJob; readonly result: TrainResult };
  readonly forecast: { readonly job: ForecastJob; readonly result: Forecast };
  readonly law: {
    readonly job: {
      readonly system: Case;
      readonly start: number;
      readonly interval: number;
      readonly entries: number;
    };
    readonly result: ExactLaw;
  };
  readonly costs: {
    readonly job: { readonly system: Case; readonly nets: Nets; readonly rounds: number };
    readonly result: Costs;
  };
  readonly clusters: {
    readonly job: {
      readonly points: Float64Array;
      readonly dimension: number;
      readonly neighbours: number;
      readonly most: number;
    };
    readonly result: Clusters;
  };
}

export interface Clusters {
  readonly clusters: number;
  readonly labels: Int32Array;
  readonly eigenvalues: Float64Array;
}

/** A job with its kind. */
export type AnyJob = { readonly [K in keyof Jobs]: { readonly kind: K; readonly job: Jobs[K]["job"] } }[keyof Jobs];

/** Does a job of any kind. */
export default function run(any: AnyJob): Jobs[keyof Jobs]["result"] | Promise<TrainResult> {
  switch (any.kind) {
    case "micro":
      return sampled(any.job);
    case "train":
      return trainJob(any.job);
    case "forecast":
      return forecast(any.job);
    case "law":
      return exactLaw(any.job.system, any.job.start, any.job.interval, any.job.entries);
    case "costs":
      return measureCosts(any.job.system, any.job.nets, any.job.rounds);
    case "clusters": {
      const { points, dimension, neighbours, most } = any.job;
      const found = spectralClustering(points, { dimension, neighbours, maxClusters: most, random: random(1) });
      return { clusters: found.clusters, labels: found.labels, eigenvalues: found.eigenvalues };
    }
  }
}
