import { type CodePropagator, coderNumbers, type LatentNet, latentLayout } from "../spec/latent-net.ts";
import { buildNetwork } from "./build-network.ts";
import { decoderNetwork, encoderNetwork } from "./coder-network.ts";
import { arrayBytes, arrayOf, type Network, type NetworkOptions, type Part } from "./part.ts";
import type { SequenceNetwork, SequenceNetworkOptions } from "./sequence-network.ts";

/** Builds the propagator of a latent net; handed in, since it is built by what builds any net of sequences. */
export type PropagatorBuilder = (spec: CodePropagator, options: SequenceNetworkOptions) => SequenceNetwork;

/** A latent net as its three nets, which share its numbers. */
export interface LatentNetwork extends Omit<Network, keyof Part> {
  /** States to codes, rows for one time more than there are steps. */
  readonly encoder: Network;
  /** Codes to states, rows for two codes of each step. */
  readonly decoder: Network;
  /** Codes to codes. */
  readonly propagator: SequenceNetwork;
  /** Numbers of a state. */
  readonly size: number;
  /** Sequences side by side. */
  readonly rows: number;
  /** Takes up the parameters as they are now. */
  update(): void;
  /** Sets `gradient` to what the three nets have found. */
  collect(): void;
}

/** How a latent net is built for training. */
export interface LatentNetworkOptions extends NetworkOptions {
  /** Steps of a chunk. */
  readonly steps: number;
  /** Whether the propagator makes its steps one at a time. */
  readonly single: boolean;
}

/** A latent net on engines, for training. */
export function latentNetwork(spec: LatentNet, options: LatentNetworkOptions, build: PropagatorBuilder): LatentNetwork {
  const { rows, steps, single } = options;
  const whole = buildNetwork(latentLayout(spec), 0, options, () => ({}));
  const split = coderNumbers(spec);
  const shared = { ...options, parameters: whole.parameters.subarray(0, split) };
  const encoder = encoderNetwork(spec.coder, 1, { ...shared, rows: (steps + 1) * rows });
  const decoder = decoderNetwork(spec.coder, { ...shared, rows: 2 * steps * rows });
  const propagator = build(spec.propagator, {
    ...options,
    steps: single ? 1 : steps,
    inputGradient: options.trainable,
    parameters: whole.parameters.subarray(split),
  });
  return {
    ...whole,
    size: spec.channels,
    rows,
    encoder,
    decoder,
    propagator,
    update() {
      encoder.update();
      decoder.update();
      propagator.update();
    },
    collect() {
      for (let i = 0; i < split; i++) whole.gradient[i] = encoder.gradient[i]! + decoder.gradient[i]!;
      whole.gradient.set(propagator.gradient, split);
    },
  };
}

/**
 * A latent net for use, as a net of sequences of full states: it encodes, moves the code on, and decodes. It cannot go
 * backwards.
 */
export function latentSequence(
  spec: LatentNet,
  options: SequenceNetworkOptions,
  build: PropagatorBuilder,
): SequenceNetwork {
  const { rows, steps, precision } = options;
  const { channels, forcing, coder } = spec;
  const inputs = channels + forcing;
  const use = { ...options, trainable: false };
  const whole = buildNetwork(latentLayout(spec), arrayBytes(precision, steps * rows * inputs), use, ({ engine }) => ({
    input: arrayOf(engine, precision, steps * rows * inputs),
    none: arrayOf(engine, precision, 0),
  }));
  const { input, none, ...numbers } = whole;
  const split = coderNumbers(spec);
  const shared = { ...use, rows: steps * rows, parameters: numbers.parameters.subarray(0, split) };
  const encoder = encoderNetwork(coder, 1, shared);
  const decoder = decoderNetwork(coder, shared);
  const parameters = numbers.parameters.subarray(split);
  const propagator = build(spec.propagator, { ...use, inputGradient: false, parameters });
  const { latentSize } = coder;
  const encode = (count: number): void => {
    const frames = count * rows;
    for (let k = 0; k < frames; k++) {
      for (let c = 0; c < channels; c++) encoder.input[k * channels + c] = input[k * inputs + c]!;
    }
    encoder.forward(frames);
    for (let k = 0; k < frames; k++) {
      const to = k * propagator.inputs;
      for (let j = 0; j < latentSize; j++) propagator.input[to + j] = encoder.output[k * latentSize + j]!;
      for (let f = 0; f < forcing; f++) propagator.input[to + latentSize + f] = input[k * inputs + channels + f]!;
    }
  };
  const decode = (count: number): void => {
    for (let i = 0; i < count * rows * latentSize; i++) decoder.input[i] = propagator.output[i]!;
    decoder.forward(count * rows);
  };
  return {
    ...numbers,
    rows,
    steps,
    inputs,
    outputs: channels,
    input,
    inputGradient: undefined,
    output: decoder.output,
    outputGradient: none,
    state: propagator.state,
    update() {
      encoder.update();
      decoder.update();
      propagator.update();
    },
    forward(count) {
      encode(count);
      propagator.forward(count);
      decode(count);
    },
    backward() {
      throw new Error("latentSequence: only latentNetwork goes backwards");
    },
    carry: (count) => propagator.carry(count),
    step() {
      encode(1);
      propagator.step();
      decode(1);
    },
  };
}
