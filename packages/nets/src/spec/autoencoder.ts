import { checkOptions, integer, oneOf } from "@hml/guard";
import type { Activation } from "@hml/kernels";
import { layoutBuilder, type ParameterLayout } from "./parameter-layout.ts";
import { chainShape, type LayerShape } from "./stack-shape.ts";
import { ACTIVATIONS, checkCount, checkLayers, type DenseLayer, flag, type Init, MAX_WIDTH } from "./stack-spec.ts";

/** Dense layers that lead from a sample to a short code and back. */
export interface DenseCoder {
  /** Numbers in a sample. */
  readonly inputs: number;
  /** Layers from the sample towards the code, 0 to 256; the linear layer of the code is not among them. */
  readonly encoder: readonly DenseLayer[];
  /** Numbers in a code. */
  readonly latentSize: number;
  /** Layers from the code towards the sample; the output layer is not among them. */
  readonly decoder: readonly DenseLayer[];
  /** Activation of the output layer. */
  readonly output: Activation;
  /** Whether a layer with as many units as inputs adds its inputs to its sums, y = f(W x + b + x). */
  readonly residual: boolean;
  /** How weights start. */
  readonly init: Init;
}

/** A dense autoencoder, trained to give back its inputs through a short code. */
export interface Autoencoder extends DenseCoder {
  /** Tells the nets apart. */
  readonly kind: "autoencoder";
}

/** What a dense coder may leave out. */
export type DenseCoderOptions = Pick<DenseCoder, "inputs" | "encoder" | "latentSize"> & Partial<DenseCoder>;

const KEYS: readonly (keyof DenseCoder)[] = [
  "inputs",
  "encoder",
  "latentSize",
  "decoder",
  "output",
  "residual",
  "init",
];

/**
 * Specification of a dense autoencoder x -> z = E(x) -> D(z), trained by the mean of (D(E(x)) - x)^2; its data are inputs
 * without targets. `encoderOf` and `decoderOf` give the two halves of a trained one.
 *
 * What is left out: the decoder has the encoder's layers from the last to the first, the output layer is linear, layers
 * are residual where they can be, weights start as Glorot's. The code is linear. For data in [0, 1] take the output
 * `sigmoid`: the (1 + tanh x) / 2 of the authors' code is the sigmoid of 2 x, so both reach the same functions.
 *
 * Source: Vlachas, Arampatzis, Uhler and Koumoutsakos, arXiv 2006.13431 (2020). Good starting values, theirs: five layers
 * of 50 tanh for Kuramoto-Sivashinsky on 64 points, three of 100 for FitzHugh-Nagumo on 2 x 101, 8 numbers in a code,
 * data of mean 0 and variance 1, batches of 32, a rate of 1e-3.
 *
 * Weights are named `encoder.layers.<l>.weight`, [units, inputs], and `.bias`, the code's layer last, and
 * `decoder.layers.<l>`, the output layer last.
 *
 * @throws RangeError or TypeError on a value that is not allowed.
 */
export function autoencoder(options: DenseCoderOptions): Autoencoder {
  const where = "autoencoder";
  checkOptions(where, options, KEYS);
  const spec: Autoencoder = Object.freeze({ kind: where, ...checkCoder(where, options) });
  checkCount(where, autoencoderShape(spec).layout.parameters);
  return spec;
}

/** A checked copy of a coder. */
export function checkCoder(where: string, options: DenseCoderOptions): DenseCoder {
  const { output = "linear", residual = true, init = "glorot" } = options;
  const encoder = checkLayers(where, "encoder", options.encoder, 0);
  return {
    inputs: integer(where, "inputs", options.inputs, 1, MAX_WIDTH),
    encoder,
    latentSize: integer(where, "latentSize", options.latentSize, 1, MAX_WIDTH),
    decoder: checkLayers(where, "decoder", options.decoder ?? encoder.toReversed(), 0),
    output: oneOf(where, "output", output, ACTIVATIONS),
    residual: flag(where, "residual", residual),
    init: oneOf(where, "init", init, ["glorot", "he"]),
  };
}

/** Where the numbers of an autoencoder lie. */
export interface CoderShape {
  /** Layers up to the code. */
  readonly encoder: readonly LayerShape[];
  /** Layers from the code to the sample. */
  readonly decoder: readonly LayerShape[];
  readonly layout: ParameterLayout;
}

/** Lays out an autoencoder: tensors `encoder.layers.<l>.weight`, ..., the code's layer last, then `decoder.layers.<l>`. */
export function autoencoderShape(spec: DenseCoder): CoderShape {
  const build = layoutBuilder();
  const { inputs, latentSize, init, residual } = spec;
  const code: DenseLayer = { units: latentSize, activation: "linear" };
  const output: DenseLayer = { units: inputs, activation: spec.output };
  const encoder = chainShape(build, "encoder.", inputs, [...spec.encoder, code], init, residual);
  const decoder = chainShape(build, "decoder.", latentSize, [...spec.decoder, output], init, residual);
  return { encoder, decoder, layout: build.layout() };
}
