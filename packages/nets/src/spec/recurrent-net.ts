import { checkOptions, integer, oneOf } from "@hml/guard";
import { layoutBuilder, type ParameterLayout } from "./parameter-layout.ts";
import { checkCount, checkOutputs, checkSequence, SEQUENCE_KEYS, type SequenceSpec } from "./sequence-spec.ts";
import { chainShape, type LayerShape } from "./stack-shape.ts";
import { checkLayers, type DenseLayer, flag, type Init, MAX_WIDTH } from "./stack-spec.ts";

/** Recurrent layers one above the other, and a dense read-out of the topmost one's hidden state. */
export interface RecurrentSpec extends SequenceSpec {
  /** Numbers in the hidden state of each recurrent layer. */
  readonly units: number;
  /** Recurrent layers, 1 to 64. */
  readonly layers: number;
  /** Dense layers from the topmost hidden state to the channels. */
  readonly readout: readonly DenseLayer[];
  /** Whether the read-out is added to the channels that were read, so that the net predicts increments. */
  readonly residual: boolean;
  /** How the weights of the read-out start. */
  readonly init: Init;
}

/** Gated recurrent units; see `gru`. */
export interface Gru extends RecurrentSpec {
  /** Tells the nets apart. */
  readonly kind: "gru";
  /** Whether the reset acts `after` the product with the hidden state, as in PyTorch, or `before` it. */
  readonly reset: "after" | "before";
}

/** Long short-term memory; see `lstm`. */
export interface Lstm extends RecurrentSpec {
  /** Tells the nets apart. */
  readonly kind: "lstm";
}

/** Nets of recurrent layers. */
export type RecurrentNet = Gru | Lstm;

const KEYS: readonly (keyof RecurrentSpec)[] = [...SEQUENCE_KEYS, "units", "layers", "readout", "residual", "init"];
const MAX_LAYERS = 64;

/**
 * Specification of a propagator of gated recurrent units: with the state z_t and the hidden state h_t,
 *
 *     h_{t+1} = GRU(z_t, h_t)
 *     z_{t+1} = R(h_{t+1}),  or z_t + R(h_{t+1}) with `residual`
 *
 * as in LED; the forcing, where there is one, is read behind z_t. What is left out: no forcing, one layer, a linear R, no
 * `residual`, `reset: "after"` (PyTorch, and Keras by default; the form of Cho et al. 2014 and of LED is `before`), Glorot
 * weights of R. Recurrent weights start uniform in +-1/sqrt(units), as PyTorch's. Good sizes: 16 to 50 units for a limit
 * cycle, 200 for Kuramoto-Sivashinsky. `residual` learns slow motion much faster: its first guess is to stand still.
 *
 * Source: P. R. Vlachas, G. Arampatzis, C. Uhler, P. Koumoutsakos, Nature Machine Intelligence 4 (2022) 359, methods.
 * @throws RangeError or TypeError on a value that is not allowed.
 */
export function gru(options: Pick<Gru, "channels" | "units"> & Partial<Omit<Gru, "kind">>): Gru {
  const where = "gru";
  checkOptions(where, options, [...KEYS, "reset"]);
  const reset = oneOf(where, "reset", options.reset ?? "after", ["after", "before"]);
  return Object.freeze({ kind: where, ...checkRecurrent(where, options), reset });
}

/**
 * Specification of a propagator of long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et
 * al. 2000): as `gru`, with cells beside the hidden state.
 *
 * @throws RangeError or TypeError on a value that is not allowed.
 */
export function lstm(options: Pick<Lstm, "channels" | "units"> & Partial<Omit<Lstm, "kind">>): Lstm {
  const where = "lstm";
  checkOptions(where, options, KEYS);
  return Object.freeze({ kind: where, ...checkRecurrent(where, options) });
}

function checkRecurrent(
  where: "gru" | "lstm",
  options: Pick<RecurrentSpec, "channels" | "units"> & Partial<RecurrentSpec>,
): RecurrentSpec {
  const { layers = 1, residual = false, init = "glorot" } = options;
  const sizes = checkSequence(where, options);
  const units = integer(where, "units", options.units, 1, MAX_WIDTH);
  integer(where, "layers", layers, 1, MAX_LAYERS);
  const { readout = [{ units: sizes.channels, activation: "linear" }] } = options;
  const checked = checkLayers(where, "readout", readout);
  checkOutputs(where, "readout", checked, sizes.channels);
  const gates = where === "gru" ? 3 : 4;
  checkCount(where, gates * units * (sizes.channels + sizes.forcing + (2 * layers - 1) * units + 2 * layers));
  const spec = {
    ...sizes,
    units,
    layers,
    readout: checked,
    residual: flag(where, "residual", residual),
    init: oneOf(where, "init", init, ["glorot", "he"]),
  };
  checkCount(where, recurrentShape({ kind: where, ...spec }).layout.numbers);
  return spec;
}

/** Where one recurrent layer keeps its numbers, gates in PyTorch's order. */
export interface RecurrentPlace {
  readonly inputs: number;
  readonly units: number;
  /** [gates * units, inputs]. */
  readonly inputWeightsAt: number;
  /** [gates * units, units]. */
  readonly stateWeightsAt: number;
  /** [gates * units]. */
  readonly inputBiasAt: number;
  /** [gates * units]. */
  readonly stateBiasAt: number;
}

/** Where the numbers of a recurrent net lie. */
export interface RecurrentNetShape {
  /** Numbers that the lowest layer reads. */
  readonly inputs: number;
  readonly layers: readonly RecurrentPlace[];
  readonly readout: readonly LayerShape[];
  readonly layout: ParameterLayout;
}

/** Lays out a recurrent net; the tensors have the names of PyTorch's `nn.GRU` and `nn.LSTM`. */
export function recurrentShape(spec: RecurrentSpec & { readonly kind: "gru" | "lstm" }): RecurrentNetShape {
  const { kind, channels, forcing, units, layers, readout, init } = spec;
  const build = layoutBuilder();
  const width = (kind === "gru" ? 3 : 4) * units;
  const spread = 1 / Math.sqrt(units);
  const places = Array.from({ length: layers }, (_, l): RecurrentPlace => {
    const inputs = l === 0 ? channels + forcing : units;
    return {
      inputs,
      units,
      inputWeightsAt: build.tensor(`weight_ih_l${l}`, [width, inputs], spread),
      stateWeightsAt: build.tensor(`weight_hh_l${l}`, [width, units], spread),
      inputBiasAt: build.tensor(`bias_ih_l${l}`, [width], spread),
      stateBiasAt: build.tensor(`bias_hh_l${l}`, [width], spread),
    };
  });
  const chain = chainShape(build, "readout.", units, readout, init);
  return { inputs: channels + forcing, layers: places, readout: chain, layout: build.layout() };
}
