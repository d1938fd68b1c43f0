import { drawWeights, shuffle } from "../spec/init.ts";
import { layoutOf, type NetSpec } from "../spec/net-spec.ts";
import { type History, type Trained, trainedNet } from "../rollout/trained.ts";
import { breathe } from "../training/event-loop.ts";
import type { DataOf } from "../training/dataset.ts";
import { TrainingError, type TrainingFailure } from "../training/training-error.ts";
import type { TrainingProgress } from "../training/train-options.ts";
import { epochsInVain, trainingState } from "../training/training-state.ts";
import { fetchParameters } from "./layer-weights.ts";
import { modelOf } from "./layers-model.ts";
import { type ModelTrainer, modelTrainer } from "./model-trainer.ts";
import { startBackend } from "./prepare.ts";
import { type TfjsTrainOptions, type TfjsTrainPlan, tfjsTrainPlan } from "./train-tfjs-options.ts";
import { assertTrainable, modelTrainability } from "./trainability.ts";

const WHERE = "trainWithTfjs";

/**
 * Trains a net by Adam of TensorFlow.js on one of its backends: `webgl` and `webgpu` run on the graphics card, which pays for
 * large convolutions. The net that comes back holds plain numbers and runs on our own engine; every tensor that was made is
 * freed, whether or not the training succeeds.
 *
 * Loss, starting weights and order of the rows are those of `train` for the same seed, data and options. All arithmetic is
 * float32, so the losses of the first epochs agree to some 1e-5 and then drift apart as any two roundings do. Equal bits for
 * an equal seed hold on the backends `cpu` and `wasm`.
 *
 * @returns the net with its weights; its `precision` is `float32` and `history.engine` is `tfjs`
 * @throws RangeError or TypeError (as a rejection, before any work) for bad arguments; TfjsError when tfjs-layers has no
 * layers for the net or the backend lacks a kernel; TrainingError as from `train`, with the last good weights in it
 */
export async function trainWithTfjs<S extends NetSpec>(
  spec: S,
  data: DataOf<S>,
  options: TfjsTrainOptions,
): Promise<Trained<S>> {
  const plan = tfjsTrainPlan(WHERE, spec, data, options);
  await startBackend(WHERE, plan.backend);
  const { net, samples, random, start } = plan;
  const layout = layoutOf(net);
  const parameters = start ?? new Float64Array(layout.numbers);
  // The first draw: every argument has been checked.
  if (start === undefined) drawWeights(layout, random, parameters);
  const model = modelOf(WHERE, net, samples.map.extents, parameters);
  try {
    assertTrainable(WHERE, modelTrainability(model, plan.backend));
    const trainer = modelTrainer(model, samples, plan, net.kind === "cnnLstm" ? samples.map.gather : undefined);
    try {
      return await run(plan, trainer, parameters, () => fetchParameters(WHERE, model, net));
    } finally {
      trainer.dispose();
    }
  } finally {
    model.dispose();
  }
}

/** Trains by a plan. */
async function run<S extends NetSpec>(
  plan: TfjsTrainPlan<S>,
  trainer: ModelTrainer,
  parameters: Float64Array,
  parametersNow: () => Promise<Float64Array>,
): Promise<Trained<S>> {
  const { net, samples, validation, epochs, random, batchSize, learningRate, factor, signal } = plan;
  const steps = Math.ceil(samples.rows / batchSize);
  const order = Int32Array.from({ length: samples.rows }, (_, r) => r);
  const state = trainingState(parameters);
  const { kept, losses, validations, rates } = state;

  const finish = (status: History["status"]): Trained<S> =>
    trainedNet(
      net,
      kept,
      {
        status,
        engine: "tfjs",
        loss: Float64Array.from(losses),
        validation: Float64Array.from(validations),
        learningRate: Float64Array.from(rates),
        keptEpoch: state.keptEpoch,
      },
      "float32",
      plan.scaling,
    );
  const fail = (code: TrainingFailure, epoch: number, batch: number, message: string, cause?: unknown): Trained<S> => {
    const trained = finish(code);
    if (!plan.throws) return trained;
    throw new TrainingError(code, epoch, batch, trained, `${WHERE}: ${message}`, cause === undefined ? {} : { cause });
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
    if (epochsInVain(state) >= plan.patience) return finish("stopped-early");
    if (epoch > 1 && signal?.aborted) return aborted(state.epoch, steps);
    shuffle(order, random);
    let sum = 0;
    for (let step = 0; step < steps; step++) {
      const rows = order.subarray(step * batchSize, (step + 1) * batchSize);
      const value = await trainer.step(samples, rows, learningRate * factor(epoch - 1, step, 0));
      if (!Number.isFinite(value)) return nonfinite("the loss", epoch, step + 1);
      sum += value * rows.length;
      await breathe();
      if (signal?.aborted && step + 1 < steps) return aborted(epoch, step + 1);
    }
    const now = await parametersNow();
    if (!now.every(Number.isFinite)) return nonfinite("a weight", epoch, steps);
    const held = validation === undefined ? undefined : await meanLoss(trainer, validation, batchSize);
    if (held !== undefined && !Number.isFinite(held)) return nonfinite("the validation loss", epoch, steps);

    const progress: TrainingProgress = {
      epoch,
      epochs,
      loss: sum / samples.rows,
      validation: held,
      learningRate: learningRate * factor(epoch - 1, 0, 0),
    };
    state.epoch = epoch;
    losses.push(progress.loss);
    rates.push(progress.learningRate);
    if (held !== undefined) validations.push(held);
    const judged = held ?? progress.loss;
    const better = judged < state.best - plan.minDelta;
    if (better) {
      state.best = judged;
      state.bestEpoch = epoch;
    }
    if (better || !plan.restoreBest) {
      kept.set(now);
      state.keptEpoch = epoch;
    }
    try {
      plan.onProgress?.(progress);
    } catch (error) {
      return fail("callback-threw", epoch, steps, `onProgress threw in epoch ${epoch}`, error);
    }
  }
  return finish("done");
}

/** The mean loss over all samples, batch by batch. */
async function meanLoss(
  trainer: ModelTrainer,
  samples: TfjsTrainPlan<NetSpec>["samples"],
  batchSize: number,
): Promise<number> {
  const order = Int32Array.from({ length: samples.rows }, (_, r) => r);
  let sum = 0;
  for (let from = 0; from < samples.rows; from += batchSize) {
    const rows = order.subarray(from, from + batchSize);
    sum += rows.length * (await trainer.value(samples, rows));
    await breathe();
  }
  return sum / samples.rows;
}
