import {
  gruLayer,
  type LstmLayer,
  lstmLayer,
  type Precision,
  type RecurrentLayer,
  recurrentLayerBytes,
  type RecurrentLayerOptions,
} from "@hml/kernels";
import {
  type RecurrentNet,
  type RecurrentNetShape,
  type RecurrentPlace,
  recurrentShape,
} from "../spec/recurrent-net.ts";
import { buildNetwork } from "./build-network.ts";
import { denseChain, denseChainBytes } from "./dense-chain.ts";
import { arrayBytes, arrayOf, type FloatArray } from "./part.ts";
import {
  adding,
  addingLengths,
  type SequenceNetwork,
  type SequenceNetworkOptions,
  type SequencePart,
  type SequenceSite,
  type StatePiece,
} from "./sequence-network.ts";

/** A net of recurrent layers on an engine. */
export function recurrentNetwork(spec: RecurrentNet, options: SequenceNetworkOptions): SequenceNetwork {
  const shape = recurrentShape(spec);
  const { rows, steps } = options;
  const network = buildNetwork(shape.layout, bytesOf(spec, shape, options), options, (site) => {
    const whole = { ...site, steps, inputGradient: options.inputGradient };
    const part = recurrentPart(whole, spec, shape);
    return spec.residual ? adding(whole, part) : part;
  });
  return { ...network, rows, steps };
}

/** One recurrent layer, bound to its parameters and to the layer below. */
interface BoundLayer {
  readonly layer: RecurrentLayer<Precision>;
  readonly state: readonly StatePiece[];
  readonly update: () => void;
  /** Goes back through `steps` steps. */
  readonly backward: (steps: number) => void;
}

function recurrentPart(site: SequenceSite, spec: RecurrentNet, shape: RecurrentNetShape): SequencePart {
  const { engine, precision, rows, steps, trainable } = site;
  const bound: BoundLayer[] = [];
  for (const place of shape.layers) bound.push(bindLayer(site, spec, place, bound.at(-1)?.layer));
  const layers = bound.map(({ layer }) => layer);
  const [lowest, top] = [layers[0]!, layers.at(-1)!];
  const readout = denseChain({ ...site, rows: steps * rows }, shape.readout, {
    input: top.output,
    inputGradient: top.outputGradient,
  });
  return {
    inputs: shape.inputs,
    outputs: spec.channels,
    input: lowest.input,
    inputGradient: site.inputGradient ? lowest.inputGradient : undefined,
    output: readout.output,
    outputGradient: trainable ? readout.outputGradient : arrayOf(engine, precision, 0),
    state: bound.flatMap(({ state }) => state),
    update() {
      for (const { update } of bound) update();
      readout.update();
    },
    forward(count) {
      for (const layer of layers) layer.forward(count);
      readout.forward(count * rows);
    },
    backward(count) {
      readout.backward(count * rows);
      for (let l = bound.length - 1; l >= 0; l--) bound[l]!.backward(count);
    },
    carry() {
      for (const layer of layers) layer.carry();
    },
    step() {
      for (const layer of layers) layer.step();
      readout.forward(rows);
    },
  };
}

function bindLayer(
  site: SequenceSite,
  spec: RecurrentNet,
  place: RecurrentPlace,
  below: RecurrentLayer<Precision> | undefined,
): BoundLayer {
  const { engine, precision, rows, trainable, parameters, gradient } = site;
  const partsOf = (numbers: FloatArray) => {
    const { inputs, units, inputWeightsAt, stateWeightsAt, inputBiasAt, stateBiasAt } = place;
    const width = stateBiasAt - inputBiasAt;
    return {
      inputWeights: numbers.subarray(inputWeightsAt, inputWeightsAt + width * inputs),
      stateWeights: numbers.subarray(stateWeightsAt, stateWeightsAt + width * units),
      inputBias: numbers.subarray(inputBiasAt, inputBiasAt + width),
      stateBias: numbers.subarray(stateBiasAt, stateBiasAt + width),
    };
  };
  const options: RecurrentLayerOptions<Precision> = {
    ...sizesOf(place, below !== undefined, site),
    ...(below === undefined ? {} : { input: below.output }),
    ...(below?.outputGradient === undefined ? {} : { inputGradient: below.outputGradient }),
    ...(trainable ? { parameterGradient: partsOf(gradient) } : {}),
  };
  const lstm = spec.kind === "lstm" ? lstmLayer(engine, options) : undefined;
  const layer = lstm ?? gruLayer(engine, { ...options, ...(spec.kind === "gru" ? { reset: spec.reset } : {}) });
  const none = arrayOf(engine, precision, 0);
  const block = rows * place.units;
  const hidden: StatePiece = {
    width: place.units,
    values: layer.hidden,
    gradient: layer.hiddenGradient ?? none,
    finalGradient: trainable ? arrayOf(engine, precision, block) : none,
  };
  const weights = partsOf(parameters);
  return {
    layer,
    state: lstm === undefined ? [hidden] : [hidden, cellOf(lstm, place.units, none)],
    update: () => layer.setParameters(weights),
    backward(count) {
      // What comes from behind the chunk reaches the hidden state where its last step's output does.
      const { outputGradient } = layer;
      const { finalGradient } = hidden;
      if (outputGradient !== undefined) {
        const last = (count - 1) * block;
        for (let i = 0; i < block; i++) outputGradient[last + i] = outputGradient[last + i]! + finalGradient[i]!;
      }
      layer.backward();
    },
  };
}

/** The cells of an LSTM. */
function cellOf(layer: LstmLayer<Precision>, width: number, none: FloatArray): StatePiece {
  const { cell, cellGradient = none, finalCellGradient = none } = layer;
  return { width, values: cell, gradient: cellGradient, finalGradient: finalCellGradient };
}

/** Sizes of a layer; `upper` where there is one below. */
function sizesOf(
  { inputs, units }: RecurrentPlace,
  upper: boolean,
  { rows, steps, precision, trainable, inputGradient }: Omit<SequenceNetworkOptions, "engine">,
): RecurrentLayerOptions<Precision> {
  const gradient = !trainable ? "none" : upper || inputGradient ? "all" : "parameters";
  return { rows, inputs, units, steps, precision, gradient };
}

/** What the parts of a recurrent net take of an engine. */
function bytesOf(spec: RecurrentNet, shape: RecurrentNetShape, options: SequenceNetworkOptions): number {
  const { rows, steps, precision, trainable } = options;
  const reset = spec.kind === "gru" ? { reset: spec.reset } : {};
  const whole = { ...options, rows: steps * rows };
  let bytes = denseChainBytes(shape.readout, whole, { input: true, inputGradient: trainable });
  shape.layers.forEach((place, l) => {
    const sizes = { ...sizesOf(place, l > 0, options), ...reset };
    const lower = l === 0 ? [] : trainable ? (["input", "inputGradient"] as const) : (["input"] as const);
    bytes += recurrentLayerBytes(spec.kind, sizes, trainable ? [...lower, "parameterGradient"] : lower);
    if (trainable) bytes += arrayBytes(precision, rows * place.units);
  });
  if (spec.residual) for (const length of addingLengths(options, spec.channels)) bytes += arrayBytes(precision, length);
  return bytes;
}
