import type { FloatArray } from "../network/part.ts";
import { adam } from "./adam.ts";
import { breathe } from "./event-loop.ts";
import { drawWeights } from "../spec/init.ts";
import { layoutOf, type NetSpec } from "../spec/net-spec.ts";
import type { TrainingProgress, TrainOptions } from "./train-options.ts";
import { trainPlan } from "./train-plan.ts";
import { type History, type Trained, trainedNet } from "../rollout/trained.ts";
import type { TrainingData } from "./training-data.ts";
import { TrainingError, type TrainingFailure } from "./training-error.ts";

/** Multiply-adds between two looks at the event loop: some 25 ms. */
const WORK_PER_BREATH = 5e7;

/**
 * Trains a net by Adam on mini-batches, by back-propagation on the kernels of `@hml/kernels`.
 *
 * The loss is 1/(b p) sum w (prediction - target)^2 over the b rows of a batch and their p predicted values, w being the
 * row weights scaled to mean 1, and with `loss: "relative"` divided by the mean square of the row's targets. Rows are reordered before each epoch; the last batch may be smaller. Work arrays are made
 * once; the event loop gets its turn every 25 ms or so. Equal seed, data and options give equal bits on one engine,
 * whatever else runs.
 *
 * Good starting values: those of `netPresets`.
 *
 * @returns the net with its weights; see `TrainOptions.restoreBest` for which
 * @throws RangeError or TypeError (as a rejection, before any work) for bad arguments; TrainingError when the loss stops
 * being finite, the signal is raised or `onProgress` throws, with the last good weights in it
 */
export async function train<S extends NetSpec>(
  spec: S,
  data: TrainingData,
  options: TrainOptions,
): Promise<Trained<S>> {
  const plan = trainPlan(spec, data, options);
  const { net, objective, epochs, random, learningRate, factor, start, signal } = plan;
  const { parameters, steps } = objective;
  const update = adam(parameters, objective.gradient, plan.adam);
  // The first draw: every argument has been checked.
  if (start === undefined) drawWeights(layoutOf(net), random, parameters);
  else parameters.set(start);
  const kept = parameters.slice();
  let keptEpoch = 0;
  let best = Infinity;
  let bestEpoch = 0;
  const losses: number[] = [];
  const validations: number[] = [];
  const rates: number[] = [];
  let work = 0;

  const finish = (status: History["status"]): Trained<S> =>
    trainedNet(
      net,
      kept,
      {
        status,
        engine: objective.engine,
        loss: Float64Array.from(losses),
        validation: Float64Array.from(validations),
        learningRate: Float64Array.from(rates),
        keptEpoch,
      },
      plan.precision,
    );
  const fail = (code: TrainingFailure, epoch: number, batch: number, message: string, cause?: unknown): Trained<S> => {
    const trained = finish(code);
    if (!plan.throws) return trained;
    throw new TrainingError(code, epoch, batch, trained, `train: ${message}`, cause === undefined ? {} : { cause });
  };
  const aborted = (epoch: number, batch: number): Trained<S> =>
    fail("aborted", epoch, batch, `aborted in epoch ${epoch} of ${epochs}`, signal?.reason);
  const nonfinite = (what: string, epoch: number, batch: number): Trained<S> =>
    fail(
      "nonfinite-state",
      epoch,
      batch,
      `${what} is not finite in epoch ${epoch}, batch ${batch}; lower learningRate (${learningRate}) or check the data's scale`,
    );

  if (signal?.aborted) return aborted(1, 0);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    objective.begin(epoch);
    let sum = 0;
    for (let step = 0; step < steps; step++) {
      const value = objective.step(step);
      if (!Number.isFinite(value)) return nonfinite("the loss", epoch, step + 1);
      sum += value * objective.samplesOf(step);
      update(learningRate * factor(epoch - 1, step));
      work += objective.workOf(step);
      if (work > WORK_PER_BREATH) {
        work = 0;
        await breathe();
        if (signal?.aborted) return aborted(epoch, step + 1);
      }
    }
    if (!allFinite(parameters)) return nonfinite("a weight", epoch, steps);
    const validationLoss = objective.validate();
    if (validationLoss !== undefined && !Number.isFinite(validationLoss)) {
      return nonfinite("the validation loss", epoch, steps);
    }
    const progress: TrainingProgress = {
      epoch,
      epochs,
      loss: sum / objective.samples,
      validation: validationLoss,
      learningRate: learningRate * factor(epoch - 1, 0),
    };
    losses.push(progress.loss);
    rates.push(progress.learningRate);
    if (validationLoss !== undefined) validations.push(validationLoss);
    const judged = validationLoss ?? progress.loss;
    const better = judged < best - plan.minDelta;
    if (better) {
      best = judged;
      bestEpoch = epoch;
    }
    if (better || !plan.restoreBest) {
      kept.set(parameters);
      keptEpoch = epoch;
    }
    try {
      plan.onProgress?.(progress);
    } catch (error) {
      return fail("callback-threw", epoch, steps, `onProgress threw in epoch ${epoch}`, error);
    }
    if (epoch - bestEpoch >= plan.patience && epoch < epochs) return finish("stopped-early");
    if (signal?.aborted && epoch < epochs) return aborted(epoch, steps);
  }
  return finish("done");
}

function allFinite(values: FloatArray): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}
