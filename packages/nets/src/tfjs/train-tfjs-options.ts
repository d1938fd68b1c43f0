import { callable, checkOptions, integer, nonNegative, positive, show } from "@hml/guard";
import { getBackend } from "@tensorflow/tfjs-core";
import { parametersFrom } from "../files/weights.ts";
import { checkNetSpec, type NetSpec } from "../spec/net-spec.ts";
import { isSequenceNet } from "../spec/sequence-net.ts";
import { type AdamConstants, adamConstants } from "../training/adam.ts";
import { type RateRule, rateRule } from "../training/schedule.ts";
import { batchSizeOf } from "../training/batch-size.ts";
import type { Scaling } from "../training/scaling.ts";
import type { TrainingProgress, TrainOptions } from "../training/train-options.ts";
import type { DataOf } from "../training/dataset.ts";
import { type Samples, samplesOf } from "../training/training-data.ts";

/** The options of `train` that hold here too. */
type SharedKey =
  | "epochs"
  | "random"
  | "loss"
  | "batchSize"
  | "learningRate"
  | "schedule"
  | "adam"
  | "scale"
  | "validation"
  | "patience"
  | "minDelta"
  | "restoreBest"
  | "start"
  | "signal"
  | "throw";

/**
 * How to train with TensorFlow.js: options of `train`, with the same meaning and defaults, and the backend. Schedules may be
 * `constant`, `cosine` or `steps`.
 */
export interface TfjsTrainOptions extends Pick<TrainOptions, SharedKey> {
  /**
   * Backend that trains, such as `cpu`, `wasm`, `webgl` or `webgpu`, whose package has been imported; default the current
   * one. It becomes, and stays, the current one of TensorFlow.js.
   */
  readonly backend?: string;
  /** Called after each epoch. */
  readonly onProgress?: (progress: TrainingProgress) => void;
}

const KEYS: readonly (keyof TfjsTrainOptions)[] = [
  "epochs",
  "random",
  "loss",
  "batchSize",
  "learningRate",
  "schedule",
  "adam",
  "scale",
  "validation",
  "patience",
  "minDelta",
  "restoreBest",
  "start",
  "onProgress",
  "signal",
  "throw",
  "backend",
];

/** The arguments of a training, each read once and checked, defaults filled in; nothing has been drawn. */
export interface TfjsTrainPlan<S extends NetSpec>
  extends Required<Pick<TfjsTrainOptions, "epochs" | "random" | "batchSize" | "learningRate" | "backend">> {
  readonly net: S;
  readonly samples: Samples;
  readonly validation: Samples | undefined;
  readonly scaling: Scaling | undefined;
  /** Whether the loss is of absolute errors, not of squared ones. */
  readonly absolute: boolean;
  readonly factor: RateRule["factor"];
  readonly adam: AdamConstants;
  readonly patience: number;
  readonly minDelta: number;
  readonly restoreBest: boolean;
  /** The given starting weights, flat. */
  readonly start: Float64Array | undefined;
  readonly onProgress: TfjsTrainOptions["onProgress"];
  readonly signal: TrainOptions["signal"];
  readonly throws: boolean;
}

/** Checks the arguments of `trainWithTfjs`. */
export function tfjsTrainPlan<S extends NetSpec>(
  where: string,
  spec: S,
  data: DataOf<S>,
  options: TfjsTrainOptions,
): TfjsTrainPlan<S> {
  checkOptions(where, options, KEYS);
  const { epochs, random, learningRate = 5e-4, schedule = { kind: "constant" }, adam = {} } = options;
  const { validation, patience = Infinity, minDelta = 0, restoreBest = validation !== undefined, start } = options;
  const { onProgress, signal, throw: throws = true, backend = getBackend() } = options;
  const net = checkNetSpec(spec);
  if (isSequenceNet(net)) throw new RangeError(`${where}: a ${net.kind} is trained by train, without tfjs`);
  const { loss } = options;
  const { samples, scaling, criterion } = samplesOf(where, net, data, loss, options.scale);
  const held =
    validation === undefined
      ? undefined
      : samplesOf(`${where}: validation`, net, validation, loss, scaling ?? "none").samples;
  if (held !== undefined && held.map.extents.join() !== samples.map.extents.join()) {
    throw new RangeError(`${where}: validation.points must be that of the training data`);
  }
  integer(where, "epochs", epochs, 1, 2_147_483_648);
  callable(where, "random", random);
  const batchSize = batchSizeOf(where, options.batchSize, samples.rows);
  positive(where, "learningRate", learningRate);
  if (patience !== Infinity) integer(where, "patience", patience, 1);
  nonNegative(where, "minDelta", minDelta);
  for (const [name, value] of Object.entries({ restoreBest, throw: throws })) {
    if (typeof value !== "boolean") throw new TypeError(`${where}: ${name} must be true or false, got ${show(value)}`);
  }
  if (onProgress !== undefined) callable(where, "onProgress", onProgress);
  if (signal !== undefined && (signal === null || typeof signal !== "object" || typeof signal.aborted !== "boolean")) {
    throw new TypeError(`${where}: signal must be an AbortSignal, got ${show(signal)}`);
  }
  const { factor, rounds } = rateRule(where, schedule, epochs, Math.ceil(samples.rows / batchSize));
  if (rounds !== undefined) {
    throw new RangeError(
      `${where}: schedule.kind must be one of "constant", "cosine", "steps", got "rounds"; take train`,
    );
  }
  return {
    net,
    samples,
    validation: held,
    epochs,
    random,
    batchSize,
    scaling,
    absolute: criterion.kind === "mae",
    learningRate,
    factor,
    adam: adamConstants(where, adam),
    patience,
    minDelta,
    restoreBest,
    start: start === undefined ? undefined : parametersFrom(where, net, start),
    onProgress,
    signal,
    throws,
    backend,
  };
}
