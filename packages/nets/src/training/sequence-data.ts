import { checkOptions, copyFinite, integer, lengthOf } from "@hml/guard";
import type { NetSpec } from "../spec/net-spec.ts";
import type { SequenceNet } from "../spec/sequence-net.ts";
import type { DataOf } from "./dataset.ts";
import { centring, type ScaleOption, type Scaling, scaleValues, scalingOf } from "./scaling.ts";
import { meanOne, overSpread } from "./row-weights.ts";
import type { LossKind } from "./training-data.ts";

/**
 * Sequences of states, one latent step apart, all of the same length. What a net of sequences should give for the state at a
 * time is the state at the next. Arrays are flat and row-major.
 */
export interface SequenceData {
  /** States, [sequence, time, channel]. */
  readonly values: ArrayLike<number>;
  /** Times in a sequence, at least 2. */
  readonly times: number;
  /**
   * What acts from outside, [sequence, time, forcing channel], for a net with forcing; that at a time acts in the step from
   * there to the next. It is read as it is, never scaled.
   */
  readonly forcing?: ArrayLike<number>;
  /** Weight of each sequence in the loss, [sequence], positive or zero; default all 1. Only ratios matter. */
  readonly weights?: ArrayLike<number>;
}

/** Sequences ready for a network, copied, checked and scaled. */
export interface Sequences {
  /** Number of sequences. */
  readonly count: number;
  /** Times in each. */
  readonly times: number;
  /** Numbers of a state. */
  readonly channels: number;
  /** Numbers of the forcing. */
  readonly forcing: number;
  /** [sequence, time, channel]. */
  readonly values: Float64Array;
  /** [sequence, time, forcing channel]. */
  readonly forces: Float64Array;
  /** Weight of each sequence's loss, of mean 1, over the mean square of its states for a relative loss. */
  readonly weights: Float64Array;
}

const KEYS: readonly (keyof SequenceData)[] = ["values", "times", "forcing", "weights"];

/** Checks sequences against a net, once, and scales them. */
export function sequencesOf(
  where: string,
  spec: SequenceNet,
  data: DataOf<NetSpec>,
  loss: LossKind,
  scale: ScaleOption,
): { readonly sequences: Sequences; readonly scaling: Scaling | undefined } {
  checkOptions(where, data, KEYS, "data");
  if (!("values" in data))
    throw new TypeError(`${where}: data must be sequences, { values, times }, for a ${spec.kind}`);
  const { channels, forcing } = spec;
  const times = integer(where, "times", data.times, 2);
  const length = lengthOf(where, "values", data.values);
  if (length === 0 || length % (times * channels) !== 0) {
    throw new RangeError(
      `${where}: values must hold whole sequences of ${times} times x ${channels} channels, at least one, got length ${length}`,
    );
  }
  const count = length / (times * channels);
  const values = copyFinite(where, "values", data.values);
  if ((data.forcing === undefined) !== (forcing === 0)) {
    throw new RangeError(
      forcing === 0
        ? `${where}: forcing must be left out for a net without`
        : `${where}: forcing must be given for a net with ${forcing} numbers of it`,
    );
  }
  const forces = copyFinite(where, "forcing", data.forcing ?? [], count * times * forcing);
  const weights = meanOne(where, data.weights, count);
  const centred = centring(spec, loss);
  const states = { values, channels, centred: centred.inputs && centred.targets };
  const scaling = scalingOf(where, scale, states, undefined);
  if (scaling?.inputs !== undefined) scaleValues(scaling.inputs, values, 0, values.length, values, 0);
  overSpread(where, loss, values, times * channels, weights);
  return { sequences: { count, times, channels, forcing, values, forces, weights }, scaling };
}
