import { show } from "@hml/guard";
import type { AutoencoderNet } from "../spec/coder-net.ts";
import { convolutionalCoderShape } from "../spec/convolutional-autoencoder.ts";
import { type DeepSet, deepSetShape } from "../spec/deep-set.ts";
import { type MixtureDensity, mixtureShape, rawSize } from "../spec/mixture-density.ts";
import { setAutoencoderShape } from "../spec/set-autoencoder.ts";
import type { LayerShape } from "../spec/stack-shape.ts";
import { buildNetwork } from "./build-network.ts";
import { coderNetwork } from "./coder-network.ts";
import { convolutionalWork } from "./convolutional-coder.ts";
import { denseChain, denseChainBytes } from "./dense-chain.ts";
import { identity } from "./head.ts";
import type { Mapped } from "./network-of.ts";
import type { SampleMap } from "./sample-map.ts";
import { setEncoder, setEncoderBytes } from "./set-encoder.ts";

/** Most numbers that the particles of the samples of one tile take. */
const TILE_NUMBERS = 1 << 20;

/** Binds a net of the dense families to `points` particles, or values, of a sample. */
export function mappedRows(
  where: string,
  spec: AutoencoderNet | DeepSet | MixtureDensity,
  extents: readonly number[],
  tileRows: number,
): Mapped {
  if (extents.length !== 1) {
    throw new RangeError(`${where}: points must be a number for this net, got ${show(extents)}`);
  }
  const points = extents[0]!;
  switch (spec.kind) {
    case "autoencoder":
    case "variationalAutoencoder": {
      if (points !== 1) throw new RangeError(`${where}: points must be 1 or left out for this net, got ${points}`);
      const map = rowMap(1, spec.inputs, spec.inputs, spec.inputs, spec.inputs);
      return { map, tile: tileRows, network: (options) => coderNetwork(spec, 1, options) };
    }
    case "convolutionalAutoencoder": {
      if (points !== 1) throw new RangeError(`${where}: points must be left out for this net, got ${points}`);
      const channels = spec.inputs / convolutionalCoderShape(spec).fine.reduce((a, b) => a * b, 1);
      const map = rowMap(1, spec.inputs, spec.inputs, channels, channels);
      return {
        map: { ...map, work: convolutionalWork(spec) },
        tile: tileRows,
        network: (options) => coderNetwork(spec, 1, options),
      };
    }
    case "mixtureDensity": {
      const { layers, layout } = mixtureShape(spec);
      const map = rowMap(points, spec.inputs, rawSize(spec), spec.inputs, spec.size);
      return {
        map,
        tile: tileRows,
        network: (options) =>
          buildNetwork(layout, denseChainBytes(layers, options), options, (site) => denseChain(site, layers)),
      };
    }
    case "deepSet": {
      const shape = deepSetShape(spec);
      const outputs = shape.pooled.at(-1)!.units;
      const map = rowMap(points, points * spec.size, outputs, spec.size, outputs);
      return {
        map: { ...map, work: points * weightsIn(shape.element) + shape.layout.parameters },
        tile: samplesIn(tileRows, map.inputs),
        network: (options) =>
          buildNetwork(shape.layout, setEncoderBytes(shape, points, options), options, (site) =>
            setEncoder(site, shape, points),
          ),
      };
    }
    case "setAutoencoder": {
      const { encoder, layout } = setAutoencoderShape(spec);
      const map = rowMap(points, points * spec.size, rawSize(spec), spec.size, spec.size);
      return {
        map: { ...map, work: points * weightsIn(encoder.element) + layout.parameters },
        tile: samplesIn(tileRows, map.inputs),
        network: (options) => coderNetwork(spec, points, options),
      };
    }
  }
}

/** A map of samples that are one row of the network each; `before` and `after` count what is scaled apart. */
function rowMap(points: number, inputs: number, outputs: number, before: number, after: number): SampleMap {
  return {
    extents: [points],
    rows: 1,
    inputs,
    outputs,
    networkInputs: inputs,
    networkOutputs: outputs,
    gather: undefined,
    predicted: undefined,
    channels: { inputs: before, outputs: after },
    head: identity(outputs),
  };
}

/** Samples of so many numbers that go into a tile. */
export function samplesIn(most: number, numbers: number): number {
  return Math.max(1, Math.min(most, Math.floor(TILE_NUMBERS / numbers)));
}

function weightsIn(layers: readonly LayerShape[]): number {
  return layers.reduce((sum, { inputs, units }) => sum + inputs * units, 0);
}
