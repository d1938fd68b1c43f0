import type { RandomSource, StopSignal } from "@hml/integrators";
import type { Precision } from "@hml/kernels";
import type { Weights } from "../files/weights.ts";
import type { EngineKind } from "../network/net-engine.ts";
import type { NetSpec } from "../spec/net-spec.ts";
import type { AdamOptions } from "./adam.ts";
import type { DataOf } from "./dataset.ts";
import type { ScaleOption } from "./scaling.ts";
import type { Schedule } from "./schedule.ts";
import type { SequenceOptions } from "./sequence-options.ts";
import type { LossKind } from "./training-data.ts";

/** What `onProgress` is told after each epoch. */
export interface TrainingProgress {
  /** Epochs done, counted from 1. */
  readonly epoch: number;
  /** Epochs asked for. */
  readonly epochs: number;
  /** Mean training loss of this epoch, of scaled values. */
  readonly loss: number;
  /** Loss on the validation set after this epoch, of scaled values, when there is one. */
  readonly validation: number | undefined;
  /** Learning rate at the first step of this epoch. */
  readonly learningRate: number;
}

/** How to train. */
export interface TrainOptions {
  /** Passes over the training data, at least 1. */
  readonly epochs: number;
  /**
   * Draws the starting weights, then for each epoch one order of the rows and the noise. Give each training a source of its
   * own.
   */
  readonly random: RandomSource;
  /** What is made small, for training and validation data alike; default `mse`, as in the paper. */
  readonly loss?: LossKind;
  /** Rows (snapshots) per step, at most all of them; default 64, as in the paper's code, or all where there are fewer. */
  readonly batchSize?: number;
  /** Learning rate of Adam before the schedule; default 5e-4, as in the paper's code. */
  readonly learningRate?: number;
  /** How the learning rate changes; default constant. */
  readonly schedule?: Schedule;
  /** Constants of Adam. */
  readonly adam?: AdamOptions;
  /**
   * Weight decay lambda of AdamW, not negative; default 0. Weights (tensors of two axes or more) lose rate * lambda of
   * themselves at each step beside Adam's step; biases do not. 1e-4 to 1e-2 is usual. Source: Loshchilov and Hutter,
   * ICLR 2019, algorithm 2, with PyTorch's choice that the rate multiplies lambda.
   */
  readonly weightDecay?: number;
  /**
   * Largest norm of a step's gradient, positive; a longer one is scaled down to it. Default none; 1 is usual for recurrent
   * nets. Source: Pascanu, Mikolov and Bengio, ICML 2013, algorithm 1.
   */
  readonly clip?: number;
  /**
   * Standard deviation of Gaussian noise that is added to the inputs, in units of the scaled inputs: new numbers whenever a
   * sample is used. Targets, and the validation data, stay clean; an autoencoder learns to take the noise away. Default 0.
   */
  readonly noise?: number;
  /**
   * How inputs and targets are scaled, by the training data alone; the scaling is kept with the net, and `predict` takes and
   * gives unscaled values. Losses are of scaled values. Default `none`.
   */
  readonly scale?: ScaleOption;
  /** Nets of sequences: how sequences are cut into chunks, and what the net reads; see `SequenceOptions`. */
  readonly sequence?: SequenceOptions;
  /** Data that is only looked at: the loss on it is recorded after each epoch. */
  readonly validation?: DataOf<NetSpec>;
  /**
   * Stop after this many epochs in succession without a new best loss (validation if given, else training). The schedule
   * `rounds` has a patience of its own.
   */
  readonly patience?: number;
  /** What counts as a new best loss: lower than the best by more than this; default 0. */
  readonly minDelta?: number;
  /**
   * Whether the weights of the best epoch are kept instead of the last ones; default true with a validation set, and with the
   * schedule `rounds`, which cannot do without.
   */
  readonly restoreBest?: boolean;
  /** Weights to start from instead of random ones, such as another net's `weights()`. */
  readonly start?: Weights;
  /**
   * Called after each epoch. `checkpoint`, to be called before it returns, gives the training as it stands as bytes of a
   * safetensors file, for `resume`: a copy of the net, its best weights, Adam's means and the order of the samples.
   */
  readonly onProgress?: (progress: TrainingProgress, checkpoint: () => Uint8Array) => void;
  /**
   * A checkpoint to go on from. With the other arguments as they were, and a random source of the same seed that nothing has
   * been drawn from, the training ends with the bits of one that was not stopped; `epochs` counts those before.
   */
  readonly resume?: Uint8Array;
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
  "weightDecay",
  "clip",
  "noise",
  "scale",
  "sequence",
  "validation",
  "patience",
  "minDelta",
  "restoreBest",
  "start",
  "onProgress",
  "resume",
  "signal",
  "engine",
  "precision",
  "throw",
];
