import { deserialize, serialize } from "node:v8";
import { random } from "@hml/integrators";
import { type DataOf, type History, type NetSpec, saveNet, train, type TrainOptions } from "@hml/nets";
import { readSealed, writeSealed } from "./parts.ts";

/** Options of a training that can cross to a thread. */
export type TrainSettings = Omit<TrainOptions, "random" | "validation" | "onProgress" | "resume" | "signal" | "throw">;

/** One training, as it crosses to a thread. */
export interface TrainJob {
  readonly spec: NetSpec;
  readonly data: DataOf<NetSpec>;
  readonly validation?: DataOf<NetSpec>;
  readonly settings: TrainSettings;
  readonly seed: number;
  /** A file to keep the training as it stands in, every few seconds, and to go on from. */
  readonly checkpoint?: string;
}

/** A trained net as a file, with its history. */
export interface TrainResult {
  readonly file: Uint8Array;
  readonly history: History;
  /** Time of the training, that before a kill included as far as a checkpoint knows of it. */
  readonly seconds: number;
}

/** What stands in a checkpoint file. */
interface Unfinished {
  readonly seconds: number;
  readonly training: Uint8Array;
}

/** Between two checkpoints: what a kill may cost. */
const CHECKPOINT_SECONDS = 5;

/** Trains one net; with a validation set the epoch of the best validation loss is kept. */
export default async function trainJob(job: TrainJob): Promise<TrainResult> {
  const { spec, data, validation, settings, seed, checkpoint: file } = job;
  const bytes = file === undefined ? undefined : readSealed(file);
  const before = bytes === undefined ? undefined : (deserialize(bytes) as Unfinished);
  const started = performance.now() - 1000 * (before?.seconds ?? 0);
  const elapsed = (): number => (performance.now() - started) / 1000;
  let kept = elapsed();
  const net = await train(spec, data, {
    ...settings,
    random: random(seed),
    ...(validation !== undefined && { validation }),
    ...(before !== undefined && { resume: before.training }),
    onProgress(_progress, checkpoint) {
      if (file === undefined || elapsed() - kept < CHECKPOINT_SECONDS) return;
      kept = elapsed();
      writeSealed(file, serialize({ seconds: kept, training: checkpoint() } satisfies Unfinished));
    },
  });
  return { file: saveNet(net), history: net.history, seconds: elapsed() };
}
