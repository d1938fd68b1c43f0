import { callable, checkOptions, integer, nonNegative, positive, show } from "@hml/guard";
import type { StopSignal } from "@hml/integrators";
import type { Precision } from "@hml/kernels";
import { parametersFrom } from "../files/weights.ts";
import { checkNetSpec, type NetSpec } from "../spec/net-spec.ts";
import { adamConstants } from "./adam.ts";
import { type Checkpoint, type CheckpointOwner, readCheckpoint } from "./checkpoint.ts";
import { type CountedSource, countedSource } from "./counted-source.ts";
import type { Objective } from "./objective.ts";
import { objectiveOf } from "./objective-of.ts";
import type { OptimiserRules } from "./optimiser.ts";
import { type RateRule, rateRule } from "./schedule.ts";
import { TRAIN_KEYS, type TrainOptions } from "./train-options.ts";
import type { DataOf } from "./dataset.ts";

/** The arguments of a training, each read once and checked, defaults filled in; nothing has been drawn. */
export interface TrainPlan<S extends NetSpec> {
  readonly net: S;
  readonly precision: Precision;
  readonly objective: Objective;
  readonly epochs: number;
  readonly source: CountedSource;
  readonly learningRate: number;
  readonly factor: RateRule["factor"];
  /** Epochs without a new best loss that end a round, and the rounds there are: one, unless the schedule has more. */
  readonly rounds: NonNullable<RateRule["rounds"]>;
  readonly optimiser: OptimiserRules;
  readonly minDelta: number;
  readonly restoreBest: boolean;
  /** The given starting weights, flat; this training's own. */
  readonly start: Float64Array | undefined;
  /** What a checkpoint of this training belongs to. */
  readonly owner: CheckpointOwner;
  /** The checkpoint to go on from. */
  readonly resumed: Checkpoint | undefined;
  readonly onProgress: TrainOptions["onProgress"];
  readonly signal: StopSignal | undefined;
  readonly throws: boolean;
}

/** Checks the arguments of `train`. */
export function trainPlan<S extends NetSpec>(spec: S, data: DataOf<S>, options: TrainOptions): TrainPlan<S> {
  const where = "train";
  checkOptions(where, options, TRAIN_KEYS);
  const { epochs, random, learningRate = 5e-4, schedule = { kind: "constant" }, adam = {} } = options;
  const { validation, patience, minDelta = 0, start, weightDecay = 0, clip } = options;
  const { onProgress, resume, signal, throw: throws = true } = options;
  const net = checkNetSpec(spec);
  integer(where, "epochs", epochs, 1, 2_147_483_648);
  callable(where, "random", random);
  positive(where, "learningRate", learningRate);
  nonNegative(where, "weightDecay", weightDecay);
  if (clip !== undefined) positive(where, "clip", clip);
  if (patience !== undefined) integer(where, "patience", patience, 1);
  nonNegative(where, "minDelta", minDelta);
  const optimiser = { adam: adamConstants(where, adam), weightDecay, clip };
  if (onProgress !== undefined) callable(where, "onProgress", onProgress);
  if (signal !== undefined && (signal === null || typeof signal !== "object" || typeof signal.aborted !== "boolean")) {
    throw new TypeError(`${where}: signal must be an AbortSignal, got ${show(signal)}`);
  }
  if (start !== undefined && resume !== undefined) {
    throw new RangeError(`${where}: start must be left out with resume, which has weights of its own`);
  }
  const given = start === undefined ? undefined : parametersFrom(where, net, start);
  const source = countedSource(random);
  const objective = objectiveOf(where, net, data, { ...options, random: source.random });
  const { factor, rounds } = rateRule(where, schedule, epochs, objective.steps);
  if (rounds !== undefined && patience !== undefined) {
    throw new RangeError(`${where}: patience must be left out with rounds; give schedule.patience`);
  }
  const { restoreBest = validation !== undefined || rounds !== undefined } = options;
  for (const [name, value] of Object.entries({ restoreBest, throw: throws })) {
    if (typeof value !== "boolean") throw new TypeError(`${where}: ${name} must be true or false, got ${show(value)}`);
  }
  if (rounds !== undefined && !restoreBest) {
    throw new RangeError(`${where}: restoreBest must be true with rounds, each of which begins with the best weights`);
  }
  const precision = options.precision ?? "float64";
  const owner = { net, precision, samples: objective.order.length, steps: objective.steps };
  return {
    net,
    precision,
    objective,
    epochs,
    source,
    learningRate,
    factor,
    rounds: rounds ?? { patience: patience ?? Infinity, count: 1 },
    optimiser,
    minDelta,
    restoreBest,
    start: given,
    owner,
    resumed: resume === undefined ? undefined : readCheckpoint(where, resume, owner),
    onProgress,
    signal,
    throws,
  };
}
