import { nonNegative, oneOf } from "@hml/guard";
import type { NetSpec } from "../spec/net-spec.ts";
import { isSequenceNet } from "../spec/sequence-net.ts";
import { batchSizeOf } from "./batch-size.ts";
import type { DataOf } from "./dataset.ts";
import { inputNoise } from "./input-noise.ts";
import type { Objective } from "./objective.ts";
import { rowLoss } from "./row-loss.ts";
import { rowObjective } from "./row-objective.ts";
import { largestShare, type Share, wholeShare } from "./share.ts";
import type { TrainOptions } from "./train-options.ts";
import { sequenceObjective } from "./sequence-objective.ts";
import { samplesOf } from "./training-data.ts";

/**
 * What `train` makes small for this net: checks the data and the options that tell how they are walked, then makes the work
 * arrays. Nothing is drawn.
 */
export function objectiveOf(where: string, net: NetSpec, data: DataOf<NetSpec>, options: TrainOptions): Objective {
  return objectivesOf(where, net, data, options, [wholeShare(options.random)])[0]!;
}

/** The same for shares of each batch, one objective a share, on the same data. */
export function objectivesOf(
  where: string,
  net: NetSpec,
  data: DataOf<NetSpec>,
  options: TrainOptions,
  shares: readonly Share[],
): Objective[] {
  if (isSequenceNet(net)) return shares.map((share) => sequenceObjective(where, net, data, options, share));
  if (options.sequence !== undefined) throw new RangeError(`${where}: sequence must be left out for a ${net.kind}`);
  const { validation, noise: deviation = 0, scale = "none", loss } = options;
  const engine = oneOf(where, "engine", options.engine ?? "wasm", ["wasm", "plain"]);
  const precision = oneOf(where, "precision", options.precision ?? "float64", ["float64", "float32"]);
  nonNegative(where, "noise", deviation);
  const { samples, mapped, criterion, scaling } = samplesOf(where, net, data, loss, scale);
  const held =
    validation === undefined
      ? undefined
      : samplesOf("train: validation", net, validation, loss, scaling ?? "none").samples;
  if (held !== undefined && held.map.extents.join() !== samples.map.extents.join()) {
    throw new RangeError(`${where}: validation.points must be that of the training data`);
  }
  const batchSize = batchSizeOf(where, options.batchSize, samples.rows);
  const { map } = mapped;
  return shares.map((share) => {
    const { random, allReduce } = share;
    const tile = mapped.tile ?? largestShare(batchSize, share);
    const network = mapped.network({ rows: tile * map.rows, engine, precision, trainable: true, random, allReduce });
    const noise = inputNoise(deviation, random);
    const batches = { samples, validation: held, scaling, batchSize, share, noise };
    return rowObjective(rowLoss(network, map, criterion, tile, noise), batches);
  });
}
