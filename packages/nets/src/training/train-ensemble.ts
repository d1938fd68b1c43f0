import { callable, checkOptions, integer, lengthOf, show } from "@hml/guard";
import type { RandomSource, SeededRandom } from "@hml/integrators";
import { type NetEnsemble, netEnsemble } from "../rollout/net-ensemble.ts";
import type { Trained } from "../rollout/trained.ts";
import { draw } from "../spec/init.ts";
import { checkNetSpec, type NetSpec } from "../spec/net-spec.ts";
import { isSequenceNet } from "../spec/sequence-net.ts";
import type { DataOf } from "./dataset.ts";
import { train } from "./train.ts";
import { TRAIN_KEYS, type TrainingProgress, type TrainOptions } from "./train-options.ts";
import { samplesOf } from "./training-data.ts";

/** How to train an ensemble: as one net, but for what is listed here. */
export interface EnsembleOptions extends Omit<TrainOptions, "random" | "resume" | "onProgress"> {
  /** Member k draws from stream k of this source, so a member is the same however many there are. */
  readonly random: SeededRandom;
  /**
   * Whether each member learns from a sample of the rows of its own, drawn with replacement: a row counts as often as it was
   * drawn. Default false: members differ by their starting weights and orders, which is most often enough and spares data
   * (Lakshminarayanan, Pritzel and Blundell, NeurIPS 2017).
   */
  readonly bootstrap?: boolean;
  /** Called after each epoch of each member, counted from 0. */
  readonly onProgress?: (progress: TrainingProgress, member: number) => void;
}

const KEYS = [...TRAIN_KEYS.filter((key) => key !== "resume"), "bootstrap"];

/**
 * Trains `members` nets of one specification, one after the other, each as `train` does. Good starting values: five members.
 *
 * @throws RangeError or TypeError for bad arguments; the TrainingError of the first member that fails, unless `throw` is false
 */
export async function trainEnsemble<S extends NetSpec>(
  spec: S,
  data: DataOf<S>,
  options: EnsembleOptions,
  members: number,
): Promise<NetEnsemble<S>> {
  const where = "trainEnsemble";
  checkOptions(where, options, KEYS);
  const { random, bootstrap = false, onProgress, ...rest } = options;
  callable(where, "random", random);
  callable(where, "random.fork", random.fork);
  if (onProgress !== undefined) callable(where, "onProgress", onProgress);
  integer(where, "members", members, 1, 10_000);
  if (typeof bootstrap !== "boolean") {
    throw new TypeError(`${where}: bootstrap must be true or false, got ${show(bootstrap)}`);
  }
  const rows = bootstrap ? rowsOf(where, spec, data) : 0;
  const trained: Trained<S>[] = [];
  for (let k = 0; k < members; k++) {
    const source = random.fork(k);
    const own = bootstrap ? { ...data, weights: redrawn(data.weights, rows, source) } : data;
    const progress = onProgress === undefined ? {} : { onProgress: (at: TrainingProgress) => onProgress(at, k) };
    trained.push(await train(spec, own, { ...rest, ...progress, random: source }));
  }
  return netEnsemble(trained);
}

/** Rows, or sequences, of the training data. Data that do not fit the net are left to `train` to refuse. */
function rowsOf(where: string, spec: NetSpec, data: DataOf<NetSpec>): number {
  const net: NetSpec = checkNetSpec(spec);
  if (!isSequenceNet(net)) return "values" in data ? 0 : samplesOf(where, net, data).samples.rows;
  return "values" in data ? Math.floor(lengthOf(where, "values", data.values) / (data.times * net.channels)) : 0;
}

/** Weights of rows drawn with replacement. */
function redrawn(weights: ArrayLike<number> | undefined, rows: number, random: RandomSource): Float64Array {
  const counts = new Float64Array(rows);
  for (let k = 0; k < rows; k++) {
    const row = Math.floor(draw(random) * rows);
    counts[row] = counts[row]! + (weights === undefined ? 1 : weights[row]!);
  }
  return counts;
}
