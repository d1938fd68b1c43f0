import { type Autoencoder, autoencoderShape, type CoderShape } from "./autoencoder.ts";
import { type SetAutoencoder, type SetCoderShape, setAutoencoderShape } from "./set-autoencoder.ts";
import { type VariationalAutoencoder, variationalShape, type VariationalTerm } from "./variational-autoencoder.ts";

/** Nets of an encoder and a decoder on the same numbers. */
export type DenseAutoencoder = Autoencoder | VariationalAutoencoder;

/** Nets that learn to give back their inputs, which are their targets. */
export type AutoencoderNet = DenseAutoencoder | SetAutoencoder;

/** Whether a net's targets are its inputs. */
export function isAutoencoder(spec: { readonly kind: string }): spec is AutoencoderNet {
  return spec.kind === "autoencoder" || spec.kind === "variationalAutoencoder" || spec.kind === "setAutoencoder";
}

/** Where the numbers of a net of an encoder and a decoder lie. */
export function coderShape(spec: DenseAutoencoder): CoderShape;
export function coderShape(spec: AutoencoderNet): CoderShape | SetCoderShape;
export function coderShape(spec: AutoencoderNet): CoderShape | SetCoderShape {
  if (spec.kind === "setAutoencoder") return setAutoencoderShape(spec);
  return spec.kind === "autoencoder" ? autoencoderShape(spec) : variationalShape(spec);
}

/** The divergence of a net's code; undefined where the code is not random. */
export function variationalTermOf(spec: AutoencoderNet): VariationalTerm | undefined {
  if (spec.kind === "autoencoder") return undefined;
  return spec.kind === "setAutoencoder" && !spec.variational ? undefined : spec;
}
