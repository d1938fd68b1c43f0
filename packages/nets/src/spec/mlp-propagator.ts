import { checkOptions, oneOf } from "@hml/guard";
import { layoutBuilder, type ParameterLayout } from "./parameter-layout.ts";
import { checkCount, checkOutputs, checkSequence, SEQUENCE_KEYS, type SequenceSpec } from "./sequence-spec.ts";
import { chainShape, type LayerShape } from "./stack-shape.ts";
import { checkLayers, type DenseLayer, flag, type Init } from "./stack-spec.ts";

/** A propagator without memory; see `mlpPropagator`. */
export interface MlpPropagator extends SequenceSpec {
  /** Tells the nets apart. */
  readonly kind: "mlpPropagator";
  /** Dense layers from the channels and the forcing to the channels. */
  readonly layers: readonly DenseLayer[];
  /** Whether the outputs are added to the channels that were read. */
  readonly residual: boolean;
  /** How weights start. */
  readonly init: Init;
}

/**
 * Specification of a dense propagator without memory, z_{t+1} = z_t + F(z_t, forcing), or F alone with `residual: false`.
 * What is left out: no forcing, layers 32, 32 with tanh and a linear one, `residual`, Glorot weights. It suffices where
 * the latent state determines its own future.
 *
 * @throws RangeError or TypeError on a value that is not allowed.
 */
export function mlpPropagator(
  options: Pick<MlpPropagator, "channels"> & Partial<Omit<MlpPropagator, "kind">>,
): MlpPropagator {
  const where = "mlpPropagator";
  checkOptions(where, options, [...SEQUENCE_KEYS, "layers", "residual", "init"]);
  const { residual = true, init = "glorot" } = options;
  const sizes = checkSequence(where, options);
  const { layers = [...HIDDEN, { units: sizes.channels, activation: "linear" }] } = options;
  const spec: MlpPropagator = {
    kind: where,
    ...sizes,
    layers: checkLayers(where, "layers", layers),
    residual: flag(where, "residual", residual),
    init: oneOf(where, "init", init, ["glorot", "he"]),
  };
  checkOutputs(where, "layers", spec.layers, sizes.channels);
  checkCount(where, propagatorShape(spec).layout.numbers);
  return Object.freeze(spec);
}

const HIDDEN: readonly DenseLayer[] = [
  { units: 32, activation: "tanh" },
  { units: 32, activation: "tanh" },
];

/** Where the numbers of a dense propagator lie. */
export interface PropagatorShape {
  readonly inputs: number;
  readonly layers: readonly LayerShape[];
  readonly layout: ParameterLayout;
}

/** Lays out a dense propagator. */
export function propagatorShape({ channels, forcing, layers, init }: MlpPropagator): PropagatorShape {
  const build = layoutBuilder();
  const inputs = channels + forcing;
  return { inputs, layers: chainShape(build, "", inputs, layers, init), layout: build.layout() };
}
