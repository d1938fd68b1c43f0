import type { Trained } from "../rollout/trained.ts";

/** Why a training ended before its last epoch. */
export type TrainingFailure = "aborted" | "nonfinite-state" | "callback-threw";

/**
 * A training that failed. Tell cases apart by `code`; the last good weights are kept in `trained`.
 *
 * `aborted`: the signal was raised, its reason is in `cause`. `nonfinite-state`: the loss or a weight is no longer
 * finite, most often because the learning rate is too large. `callback-threw`: `onProgress` threw `cause`.
 */
export class TrainingError extends Error {
  /** Always "TrainingError". */
  override readonly name = "TrainingError";
  /** Why the training ended. */
  readonly code: TrainingFailure;
  /** The epoch in which it ended, counted from 1. */
  readonly epoch: number;
  /** The batch of that epoch, counted from 1; 0 before the first. */
  readonly batch: number;
  /**
   * The net with the last good weights: those of the best epoch when it is restored, else those after the last epoch
   * that ended with a finite loss, else the starting weights.
   */
  readonly trained: Trained;

  constructor(
    code: TrainingFailure,
    epoch: number,
    batch: number,
    trained: Trained,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.code = code;
    this.epoch = epoch;
    this.batch = batch;
    this.trained = trained;
  }
}
