import {
  type ConvolutionalAutoencoder,
  type ConvolutionalCoderShape,
  convolutionalCoderShape,
} from "../spec/convolutional-autoencoder.ts";
import { convolutionWork } from "../spec/field-layer.ts";
import { buildNetwork } from "./build-network.ts";
import { denseChain, denseChainBytes } from "./dense-chain.ts";
import { fieldLayers, fieldLayersBytes } from "./field-layers.ts";
import {
  arrayBytes,
  arrayOf,
  type FloatArray,
  type Network,
  type NetworkOptions,
  type Part,
  type Site,
} from "./part.ts";
import { series } from "./series.ts";

type Sizes = Pick<NetworkOptions, "rows" | "precision" | "trainable">;

/** What a part gives to the one above it. */
const above = (part: Part, site: Site) => ({
  input: part.output,
  inputGradient: site.trainable ? part.outputGradient : undefined,
});

/** What of a convolutional autoencoder a network has. */
type CoderHalf = "encoder" | "decoder" | "both";

/** A convolutional autoencoder on an engine, or half of it; a row is a field, or a code. */
export function convolutionalCoder(spec: ConvolutionalAutoencoder, half: CoderHalf, options: NetworkOptions): Network {
  const shape = convolutionalCoderShape(spec);
  const bytes =
    (half === "decoder" ? 0 : encoderBytes(shape, options)) +
    (half === "encoder" ? 0 : decoderBytes(shape, options, half === "both")) +
    (half === "decoder" ? codeGradientBytes(spec.latentSize, options) : 0);
  return buildNetwork(shape.layout, bytes, options, (site) => {
    if (half === "decoder") {
      return series(decoderParts(site, shape, { inputGradient: codeGradient(site, spec.latentSize) }));
    }
    const [fields, code] = encoderParts(site, shape);
    if (half === "encoder") return series([fields, code]);
    return series([fields, code, ...decoderParts(site, shape, above(code, site))]);
  });
}

function encoderParts(site: Site, { fine, encoder }: ConvolutionalCoderShape): [Part, Part] {
  const fields = fieldLayers(site, fine, encoder.fields);
  return [fields, denseChain(site, encoder.dense, above(fields, site))];
}

function decoderParts(
  site: Site,
  { coarse, decoder }: ConvolutionalCoderShape,
  wiring: Parameters<typeof denseChain>[2],
): [Part, Part] {
  const dense = denseChain(site, decoder.dense, wiring);
  return [dense, fieldLayers(site, coarse, decoder.fields, above(dense, site))];
}

function encoderBytes({ fine, encoder }: ConvolutionalCoderShape, options: Sizes): number {
  const wired = { input: true, inputGradient: options.trainable };
  return fieldLayersBytes(fine, encoder.fields, options) + denseChainBytes(encoder.dense, options, wired);
}

function decoderBytes({ coarse, decoder }: ConvolutionalCoderShape, options: Sizes, wired: boolean): number {
  const given = { input: true, inputGradient: options.trainable };
  const below = wired ? given : { input: false, inputGradient: options.trainable };
  return denseChainBytes(decoder.dense, options, below) + fieldLayersBytes(coarse, decoder.fields, options, given);
}

/** Where a decoder that stands alone leaves dL/d(codes); undefined when nothing is trained. */
export function codeGradient({ engine, precision, rows, trainable }: Site, latentSize: number): FloatArray | undefined {
  return trainable ? arrayOf(engine, precision, rows * latentSize) : undefined;
}

/** What this takes of an engine. */
export function codeGradientBytes(latentSize: number, { rows, precision, trainable }: Sizes): number {
  return trainable ? arrayBytes(precision, rows * latentSize) : 0;
}

/** Multiply-adds of a sample. */
export function convolutionalWork(spec: ConvolutionalAutoencoder): number {
  const { fine, coarse, encoder, decoder } = convolutionalCoderShape(spec);
  const dense = [...encoder.dense, ...decoder.dense].reduce((sum, { inputs, units }) => sum + inputs * units, 0);
  return convolutionWork(encoder.fields, fine) + dense + convolutionWork(decoder.fields, coarse);
}
