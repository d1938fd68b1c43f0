import { callable, checkOptions, integer, nonNegative, oneOf, positive, show } from "@hml/guard";
import type { RandomSource, StopSignal } from "@hml/integrators";
import { type AdamOptions, type AdamConstants, adamConstants } from "./adam.ts";
import type { EngineKind } from "../network/net-engine.ts";
import { checkNetSpec, type NetSpec } from "../spec/net-spec.ts";
import { type RateFactor, rateFactor, type Schedule } from "./schedule.ts";
import { type LossKind, type Samples, samplesOf, type TrainingData } from "./training-data.ts";
import { parametersFrom, type Weights } from "../files/weights.ts";

/** What `onProgress` is told after each epoch. */
export interface TrainingProgress {
  /** Epochs done, counted from 1. */
  readonly epoch: number;
  /** Epochs asked for. */
  readonly epochs: number;
  /** Mean training loss of this epoch. */
  readonly loss: number;
  /** Loss on the validation set after this epoch, when there is one. */
  readonly validation: number | undefined;
  /** Learning rate at the first step of this epoch. */
  readonly learningRate: number;
}

/** How to train. */
export interface TrainOptions {
  /** Passes over the training data, at least 1. */
  readonly epochs: number;
  /** Draws the starting weights, then one order of the rows per epoch. Give each training a source of its own. */
  readonly random: RandomSource;
  /** What is made small, for training and validation data alike; default `mse`, as in the paper. */
  readonly loss?: LossKind;
  /** Rows (snapshots) per step; default 64, as in the paper's code. */
  readonly batchSize?: number;
  /** Learning rate of Adam before the schedule; default 5e-4, as in the paper's code. */
  readonly learningRate?: number;
  /** How the learning rate changes; default constant. */
  readonly schedule?: Schedule;
  /** Constants of Adam. */
  readonly adam?: AdamOptions;
  /** Data that is only looked at: the loss on it is recorded after each epoch. */
  readonly validation?: TrainingData;
  /** Stop after this many epochs in succession without a new best loss (validation if given, else training). */
  readonly patience?: number;
  /** What counts as a new best loss: lower than the best by more than this; default 0. */
  readonly minDelta?: number;
  /** Whether the weights of the best epoch are kept instead of the last ones; default true with a validation set. */
  readonly restoreBest?: boolean;
  /** Weights to start from instead of random ones, such as another net's `weights()`. */
  readonly start?: Weights;
  /** Called after each epoch. */
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** An AbortSignal or alike: ends the training when raised; looked at between batches, at least every 50 ms or so of work. */
  readonly signal?: StopSignal;
  /**
   * `wasm` (default): SIMD WebAssembly, or its plain twin where that is missing; `plain`: the twin, which gives the same
   * bits some five times slower. `history.engine` says which it was.
   */
  readonly engine?: EngineKind;
  /** Whether a failure rejects; with `false` the net with the last good weights is returned, its `history.status` telling. Default true. */
  readonly throw?: boolean;
}

const OPTIONS: readonly string[] = [
  "epochs",
  "random",
  "loss",
  "batchSize",
  "learningRate",
  "schedule",
  "adam",
  "validation",
  "patience",
  "minDelta",
  "restoreBest",
  "start",
  "onProgress",
  "signal",
  "engine",
  "throw",
];

/** The arguments of a training, each read once and checked, defaults filled in; nothing has been drawn. */
export interface TrainPlan {
  readonly net: NetSpec;
  readonly samples: Samples;
  readonly validation: Samples | undefined;
  readonly epochs: number;
  readonly random: RandomSource;
  readonly batchSize: number;
  /** Batches of an epoch. */
  readonly steps: number;
  readonly learningRate: number;
  readonly factor: RateFactor;
  readonly adam: AdamConstants;
  readonly patience: number;
  readonly minDelta: number;
  readonly restoreBest: boolean;
  /** The given starting weights, flat; this training's own. */
  readonly start: Float64Array | undefined;
  readonly onProgress: ((progress: TrainingProgress) => void) | undefined;
  readonly signal: StopSignal | undefined;
  readonly engine: EngineKind;
  readonly throws: boolean;
}

/** Checks the arguments of `train`. */
export function trainPlan(spec: NetSpec, data: TrainingData, options: TrainOptions): TrainPlan {
  const where = "train";
  checkOptions(where, options, OPTIONS);
  const { epochs, random, batchSize = 64, learningRate = 5e-4, schedule = { kind: "constant" }, adam = {} } = options;
  const { validation, patience, minDelta = 0, restoreBest = validation !== undefined, start } = options;
  const { onProgress, signal, throw: throws = true } = options;
  const net = checkNetSpec(spec);
  const loss = oneOf(where, "loss", options.loss ?? "mse", ["mse", "relative"]);
  const samples = samplesOf(where, net, data, loss);
  const held = validation === undefined ? undefined : samplesOf("train: validation", net, validation, loss);
  if (held !== undefined && held.layout.extents.join() !== samples.layout.extents.join()) {
    throw new RangeError(`${where}: validation.points must be that of the training data`);
  }
  const engine = oneOf(where, "engine", options.engine ?? "wasm", ["wasm", "plain"]);
  integer(where, "epochs", epochs, 1, 2_147_483_648);
  callable(where, "random", random);
  integer(where, "batchSize", batchSize, 1);
  positive(where, "learningRate", learningRate);
  if (patience !== undefined) integer(where, "patience", patience, 1);
  nonNegative(where, "minDelta", minDelta);
  for (const [name, value] of [
    ["restoreBest", restoreBest],
    ["throw", throws],
  ] as const) {
    if (typeof value !== "boolean") throw new TypeError(`${where}: ${name} must be true or false, got ${show(value)}`);
  }
  if (onProgress !== undefined) callable(where, "onProgress", onProgress);
  if (signal !== undefined && (signal === null || typeof signal !== "object" || typeof signal.aborted !== "boolean")) {
    throw new TypeError(`${where}: signal must be an AbortSignal, got ${show(signal)}`);
  }
  const steps = Math.ceil(samples.rows / batchSize);
  return {
    net,
    samples,
    validation: held,
    epochs,
    random,
    batchSize,
    steps,
    learningRate,
    factor: rateFactor(where, schedule, epochs, steps),
    adam: adamConstants(where, adam),
    patience: patience ?? Infinity,
    minDelta,
    restoreBest,
    start: start === undefined ? undefined : parametersFrom(where, net, start),
    onProgress,
    signal,
    engine,
    throws,
  };
}
