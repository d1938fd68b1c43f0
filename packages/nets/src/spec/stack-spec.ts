import { checkOptions, integer, oneOf, show } from "@hml/guard";
import type { Activation } from "@hml/kernels";

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
 * How weights start (biases and skips start at zero): `glorot` uniform in +-sqrt(6 / (inputs + units)), the default of
 * Keras and of the paper's code (Glorot and Bengio 2010, eq. 16); `he` uniform in +-sqrt(6 / inputs), for deep ReLU
 * stacks (He et al. 2015).
 */
export type Init = "glorot" | "he";

/** What every net has: a dense stack G and how its weights start. */
export interface StackSpec {
  /** Layers from the input upwards, 1 to 256. */
  readonly layers: readonly DenseLayer[];
  /** How weights start. */
  readonly init: Init;
  /**
   * Whether the net is made odd, F(z) = (G(z) - G(-z)) / 2, so that F(-z) = -F(z) whatever is learned; it doubles the
   * work.
   */
  readonly odd: boolean;
  /** Whether a learned linear map of the inputs is added to the outputs, F(z) = G(z) + S z, S starting at zero. */
  readonly skip: boolean;
  /**
   * Whether a layer with as many units as inputs adds its inputs to its sums, y = f(W x + b + x) (He et al. 2016; added
   * before the activation, as in the code of Vlachas et al. 2020).
   */
  readonly residual: boolean;
}

/** Names of a stack's options. */
export const STACK_KEYS: readonly (keyof StackSpec)[] = ["layers", "init", "odd", "skip", "residual"];

/** Names of the activations. */
export const ACTIVATIONS: readonly Activation[] = ["linear", "relu", "tanh", "sigmoid", "softplus", "selu", "celu"];

/** The paper's code: 32, 32, 1, ReLU after the first two. */
export const CODE_LAYERS: readonly DenseLayer[] = Object.freeze([
  Object.freeze({ units: 32, activation: "relu" }),
  Object.freeze({ units: 32, activation: "relu" }),
  Object.freeze({ units: 1, activation: "linear" }),
] as const);

const MAX_LAYERS = 256;
/** Most units of a layer, and most inputs. */
export const MAX_WIDTH = 65_536;
const MAX_PARAMETERS = 134_217_728;

/** A checked copy of a stack's part of a net; the parameter count is bounded before anything is allocated. */
export function checkStack(where: string, options: Partial<StackSpec>, inputs: number): StackSpec {
  const { layers = CODE_LAYERS, init = "glorot", odd = false, skip = false, residual = false } = options;
  let width = inputs;
  let parameters = 0;
  const checked = checkLayers(where, "layers", layers);
  for (const { units } of checked) {
    parameters += (width + 1) * units;
    width = units;
  }
  checkCount(where, parameters + inputs * width);
  return {
    layers: checked,
    init: oneOf(where, "init", init, ["glorot", "he"]),
    odd: flag(where, "odd", odd),
    skip: flag(where, "skip", skip),
    residual: flag(where, "residual", residual),
  };
}

/** Refuses a net of too many parameters, before anything is allocated for it. */
export function checkCount(where: string, parameters: number): void {
  if (parameters > MAX_PARAMETERS) {
    throw new RangeError(`${where}: layers must hold at most ${MAX_PARAMETERS} parameters, got ${parameters}`);
  }
}

/** A checked, frozen copy of dense layers, at least `least`. */
export function checkLayers(
  where: string,
  name: string,
  layers: readonly DenseLayer[],
  least = 1,
): readonly DenseLayer[] {
  if (!Array.isArray(layers)) throw new TypeError(`${where}: ${name} must be an array, got ${show(layers)}`);
  integer(where, `${name}.length`, layers.length, least, MAX_LAYERS);
  const checked = layers.map((layer: DenseLayer, l): DenseLayer => {
    checkOptions(where, layer, ["units", "activation", "bias"], `${name}[${l}]`);
    const { units, activation, bias = true } = layer;
    integer(where, `${name}[${l}].units`, units, 1, MAX_WIDTH);
    flag(where, `${name}[${l}].bias`, bias);
    return Object.freeze({
      units,
      activation: oneOf(where, `${name}[${l}].activation`, activation, ACTIVATIONS),
      bias,
    });
  });
  return Object.freeze(checked);
}

/** As `checkStack`, with one output. */
export function checkScalarStack(where: string, options: Partial<StackSpec>, inputs: number): StackSpec {
  const stack = checkStack(where, options, inputs);
  const last = stack.layers.length - 1;
  const { units } = stack.layers[last]!;
  if (units !== 1)
    throw new RangeError(`${where}: layers[${last}].units must be 1, got ${units}; one field is predicted`);
  return stack;
}

/** A checked truth value. */
export function flag(where: string, name: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw new TypeError(`${where}: ${name} must be true or false, got ${show(value)}`);
  return value;
}
