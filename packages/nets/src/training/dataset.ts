import type { AutoencoderNet } from "../spec/coder-net.ts";
import type { NetSpec } from "../spec/net-spec.ts";
import type { SequenceNet } from "../spec/sequence-net.ts";
import type { SequenceData } from "./sequence-data.ts";
import type { TrainingData } from "./training-data.ts";

/**
 * Samples of an autoencoder, which are their own targets; flat, row-major. Dense autoencoders: [row, input]; convolutional
 * ones: [row, (y,) x, channel]. Particle
 * autoencoders: [row, particle, coordinate].
 */
export interface AutoencoderData {
  /** The samples. */
  readonly inputs: ArrayLike<number>;
  /** Left out: the inputs are the targets. */
  readonly targets?: never;
  /** Particles of a sample; 1, the default, for dense autoencoders. */
  readonly points?: number | readonly number[];
  /** Weight of each row in the loss, [row], positive or zero; default all 1. Only ratios matter. */
  readonly weights?: ArrayLike<number>;
}

/** The data that a net is trained on. */
export type DataOf<S extends NetSpec> = S extends SequenceNet
  ? SequenceData
  : S extends AutoencoderNet
    ? AutoencoderData
    : TrainingData;
