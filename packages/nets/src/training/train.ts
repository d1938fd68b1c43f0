import { drawWeights } from "../spec/init.ts";
import { layoutOf, type NetSpec } from "../spec/net-spec.ts";
import { type History, type Trained, trainedNet } from "../rollout/trained.ts";
import type { FloatArray } from "../network/part.ts";
import { writeCheckpoint } from "./checkpoint.ts";
import { breathe } from "./event-loop.ts";
import { optimiser } from "./optimiser.ts";
import type { TrainingProgress, TrainOptions } from "./train-options.ts";
import { type TrainPlan, trainPlan } from "./train-plan.ts";
import type { DataOf } from "./dataset.ts";
import { TrainingError, type TrainingFailure } from "./training-error.ts";
import { epochsInVain, trainingState } from "./training-state.ts";

/** Multiply-adds between two looks at the event loop: some 25 ms. */
const WORK_PER_BREATH = 5e7;

/**
 * Trains a net by Adam on mini-batches, by back-propagation on the kernels of `@hml/kernels`.
 *
 * The loss is 1/(b p) sum w (prediction - target)^2 over the b rows of a batch and their p predicted values, w being the
 * row weights scaled to mean 1, and with `loss: "relative"` divided by the mean square of the row's targets; with `scale`,
 * predictions and targets are the scaled ones. Rows are reordered before each epoch; the last batch may be smaller. Work
 * arrays are made once; the event loop gets its turn every 25 ms or so. Equal seed, data and options give equal bits on
 * one engine, whatever else runs, and whether or not the training was stopped and resumed.
 *
 * Good starting values: those of `netPresets`.
 *
 * @returns the net with its weights; see `TrainOptions.restoreBest` for which
 * @throws RangeError or TypeError (as a rejection, before any work) for bad arguments, FormatError for a checkpoint that is
 * damaged or of another training; TrainingError when the loss stops being finite, the signal is raised or `onProgress`
 * throws, with the last good weights in it
 */
export async function train<S extends NetSpec>(spec: S, data: DataOf<S>, options: TrainOptions): Promise<Trained<S>> {
  return await trainByPlan(trainPlan(spec, data, options));
}

/** Trains by a plan. */
export async function trainByPlan<S extends NetSpec>(plan: TrainPlan<S>): Promise<Trained<S>> {
  const { net, objective, epochs, source, learningRate, factor, rounds, resumed, signal } = plan;
  const { parameters, steps } = objective;
  const layout = layoutOf(net);
  const update = optimiser(objective, layout, plan.optimiser);
  if (resumed !== undefined) {
    parameters.set(resumed.parameters);
    objective.order.set(resumed.order);
    update.m.set(resumed.m);
    update.v.set(resumed.v);
    update.resume(resumed.steps);
    source.skipTo(resumed.draws);
  } else if (plan.start !== undefined) parameters.set(plan.start);
  // The first draw: every argument has been checked.
  else drawWeights(layout, source.random, parameters);
  const state = resumed?.state ?? trainingState(parameters);
  const { kept, losses, validations, rates } = state;
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
        keptEpoch: state.keptEpoch,
      },
      plan.precision,
      objective.scaling,
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
  const checkpoint = (): Uint8Array => {
    const { m, v } = update;
    const { order } = objective;
    return writeCheckpoint(plan.owner, { state, parameters, m, v, steps: update.steps, order, draws: source.draws });
  };

  if (signal?.aborted) return aborted(state.epoch + 1, 0);
  while (state.epoch < epochs) {
    if (epochsInVain(state) >= rounds.patience) return finish("stopped-early");
    if (state.epoch > 0 && signal?.aborted) return aborted(state.epoch, steps);
    const epoch = state.epoch + 1;
    const rate = (step: number): number => learningRate * factor(epoch - 1, step, state.round);
    objective.begin(epoch);
    let sum = 0;
    for (let step = 0; step < steps; step++) {
      const value = objective.step(step);
      if (!Number.isFinite(value)) return nonfinite("the loss", epoch, step + 1);
      sum += value * objective.samplesOf(step);
      update.step(rate(step));
      work += objective.workOf(step);
      if (work > WORK_PER_BREATH) {
        work = 0;
        await breathe();
        if (signal?.aborted) return aborted(epoch, step + 1);
      }
    }
    if (!allFinite(parameters)) return nonfinite("a weight", epoch, steps);
    const validation = objective.validate();
    if (validation !== undefined && !Number.isFinite(validation)) return nonfinite("the validation loss", epoch, steps);

    const progress: TrainingProgress = {
      epoch,
      epochs,
      loss: sum / objective.samples,
      validation,
      learningRate: rate(0),
    };
    state.epoch = epoch;
    losses.push(progress.loss);
    rates.push(progress.learningRate);
    if (validation !== undefined) validations.push(validation);
    const judged = validation ?? progress.loss;
    const better = judged < state.best - plan.minDelta;
    if (better) {
      state.best = judged;
      state.bestEpoch = epoch;
    }
    if (better || !plan.restoreBest) {
      kept.set(parameters);
      state.keptEpoch = epoch;
    }
    if (epochsInVain(state) >= rounds.patience && state.round + 1 < rounds.count) {
      parameters.set(kept);
      update.restart();
      state.round++;
      state.roundStart = epoch;
    }
    try {
      plan.onProgress?.(progress, checkpoint);
    } catch (error) {
      return fail("callback-threw", epoch, steps, `onProgress threw in epoch ${epoch}`, error);
    }
  }
  return finish("done");
}

function allFinite(values: FloatArray): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}
