import { checkOptions, show } from "@hml/guard";
import { type Autoencoder, autoencoder, autoencoderShape } from "./autoencoder.ts";
import {
  type ConvolutionalAutoencoder,
  convolutionalAutoencoder,
  convolutionalCoderShape,
} from "./convolutional-autoencoder.ts";
import { type LinearMemory, linearMemory, linearMemoryShape } from "./linear-memory.ts";
import { type MlpPropagator, mlpPropagator, propagatorShape } from "./mlp-propagator.ts";
import type { ParameterLayout } from "./parameter-layout.ts";
import { gru, lstm, type RecurrentNet, recurrentShape } from "./recurrent-net.ts";
import { checkCount, type SequenceSpec } from "./sequence-spec.ts";

/** Autoencoders that can be trained together with a propagator. */
export type LatentCoder = Autoencoder | ConvolutionalAutoencoder;

/** Propagators that can be trained together with an autoencoder. */
export type CodePropagator = RecurrentNet | MlpPropagator | LinearMemory;

/** An autoencoder and a propagator of its codes in one net; see `latentNet`. */
export interface LatentNet extends SequenceSpec {
  /** Tells the nets apart. */
  readonly kind: "latentNet";
  /** From states to codes and back; its `inputs` are the channels. */
  readonly coder: LatentCoder;
  /** What moves codes on; its channels are the numbers of a code, its forcing is that of the net. */
  readonly propagator: CodePropagator;
}

/**
 * Specification of an autoencoder (E, D) and a propagator P of its codes that are trained end to end, on sequences of full
 * states x_t: with codes z_t = E(x_t) and predicted codes p_{t+1} = P(z_t, memory), `train` makes
 *
 *     L = (a |D(z_{t+1}) - x_{t+1}|^2 / n  +  b |p_{t+1} - z_{t+1}|^2 / l  +  c |D(p_{t+1}) - x_{t+1}|^2 / n) / (a + b + c)
 *
 * small in the mean over steps and sequences, n being the numbers of a state and l those of a code: reconstruction, latent
 * consistency and the decoded forecast; a, b, c are `sequence.terms` of the training options. Gradients go through all of it,
 * through the codes that are forecast too. Chunks, carried memory, scheduled sampling and horizons are those of the
 * propagator, which then reads its own predicted codes. With `noise` all codes are those of noisy states, and what is decoded
 * is compared with clean ones.
 *
 * To train a propagator on the codes of a frozen autoencoder is the consistency alone, with E fixed: `train` the propagator on
 * codes. End to end the codes are also chosen so that they can be forecast; a code of few numbers gains most.
 *
 * `latentParts` takes a trained net apart, for `latentModel`, `encoderOf` and `decoderOf`. Weights are named `coder.<name>` and
 * `propagator.<name>`, with the names of the two nets, so that nets trained apart can be a start. What is left out: nothing;
 * `channels` and `forcing` follow.
 *
 * Good starting values: those of the two nets, a code of few numbers, chunks of 20 to 30 steps. The consistency is in units of
 * the codes, which nothing fixes: give it no more weight than the others.
 *
 * Source: P. R. Vlachas, G. Arampatzis, C. Uhler, P. Koumoutsakos, Nature Machine Intelligence 4 (2022) 359, and its code.
 * @throws RangeError or TypeError on a value that is not allowed.
 */
export function latentNet(options: Pick<LatentNet, "coder" | "propagator"> & Partial<SequenceSpec>): LatentNet {
  const where = "latentNet";
  checkOptions(where, options, ["coder", "propagator", "channels", "forcing"]);
  const coder = checkCoder(where, options.coder);
  const propagator = checkPropagator(where, options.propagator);
  if (propagator.channels !== coder.latentSize) {
    throw new RangeError(
      `${where}: propagator.channels must be coder.latentSize, ${coder.latentSize}, got ${propagator.channels}`,
    );
  }
  const sizes = { channels: coder.inputs, forcing: propagator.forcing };
  for (const name of ["channels", "forcing"] as const) {
    const given = options[name];
    if (given !== undefined && given !== sizes[name]) {
      throw new RangeError(`${where}: ${name} must be left out or ${sizes[name]}, got ${show(given)}`);
    }
  }
  const spec: LatentNet = Object.freeze({ kind: where, coder, propagator, ...sizes });
  checkCount(where, latentLayout(spec).numbers);
  return spec;
}

/** Where the numbers of the two nets lie: first those of the coder, then those of the propagator. */
export function latentLayout({ coder, propagator }: Pick<LatentNet, "coder" | "propagator">): ParameterLayout {
  const [first, second] = [coderLayout(coder), propagatorLayout(propagator)];
  return {
    tensors: [
      ...first.tensors.map((place) => ({ ...place, name: `coder.${place.name}` })),
      ...second.tensors.map((place) => ({
        ...place,
        name: `propagator.${place.name}`,
        at: first.numbers + place.at,
      })),
    ],
    // Neither net keeps statistics behind its trainable numbers.
    parameters: first.parameters + second.parameters,
    numbers: first.numbers + second.numbers,
  };
}

/** How many of the numbers are the coder's. */
export function coderNumbers({ coder }: Pick<LatentNet, "coder">): number {
  return coderLayout(coder).numbers;
}

function coderLayout(spec: LatentCoder): ParameterLayout {
  return (spec.kind === "autoencoder" ? autoencoderShape(spec) : convolutionalCoderShape(spec)).layout;
}

function propagatorLayout(spec: CodePropagator): ParameterLayout {
  switch (spec.kind) {
    case "gru":
    case "lstm":
      return recurrentShape(spec).layout;
    case "mlpPropagator":
      return propagatorShape(spec).layout;
    case "linearMemory":
      return linearMemoryShape(spec).layout;
  }
}

function checkCoder(where: string, value: LatentCoder): LatentCoder {
  const { kind, ...options } = Object(value) as LatentCoder;
  switch (kind) {
    case "autoencoder":
      return autoencoder(options as Omit<Autoencoder, "kind">);
    case "convolutionalAutoencoder":
      return convolutionalAutoencoder(options as Omit<ConvolutionalAutoencoder, "kind">);
    default:
      throw new TypeError(`${where}: coder must be an autoencoder or a convolutionalAutoencoder, got ${named(value)}`);
  }
}

function checkPropagator(where: string, value: CodePropagator): CodePropagator {
  const { kind, ...options } = Object(value) as CodePropagator;
  switch (kind) {
    case "gru":
      return gru(options as Parameters<typeof gru>[0]);
    case "lstm":
      return lstm(options as Parameters<typeof lstm>[0]);
    case "mlpPropagator":
      return mlpPropagator(options as Parameters<typeof mlpPropagator>[0]);
    case "linearMemory":
      return linearMemory(options as Parameters<typeof linearMemory>[0]);
    default:
      throw new TypeError(
        `${where}: propagator must be a gru, an lstm, an mlpPropagator or a linearMemory, got ${named(value)}`,
      );
  }
}

/** A net by its kind, anything else as it is. */
function named(value: unknown): string {
  const { kind } = Object(value) as { readonly kind?: unknown };
  return typeof kind === "string" ? `a ${show(kind)}` : show(value);
}
