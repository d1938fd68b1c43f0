import { checkOptions, integer, oneOf, positive, show } from "@hml/guard";
import type { Activation } from "./activation.ts";

/** One dense layer: `units` weighted sums of the layer below, then the activation. */
export interface DenseLayer {
  /** Number of outputs, 1 to 65,536. */
  readonly units: number;
  /** Applied to each sum. */
  readonly activation: Activation;
  /** Whether each sum has a constant term; default true. */
  readonly bias?: boolean;
}

/**
 * How weights start (biases start at zero): `glorot` uniform in +-sqrt(6 / (inputs + units)), the default of Keras and
 * of the paper's code (Glorot and Bengio 2010, eq. 16); `he` uniform in +-sqrt(6 / inputs), for deep ReLU stacks (He et
 * al. 2015).
 */
export type Init = "glorot" | "he";

/** What every net has: a dense stack and how its weights start. */
export interface StackSpec {
  /** Layers from the input upwards, 1 to 256. */
  readonly layers: readonly DenseLayer[];
  /** How weights start. */
  readonly init: Init;
}

/**
 * The functional net: du/dt = F(u, u_x, u_xx, ...) at a point, F a dense stack on features that the caller computes.
 *
 * Source: Arbabi, Bunder, Samaey, Roberts, Kevrekidis, JOM 2020, the net on u and its derivatives.
 */
export interface FunctionalNet extends StackSpec {
  /** Tells the nets apart. */
  readonly kind: "functionalNet";
  /** Names of the inputs in their order, such as ["u", "u_x", "u_xx"]. */
  readonly features: readonly string[];
}

/** Nets that read neighbouring grid values. */
export interface StencilSpec extends StackSpec {
  /** Number of neighbouring values read. */
  readonly stencil: number;
  /**
   * How training data and `predict` treat the ends of a snapshot: `valid` gives no output where the stencil does not
   * fit, `periodic` wraps around.
   */
  readonly padding: "valid" | "periodic";
}

/**
 * The discretised net: du/dt = F(u_{i-m}, ..., u_{i+m}) with the same F at every point, that is a convolution of width
 * `stencil` = 2m + 1 followed by 1x1 convolutions.
 *
 * Source: Arbabi et al., JOM 2020, the net on the solution values.
 */
export interface DiscretisedNet extends StencilSpec {
  /** Tells the nets apart. */
  readonly kind: "discretisedNet";
}

/**
 * The flux net: du_i/dt = -(f_{i+1/2} - f_{i-1/2}) / spacing with the learned flux f_{i+1/2} = F(u_{i-m+1}, ..., u_{i+m}),
 * `stencil` = 2m. Whatever is learned, the sum of du/dt over a periodic grid is zero to rounding.
 */
export interface FluxNet extends StencilSpec {
  /** Tells the nets apart. */
  readonly kind: "fluxNet";
  /** Grid spacing dx. */
  readonly spacing: number;
}

/** A net as plain JSON data, told apart by `kind`. */
export type NetSpec = FunctionalNet | DiscretisedNet | FluxNet;

/** The paper's code: 32, 32, 1, ReLU after the first two. */
export const CODE_LAYERS: readonly DenseLayer[] = Object.freeze([
  Object.freeze({ units: 32, activation: "relu" }),
  Object.freeze({ units: 32, activation: "relu" }),
  Object.freeze({ units: 1, activation: "linear" }),
] as const);

const MAX_LAYERS = 256;
const MAX_WIDTH = 65_536;
const MAX_PARAMETERS = 134_217_728;

/**
 * Specification of a functional net; what is left out is as in the paper's code: features u, u_x, u_xx, layers 32, 32, 1
 * with ReLU after the first two, Glorot weights.
 *
 * @throws RangeError or TypeError on a value that is not allowed.
 */
export function functionalNet(options: Partial<Omit<FunctionalNet, "kind">> = {}): FunctionalNet {
  const where = "functionalNet";
  checkOptions(where, options, ["features", "layers", "init"]);
  const { features = ["u", "u_x", "u_xx"] } = options;
  if (!Array.isArray(features))
    throw new TypeError(`${where}: features must be an array of names, got ${show(features)}`);
  integer(where, "features.length", features.length, 1, MAX_WIDTH);
  const seen = new Set<string>();
  for (const name of features) {
    if (typeof name !== "string" || name === "") {
      throw new TypeError(`${where}: each feature must be a non-empty name, got ${show(name)}`);
    }
    if (seen.has(name)) throw new RangeError(`${where}: feature ${show(name)} is named twice; each must be named once`);
    seen.add(name);
  }
  const stack = checkStack(where, options, seen.size);
  return Object.freeze({ kind: where, features: Object.freeze([...seen]), ...stack });
}

/**
 * Specification of a discretised net; what is left out is as in the paper's code: three points, valid padding, layers
 * 32, 32, 1 with ReLU after the first two, Glorot weights.
 *
 * @throws RangeError or TypeError on a value that is not allowed.
 */
export function discretisedNet(options: Partial<Omit<DiscretisedNet, "kind">> = {}): DiscretisedNet {
  const where = "discretisedNet";
  checkOptions(where, options, ["stencil", "padding", "layers", "init"]);
  const { stencil = 3, padding = "valid" } = options;
  integer(where, "stencil", stencil, 1, MAX_WIDTH);
  if (stencil % 2 === 0) {
    throw new RangeError(`${where}: stencil must be odd, got ${stencil}; it is centred on the point it predicts`);
  }
  const ends = oneOf(where, "padding", padding, ["valid", "periodic"]);
  const stack = checkScalarStack(where, options, stencil);
  return Object.freeze({ kind: where, stencil, padding: ends, ...stack });
}

/**
 * Specification of a flux net on a grid of the given spacing; what is left out: the two values beside a face, periodic
 * padding, layers 32, 32, 1 with ReLU after the first two, Glorot weights.
 *
 * @throws RangeError or TypeError on a value that is not allowed.
 */
export function fluxNet(options: Pick<FluxNet, "spacing"> & Partial<Omit<FluxNet, "kind">>): FluxNet {
  const where = "fluxNet";
  checkOptions(where, options, ["spacing", "stencil", "padding", "layers", "init"]);
  const { spacing, stencil = 2, padding = "periodic" } = options;
  positive(where, "spacing", spacing);
  integer(where, "stencil", stencil, 2, MAX_WIDTH);
  if (stencil % 2 !== 0) {
    throw new RangeError(`${where}: stencil must be even, got ${stencil}; it is centred on a cell face`);
  }
  const ends = oneOf(where, "padding", padding, ["valid", "periodic"]);
  const stack = checkScalarStack(where, options, stencil);
  return Object.freeze({ kind: where, spacing, stencil, padding: ends, ...stack });
}

/**
 * Checks plain data, such as parsed JSON, and gives a frozen net specification with nothing left to default.
 *
 * @throws RangeError or TypeError that names what is not allowed, unknown keys included.
 */
export function checkNetSpec(value: unknown): NetSpec {
  checkOptions("checkNetSpec", value, ["kind", "features", "spacing", "stencil", "padding", "layers", "init"], "spec");
  const { kind, ...rest } = value as { kind?: unknown };
  switch (oneOf("checkNetSpec", "kind", kind, ["functionalNet", "discretisedNet", "fluxNet"])) {
    case "functionalNet":
      return functionalNet(rest);
    case "discretisedNet":
      return discretisedNet(rest);
    case "fluxNet":
      return fluxNet(rest as FluxNet);
  }
}

/** A checked copy of the layers and the way they start; the parameter count is bounded before anything is allocated. */
function checkStack(where: string, options: Partial<StackSpec>, inputs: number): StackSpec {
  const { layers = CODE_LAYERS, init = "glorot" } = options;
  if (!Array.isArray(layers)) throw new TypeError(`${where}: layers must be an array, got ${show(layers)}`);
  integer(where, "layers.length", layers.length, 1, MAX_LAYERS);
  let width = inputs;
  let parameters = 0;
  const checked = layers.map((layer: DenseLayer, l): DenseLayer => {
    checkOptions(where, layer, ["units", "activation", "bias"], `layers[${l}]`);
    const { units, activation, bias = true } = layer;
    integer(where, `layers[${l}].units`, units, 1, MAX_WIDTH);
    if (typeof bias !== "boolean") {
      throw new TypeError(`${where}: layers[${l}].bias must be true or false, got ${show(bias)}`);
    }
    parameters += (width + 1) * units;
    width = units;
    const name = oneOf(where, `layers[${l}].activation`, activation, ["relu", "tanh", "linear"]);
    return Object.freeze({ units, activation: name, bias });
  });
  if (parameters > MAX_PARAMETERS) {
    throw new RangeError(`${where}: layers must hold at most ${MAX_PARAMETERS} parameters, got ${parameters}`);
  }
  return { layers: Object.freeze(checked), init: oneOf(where, "init", init, ["glorot", "he"]) };
}

/** As `checkStack`, with one output. */
function checkScalarStack(where: string, options: Partial<StackSpec>, inputs: number): StackSpec {
  const stack = checkStack(where, options, inputs);
  const last = stack.layers.length - 1;
  const { units } = stack.layers[last]!;
  if (units !== 1)
    throw new RangeError(`${where}: layers[${last}].units must be 1, got ${units}; one field is predicted`);
  return stack;
}
