import { checkOptions, integer, oneOf, show } from "@hml/guard";
import type { Activation } from "@hml/kernels";
import { layoutBuilder, type ParameterLayout } from "./parameter-layout.ts";
import { chainShape, type LayerShape } from "./stack-shape.ts";
import { ACTIVATIONS, checkCount, checkLayers, type DenseLayer, type Init, MAX_WIDTH } from "./stack-spec.ts";

/**
 * A convolution and an LSTM over the values about a point, taken as a sequence: du/dt = F(u(p + o_1), ..., u(p + o_n)).
 *
 * A convolution of three neighbouring values of the sequence (n - 2 positions), the largest of each `pool` successive
 * positions, an LSTM over the steps that are left, floor((n - 2) / pool), from a zero state, and dense layers on its last
 * hidden state. Positions that do not fill a pool are dropped, and what only they read is not seen.
 *
 * With the paper's numbers, n = 5 and pool 2, the LSTM sees one single step: it is a gated dense layer, its 25,600 weights
 * on the state multiply zero and never change. And of three positions the third is dropped, so the fifth value of the
 * cross is not seen. `pool: 3` sees all five, with as many parameters.
 *
 * Source: Kiyani, Silber, Kooshkbaghi, Karttunen, PRE 106, 065303 (2022), the net on five points: 47,847 parameters as
 * PyTorch counts them, with two biases a gate (47,527 with the one of Keras).
 */
export interface CnnLstm {
  /** Tells the nets apart. */
  readonly kind: "cnnLstm";
  /** Where the values lie that are read, relative to the point: [dx] or [dx, dy] or [dx, dy, dz], in their order. */
  readonly offsets: readonly (readonly number[])[];
  /** The ends of a grid: `valid` predicts nothing where an offset leaves it, `periodic` wraps around. */
  readonly padding: "valid" | "periodic";
  /** Channels of the convolution. */
  readonly filters: number;
  /** After the convolution. */
  readonly activation: Activation;
  /** Positions of the convolution of which the largest is taken. */
  readonly pool: number;
  /** Units of the LSTM. */
  readonly units: number;
  /** Dense layers on the LSTM's last hidden state; the last has one unit. */
  readonly layers: readonly DenseLayer[];
  /** How weights start; biases start at zero. */
  readonly init: Init;
}

const KEYS: readonly Exclude<keyof CnnLstm, "kind">[] = [
  "offsets",
  "padding",
  "filters",
  "activation",
  "pool",
  "units",
  "layers",
  "init",
];

/** The point and its four neighbours, in reading order. */
const CROSS = [
  [0, -1],
  [-1, 0],
  [0, 0],
  [1, 0],
  [0, 1],
] as const;

const PAPER_LAYERS: readonly DenseLayer[] = [
  { units: 10, activation: "relu" },
  { units: 5, activation: "relu" },
  { units: 1, activation: "linear" },
];

/** Values that one position of the convolution reads. */
export const TAPS = 3;

/**
 * Specification of a CNN-LSTM; what is left out is as in the paper: the five points of a cross on a plane, 64 channels,
 * pool 2, 80 units, layers 10, 5, 1. The order of the five and ReLU (after convolution and dense layers) are ours, the
 * paper does not say; so is periodic padding.
 *
 * @throws RangeError or TypeError on a value that is not allowed.
 */
export function cnnLstm(options: Partial<Omit<CnnLstm, "kind">> = {}): CnnLstm {
  const where = "cnnLstm";
  checkOptions(where, options, KEYS);
  const { offsets = CROSS, padding = "periodic", filters = 64, activation = "relu", pool = 2 } = options;
  const { units = 80, layers = PAPER_LAYERS, init = "glorot" } = options;
  const places = checkOffsets(where, offsets);
  integer(where, "filters", filters, 1, MAX_WIDTH);
  integer(where, "units", units, 1, MAX_WIDTH);
  const positions = places.length - TAPS + 1;
  integer(where, "pool", pool, 1, positions);
  const dense = checkLayers(where, "layers", layers);
  const last = dense.at(-1)!.units;
  if (last !== 1) {
    throw new RangeError(`${where}: layers[${dense.length - 1}].units must be 1, got ${last}; one field is predicted`);
  }
  const spec: CnnLstm = Object.freeze({
    kind: where,
    offsets: places,
    padding: oneOf(where, "padding", padding, ["valid", "periodic"]),
    filters,
    activation: oneOf(where, "activation", activation, ACTIVATIONS),
    pool,
    units,
    layers: dense,
    init: oneOf(where, "init", init, ["glorot", "he"]),
  });
  checkCount(where, cnnLstmShape(spec).layout.parameters);
  return spec;
}

/** Distinct offsets of one dimension, at least as many as a position reads, copied and frozen. */
function checkOffsets(where: string, offsets: unknown): readonly (readonly number[])[] {
  if (!Array.isArray(offsets)) throw new TypeError(`${where}: offsets must be an array, got ${show(offsets)}`);
  integer(where, "offsets.length", offsets.length, TAPS, MAX_WIDTH);
  const seen = new Set<string>();
  let dimension: number | undefined;
  const copied = offsets.map((offset: unknown, k) => {
    if (!Array.isArray(offset)) throw new TypeError(`${where}: offsets[${k}] must be an array, got ${show(offset)}`);
    dimension ??= integer(where, `offsets[${k}].length`, offset.length, 1, 3);
    if (offset.length !== dimension) {
      throw new RangeError(`${where}: offsets[${k}] must have ${dimension} numbers as the first, got ${offset.length}`);
    }
    const place = Object.freeze(
      offset.map((o: unknown, axis) => integer(where, `offsets[${k}][${axis}]`, o, -MAX_WIDTH, MAX_WIDTH)),
    );
    const name = place.join();
    if (seen.has(name)) throw new RangeError(`${where}: offsets must be distinct, got [${name}] twice`);
    seen.add(name);
    return place;
  });
  return Object.freeze(copied);
}

/** The parts of a CNN-LSTM and their places in one flat parameter array. */
export interface CnnLstmShape {
  /** Values read. */
  readonly values: number;
  /** Steps of the LSTM. */
  readonly steps: number;
  readonly weightAt: number;
  readonly biasAt: number;
  /** The LSTM's four tensors: weights on inputs and state, and their biases. */
  readonly lstmAt: readonly [number, number, number, number];
  readonly layers: readonly LayerShape[];
  readonly layout: ParameterLayout;
}

/**
 * Lays out a checked CNN-LSTM, names and shapes as PyTorch's: `conv.weight` [filters, 1, 3], `conv.bias`,
 * `lstm.weight_ih_l0` [4 units, filters] (gates i f g o), `lstm.weight_hh_l0`, `lstm.bias_ih_l0`, `lstm.bias_hh_l0`, and
 * `layers.<l>.weight`, `layers.<l>.bias`.
 */
export function cnnLstmShape(spec: CnnLstm): CnnLstmShape {
  const { offsets, filters, pool, units, layers, init } = spec;
  const values = offsets.length;
  const build = layoutBuilder();
  const spread = (inputs: number, outputs: number): number =>
    Math.sqrt(6 / (init === "he" ? inputs : inputs + outputs));
  const weightAt = build.tensor("conv.weight", [filters, 1, TAPS], spread(TAPS, TAPS * filters));
  const biasAt = build.tensor("conv.bias", [filters], 0);
  const gates = 4 * units;
  const lstmAt = [
    build.tensor("lstm.weight_ih_l0", [gates, filters], spread(filters, units)),
    build.tensor("lstm.weight_hh_l0", [gates, units], spread(units, units)),
    build.tensor("lstm.bias_ih_l0", [gates], 0),
    build.tensor("lstm.bias_hh_l0", [gates], 0),
  ] as const;
  const dense = chainShape(build, "", units, layers, init);
  const steps = Math.floor((values - TAPS + 1) / pool);
  return { values, steps, weightAt, biasAt, lstmAt, layers: dense, layout: build.layout() };
}
