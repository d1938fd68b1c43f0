import type { RandomSource, StopSignal } from "@hml/integrators";
import type { Precision } from "@hml/kernels";
import type { Weights } from "../files/weights.ts";
import type { EngineKind } from "../network/net-engine.ts";
import type { AdamOptions } from "./adam.ts";
import type { Schedule } from "./schedule.ts";
import type { LossKind, TrainingData } from "./training-data.ts";

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
  /** The precision of weights, gradients and work arrays; default `float64`. The net is evaluated in it, too. */
  readonly precision?: Precision;
  /** Whether a failure rejects; with `false` the net with the last good weights is returned, its `history.status` telling. Default true. */
  readonly throw?: boolean;
}

/** Names of the options. */
export const TRAIN_KEYS: readonly (keyof TrainOptions)[] = [
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
  "precision",
  "throw",
];
