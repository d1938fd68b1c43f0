import { checkOptions, integer, oneOf } from "@hml/guard";
import { setShape, type SetShape } from "./deep-set.ts";
import { checkMixture, MIXTURE_KEYS, type MixtureSpec, rawSize } from "./mixture-density.ts";
import { layoutBuilder, type ParameterLayout } from "./parameter-layout.ts";
import { chainShape, type LayerShape } from "./stack-shape.ts";
import { checkCount, checkLayers, type DenseLayer, flag, type Init, MAX_WIDTH } from "./stack-spec.ts";
import { checkVariational, meanAndVariance, type VariationalTerm } from "./variational-autoencoder.ts";

/** From a set of particles to a short code, and from the code to the law of one particle. */
export interface SetAutoencoder extends MixtureSpec, VariationalTerm {
  /** Tells the nets apart. */
  readonly kind: "setAutoencoder";
  /** Layers phi on every particle, at least one. */
  readonly element: readonly DenseLayer[];
  /** Layers g on the mean of phi, 0 to 256; the linear layer of the code is not among them. */
  readonly pooled: readonly DenseLayer[];
  /** Numbers in a code. */
  readonly latentSize: number;
  /** Layers from the code towards the mixture, 0 to 256; the linear layer of the mixture is not among them. */
  readonly decoder: readonly DenseLayer[];
  /** Whether the code is a random number with a learned mean and variance. */
  readonly variational: boolean;
  /** Whether a layer with as many units as inputs adds its inputs to its sums. */
  readonly residual: boolean;
  /** How weights start. */
  readonly init: Init;
}

const KEYS: readonly (keyof SetAutoencoder)[] = [
  "element",
  "pooled",
  "latentSize",
  "decoder",
  ...MIXTURE_KEYS,
  "variational",
  "beta",
  "warmup",
  "residual",
  "init",
];

/**
 * Specification of the particle autoencoder of LED: a permutation-invariant encoder as that of `deepSet`, z =
 * g(1/N sum_i phi(x_i)), and a decoder as `mixtureDensity`, the law of one particle given z. Its data are inputs
 * [row, particle, coordinate] without targets, `points` the number N of particles; a trained one takes any number.
 *
 * The loss is the mean of -log p(x_i | z) over rows and particles and, with `variational`, beta times the mean over rows
 * of the Kullback-Leibler divergence of the code, as for `variationalAutoencoder`; beta = 1 / N is the evidence bound of N
 * independent particles, over N.
 *
 * What is left out: not variational, beta 1e-3 without a warm-up, support and floor as for `mixtureDensity`, residual
 * layers where they can be, Glorot weights. `encoderOf` and `mixtureOf` give the two halves of a trained one.
 *
 * Weights are named `encoder.element.layers.<l>`, `encoder.pooled.layers.<l>`, the code's layer last or, of a variational
 * one, `encoder.mean` and `encoder.logVariance`, and `decoder.layers.<l>`, the layer of the mixture last.
 *
 * Source: Vlachas et al., arXiv 2006.13431 (2020), with 5 components, 8 numbers in a code, and a decoder of five layers of
 * 100 tanh and one of 50 for particles in three dimensions.
 *
 * @throws RangeError or TypeError on a value that is not allowed.
 */
export function setAutoencoder(
  options: Pick<SetAutoencoder, "size" | "element" | "pooled" | "latentSize" | "decoder" | "components"> &
    Partial<Omit<SetAutoencoder, "kind">>,
): SetAutoencoder {
  const where = "setAutoencoder";
  checkOptions(where, options, KEYS);
  const { residual = true, init = "glorot", variational = false } = options;
  const spec: SetAutoencoder = Object.freeze({
    kind: where,
    element: checkLayers(where, "element", options.element),
    pooled: checkLayers(where, "pooled", options.pooled, 0),
    latentSize: integer(where, "latentSize", options.latentSize, 1, MAX_WIDTH),
    decoder: checkLayers(where, "decoder", options.decoder, 0),
    ...checkMixture(where, options),
    variational: flag(where, "variational", variational),
    ...checkVariational(where, options),
    residual: flag(where, "residual", residual),
    init: oneOf(where, "init", init, ["glorot", "he"]),
  });
  checkCount(where, setAutoencoderShape(spec).layout.parameters);
  return spec;
}

/** Where the numbers of a particle autoencoder lie. */
export interface SetCoderShape {
  /** Layers up to the code. */
  readonly encoder: SetShape;
  /** Layers from the code to the mixture. */
  readonly decoder: readonly LayerShape[];
  readonly layout: ParameterLayout;
}

/**
 * Lays out a particle autoencoder: `encoder.element.layers.<l>`, `encoder.pooled.layers.<l>`, the code's layer last or, of
 * a variational one, `encoder.mean` and `encoder.logVariance` behind, and `decoder.layers.<l>`.
 */
export function setAutoencoderShape(spec: SetAutoencoder): SetCoderShape {
  const build = layoutBuilder();
  const { size, element, pooled, latentSize, init, residual, variational } = spec;
  const code: DenseLayer = { units: latentSize, activation: "linear" };
  const layers = variational ? pooled : [...pooled, code];
  const encoder = setShape(build, "encoder.", { size, element, pooled: layers, init, residual });
  const below = pooled.at(-1)?.units ?? element.at(-1)!.units;
  const head = variational ? [meanAndVariance(build, below, latentSize, init)] : [];
  const mixture: DenseLayer = { units: rawSize(spec), activation: "linear" };
  const decoder = chainShape(build, "decoder.", latentSize, [...spec.decoder, mixture], init, residual);
  return { encoder: { ...encoder, pooled: [...encoder.pooled, ...head] }, decoder, layout: build.layout() };
}
