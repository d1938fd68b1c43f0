import { layers, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import type { FieldLayerShape } from "../spec/field-layer.ts";
import type { ParameterLayout } from "../spec/parameter-layout.ts";
import { ACTIVATION_NAMES, layerNames, through } from "./dense-chain.ts";
import { PeriodicPadding } from "./periodic-padding.ts";

import { TfjsError } from "./tfjs-error.ts";

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
        if (dimension === 1) {
          throw new TfjsError(
            "not-expressible",
            `${where}: up-sampling on a line is not expressible; tfjs-layers has no layer for it`,
          );
        }
        return through(layers.upSampling2d({ size: [2, 2] }), x);
    }
  }, field);
}
