import { layers, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import type { FieldLayerShape } from "../spec/field-layer.ts";
import type { ParameterLayout } from "../spec/parameter-layout.ts";
import { ACTIVATION_NAMES, layerNames, through } from "./dense-chain.ts";
import { PeriodicPadding } from "./periodic-padding.ts";

/** Chains the layers of a net of whole fields, on a line or a plane; the layers are named as their tensors are. */
export function fieldLayers(
  where: string,
  field: SymbolicTensor,
  shapes: readonly FieldLayerShape[],
  layout: ParameterLayout,
  dimension: number,
): SymbolicTensor {
  const nameAt = layerNames(layout);
  return shapes.reduce((x, shape) => {
    switch (shape.kind) {
      case "convolution": {
        const { units, kernel, padding, activation, weightAt } = shape;
        const half = (kernel - 1) / 2;
        const wraps = padding === "periodic" && half > 0;
        const widths = Array.from({ length: dimension }, () => [half, half] as const);
        const options = {
          name: nameAt(weightAt),
          filters: units,
          kernelSize: kernel,
          padding: wraps ? "valid" : "same",
          activation: ACTIVATION_NAMES[activation],
          kernelInitializer: "zeros",
        } as const;
        const convolution = dimension === 1 ? layers.conv1d(options) : layers.conv2d(options);
        return through(convolution, wraps ? through(new PeriodicPadding({ widths }), x) : x);
      }
      case "norm": {
        const { epsilon, momentum, scaleAt } = shape;
        return through(layers.batchNormalization({ name: nameAt(scaleAt), epsilon, momentum }), x);
      }
      case "maxPool":
        return through(
          dimension === 1 ? layers.maxPooling1d({ poolSize: 2 }) : layers.maxPooling2d({ poolSize: 2 }),
          x,
        );
      case "averagePool":
        return through(
          dimension === 1 ? layers.averagePooling1d({ poolSize: 2 }) : layers.averagePooling2d({ poolSize: 2 }),
          x,
        );
      case "upsample":
        if (dimension === 1) return upsampledLine(where, x);
        return through(layers.upSampling2d({ size: [2, 2] }), x);
    }
  }, field);
}

/** Each point of a line twice, which tfjs-layers does on planes only; [point, channel] becomes a plane one point wide. */
function upsampledLine(where: string, x: SymbolicTensor): SymbolicTensor {
  const [, points = null, channels = null] = x.shape;
  if (points === null || channels === null) throw new TypeError(`${where}: points must be given to up-sample a line`);
  const plane = through(layers.reshape({ targetShape: [points, 1, channels] }), x);
  const longer = through(layers.upSampling2d({ size: [2, 1] }), plane);
  return through(layers.reshape({ targetShape: [2 * points, channels] }), longer);
}
