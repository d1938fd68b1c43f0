import {
  denseLayer,
  denseLayerBytes,
  type DenseLayerSizes,
  lstmLayer,
  type Precision,
  recurrentLayerBytes,
  type RecurrentLayerSizes,
} from "@hml/kernels";
import { type CnnLstm, cnnLstmShape, type CnnLstmShape, TAPS } from "../spec/cnn-lstm.ts";
import { buildNetwork } from "./build-network.ts";
import { denseChain, denseChainBytes } from "./dense-chain.ts";
import {
  arrayBytes,
  arrayOf,
  type FloatArray,
  type Network,
  type NetworkOptions,
  type Part,
  type Site,
} from "./part.ts";

type Sizes = Pick<NetworkOptions, "rows" | "precision" | "trainable">;

/**
 * A CNN-LSTM on an engine; a row is the values about one point. The positions of the convolution are rows of a dense layer,
 * all rows of the first position before those of the second, so that pooling goes over whole blocks.
 */
export function cnnLstmNetwork(spec: CnnLstm, options: NetworkOptions): Network {
  const shape = cnnLstmShape(spec);
  const { rows, precision, trainable } = options;
  const convolution = convolutionSizes(spec, shape, options);
  const bytes =
    arrayBytes(precision, rows * shape.values) +
    arrayBytes(precision, convolution.rows * TAPS) +
    denseLayerBytes(convolution, ["input", "weightGradient", "biasGradient"]) +
    recurrentLayerBytes("lstm", lstmSizes(spec, shape, options), ["parameterGradient"]) +
    denseChainBytes(shape.layers, options, { input: true, inputGradient: trainable });
  return buildNetwork(shape.layout, bytes, options, (site) => build(site, spec, shape));
}

function build(site: Site, spec: CnnLstm, shape: CnnLstmShape): Part {
  const { engine, precision, rows, trainable, parameters, gradient } = site;
  const { values, steps, weightAt, biasAt, lstmAt } = shape;
  const { filters, pool, units } = spec;
  const positions = steps * pool;
  const weightEnd = biasAt + filters;
  const input = arrayOf(engine, precision, rows * values);
  const windows = arrayOf(engine, precision, positions * rows * TAPS);
  const convolution = denseLayer<Precision>(engine, {
    ...convolutionSizes(spec, shape, site),
    input: windows,
    ...(trainable
      ? { weightGradient: gradient.subarray(weightAt, biasAt), biasGradient: gradient.subarray(biasAt, weightEnd) }
      : {}),
  });
  const lstm = lstmLayer<Precision>(engine, {
    ...lstmSizes(spec, shape, site),
    ...(trainable ? { parameterGradient: lstmTensors(gradient, lstmAt, filters, units) } : {}),
  });
  // The dense layers read the last step.
  const last = (steps - 1) * rows * units;
  const lastGradient = lstm.outputGradient?.subarray(last);
  const top = denseChain(site, shape.layers, { input: lstm.output.subarray(last), inputGradient: lastGradient });
  const weights = parameters.subarray(weightAt, biasAt);
  const bias = parameters.subarray(biasAt, weightEnd);
  const recurrent = lstmTensors(parameters, lstmAt, filters, units);
  /** Position of the largest of each pool, by step, row and channel. */
  const largest = new Uint16Array(trainable ? steps * rows * filters : 0);
  return {
    input,
    inputGradient: undefined,
    output: top.output,
    outputGradient: top.outputGradient,
    update() {
      convolution.setParameters(weights, bias);
      lstm.setParameters(recurrent);
      top.update();
    },
    forward(count) {
      for (let p = 0; p < positions; p++) {
        for (let r = 0; r < count; r++) {
          const to = (p * count + r) * TAPS;
          for (let k = 0; k < TAPS; k++) windows[to + k] = input[r * values + p + k]!;
        }
      }
      convolution.forward(positions * count);
      for (let t = 0; t < steps; t++) {
        poolStep(convolution.output, count * filters, t * pool, pool, lstm.input, t * rows * filters, largest);
      }
      lstm.forward(steps);
      top.forward(count);
    },
    backward(count) {
      top.backward(count);
      lastGradient!.fill(0, count * units);
      lstm.backward();
      const slopes = convolution.outputGradient!;
      slopes.fill(0, 0, positions * count * filters);
      const block = count * filters;
      for (let t = 0; t < steps; t++) {
        const from = t * rows * filters;
        for (let i = 0; i < block; i++) slopes[largest[from + i]! * block + i] = lstm.inputGradient![from + i]!;
      }
      convolution.backward(positions * count);
    },
  };
}

/** The largest of `pool` blocks of `block` numbers, from block `first` on, and, where it is kept, in which block it lies. */
function poolStep(
  values: FloatArray,
  block: number,
  first: number,
  pool: number,
  out: FloatArray,
  at: number,
  largest: Uint16Array,
): void {
  for (let i = 0; i < block; i++) {
    let best = first;
    let most = values[first * block + i]!;
    for (let p = first + 1; p < first + pool; p++) {
      const value = values[p * block + i]!;
      // A NaN is the largest, so that it shows.
      if (!(value <= most)) {
        most = value;
        best = p;
      }
    }
    out[at + i] = most;
    if (largest.length > 0) largest[at + i] = best;
  }
}

function convolutionSizes(
  { filters, activation, pool }: CnnLstm,
  { steps }: CnnLstmShape,
  { rows, precision, trainable }: Sizes,
): DenseLayerSizes {
  const gradient = trainable ? "parameters" : "none";
  return { rows: steps * pool * rows, inputs: TAPS, units: filters, activation, precision, gradient };
}

function lstmSizes(
  { filters, units }: CnnLstm,
  { steps }: CnnLstmShape,
  { rows, precision, trainable }: Sizes,
): Omit<RecurrentLayerSizes, "reset"> {
  return { rows, inputs: filters, units, steps, precision, gradient: trainable ? "all" : "none" };
}

/** The LSTM's tensors in a flat array. */
function lstmTensors(
  numbers: FloatArray,
  [inputAt, stateAt, inputBiasAt, stateBiasAt]: CnnLstmShape["lstmAt"],
  inputs: number,
  units: number,
): Record<"inputWeights" | "stateWeights" | "inputBias" | "stateBias", FloatArray> {
  const gates = 4 * units;
  return {
    inputWeights: numbers.subarray(inputAt, inputAt + gates * inputs),
    stateWeights: numbers.subarray(stateAt, stateAt + gates * units),
    inputBias: numbers.subarray(inputBiasAt, inputBiasAt + gates),
    stateBias: numbers.subarray(stateBiasAt, stateBiasAt + gates),
  };
}
