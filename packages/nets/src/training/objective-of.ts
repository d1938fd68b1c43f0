import { integer, nonNegative, oneOf } from "@hml/guard";
import type { NetSpec } from "../spec/net-spec.ts";
import { inputNoise } from "./input-noise.ts";
import { squaredError } from "./loss-term.ts";
import type { Objective } from "./objective.ts";
import { rowLoss } from "./row-loss.ts";
import { rowObjective } from "./row-objective.ts";
import type { TrainOptions } from "./train-options.ts";
import { samplesOf, type TrainingData } from "./training-data.ts";

/**
 * What `train` makes small for this net: checks the data and the options that tell how they are walked, then makes the work
 * arrays. Nothing is drawn.
 */
export function objectiveOf(where: string, net: NetSpec, data: TrainingData, options: TrainOptions): Objective {
  const { validation, random, noise: deviation = 0, scale = "none" } = options;
  const loss = oneOf(where, "loss", options.loss ?? "mse", ["mse", "relative"]);
  const engine = oneOf(where, "engine", options.engine ?? "wasm", ["wasm", "plain"]);
  const precision = oneOf(where, "precision", options.precision ?? "float64", ["float64", "float32"]);
  nonNegative(where, "noise", deviation);
  const { samples, mapped, scaling } = samplesOf(where, net, data, loss, scale);
  const held =
    validation === undefined
      ? undefined
      : samplesOf("train: validation", net, validation, loss, scaling ?? "none").samples;
  if (held !== undefined && held.map.extents.join() !== samples.map.extents.join()) {
    throw new RangeError(`${where}: validation.points must be that of the training data`);
  }
  const batchSize = batchSizeOf(where, options.batchSize, samples.rows);
  const { map } = mapped;
  const tile = mapped.tile ?? batchSize;
  const network = mapped.network({ rows: tile * map.rows, engine, precision, trainable: true });
  const noise = inputNoise(deviation, random);
  const batches = { samples, validation: held, scaling, batchSize, random, noise };
  return rowObjective(rowLoss(network, map, squaredError, tile, noise), batches);
}

/** Samples of a step: 64, or as many as there are, unless told otherwise. */
export function batchSizeOf(where: string, batchSize: number | undefined, samples: number): number {
  if (batchSize === undefined) return Math.min(64, samples);
  integer(where, "batchSize", batchSize, 1);
  if (batchSize <= samples) return batchSize;
  throw new RangeError(`${where}: batchSize must be at most the ${samples} samples of the data, got ${batchSize}`);
}
