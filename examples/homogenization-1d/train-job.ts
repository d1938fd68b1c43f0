import { random } from "@hml/integrators";
import { type History, type NetSpec, saveNet, train, type TrainingData } from "@hml/nets";

/** One training, as it crosses to a thread. */
export interface TrainJob {
  readonly spec: NetSpec;
  readonly data: TrainingData;
  readonly validation: TrainingData;
  readonly epochs: number;
  readonly learningRate: number;
  readonly seed: number;
}

/** A trained net as a file, with its history. */
export interface TrainResult {
  readonly file: Uint8Array;
  readonly history: History;
  readonly seconds: number;
}

/** Trains one net: Adam, the rate falling along a cosine to zero, the epoch of the best validation loss kept. */
export default async function trainJob(job: TrainJob): Promise<TrainResult> {
  const started = performance.now();
  const net = await train(job.spec, job.data, {
    epochs: job.epochs,
    learningRate: job.learningRate,
    schedule: { kind: "cosine" },
    validation: job.validation,
    random: random(job.seed),
  });
  return { file: saveNet(net), history: net.history, seconds: (performance.now() - started) / 1000 };
}
