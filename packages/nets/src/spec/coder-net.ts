import { type Autoencoder, autoencoderShape, type CoderShape } from "./autoencoder.ts";
import type { ConvolutionalAutoencoder } from "./convolutional-autoencoder.ts";
import { type SetAutoencoder, type SetCoderShape, setAutoencoderShape } from "./set-autoencoder.ts";
import { type VariationalAutoencoder, variationalShape, type VariationalTerm } from "./variational-autoencoder.ts";

/** Nets of an encoder and a decoder on the same numbers. */
export type DenseAutoencoder = Autoencoder | VariationalAutoencoder;

/** Nets that learn to give back their inputs, which are their targets. */
export type AutoencoderNet = DenseAutoencoder | ConvolutionalAutoencoder | SetAutoencoder;

/** Kinds of them. */
const KINDS: ReadonlySet<string> = new Set([
  "autoencoder",
  "variationalAutoencoder",
  "convolutionalAutoencoder",
  "setAutoencoder",
] satisfies AutoencoderNet["kind"][]);

/** Those whose layers are dense. */
type DenseCoderNet = Exclude<AutoencoderNet, ConvolutionalAutoencoder>;

/** Whether a net's targets are its inputs. */
export function isAutoencoder(spec: { readonly kind: string }): spec is AutoencoderNet {
  return KINDS.has(spec.kind);
}

/** Where the numbers of a net of an encoder and a decoder lie. */
export function coderShape(spec: DenseAutoencoder): CoderShape;
export function coderShape(spec: DenseCoderNet): CoderShape | SetCoderShape;
export function coderShape(spec: DenseCoderNet): CoderShape | SetCoderShape {
  if (spec.kind === "setAutoencoder") return setAutoencoderShape(spec);
  return spec.kind === "autoencoder" ? autoencoderShape(spec) : variationalShape(spec);
}

/** The divergence of a net's code; undefined where the code is not random. */
export function variationalTermOf(spec: AutoencoderNet): VariationalTerm | undefined {
  if (spec.kind === "autoencoder" || spec.kind === "convolutionalAutoencoder") return undefined;
  return spec.kind === "setAutoencoder" && !spec.variational ? undefined : spec;
}
