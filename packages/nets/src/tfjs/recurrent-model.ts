import { layers, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import { type CnnLstm, cnnLstmShape, TAPS } from "../spec/cnn-lstm.ts";
import { type MlpPropagator, propagatorShape } from "../spec/mlp-propagator.ts";
import { type RecurrentNet, recurrentShape } from "../spec/recurrent-net.ts";
import { ACTIVATION_NAMES, denseLayers, layerNames, through } from "./dense-chain.ts";
import type { FixedWeights, SampleModel } from "./sample-model.ts";
import { TfjsError } from "./tfjs-error.ts";

/**
 * The layers of a net of recurrent layers, on sequences [time, channel and forcing]: `l0`, `l1`, ... give every hidden state
 * of a sequence that begins at rest, and dense layers read them out.
 */
export function recurrentModel(where: string, spec: RecurrentNet): SampleModel {
  if (spec.kind === "gru" && spec.reset === "after") {
    throw new TfjsError(
      "not-expressible",
      `${where}: a gru with reset "after" is not expressible; tfjs-layers refuses resetAfter, take reset "before"`,
    );
  }
  const { inputs, readout, layout } = recurrentShape(spec);
  const { units, layers: count } = spec;
  return stepped(inputs, spec, (x) => {
    let hidden = x;
    for (let l = 0; l < count; l++) {
      const options = { ...RECURRENT, name: `l${l}`, units, returnSequences: true };
      hidden = through(spec.kind === "lstm" ? lstmLayer(options) : layers.gru(options), hidden);
    }
    return denseLayers(hidden, readout, layerNames(layout));
  });
}

/** The layers of a dense propagator, on every step of sequences [time, channel and forcing]. */
export function propagatorModel(spec: MlpPropagator): SampleModel {
  const { inputs, layers: chain, layout } = propagatorShape(spec);
  return stepped(inputs, spec, (x) => denseLayers(x, chain, layerNames(layout)));
}

/** The layers of a CNN-LSTM on the values about one point, [value, 1]. */
export function cnnLstmModel(spec: CnnLstm): SampleModel {
  const { values, layers: chain, layout } = cnnLstmShape(spec);
  const { filters, pool, units } = spec;
  const activation = ACTIVATION_NAMES[spec.activation];
  return {
    shape: [values, 1],
    fixed: [],
    output(x) {
      const options = { name: "conv", filters, kernelSize: TAPS, activation, kernelInitializer: "zeros" } as const;
      const seen = through(layers.maxPooling1d({ poolSize: pool }), through(layers.conv1d(options), x));
      const last = through(lstmLayer({ ...RECURRENT, name: "lstm.l0", units, returnSequences: false }), seen);
      return denseLayers(last, chain, layerNames(layout));
    },
  };
}

/** Gates as PyTorch's and Keras's, where tfjs-layers has a piecewise linear function, and nothing that is drawn. */
const RECURRENT = {
  activation: "tanh",
  recurrentActivation: "sigmoid",
  kernelInitializer: "zeros",
  recurrentInitializer: "zeros",
} as const;

function lstmLayer(
  options: typeof RECURRENT & { readonly name: string; readonly units: number; readonly returnSequences: boolean },
): layers.Layer {
  return layers.lstm({ ...options, unitForgetBias: false });
}

/** A net of sequences; a residual one adds the channels that it read to what it gives. */
function stepped(
  inputs: number,
  { channels, forcing, residual }: Pick<MlpPropagator, "channels" | "forcing" | "residual">,
  output: (x: SymbolicTensor) => SymbolicTensor,
): SampleModel {
  const shape = [null, inputs];
  if (!residual) return { shape, output, fixed: [] };
  if (forcing === 0) return { shape, output: (x) => through(layers.add(), output(x), x), fixed: [] };
  const name = "channels";
  const values = new Float64Array(inputs * channels);
  for (let c = 0; c < channels; c++) values[c * channels + c] = 1;
  const fixed: FixedWeights[] = [{ layer: name, shape: [inputs, channels], values }];
  return {
    shape,
    fixed,
    output(x) {
      const options = { name, units: channels, useBias: false, trainable: false, kernelInitializer: "zeros" } as const;
      return through(layers.add(), output(x), through(layers.dense(options), x));
    },
  };
}
