import { convolutionWork } from "../spec/field-layer.ts";
import { type FieldCnn, fieldCnnShape } from "../spec/field-cnn.ts";
import { buildNetwork } from "./build-network.ts";
import { fieldLayers, fieldLayersBytes } from "./field-layers.ts";
import { identity } from "./head.ts";
import type { Mapped } from "./network-of.ts";

/**
 * A field CNN on fields of the extents [x, y]: one row of the network is one field, and a batch goes through as a whole,
 * since batch norm takes its statistics over all of it.
 */
export function mappedFieldCnn(where: string, spec: FieldCnn, extents: readonly number[]): Mapped {
  const factor = spec.widths.reduce((product) => 2 * product, 1);
  if (extents.length !== 2) {
    throw new RangeError(`${where}: points must be [x, y] for a fieldCnn, got [${extents.join(", ")}]`);
  }
  for (const [axis, n] of extents.entries()) {
    if (n % factor === 0) continue;
    throw new RangeError(
      `${where}: points[${axis}] must be divisible by ${factor}, got ${n}; the net halves the field ${spec.widths.length} times`,
    );
  }
  const { layers, layout } = fieldCnnShape(spec);
  const points = extents.reduce((a, b) => a * b, 1);
  const [inputs, outputs] = [points * spec.inputs, points * spec.outputs];
  return {
    map: {
      extents,
      rows: 1,
      inputs,
      outputs,
      networkInputs: inputs,
      networkOutputs: outputs,
      gather: undefined,
      predicted: undefined,
      channels: { inputs: spec.inputs, outputs: spec.outputs },
      head: identity(outputs),
      work: convolutionWork(layers, extents),
    },
    tile: undefined,
    network: (options) =>
      buildNetwork(layout, fieldLayersBytes(extents, layers, options), options, (site) =>
        fieldLayers(site, extents, layers),
      ),
  };
}
