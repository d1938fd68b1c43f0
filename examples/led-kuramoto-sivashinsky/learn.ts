import {
  type Autoencoder,
  autoencoder,
  type Decoder,
  decoderOf,
  type Encoder,
  encoderOf,
  type LatentModel,
  latentModel,
  loadNet,
  type MlpPropagator,
  mlpPropagator,
} from "@hml/nets";
import type { TrainJob } from "../lib/train-job.ts";
import { statesOf, thinned, type Trajectories } from "./data.ts";
import { type CoderPlan, type LawPlan, PAPER, tanh } from "./study.ts";

/** States are shown to the autoencoder over their standard deviation, so its losses are in units of the variance. */
export const STANDARD_DEVIATION = 1.184;

/** What a training is judged by while it goes on: states that it does not learn from. */
const HELD_STATES = 2000;

/** An autoencoder with as many residual layers on the way back. */
export function coderSpec({ hidden, latentSize }: Pick<CoderPlan, "hidden" | "latentSize">): Autoencoder {
  return autoencoder({ inputs: PAPER.points, encoder: hidden.map(tanh), latentSize });
}

/** The training of an autoencoder. */
export function coderJob(plan: CoderPlan, data: Trajectories, held: Trajectories, seed: number): TrainJob {
  return {
    spec: coderSpec(plan),
    data: { inputs: statesOf(data, plan.samples) },
    validation: { inputs: statesOf(held, HELD_STATES) },
    settings: {
      epochs: plan.epochs,
      batchSize: 64,
      learningRate: plan.learningRate,
      schedule: { kind: "cosine", end: 0.01 },
      scale: { inputs: { scale: STANDARD_DEVIATION } },
      precision: "float32",
    },
    seed,
  };
}

/**
 * A law without memory, z_(n+1) = z_n + F(z_n): the attractor is of dimension 6 or so, so eight numbers that tell a state
 * tell its future.
 */
export function lawSpec({ hidden }: Pick<LawPlan, "hidden">): MlpPropagator {
  return mlpPropagator({
    channels: PAPER.latentSize,
    layers: [...hidden.map(tanh), { units: PAPER.latentSize, activation: "linear" }],
  });
}

/** Codes of trajectories, [trajectory, time, latent number], with what is needed to thin them. */
export interface Codes {
  readonly z: Float64Array;
  readonly count: number;
  readonly states: number;
  readonly size: number;
}

/** Encodes trajectories. */
export function encoded(encoder: Encoder, { u, count, states }: Trajectories): Codes {
  const z = new Float64Array(count * states * encoder.latentSize);
  const code = new Float64Array(states * encoder.latentSize);
  for (let c = 0; c < count; c++) {
    const row = Float64Array.from(u.subarray(c * states * PAPER.points, (c + 1) * states * PAPER.points));
    encoder.encode(row, code);
    z.set(code, c * code.length);
  }
  return { z, count, states, size: encoder.latentSize };
}

/** The first training of a law: one step at a time, from all true codes. `stride` is its step over the spacing of the codes. */
export function singleStepJob(plan: LawPlan, codes: Codes, held: Codes, stride: number, seed: number): TrainJob {
  return {
    spec: lawSpec(plan),
    data: thinned(codes.z, codes, stride),
    validation: thinned(held.z, held, stride),
    settings: {
      epochs: plan.epochs[0],
      sequence: { bptt: 1, carry: 1, stride: 1 },
      batchSize: 128,
      learningRate: 2e-3,
      schedule: { kind: "cosine", end: 0.01 },
      scale: "standard",
      precision: "float32",
    },
    seed,
  };
}

/** The second: rollouts, so that the law learns to live with its own errors, and to come back when they lead off the attractor. */
export function rolloutJob(
  plan: LawPlan,
  codes: Codes,
  held: Codes,
  stride: number,
  seed: number,
  first: Uint8Array,
): TrainJob {
  const { weights, scaling } = loadNet(first);
  const windows = Math.max(1, Math.round((codes.count * codes.states) / ROLLOUTS));
  return {
    spec: lawSpec(plan),
    data: thinned(codes.z, codes, stride),
    validation: thinned(held.z, held, stride),
    settings: {
      epochs: plan.epochs[1],
      sequence: { horizon: plan.rollout, stride: windows },
      batchSize: 128,
      learningRate: 1e-3,
      schedule: { kind: "cosine", end: 0.01, ...(plan.epochs[1] > 2 && { warmUp: 1 }) },
      clip: 1,
      start: weights(),
      ...(scaling?.inputs !== undefined && { scale: { inputs: scaling.inputs } }),
      precision: "float32",
    },
    seed,
  };
}

/** Rollouts in an epoch, or somewhat fewer. */
const ROLLOUTS = 66_000;

/** Both halves of a trained autoencoder. */
export function coderFrom(file: Uint8Array): { readonly encoder: Encoder; readonly decoder: Decoder } {
  const { spec, precision, scaling, weights } = loadNet(file);
  if (spec.kind !== "autoencoder")
    throw new TypeError(`coderFrom: the file must hold an autoencoder, got ${spec.kind}`);
  const trained = { spec, precision, scaling, weights };
  return { encoder: encoderOf(trained), decoder: decoderOf(trained) };
}

/** Encoder, law and decoder: a model of the equation. */
export function modelFrom(coder: Uint8Array, law: Uint8Array, step: number, members = 1): LatentModel {
  return latentModel({ ...coderFrom(coder), propagator: loadNet(law), dt: step, members });
}

/** Mean squared error of states that went through the autoencoder, in units of the variance. */
export function coderError(file: Uint8Array, states: Float64Array): number {
  const { encoder, decoder } = coderFrom(file);
  const codes = new Float64Array((states.length / PAPER.points) * encoder.latentSize);
  encoder.encode(states, codes);
  const back = new Float64Array(states.length);
  decoder.decode(codes, back);
  const sum = back.reduce((total, value, i) => total + (value - states[i]!) ** 2, 0);
  return sum / (states.length * STANDARD_DEVIATION ** 2);
}
