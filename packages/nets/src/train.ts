import { callable, checkOptions, integer, nonNegative, positive, show } from "@hml/guard";
import type { RandomSource, StopSignal } from "@hml/integrators";
import { type AdamOptions, adam } from "./adam.ts";
import { breathe } from "./event-loop.ts";
import { drawWeights, shuffle } from "./init.ts";
import { meanSquaredError } from "./loss.ts";
import { checkNetSpec, type NetSpec } from "./net-spec.ts";
import { rateFactor, type Schedule } from "./schedule.ts";
import { stackShape } from "./stack-shape.ts";
import { type History, type Trained, trainedNet } from "./trained.ts";
import { samplesOf, type TrainingData } from "./training-data.ts";
import { TrainingError, type TrainingFailure } from "./training-error.ts";
import { parametersFrom, type Weights } from "./weights.ts";

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
  /** Whether a failure rejects; with `false` the net with the last good weights is returned, its `history.status` telling. Default true. */
  readonly throw?: boolean;
}

const OPTIONS = [
  "epochs",
  "random",
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
  "throw",
];

/** Multiply-adds between two looks at the event loop: some 25 ms. */
const WORK_PER_BREATH = 5e7;

/**
 * Trains a net by Adam on mini-batches, in float64, by back-propagation in plain arithmetic.
 *
 * The loss is 1/(b p) sum w (prediction - target)^2 over the b rows of a batch and their p predicted values, w being the
 * row weights scaled to mean 1. Rows are reordered before each epoch; the last batch may be smaller. Work arrays are made
 * once; the event loop gets its turn every 25 ms or so. Equal seed, data and options give equal bits on one engine,
 * whatever else runs.
 *
 * Good starting values: those of `netPresets`.
 *
 * @returns the net with its weights; see `TrainOptions.restoreBest` for which
 * @throws RangeError or TypeError (as a rejection, before any work) for bad arguments; TrainingError when the loss stops
 * being finite, the signal is raised or `onProgress` throws, with the last good weights in it
 */
export async function train(spec: NetSpec, data: TrainingData, options: TrainOptions): Promise<Trained> {
  checkOptions("train", options, OPTIONS);
  const { epochs, random, batchSize = 64, learningRate = 5e-4, schedule = { kind: "constant" } } = options;
  const { patience, minDelta = 0, onProgress, signal, start, throw: rejects = true } = options;
  const net = checkNetSpec(spec);
  const samples = samplesOf("train", net, data);
  const validation =
    options.validation === undefined ? undefined : samplesOf("train: validation", net, options.validation);
  const { restoreBest = validation !== undefined } = options;
  integer("train", "epochs", epochs, 1, 2 ** 31);
  callable("train", "random", random);
  integer("train", "batchSize", batchSize, 1);
  positive("train", "learningRate", learningRate);
  if (patience !== undefined) integer("train", "patience", patience, 1);
  nonNegative("train", "minDelta", minDelta);
  boolean("restoreBest", restoreBest);
  boolean("throw", rejects);
  if (onProgress !== undefined) callable("train", "onProgress", onProgress);
  if (signal !== undefined && (signal === null || typeof signal !== "object" || typeof signal.aborted !== "boolean")) {
    throw new TypeError(`train: signal must be an AbortSignal, got ${show(signal)}`);
  }
  if (validation !== undefined && validation.stackRows !== samples.stackRows) {
    throw new RangeError(
      `train: validation.points must be ${data.points}, as in the training data, got ${options.validation?.points}`,
    );
  }
  const steps = Math.ceil(samples.rows / batchSize);
  const factor = rateFactor("train", schedule, epochs, steps);

  const shape = stackShape(net);
  const given = start === undefined ? undefined : parametersFrom("train", net, start);
  const parameters = given ?? new Float64Array(shape.parameters);
  const gradient = new Float64Array(shape.parameters);
  const loss = meanSquaredError(net, shape, samples.stackRows, parameters, gradient);
  const update = adam("train", parameters, gradient, options.adam);
  const order = Int32Array.from({ length: samples.rows }, (_, r) => r);
  const validationOrder = Int32Array.from({ length: validation?.rows ?? 0 }, (_, r) => r);
  // The first draw: every argument has been checked.
  if (given === undefined) drawWeights(shape, net.init, random, parameters);
  const kept = parameters.slice();
  let keptEpoch = 0;
  let best = Infinity;
  let bestEpoch = 0;
  const losses: number[] = [];
  const validations: number[] = [];
  const rates: number[] = [];
  let work = 0;

  const finish = (status: History["status"]): Trained =>
    trainedNet(net, kept, {
      status,
      loss: Float64Array.from(losses),
      validation: Float64Array.from(validations),
      learningRate: Float64Array.from(rates),
      keptEpoch,
    });
  const fail = (code: TrainingFailure, epoch: number, batch: number, message: string, cause?: unknown): Trained => {
    const trained = finish(code);
    if (!rejects) return trained;
    throw new TrainingError(code, epoch, batch, trained, `train: ${message}`, cause === undefined ? {} : { cause });
  };
  const aborted = (epoch: number, batch: number): Trained =>
    fail("aborted", epoch, batch, `aborted in epoch ${epoch} of ${epochs}`, signal?.reason);
  const nonfinite = (what: string, epoch: number, batch: number): Trained =>
    fail(
      "nonfinite-state",
      epoch,
      batch,
      `${what} is not finite in epoch ${epoch}, batch ${batch}; lower learningRate (${learningRate}) or check the data's scale`,
    );

  if (signal?.aborted) return aborted(1, 0);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    shuffle(order, random);
    let sum = 0;
    for (let step = 0; step < steps; step++) {
      const from = step * batchSize;
      const to = Math.min(from + batchSize, samples.rows);
      const value = loss.valueAndGradient(samples, order, from, to);
      if (!Number.isFinite(value)) return nonfinite("the loss", epoch, step + 1);
      sum += value * (to - from);
      update(learningRate * factor(epoch - 1, step));
      work += 3 * (to - from) * samples.stackRows * shape.parameters;
      if (work > WORK_PER_BREATH) {
        work = 0;
        await breathe();
        if (signal?.aborted) return aborted(epoch, step + 1);
      }
    }
    if (!parameters.every(Number.isFinite)) return nonfinite("a weight", epoch, steps);
    const validationLoss =
      validation === undefined ? undefined : loss.value(validation, validationOrder, 0, validation.rows);
    if (validationLoss !== undefined && !Number.isFinite(validationLoss)) {
      return nonfinite("the validation loss", epoch, steps);
    }
    work += (validation?.rows ?? 0) * samples.stackRows * shape.parameters;
    const progress: TrainingProgress = {
      epoch,
      epochs,
      loss: sum / samples.rows,
      validation: validationLoss,
      learningRate: learningRate * factor(epoch - 1, 0),
    };
    losses.push(progress.loss);
    rates.push(progress.learningRate);
    if (validationLoss !== undefined) validations.push(validationLoss);
    const judged = validationLoss ?? progress.loss;
    const better = judged < best - minDelta;
    if (better) {
      best = judged;
      bestEpoch = epoch;
    }
    if (better || !restoreBest) {
      kept.set(parameters);
      keptEpoch = epoch;
    }
    try {
      onProgress?.(progress);
    } catch (error) {
      return fail("callback-threw", epoch, steps, `onProgress threw in epoch ${epoch}`, error);
    }
    if (patience !== undefined && epoch - bestEpoch >= patience && epoch < epochs) return finish("stopped-early");
    if (signal?.aborted && epoch < epochs) return aborted(epoch, steps);
  }
  return finish("done");
}

function boolean(name: string, value: unknown): void {
  if (typeof value !== "boolean") throw new TypeError(`train: ${name} must be true or false, got ${show(value)}`);
}
