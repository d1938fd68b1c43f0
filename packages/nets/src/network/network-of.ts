import type { FieldNet } from "../spec/field-net.ts";
import type { GridNet } from "../spec/grid-net.ts";
import type { RowNet } from "../spec/net-spec.ts";
import { stackShape } from "../spec/stack-net.ts";
import { cnnLstmNetwork } from "./cnn-lstm-network.ts";
import { mappedFieldCnn } from "./field-cnn-network.ts";
import { mappedGradientFlow } from "./gradient-flow-network.ts";
import { identity } from "./head.ts";
import { offsetMap } from "./offset-map.ts";
import { mappedRows } from "./map-rows.ts";
import type { Network, NetworkOptions } from "./part.ts";
import { fieldMap, type SampleMap } from "./sample-map.ts";
import { stackNetwork } from "./stack-network.ts";

/** A net that maps one sample to one answer, ready to be trained or evaluated on samples of one shape. */
export interface Mapped {
  /** How samples go into the rows of the network. */
  readonly map: SampleMap;
  /** Samples that it takes at once; `undefined` where a whole batch must go through together. */
  readonly tile: number | undefined;
  /** Builds the network for so many rows. */
  network(options: NetworkOptions): Network;
}

/**
 * Rows of a dense stack that are evaluated at once. 64 rows of 32 values are 16 kB, so a tile stays in the first cache, and
 * with longer tiles a step takes longer.
 */
export const TILE_ROWS = 64;

/** Binds a net to the shape of its samples. `periodic`: whether a field wraps around; as the net says where left out. */
export function mapped(
  where: string,
  spec: FieldNet | GridNet | RowNet,
  extents: readonly number[],
  periodic?: boolean,
): Mapped {
  switch (spec.kind) {
    case "functionalNet":
    case "discretisedNet":
    case "fluxNet":
    case "divergenceNet": {
      const map = fieldMap(where, spec, extents, periodic ?? isPeriodic(spec));
      const tile = Math.max(1, Math.floor(TILE_ROWS / map.rows));
      return { map, tile, network: (options) => stackNetwork(stackShape(spec), options) };
    }
    case "fieldCnn":
      return mappedFieldCnn(where, spec, extents);
    case "cnnLstm": {
      const alone = extents.length === 1 && extents[0] === 1;
      const map = alone
        ? { ...plainMap(where, extents, spec.offsets.length, 1), channels: { inputs: 1, outputs: 1 } }
        : offsetMap(where, spec.offsets, extents, periodic ?? spec.padding === "periodic");
      const tile = Math.max(1, Math.floor(TILE_ROWS / map.rows));
      return { map, tile, network: (options) => cnnLstmNetwork(spec, options) };
    }
    case "gradientFlowNet":
      return mappedGradientFlow(where, spec, extents, periodic);
    case "mlp": {
      const shape = stackShape(spec);
      const map = plainMap(where, extents, shape.inputs, shape.outputs);
      return { map, tile: TILE_ROWS, network: (options) => stackNetwork(shape, options) };
    }
    case "autoencoder":
    case "convolutionalAutoencoder":
    case "variationalAutoencoder":
    case "deepSet":
    case "mixtureDensity":
    case "setAutoencoder":
      return mappedRows(where, spec, extents, TILE_ROWS);
  }
}

/** Whether a net's own padding wraps around. */
export function isPeriodic(spec: FieldNet): boolean {
  return "padding" in spec ? spec.padding === "periodic" : spec.kind === "divergenceNet";
}

/** Samples that stand alone: one row each, read and given in order. */
function plainMap(where: string, extents: readonly number[], inputs: number, outputs: number): SampleMap {
  if (extents.length !== 1 || extents[0] !== 1) {
    throw new RangeError(`${where}: points must be 1 or left out for this net, got ${extents.join(" x ")}`);
  }
  return {
    extents,
    rows: 1,
    inputs,
    outputs,
    networkInputs: inputs,
    networkOutputs: outputs,
    gather: undefined,
    predicted: undefined,
    head: identity(outputs),
  };
}
