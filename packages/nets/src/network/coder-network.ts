import { type AutoencoderNet, coderShape, variationalTermOf } from "../spec/coder-net.ts";
import type { SetShape } from "../spec/deep-set.ts";
import type { LayerShape } from "../spec/stack-shape.ts";
import { buildNetwork } from "./build-network.ts";
import { codeGradient, codeGradientBytes, convolutionalCoder } from "./convolutional-coder.ts";
import { denseChain, denseChainBytes } from "./dense-chain.ts";
import { gaussianCode, gaussianCodeBytes } from "./gaussian-code.ts";
import type { Network, NetworkOptions, Part, Site } from "./part.ts";
import { series } from "./series.ts";
import { setEncoder, setEncoderBytes } from "./set-encoder.ts";

/** Layers on whole samples, or on the elements of sets. */
type Layers = readonly LayerShape[] | SetShape;

function encoderPart(site: Site, layers: Layers, points: number): Part {
  return "element" in layers ? setEncoder(site, layers, points) : denseChain(site, layers);
}

function encoderBytes(layers: Layers, points: number, options: NetworkOptions): number {
  return "element" in layers ? setEncoderBytes(layers, points, options) : denseChainBytes(layers, options);
}

/** An autoencoder on an engine: encoder, code, decoder. `points` is the number of particles of a sample. */
export function coderNetwork(spec: AutoencoderNet, points: number, options: NetworkOptions): Network {
  if (spec.kind === "convolutionalAutoencoder") return convolutionalCoder(spec, "both", options);
  const { encoder, decoder, layout } = coderShape(spec);
  const term = variationalTermOf(spec);
  const { latentSize } = spec;
  const wired = { input: true, inputGradient: options.trainable };
  const bytes =
    encoderBytes(encoder, points, options) +
    (term === undefined ? 0 : gaussianCodeBytes(latentSize, options)) +
    denseChainBytes(decoder, options, wired);
  return buildNetwork(layout, bytes, options, (site) => {
    const below = encoderPart(site, encoder, points);
    const given = (part: Part) => ({
      input: part.output,
      inputGradient: site.trainable ? part.outputGradient : undefined,
    });
    if (term === undefined) return series([below, denseChain(site, decoder, given(below))]);
    const wiring = { input: below.output, inputGradient: below.outputGradient };
    const code = gaussianCode(site, latentSize, term, wiring);
    return series([below, code, denseChain(site, decoder, given(code))]);
  });
}

/** The encoder alone: its outputs are the codes or, of a variational net, [mean or log variance, number]. */
export function encoderNetwork(spec: AutoencoderNet, points: number, options: NetworkOptions): Network {
  if (spec.kind === "convolutionalAutoencoder") return convolutionalCoder(spec, "encoder", options);
  const { encoder, layout } = coderShape(spec);
  const bytes = encoderBytes(encoder, points, options);
  return buildNetwork(layout, bytes, options, (site) => encoderPart(site, encoder, points));
}

/** The decoder alone; a trainable one gives the gradient of the codes. */
export function decoderNetwork(spec: AutoencoderNet, options: NetworkOptions): Network {
  if (spec.kind === "convolutionalAutoencoder") return convolutionalCoder(spec, "decoder", options);
  const { decoder, layout } = coderShape(spec);
  const wired = { input: false, inputGradient: options.trainable };
  const bytes = denseChainBytes(decoder, options, wired) + codeGradientBytes(spec.latentSize, options);
  return buildNetwork(layout, bytes, options, (site) => {
    return denseChain(site, decoder, { inputGradient: codeGradient(site, spec.latentSize) });
  });
}
