import { checkOptions, finite, integer, nonNegative, oneOf, show } from "@hml/guard";
import { layoutBuilder, type ParameterLayout } from "./parameter-layout.ts";
import { chainShape, type LayerShape } from "./stack-shape.ts";
import { checkCount, checkLayers, type DenseLayer, flag, type Init, MAX_WIDTH } from "./stack-spec.ts";

/** Values of any size: the mixture is the law of x itself. */
export interface UnboundedSupport {
  /** Tells the supports apart. */
  readonly kind: "unbounded";
}

/**
 * Values in [low, high]: the mixture is the law of v = log(s / (1 - s)) with s = (x - low) / (high - low), taken into
 * [epsilon, 1 - epsilon] before.
 */
export interface LogitSupport {
  /** Tells the supports apart. */
  readonly kind: "logit";
  /** Lower end of every coordinate. */
  readonly low: number;
  /** Upper end of every coordinate. */
  readonly high: number;
  /** What values at the ends keep away from them, in widths, below 1/2; default 1e-3. */
  readonly epsilon?: number;
}

/**
 * The paper's: the mixture is the law of v = log(exp(s) - 1) with s = (x - low) / (high - low), at least epsilon. Its
 * values lie above `low`, but not all below `high`.
 */
export interface SoftplusSupport {
  /** Tells the supports apart. */
  readonly kind: "softplus-inverse";
  /** Where s is 0. */
  readonly low: number;
  /** Where s is 1. */
  readonly high: number;
  /** Least s, below 1/2; default 1e-3. */
  readonly epsilon?: number;
}

/** Where the values of a mixture lie. */
export type MixtureSupport = UnboundedSupport | LogitSupport | SoftplusSupport;

/** A mixture of normal laws with full covariances. */
export interface MixtureSpec {
  /** Coordinates of a value, 1 to 64. */
  readonly size: number;
  /** Normal laws that are mixed, 1 to 1,024. */
  readonly components: number;
  /** Where values lie. */
  readonly support: MixtureSupport;
  /** Added to the diagonal of the Cholesky factors: the least standard deviation of v given the coordinates before it. */
  readonly floor: number;
}

/** A conditional density: from `inputs` numbers to the law of a value. */
export interface MixtureDensity extends MixtureSpec {
  /** Tells the nets apart. */
  readonly kind: "mixtureDensity";
  /** Numbers that the law depends on. */
  readonly inputs: number;
  /** Layers below the linear one that gives the mixture, 0 to 256. */
  readonly layers: readonly DenseLayer[];
  /** Whether a layer with as many units as inputs adds its inputs to its sums. */
  readonly residual: boolean;
  /** How weights start. */
  readonly init: Init;
}

/** Names of a mixture's options. */
export const MIXTURE_KEYS: readonly (keyof MixtureSpec)[] = ["size", "components", "support", "floor"];

/**
 * Specification of a mixture density net (Bishop, NCRG/94/004, 1994, eqs. 22 to 29, with full covariances): the law of a
 * value x of n coordinates given the inputs of the net, whose v (x itself, unless `support` says otherwise) has the
 * density
 *
 *     p(v) = sum_k w_k N(v; mu_k, L_k L_k^T),  L_k lower triangular.
 *
 * The net's K (1 + 2 n + n (n - 1) / 2) raw outputs are, in this order, K logits of the weights w (softmax), means [K, n],
 * diagonals [K, n] (L_ii = floor + softplus), and entries below the diagonal [K, n (n - 1) / 2], row by row; `predict`
 * gives them as they are, `mixtureOf` the law.
 *
 * It is trained by the mean of -log p(x) over rows and values, p being the density of x, with the Jacobian dv/dx. The
 * targets are [row, value, coordinate], with `points` the number of values drawn for a row, 1 unless told otherwise.
 *
 * What is left out: no bounds, floor 1e-2, residual layers where they can be, Glorot weights. The paper has floor 0; then
 * the likelihood has no bound where targets repeat, as those of particles that start from one point, and well before that
 * training grows stiff. Good starting values: 4 or 5 components, for particles between walls the support `logit` with the walls, a rate of 1e-3.
 *
 * Weights are named `layers.<l>.weight`, [units, inputs], and `.bias`, the layer of the mixture last.
 *
 * @throws RangeError or TypeError on a value that is not allowed.
 */
export function mixtureDensity(
  options: Pick<MixtureDensity, "inputs" | "layers" | "size" | "components"> & Partial<Omit<MixtureDensity, "kind">>,
): MixtureDensity {
  const where = "mixtureDensity";
  checkOptions(where, options, ["inputs", "layers", ...MIXTURE_KEYS, "residual", "init"]);
  const { residual = true, init = "glorot" } = options;
  const spec: MixtureDensity = Object.freeze({
    kind: where,
    inputs: integer(where, "inputs", options.inputs, 1, MAX_WIDTH),
    layers: checkLayers(where, "layers", options.layers, 0),
    ...checkMixture(where, options),
    residual: flag(where, "residual", residual),
    init: oneOf(where, "init", init, ["glorot", "he"]),
  });
  checkCount(where, mixtureShape(spec).layout.parameters);
  return spec;
}

/** A checked copy of a mixture's options. */
export function checkMixture(
  where: string,
  options: Pick<MixtureSpec, "size" | "components"> & Partial<MixtureSpec>,
): MixtureSpec {
  const { support = { kind: "unbounded" }, floor = 1e-2 } = options;
  return {
    size: integer(where, "size", options.size, 1, 64),
    components: integer(where, "components", options.components, 1, 1024),
    support: checkSupport(where, support),
    floor: nonNegative(where, "floor", floor),
  };
}

function checkSupport(where: string, support: MixtureSupport): MixtureSupport {
  checkOptions(where, support, ["kind", "low", "high", "epsilon"], "support");
  const kind = oneOf(where, "support.kind", support.kind, ["unbounded", "logit", "softplus-inverse"]);
  if (kind === "unbounded") {
    checkOptions(where, support, ["kind"], "support");
    return Object.freeze({ kind });
  }
  const { low, high, epsilon = 1e-3 } = support as LogitSupport | SoftplusSupport;
  finite(where, "support.low", low);
  finite(where, "support.high", high);
  if (!(high > low && high - low < Infinity)) {
    throw new RangeError(`${where}: support.high must be above support.low, got [${show(low)}, ${show(high)}]`);
  }
  finite(where, "support.epsilon", epsilon);
  if (!(epsilon > 0 && epsilon < 0.5)) {
    throw new RangeError(`${where}: support.epsilon must lie in (0, 0.5), got ${show(epsilon)}`);
  }
  return Object.freeze({ kind, low, high, epsilon });
}

/** Numbers that a net gives for a mixture. */
export function rawSize({ components, size }: MixtureSpec): number {
  return components * (1 + 2 * size + (size * (size - 1)) / 2);
}

/** Lays out a mixture density net: `layers.<l>`, the layer of the mixture last. */
export function mixtureShape(spec: MixtureDensity): {
  readonly layers: readonly LayerShape[];
  readonly layout: ParameterLayout;
} {
  const build = layoutBuilder();
  const head: DenseLayer = { units: rawSize(spec), activation: "linear" };
  const layers = chainShape(build, "", spec.inputs, [...spec.layers, head], spec.init, spec.residual);
  return { layers, layout: build.layout() };
}
