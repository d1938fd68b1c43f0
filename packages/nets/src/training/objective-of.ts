import { integer, oneOf } from "@hml/guard";
import type { NetSpec } from "../spec/net-spec.ts";
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
  const { validation, random, batchSize = 64 } = options;
  const loss = oneOf(where, "loss", options.loss ?? "mse", ["mse", "relative"]);
  const engine = oneOf(where, "engine", options.engine ?? "wasm", ["wasm", "plain"]);
  const precision = oneOf(where, "precision", options.precision ?? "float64", ["float64", "float32"]);
  integer(where, "batchSize", batchSize, 1);
  const { samples, mapped } = samplesOf(where, net, data, loss);
  const held = validation === undefined ? undefined : samplesOf("train: validation", net, validation, loss).samples;
  if (held !== undefined && held.map.extents.join() !== samples.map.extents.join()) {
    throw new RangeError(`${where}: validation.points must be that of the training data`);
  }
  const { map } = mapped;
  const tile = mapped.tile ?? Math.min(batchSize, samples.rows);
  const network = mapped.network({ rows: tile * map.rows, engine, precision, trainable: true });
  return rowObjective(rowLoss(network, map, squaredError, tile), samples, held, batchSize, random);
}
