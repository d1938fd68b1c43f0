import type { RandomSource } from "@hml/integrators";
import { shuffle } from "../spec/init.ts";
import type { Objective } from "./objective.ts";
import type { RowLoss } from "./row-loss.ts";
import type { Samples } from "./training-data.ts";

/** Mini-batches of samples, in a new order every epoch; the last one may be smaller. */
export function rowObjective(
  loss: RowLoss,
  samples: Samples,
  validation: Samples | undefined,
  batchSize: number,
  random: RandomSource,
): Objective {
  const { network } = loss;
  const order = Int32Array.from({ length: samples.rows }, (_, r) => r);
  const validationOrder = Int32Array.from({ length: validation?.rows ?? 0 }, (_, r) => r);
  const from = (step: number): number => step * batchSize;
  const to = (step: number): number => Math.min(from(step) + batchSize, samples.rows);
  return {
    engine: network.engine,
    parameters: network.parameters,
    gradient: network.gradient,
    steps: Math.ceil(samples.rows / batchSize),
    samples: samples.rows,
    begin: () => shuffle(order, random),
    step: (index) => loss.valueAndGradient(samples, order, from(index), to(index)),
    samplesOf: (index) => to(index) - from(index),
    workOf: (index) => 3 * (to(index) - from(index)) * samples.map.rows * network.gradient.length,
    validate: () =>
      validation === undefined ? undefined : loss.value(validation, validationOrder, 0, validation.rows),
  };
}
