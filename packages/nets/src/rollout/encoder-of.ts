import { callable, float64, integer } from "@hml/guard";
import { normal, type RandomSource } from "@hml/integrators";
import { exp } from "@hml/kernels";
import type { ConvolutionalAutoencoder } from "../spec/convolutional-autoencoder.ts";
import { parametersFrom } from "../files/weights.ts";
import { decoderNetwork, encoderNetwork } from "../network/coder-network.ts";
import { samplesIn } from "../network/map-rows.ts";
import { TILE_ROWS } from "../network/network-of.ts";
import type { Network } from "../network/part.ts";
import { type AutoencoderNet, type DenseAutoencoder, isAutoencoder, variationalTermOf } from "../spec/coder-net.ts";
import { scaleValues, unscaleValues } from "../training/scaling.ts";
import type { Trained } from "./trained.ts";

/** What is needed of a trained net to use it. */
export type TrainedAutoencoder<S extends AutoencoderNet> = Pick<
  Trained<S>,
  "spec" | "weights" | "precision" | "scaling"
>;

/** From samples to codes. It owns work arrays, so it is not re-entrant: one per worker. */
export interface Encoder {
  /** Numbers in a code. */
  readonly latentSize: number;
  /**
   * The codes of samples, [sample, number], into `out`, [sample, latentSize], of a variational net their means; allocates
   * nothing. A particle autoencoder takes [sample, particle, coordinate] with `points` particles in a sample, one sample
   * where that is left out; it makes its work arrays anew for another number.
   */
  encode(x: Float64Array, out: Float64Array, points?: number): void;
  /** Codes drawn from their laws, mean + standard deviation times normal numbers; the codes themselves of other nets. */
  sample(x: Float64Array, random: RandomSource, out: Float64Array, points?: number): void;
}

/** From codes back to samples. It owns work arrays, so it is not re-entrant: one per worker. */
export interface Decoder {
  /** Numbers in a code. */
  readonly latentSize: number;
  /** Numbers in a sample. */
  readonly size: number;
  /** The samples of codes, [sample, latentSize], into `out`, [sample, size]; allocates nothing. */
  decode(z: Float64Array, out: Float64Array): void;
}

/**
 * The encoder of a trained autoencoder, with its scaling.
 *
 * @throws TypeError for a net that is none.
 */
export function encoderOf(trained: TrainedAutoencoder<AutoencoderNet>): Encoder {
  const where = "encoderOf";
  const { spec, precision, scaling } = checked(where, trained);
  const parameters = parametersFrom(where, spec, trained.weights());
  const { latentSize } = spec;
  const variational = variationalTermOf(spec) !== undefined;
  const outputs = variational ? 2 * latentSize : latentSize;
  const element = spec.kind === "setAutoencoder" ? spec.size : spec.inputs;
  let bound: { readonly points: number; readonly tile: number; readonly net: Network } | undefined;

  const bind = (points: number): NonNullable<typeof bound> => {
    if (bound?.points === points) return bound;
    const tile = samplesIn(TILE_ROWS, points * element);
    const net = encoderNetwork(spec, points, { rows: tile, engine: "wasm", precision, trainable: false, parameters });
    net.update();
    bound = { points, tile, net };
    return bound;
  };

  const run = (at: string, x: Float64Array, out: Float64Array, points: number | undefined, draw?: () => number) => {
    float64(at, "x", x);
    const many = spec.kind === "setAutoencoder" ? (points ?? Math.max(1, Math.floor(x.length / element))) : 1;
    if (points !== undefined) integer(at, "points", points, 1, spec.kind === "setAutoencoder" ? 134_217_728 : 1);
    const numbers = many * element;
    if (x.length % numbers !== 0) {
      throw new RangeError(`${at}: x must hold whole samples of ${numbers} numbers, got length ${x.length}`);
    }
    const samples = x.length / numbers;
    float64(at, "out", out, samples * latentSize);
    const { tile, net } = bind(many);
    for (let from = 0; from < samples; from += tile) {
      const count = Math.min(tile, samples - from);
      const first = from * numbers;
      if (scaling?.inputs !== undefined) scaleValues(scaling.inputs, x, first, count * numbers, net.input, 0);
      else for (let i = 0; i < count * numbers; i++) net.input[i] = x[first + i]!;
      net.forward(count);
      for (let r = 0; r < count; r++) {
        const code = r * outputs;
        const to = (from + r) * latentSize;
        for (let j = 0; j < latentSize; j++) out[to + j] = net.output[code + j]!;
        if (draw === undefined) continue;
        for (let j = 0; j < latentSize; j++) {
          out[to + j] = out[to + j]! + exp(0.5 * net.output[code + latentSize + j]!) * draw();
        }
      }
    }
  };
  return Object.freeze({
    latentSize,
    encode: (x: Float64Array, out: Float64Array, points?: number) => run("encode", x, out, points),
    sample(x: Float64Array, random: RandomSource, out: Float64Array, points?: number) {
      callable("sample", "random", random);
      run("sample", x, out, points, variational ? normal(random) : undefined);
    },
  });
}

/**
 * The decoder of a trained autoencoder, with its scaling. That of a particle autoencoder is `mixtureOf`.
 *
 * @throws TypeError for a net that is none.
 */
export function decoderOf(trained: TrainedAutoencoder<DenseAutoencoder | ConvolutionalAutoencoder>): Decoder {
  const where = "decoderOf";
  const { spec, precision, scaling } = checked(where, trained);
  if (spec.kind === "setAutoencoder") throw new TypeError(`${where}: net must not be a setAutoencoder; use mixtureOf`);
  const parameters = parametersFrom(where, spec, trained.weights());
  const { latentSize, inputs: size } = spec;
  const net = decoderNetwork(spec, { rows: TILE_ROWS, engine: "wasm", precision, trainable: false, parameters });
  net.update();
  return Object.freeze({
    latentSize,
    size,
    decode(z: Float64Array, out: Float64Array) {
      float64("decode", "z", z);
      if (z.length % latentSize !== 0) {
        throw new RangeError(`decode: z must hold whole codes of ${latentSize} numbers, got length ${z.length}`);
      }
      const samples = z.length / latentSize;
      float64("decode", "out", out, samples * size);
      for (let from = 0; from < samples; from += TILE_ROWS) {
        const count = Math.min(TILE_ROWS, samples - from);
        for (let i = 0; i < count * latentSize; i++) net.input[i] = z[from * latentSize + i]!;
        net.forward(count);
        if (scaling?.targets !== undefined)
          unscaleValues(scaling.targets, net.output, 0, count * size, out, from * size);
        else for (let i = 0; i < count * size; i++) out[from * size + i] = net.output[i]!;
      }
    },
  });
}

function checked<S extends AutoencoderNet>(
  where: string,
  trained: TrainedAutoencoder<S>,
): TrainedAutoencoder<AutoencoderNet> {
  const { kind } = trained.spec;
  if (!isAutoencoder(trained.spec)) throw new TypeError(`${where}: net must be an autoencoder, got a ${kind}`);
  return trained;
}
