import { shuffle } from "../spec/init.ts";
import type { InputNoise } from "./input-noise.ts";
import type { Objective } from "./objective.ts";
import type { RowLoss } from "./row-loss.ts";
import { type Share, shareOf } from "./share.ts";
import type { Scaling } from "./scaling.ts";
import type { Samples } from "./training-data.ts";

/** What mini-batches are made of, and how. */
export interface RowBatches {
  /** The training data. */
  readonly samples: Samples;
  /** The validation data, if any. */
  readonly validation: Samples | undefined;
  /** The scaling of both. */
  readonly scaling: Scaling | undefined;
  /** Samples of a step. */
  readonly batchSize: number;
  /** What of each batch is taken, and what orders are drawn from. */
  readonly share: Share;
  /** The noise that the loss puts on its inputs. */
  readonly noise: InputNoise | undefined;
}

/** Mini-batches of samples, in a new order every epoch; the last one may be smaller. */
export function rowObjective(loss: RowLoss, batches: RowBatches): Objective {
  const { samples, validation, scaling, batchSize, share, noise } = batches;
  const { network } = loss;
  const order = Int32Array.from({ length: samples.rows }, (_, r) => r);
  const validationOrder = Int32Array.from({ length: validation?.rows ?? 0 }, (_, r) => r);
  const rowsOf = (step: number): number => Math.min(batchSize, samples.rows - step * batchSize);
  const from = (step: number): number => step * batchSize + shareOf(rowsOf(step), share)[0];
  const to = (step: number): number => step * batchSize + shareOf(rowsOf(step), share)[1];
  return {
    engine: network.engine,
    kernels: network.kernels,
    parameters: network.parameters,
    gradient: network.gradient,
    scaling,
    steps: Math.ceil(samples.rows / batchSize),
    samples: samples.rows,
    order,
    begin(epoch) {
      shuffle(order, share.random);
      noise?.begin();
      network.begin?.(epoch);
    },
    step(index) {
      const [first, behind] = [from(index), to(index)];
      if (first < behind) return loss.valueAndGradient(samples, order, first, behind, rowsOf(index));
      network.gradient.fill(0);
      return 0;
    },
    samplesOf: (index) => to(index) - from(index),
    workOf: (index) => 3 * (to(index) - from(index)) * (samples.map.work ?? samples.map.rows * network.gradient.length),
    validate: () =>
      validation === undefined ? undefined : loss.value(validation, validationOrder, 0, validation.rows),
  };
}
