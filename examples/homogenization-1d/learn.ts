import { fluxNet, type History, netPresets } from "@hml/nets";
import { mse, overTime, relativeMse } from "@hml/metrics";
import type { Rhs } from "@hml/integrators";
import {
  type Dataset,
  type DerivativeOrder,
  snapshots,
  type Snapshots,
  type SparseFit,
  splitRows,
} from "@hml/pde-features";
import type { Pool } from "../lib/workers.ts";
import { forecast, functionalData, netRhs, slopes, sparseLaw, stencilData, studyFeatures } from "./laws.ts";
import type { TrainJob, TrainResult } from "../lib/train-job.ts";

/** A learned law and how far it lies from the data and from the fine solution. */
export interface LearnedLaw {
  readonly name: string;
  readonly rhs: Rhs;
  /** Relative MSE of its slopes against the patch data on the test rows. */
  readonly rhsError: number;
  /** Forecast of the last trajectory, `[frame, node]`. */
  readonly forecast: Float64Array;
  /** Relative MSE of the forecast against the last trajectory of the fine solution (of the data, when there is none). */
  readonly trajectoryError: number;
  /** The same at each time. */
  readonly errorCurve: Float64Array;
  readonly history?: History;
  readonly seconds: number;
  readonly file?: Uint8Array;
}

/** What the laws of one data set are judged with. */
export interface Judge {
  readonly data: Dataset;
  readonly rows: ReturnType<typeof splitRows>;
  /** The last trajectory of the fine solution, or of the data. */
  readonly truth: Float64Array;
}

/** The authors' split: the last 15 % of the stacked rows test, the last 10 % of the rest validate. */
export function judgeOf(data: Dataset, fine: Float64Array | undefined): Judge {
  const [trajectories, frames, points] = data.shape;
  const last = (trajectories - 1) * frames * points;
  return {
    data,
    rows: splitRows(snapshots(data), { test: 0.15, validation: 0.1 }),
    truth: (fine ?? data.u).slice(last, last + frames * points),
  };
}

/** The nets of the study. */
export type NetKind = "functional" | "discretised" | "flux";

/** A training job for one net on one data set; `order` is the derivative operator of the functional net's features. */
export function trainingJob(
  kind: NetKind,
  judge: Judge,
  order: DerivativeOrder,
  epochs: number,
  seed: number,
): TrainJob {
  const { x } = judge.data;
  const features = studyFeatures(x, order);
  const shaped = (rows: Snapshots) => (kind === "functional" ? functionalData(rows, features) : stencilData(rows));
  const { functional, discretised } = netPresets.recommended;
  const preset = kind === "functional" ? functional : discretised;
  // The flux net reads two neighbours and trains as the discretised one does.
  const spec = kind === "flux" ? fluxNet({ spacing: x[1]! - x[0]!, padding: "valid" }) : preset.spec;
  return {
    spec,
    data: shaped(judge.rows.train),
    validation: shaped(judge.rows.validation),
    settings: { ...preset.training, epochs },
    seed,
  };
}

/** Trains one net on a thread and judges it. */
export async function learnNet(
  pool: Pool<TrainJob, TrainResult>,
  name: string,
  kind: NetKind,
  judge: Judge,
  order: DerivativeOrder,
  epochs: number,
  seed: number,
): Promise<LearnedLaw> {
  const { file, history, seconds } = await pool.run(trainingJob(kind, judge, order, epochs, seed));
  return { ...judged(name, netRhs(file, judge.data.x, order), judge, seconds), history, file };
}

/** The sparse regression on the training rows. */
export function learnSparse(
  name: string,
  judge: Judge,
  order: DerivativeOrder,
): LearnedLaw & { readonly fit: SparseFit } {
  const started = performance.now();
  const features = studyFeatures(judge.data.x, order);
  const fit = sparseLaw(judge.rows.train, features);
  const seconds = (performance.now() - started) / 1000;
  return { ...judged(name, fit.rhs(features, { held: "ends" }), judge, seconds), fit };
}

function judged(name: string, rhs: Rhs, judge: Judge, seconds: number): LearnedLaw {
  const { data, rows, truth } = judge;
  const [, frames, points] = data.shape;
  const u = forecast(rhs, truth.slice(0, points), data.t);
  return {
    name,
    rhs,
    rhsError: relativeMse(slopes(rhs, rows.test), rows.test.dudt),
    forecast: u,
    trajectoryError: relativeMse(u, truth),
    errorCurve: relativeCurve(u, truth, frames),
    seconds,
  };
}

/** Mean squared error over space at each time over the variance of the whole truth: its mean over time is relativeMse. */
export function relativeCurve(u: Float64Array, truth: Float64Array, frames: number): Float64Array {
  const mean = truth.reduce((sum, value) => sum + value, 0) / truth.length;
  const variance = mse(truth, new Float64Array(truth.length).fill(mean));
  return overTime(mse, u, truth, frames).map((value) => value / variance);
}
