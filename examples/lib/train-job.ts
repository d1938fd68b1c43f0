import { random } from "@hml/integrators";
import { type History, type NetPreset, type NetSpec, saveNet, train, type TrainingData } from "@hml/nets";

/** One training, as it crosses to a thread. */
export interface TrainJob {
  readonly spec: NetSpec;
  readonly data: TrainingData;
  readonly validation: TrainingData;
  readonly epochs: number;
  readonly seed: number;
  /** Batch size, learning rate and schedule. */
  readonly preset: NetPreset;
}

/** A trained net as a file, with its history. */
export interface TrainResult {
  readonly file: Uint8Array;
  readonly history: History;
  readonly seconds: number;
}

/** Trains one net by its preset; the epoch of the best validation loss is kept. */
export default async function trainJob(job: TrainJob): Promise<TrainResult> {
  const started = performance.now();
  const net = await train(job.spec, job.data, {
    ...job.preset.training,
    epochs: job.epochs,
    validation: job.validation,
    random: random(job.seed),
  });
  return { file: saveNet(net), history: net.history, seconds: (performance.now() - started) / 1000 };
}
