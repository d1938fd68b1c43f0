import { checkOptions, integer, nonNegative } from "@hml/guard";
import { type CoderShape, checkCoder, type DenseCoder, type DenseCoderOptions } from "./autoencoder.ts";
import { type LayoutBuilder, layoutBuilder } from "./parameter-layout.ts";
import { chainShape, type LayerShape } from "./stack-shape.ts";
import { checkCount, type DenseLayer, type Init } from "./stack-spec.ts";

/** How much the Kullback-Leibler divergence of a code counts. */
export interface VariationalTerm {
  /** Its weight beta in the loss, from 0. */
  readonly beta: number;
  /** Epochs over which the weight grows from zero: beta min(1, (epoch - 1) / warmup), epochs counted from 1; 0 for none. */
  readonly warmup: number;
}

/** A dense autoencoder whose code is a random number with a learned mean and variance. */
export interface VariationalAutoencoder extends DenseCoder, VariationalTerm {
  /** Tells the nets apart. */
  readonly kind: "variationalAutoencoder";
}

const KEYS: readonly (keyof VariationalAutoencoder)[] = [
  "inputs",
  "encoder",
  "latentSize",
  "decoder",
  "output",
  "residual",
  "init",
  "beta",
  "warmup",
];

/**
 * Specification of a dense variational autoencoder: the encoder ends in a mean mu and a log variance l of every number of
 * the code, the decoder reads z = mu + exp(l / 2) e with e from N(0, 1), drawn anew in every training step from the random
 * source of the training. Whoever predicts, encodes or validates gets z = mu.
 *
 * The loss is the mean of (D(z) - x)^2 over samples and their p numbers plus beta times the mean over samples of
 *
 *     KL(N(mu, exp l) || N(0, 1)) = 1/2 sum_j (exp(l_j) + mu_j^2 - 1 - l_j).
 *
 * With beta = 2 s^2 / p that is the evidence bound of Kingma and Welling (arXiv 1312.6114, eq. 10 and appendix B) for
 * data with noise of variance s^2, times 2 s^2 / p. A validation loss always counts the whole beta, so epochs can be
 * compared during the warm-up.
 *
 * What is left out is as for `autoencoder`; beta is 1e-3, without a warm-up. Weights are named as there, but for the code's
 * layer, which is `encoder.mean` and `encoder.logVariance`.
 *
 * @throws RangeError or TypeError on a value that is not allowed.
 */
export function variationalAutoencoder(options: DenseCoderOptions & Partial<VariationalTerm>): VariationalAutoencoder {
  const where = "variationalAutoencoder";
  checkOptions(where, options, KEYS);
  const coder = checkCoder(where, options);
  const spec: VariationalAutoencoder = Object.freeze({ kind: where, ...coder, ...checkVariational(where, options) });
  checkCount(where, variationalShape(spec).layout.parameters);
  return spec;
}

/** A checked copy of the options of a variational code. */
export function checkVariational(where: string, options: Partial<VariationalTerm>): VariationalTerm {
  const { beta = 1e-3, warmup = 0 } = options;
  return { beta: nonNegative(where, "beta", beta), warmup: integer(where, "warmup", warmup, 0) };
}

/**
 * Lays out a variational autoencoder: `encoder.layers.<l>`, then `mean` and `logVariance` [latentSize, units], one layer
 * with two names, then `decoder.layers.<l>`.
 */
export function variationalShape(spec: DenseCoder): CoderShape {
  const build = layoutBuilder();
  const { inputs, latentSize, init, residual } = spec;
  const output: DenseLayer = { units: inputs, activation: spec.output };
  const hidden = chainShape(build, "encoder.", inputs, spec.encoder, init, residual);
  const encoder = [...hidden, meanAndVariance(build, hidden.at(-1)?.units ?? inputs, latentSize, init)];
  const decoder = chainShape(build, "decoder.", latentSize, [...spec.decoder, output], init, residual);
  return { encoder, decoder, layout: build.layout() };
}

/** The layer of a variational code: means, then log variances; the four tensors lie as one layer's two. */
export function meanAndVariance(build: LayoutBuilder, inputs: number, latentSize: number, init: Init): LayerShape {
  const spread = Math.sqrt(6 / (init === "he" ? inputs : inputs + latentSize));
  const weightAt = build.tensor("encoder.mean.weight", [latentSize, inputs], spread);
  build.tensor("encoder.logVariance.weight", [latentSize, inputs], spread);
  const biasAt = build.tensor("encoder.mean.bias", [latentSize], 0);
  build.tensor("encoder.logVariance.bias", [latentSize], 0);
  return { inputs, units: 2 * latentSize, activation: "linear", residual: false, weightAt, biasAt };
}
