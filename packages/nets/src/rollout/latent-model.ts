import { callable, checkOptions, float64, integer, positive, show } from "@hml/guard";
import { parametersFrom, type Weights } from "../files/weights.ts";
import type { Precision } from "@hml/kernels";
import type { NetSpec } from "../spec/net-spec.ts";
import { isSequenceNet } from "../spec/sequence-net.ts";
import type { Scaling } from "../training/scaling.ts";
import { type Propagator, propagator } from "./propagator.ts";

/**
 * A learned coarse law: it encodes a state, moves the code on step by step with a memory of its own, and decodes. Codes of
 * several members lie one behind the other, [member, latent number], and so do states and memories. Everything is
 * synchronous; a step allocates nothing, except the first one for another number of members. It owns work arrays, so it is
 * not re-entrant: one per worker.
 */
export interface LatentModel {
  /** Numbers of a code. */
  readonly latentSize: number;
  /** Numbers of a state that is encoded. */
  readonly size: number;
  /** Time from a code to the next. */
  readonly dt: number;
  /** Numbers of the memory of one member; 0 for a law without. */
  readonly stateSize: number;
  /** Numbers that act from outside on one member in a step. */
  readonly forcing: number;
  /** The codes of states, [member, size], into `out`, [member, latentSize]. */
  encode(u: Float64Array, out: Float64Array): void;
  /** The states of codes, [member, latentSize], into `out`, [member, size]. */
  decode(z: Float64Array, out: Float64Array): void;
  /**
   * A new memory, zero, [member, stateSize]; for as many members as the model was made for unless told otherwise. It is
   * all that a step depends on besides z: copy it, save it, go on from it.
   */
  initial(members?: number): Float64Array;
  /**
   * One step of codes z into `out`, which may be z; the memory goes on in place. `forces`, [member, forcing], is for a law
   * with forcing.
   */
  step(z: Float64Array, state: Float64Array, out: Float64Array, forces?: Float64Array): void;
  /** How far apart the laws of an ensemble were in the last step of a member, 0 unless told otherwise; see `latentEnsemble`. */
  spread?(member?: number): number;
}

/** What is needed of a trained net of sequences, such as what `train` or `loadNet` gives. */
export interface TrainedPropagator {
  /** The net as plain data; one of sequences. */
  readonly spec: NetSpec;
  /** The precision in which it runs. */
  readonly precision: Precision;
  /** The scaling it was trained in. */
  readonly scaling?: Scaling | undefined;
  /** The weights by name. */
  weights(): Weights;
}

/** From one state to its code. */
export interface StateEncoder {
  /** Numbers of a code. */
  readonly latentSize: number;
  /** Writes the code of the state u into `out`, [latentSize]. */
  encode(u: Float64Array, out: Float64Array): void;
}

/** From one code to its state. */
export interface StateDecoder {
  /** Numbers of a code. */
  readonly latentSize: number;
  /** Numbers of a state. */
  readonly size: number;
  /** Writes the state of the code z into `out`, [size]. */
  decode(z: Float64Array, out: Float64Array): void;
}

/** What a latent model is made of. */
export interface LatentModelOptions {
  /** The net that moves codes on, such as what `train` gives for a `gru`. */
  readonly propagator: TrainedPropagator;
  /** From states to codes, such as `encoderOf` a trained autoencoder; with `decoder`, or neither: states are codes. */
  readonly encoder?: StateEncoder;
  /** From codes to states, such as `decoderOf` a trained autoencoder. */
  readonly decoder?: StateDecoder;
  /** Time between the states that the propagator was trained on, positive. */
  readonly dt: number;
  /** Members that `initial` makes a memory for; default 1. */
  readonly members?: number;
}

/**
 * A latent model of a trained propagator, and of an encoder and a decoder where states are not codes themselves.
 *
 * Encoder and decoder are asked for one member after the other. Decode only when a state is wanted: it most often costs more
 * than a step.
 *
 * Source: P. R. Vlachas, G. Arampatzis, C. Uhler, P. Koumoutsakos, Multiscale simulations of complex systems by learning their
 * effective dynamics, Nature Machine Intelligence 4 (2022) 359.
 * @throws TypeError, RangeError for bad options, and when arrays of the wrong length are passed.
 */
export function latentModel(options: LatentModelOptions): LatentModel {
  const where = "latentModel";
  checkOptions(where, options, ["propagator", "encoder", "decoder", "dt", "members"]);
  const { propagator: trained, encoder, decoder, members: made = 1 } = options;
  const dt = positive(where, "dt", options.dt);
  integer(where, "members", made, 1, MOST_MEMBERS);
  const { spec, precision, scaling } = trained ?? {};
  if (spec === undefined || spec === null || !isSequenceNet(spec)) {
    const what = spec?.kind === undefined ? show(trained) : `a net of kind ${show(spec.kind)}`;
    throw new TypeError(`${where}: propagator must be a trained net of sequences, got ${what}`);
  }
  if (spec.kind === "latentNet") {
    throw new TypeError(
      `${where}: propagator must be one of codes, got a latentNet; give the propagator of latentParts, with encoderOf and decoderOf its coder`,
    );
  }
  const parameters = parametersFrom(where, spec, trained.weights());
  const { channels: latentSize, forcing } = spec;
  if ((encoder === undefined) !== (decoder === undefined)) {
    throw new RangeError(`${where}: encoder and decoder must be given both, or neither where states are codes`);
  }
  for (const [name, map] of Object.entries({ encoder, decoder })) {
    if (map !== undefined && map.latentSize !== latentSize) {
      throw new RangeError(
        `${where}: ${name}.latentSize must be the propagator's, ${latentSize}, got ${map.latentSize}`,
      );
    }
  }
  if (encoder !== undefined) callable(where, "encoder.encode", encoder.encode);
  if (decoder !== undefined) callable(where, "decoder.decode", decoder.decode);
  const size = decoder === undefined ? latentSize : integer(where, "decoder.size", decoder.size, 1);
  const code = new Float64Array(latentSize);
  const whole = new Float64Array(size);
  const bind = (members: number): Propagator => propagator(spec, parameters, precision, scaling, members);
  const bound = new Map<number, Propagator>([[made, bind(made)]]);
  const { stateSize } = bound.get(made)!;
  let last = { members: made, law: bound.get(made)! };

  const lawOf = (members: number): Propagator => {
    if (last.members === members) return last.law;
    const law = bound.get(members) ?? bind(members);
    bound.set(members, law);
    last = { members, law };
    return law;
  };
  return {
    latentSize,
    size,
    dt,
    stateSize,
    forcing,
    encode(u, out) {
      const members = membersOf("encode", "u", u, size);
      float64("encode", "out", out, members * latentSize);
      if (encoder === undefined) out.set(u);
      else if (members === 1) encoder.encode(u, out);
      else each(members, u, whole, out, code, (from, to) => encoder.encode(from, to));
    },
    decode(z, out) {
      const members = membersOf("decode", "z", z, latentSize);
      float64("decode", "out", out, members * size);
      if (decoder === undefined) out.set(z);
      else if (members === 1) decoder.decode(z, out);
      else each(members, z, code, out, whole, (from, to) => decoder.decode(from, to));
    },
    initial: (members = made) => new Float64Array(integer("initial", "members", members, 1, MOST_MEMBERS) * stateSize),
    step(z, state, out, forces) {
      const members = membersOf("step", "z", z, latentSize);
      if (state.length !== members * stateSize || out.length !== z.length) {
        throw new RangeError(
          `step: state and out must have lengths ${members * stateSize} and ${z.length}, got ${state.length} and ${out.length}`,
        );
      }
      if ((forces?.length ?? 0) !== members * forcing) {
        throw new RangeError(`step: forces must have length ${members * forcing}, got ${forces?.length ?? 0}`);
      }
      lawOf(members).step(z, state, out, forces);
    },
  };
}

/** A gigabyte of memories of 100 numbers. */
const MOST_MEMBERS = 1_000_000;

/** Count of whole members in an array. */
export function membersOf(where: string, name: string, values: Float64Array, size: number): number {
  const members = values.length / size;
  if (!(members >= 1 && Number.isInteger(members))) {
    throw new RangeError(`${where}: ${name} must hold whole members of ${size} numbers, got length ${values.length}`);
  }
  return members;
}

/** Maps member by member, through work arrays for one. */
function each(
  members: number,
  from: Float64Array,
  before: Float64Array,
  to: Float64Array,
  after: Float64Array,
  map: (from: Float64Array, to: Float64Array) => void,
): void {
  for (let m = 0; m < members; m++) {
    for (let i = 0; i < before.length; i++) before[i] = from[m * before.length + i]!;
    map(before, after);
    to.set(after, m * after.length);
  }
}
