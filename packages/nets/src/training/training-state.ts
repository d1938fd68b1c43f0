import type { FloatArray } from "../network/part.ts";

/** Where a training stands between two epochs, beside its net, optimiser and random source. */
export interface TrainingState {
  /** Epochs done. */
  epoch: number;
  /** The best loss yet. */
  best: number;
  /** The epoch that had it; 0 before the first. */
  bestEpoch: number;
  /** Rounds of the schedule that have ended. */
  round: number;
  /** The last epoch of the round before this one. */
  roundStart: number;
  /** The numbers that are kept, and the epoch after which they stood. */
  readonly kept: FloatArray;
  keptEpoch: number;
  /** Mean training loss of each epoch. */
  readonly losses: number[];
  /** Validation loss of each epoch; empty without validation data. */
  readonly validations: number[];
  /** Learning rate at the first step of each epoch. */
  readonly rates: number[];
}

/** The state before the first epoch. */
export function trainingState(parameters: FloatArray): TrainingState {
  return {
    epoch: 0,
    best: Infinity,
    bestEpoch: 0,
    round: 0,
    roundStart: 0,
    kept: parameters.slice(),
    keptEpoch: 0,
    losses: [],
    validations: [],
    rates: [],
  };
}

/** Epochs in succession, of this round, without a new best loss. */
export function epochsInVain({ epoch, bestEpoch, roundStart }: TrainingState): number {
  return epoch - Math.max(bestEpoch, roundStart);
}
