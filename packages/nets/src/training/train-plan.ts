import { callable, checkOptions, integer, nonNegative, positive, show } from "@hml/guard";
import type { RandomSource, StopSignal } from "@hml/integrators";
import type { Precision } from "@hml/kernels";
import { parametersFrom } from "../files/weights.ts";
import { checkNetSpec, type NetSpec } from "../spec/net-spec.ts";
import { type AdamConstants, adamConstants } from "./adam.ts";
import type { Objective } from "./objective.ts";
import { objectiveOf } from "./objective-of.ts";
import { type RateFactor, rateFactor } from "./schedule.ts";
import { TRAIN_KEYS, type TrainingProgress, type TrainOptions } from "./train-options.ts";
import type { TrainingData } from "./training-data.ts";

/** The arguments of a training, each read once and checked, defaults filled in; nothing has been drawn. */
export interface TrainPlan<S extends NetSpec> {
  readonly net: S;
  readonly precision: Precision;
  readonly objective: Objective;
  readonly epochs: number;
  readonly random: RandomSource;
  readonly learningRate: number;
  readonly factor: RateFactor;
  readonly adam: AdamConstants;
  readonly patience: number;
  readonly minDelta: number;
  readonly restoreBest: boolean;
  /** The given starting weights, flat; this training's own. */
  readonly start: Float64Array | undefined;
  readonly onProgress: ((progress: TrainingProgress) => void) | undefined;
  readonly signal: StopSignal | undefined;
  readonly throws: boolean;
}

/** Checks the arguments of `train`. */
export function trainPlan<S extends NetSpec>(spec: S, data: TrainingData, options: TrainOptions): TrainPlan<S> {
  const where = "train";
  checkOptions(where, options, TRAIN_KEYS);
  const { epochs, random, learningRate = 5e-4, schedule = { kind: "constant" }, adam = {} } = options;
  const { validation, patience, minDelta = 0, restoreBest = validation !== undefined, start } = options;
  const { onProgress, signal, throw: throws = true } = options;
  const net = checkNetSpec(spec);
  integer(where, "epochs", epochs, 1, 2_147_483_648);
  callable(where, "random", random);
  positive(where, "learningRate", learningRate);
  if (patience !== undefined) integer(where, "patience", patience, 1);
  nonNegative(where, "minDelta", minDelta);
  for (const [name, value] of [
    ["restoreBest", restoreBest],
    ["throw", throws],
  ] as const) {
    if (typeof value !== "boolean") throw new TypeError(`${where}: ${name} must be true or false, got ${show(value)}`);
  }
  if (onProgress !== undefined) callable(where, "onProgress", onProgress);
  if (signal !== undefined && (signal === null || typeof signal !== "object" || typeof signal.aborted !== "boolean")) {
    throw new TypeError(`${where}: signal must be an AbortSignal, got ${show(signal)}`);
  }
  const rules = { adam: adamConstants(where, adam), patience: patience ?? Infinity, minDelta, restoreBest };
  const given = start === undefined ? undefined : parametersFrom(where, net, start);
  const objective = objectiveOf(where, net, data, options);
  return {
    ...rules,
    net,
    precision: options.precision ?? "float64",
    objective,
    epochs,
    random,
    learningRate,
    factor: rateFactor(where, schedule, epochs, objective.steps),
    start: given,
    onProgress,
    signal,
    throws,
  };
}
