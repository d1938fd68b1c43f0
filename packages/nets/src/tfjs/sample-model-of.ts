import { layers } from "@tensorflow/tfjs-layers";
import { autoencoderShape } from "../spec/autoencoder.ts";
import { convolutionalCoderShape } from "../spec/convolutional-autoencoder.ts";
import { deepSetShape } from "../spec/deep-set.ts";
import { fieldCnnShape } from "../spec/field-cnn.ts";
import type { NetSpec } from "../spec/net-spec.ts";
import { widthsOf } from "../spec/stack-net.ts";
import { denseLayers, layerNames, through } from "./dense-chain.ts";
import { fieldLayers } from "./field-layers-model.ts";
import { cnnLstmModel, propagatorModel, recurrentModel } from "./recurrent-model.ts";
import type { SampleModel } from "./sample-model.ts";
import { stackModel } from "./stack-model.ts";
import { TfjsError } from "./tfjs-error.ts";

/** The layers of any net that tfjs-layers has layers for; `extents` is its grid along x, (y), where that is known. */
export function sampleModelOf(where: string, spec: NetSpec, extents: readonly number[] | undefined): SampleModel {
  switch (spec.kind) {
    case "functionalNet":
    case "mlp":
      return stackModel(where, spec, []);
    case "discretisedNet":
    case "fluxNet":
      return stackModel(where, spec, extents ?? widthsOf(spec.stencil).map(() => null));
    case "divergenceNet":
      return stackModel(where, spec, extents ?? spec.period.map(() => null));
    case "fieldCnn": {
      const shape = fieldCnnShape(spec);
      return {
        shape: [...(extents?.toReversed() ?? [null, null]), spec.inputs],
        output: (field) => fieldLayers(where, field, shape.layers, shape.layout, 2),
        fixed: [],
      };
    }
    case "cnnLstm":
      return cnnLstmModel(spec);
    case "autoencoder": {
      const { encoder, decoder, layout } = autoencoderShape(spec);
      return {
        shape: [spec.inputs],
        output: (x) => denseLayers(x, [...encoder, ...decoder], layerNames(layout)),
        fixed: [],
      };
    }
    case "convolutionalAutoencoder": {
      const { fine, coarse, encoder, decoder, layout } = convolutionalCoderShape(spec);
      const product = (lengths: readonly number[]): number => lengths.reduce((a, b) => a * b, 1);
      const channels = decoder.dense.at(-1)!.units / product(coarse);
      return {
        shape: [...fine.toReversed(), spec.inputs / product(fine)],
        output: (field) => {
          const nameAt = layerNames(layout);
          const seen = fieldLayers(where, field, encoder.fields, layout, fine.length);
          const code = denseLayers(through(layers.flatten(), seen), encoder.dense, nameAt);
          const targetShape = [...coarse.toReversed(), channels];
          const spread = through(layers.reshape({ targetShape }), denseLayers(code, decoder.dense, nameAt));
          return fieldLayers(where, spread, decoder.fields, layout, fine.length);
        },
        fixed: [],
      };
    }
    case "deepSet": {
      const { element, pooled, layout } = deepSetShape(spec);
      const nameAt = layerNames(layout);
      return {
        shape: [extents?.[0] ?? null, spec.size],
        output: (x) => {
          const mean = through(layers.globalAveragePooling1d({}), denseLayers(x, element, nameAt));
          return denseLayers(mean, pooled, nameAt);
        },
        fixed: [],
      };
    }
    case "gru":
    case "lstm":
      return recurrentModel(where, spec);
    case "mlpPropagator":
      return propagatorModel(spec);
    default:
      throw new TfjsError(
        "not-expressible",
        `${where}: a ${spec.kind} is not expressible; tfjs-layers has no layers for it`,
      );
  }
}
