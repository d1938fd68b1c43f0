import { parameterCount } from "@hml/nets";
import type { Parts } from "../lib/parts.ts";
import { duration } from "../lib/progress.ts";
import type { TrainJob } from "../lib/train-job.ts";
import { framesAt, type Learned, leakySplit, paperFrames, together } from "./data.ts";
import type { Threads } from "./job.ts";
import { type SlopeScore, slopeScore } from "./judge.ts";
import type { Law } from "./laws.ts";
import { type MlpPlan, mlpJob, PAPER_LAYERS, pointData, pointwiseLaw } from "./mlp.ts";
import { cnnJob, cnnLstmJob, structuredJob } from "./networks.ts";
import { MODELS, type ModelName, type Plan } from "./study.ts";

/** The networks by the names that tables and figures show. */
export const NETS = {
  cnn: "field CNN",
  potential: "MLP of the potential",
  slope: "MLP of the slope",
  structured: "gradient-flow net",
  cnnLstm: "CNN-LSTM",
} as const;

/** A kind of network. */
export type NetKind = keyof typeof NETS;

/** Whether a model has a network of this kind: only u_t = lap mu has a potential under a Laplacian. */
export function exists(kind: NetKind, model: ModelName): boolean {
  return kind !== "potential" || MODELS[model].equation.mobility === "conserved";
}

/** A trained network. */
interface TrainedNet {
  readonly law: Law;
  readonly parameters: number;
  /** Steps of Adam, and the time that they took. */
  readonly steps: number;
  readonly seconds: number;
  readonly losses: Float64Array;
}

/** A network with what it makes of an unseen run. */
export interface NetRow extends TrainedNet {
  readonly model: ModelName;
  readonly kind: NetKind;
  readonly unseen: SlopeScore;
  /** R^2 on frames drawn from the runs that it learned from, the paper's way to split; of the field CNN only. */
  readonly leaky: number | undefined;
}

/** A training of the hyper-parameter study. */
export interface SweepRow {
  readonly plan: MlpPlan;
  readonly parameters: number;
  readonly r2: number;
  readonly seconds: number;
}

/** Frame of the unseen run that figures show. */
export const SHOWN = 3;

/** Frames for nets, made when they are first asked for. */
export interface LearningData {
  /** Of the runs that are learned from. */
  learned(model: ModelName): Learned;
  /** Of those that the field CNN learns from. */
  small(model: ModelName): Learned;
  /** Of a run that no net has seen. */
  unseen(model: ModelName): Learned;
}

/** Runs with the paper's frames after the burn-in, and one more of another seed. */
export function learningData(plan: Plan, seed: number): LearningData {
  const kept = new Map<string, Learned>();
  const runs = (model: ModelName, points: number, first: number, count: number): Learned => {
    const key = [model, points, first, count].join(" ");
    const seeds = Array.from({ length: count }, (_, k) => first + k);
    const data = kept.get(key) ?? together(seeds.map((each) => paperFrames(model, points, each, plan.stride)));
    kept.set(key, data);
    return data;
  };
  return {
    learned: (model) => runs(model, plan.points, seed + 1, plan.simulations),
    small: (model) => runs(model, plan.cnnPoints, seed + 1, plan.cnnSimulations),
    unseen: (model) => runs(model, plan.points, seed + 50, 1),
  };
}

/** Trains one net and judges it. */
export async function trainNet(
  kind: NetKind,
  model: ModelName,
  plan: Plan,
  seed: number,
  data: LearningData,
  parts: Parts,
  threads: Threads,
): Promise<NetRow> {
  const { points } = plan;
  const settings = [kind, planOf(kind, plan), dataSettings(plan, seed)];
  const name = `net-${kind.toLowerCase()}-${model}`;
  const trained = await parts.get(name, settings, async (checkpoint): Promise<TrainedNet> => {
    const { job, lawOf } = trainingOf(
      kind,
      model,
      plan,
      seed,
      kind === "cnn" ? data.small(model) : data.learned(model),
    );
    const { file, seconds, history } = await threads.train({ ...job, checkpoint });
    const { epochs, batchSize = 1 } = job.settings;
    return {
      law: lawOf(file),
      parameters: parameterCount(job.spec),
      steps: epochs * Math.ceil(rowsOf(job) / batchSize),
      seconds,
      losses: history.loss,
    };
  });
  const scored = await parts.get(`score-${name}`, settings, () => ({
    unseen: slopeScore(trained.law, model, points, data.unseen(model), SHOWN),
    leaky: kind === "cnn" ? leakyScore(trained.law, model, plan.cnnPoints, data.small(model), seed) : undefined,
  }));
  const r2 = scored.unseen.pooled.toFixed(4);
  console.log(`${MODELS[model].title}, ${NETS[kind]}: R² ${r2} on an unseen run, ${duration(trained.seconds)}`);
  return { model, kind, ...trained, ...scored };
}

/** The hyper-parameter study, each training a part of its own: the MLP of the potential of Cahn-Hilliard. */
export async function sweepNets(
  { layers, activations, rates, sweep, ...plan }: Plan,
  seed: number,
  data: LearningData,
  parts: Parts,
  threads: Threads,
): Promise<SweepRow[]> {
  const model = "ch";
  const plans = layers.flatMap((widths) =>
    activations.flatMap((activation) =>
      rates.map((learningRate): MlpPlan => ({ layers: widths, activation, learningRate, ...sweep })),
    ),
  );
  return Promise.all(
    plans.map((each, k) =>
      parts.get(`sweep-${k}`, [each, dataSettings(plan, seed)], async (checkpoint): Promise<SweepRow> => {
        const points = pointData(model, "potential", plan.points, data.learned(model), plan.pointsPerFrame, seed);
        const job = mlpJob(each, points, seed + 1);
        const { file, seconds } = await threads.train({ ...job, checkpoint });
        const score = slopeScore(pointwiseLaw(file, points), model, plan.points, data.unseen(model), SHOWN);
        return { plan: each, parameters: parameterCount(job.spec), r2: score.pooled, seconds };
      }),
    ),
  );
}

/** What all data depend on. */
function dataSettings(
  { points, simulations, stride, pointsPerFrame }: Pick<Plan, "points" | "simulations" | "stride" | "pointsPerFrame">,
  seed: number,
): readonly number[] {
  return [points, simulations, stride, pointsPerFrame, seed];
}

/** What a kind of net depends on besides. */
function planOf(kind: NetKind, plan: Plan): unknown {
  if (kind === "structured") return [plan.structured, plan.structuredFrames];
  if (kind === "cnn") return [plan.cnn, plan.cnnPoints, plan.cnnSimulations];
  return kind === "cnnLstm" ? plan.cnnLstm : plan.mlp;
}

interface Training {
  readonly job: TrainJob;
  readonly lawOf: (file: Uint8Array) => Law;
}

function trainingOf(kind: NetKind, model: ModelName, plan: Plan, seed: number, learned: Learned): Training {
  const { points } = plan;
  switch (kind) {
    case "cnn": {
      const seen = framesAt(learned, leakySplit(learned.frames, seed).train);
      return { job: cnnJob(plan.cnn, plan.cnnPoints, seen, seed), lawOf: (file) => ({ kind: "field", file }) };
    }
    case "cnnLstm":
      return {
        job: cnnLstmJob(plan.cnnLstm, points, learned, plan.pointsPerFrame, seed),
        lawOf: (file) => ({ kind: "field", file }),
      };
    case "structured": {
      const count = Math.min(plan.structuredFrames, learned.frames);
      const some = Array.from({ length: count }, (_, k) => Math.floor((k * learned.frames) / count));
      return {
        job: structuredJob(model, plan.structured, points, framesAt(learned, some), seed),
        lawOf: (file) => ({ kind: "gradient-flow", file }),
      };
    }
    case "slope":
    case "potential": {
      const data = pointData(model, kind, points, learned, plan.pointsPerFrame, seed);
      const mlpPlan: MlpPlan = { layers: PAPER_LAYERS, activation: "tanh", learningRate: 1e-2, ...plan.mlp };
      return { job: mlpJob(mlpPlan, data, seed), lawOf: (file) => pointwiseLaw(file, data) };
    }
  }
}

function leakyScore(law: Law, model: ModelName, points: number, learned: Learned, seed: number): number {
  return slopeScore(law, model, points, framesAt(learned, leakySplit(learned.frames, seed).test), 0).pooled;
}

function rowsOf({ data }: TrainJob): number {
  if (!("targets" in data)) return 0;
  const points = [data.points ?? 1].flat().reduce((a, b) => a * b, 1);
  return (data.targets?.length ?? 0) / points;
}
