import { type DenseLayer, denseLayer, denseLayerBytes, type DenseLayerOptions, type Precision } from "@hml/kernels";
import type { LayerShape } from "../spec/stack-shape.ts";
import { arrayBytes, arrayOf, type FloatArray, type NetworkOptions, type Part, type Site } from "./part.ts";

/** What a chain is wired to. */
export interface ChainWiring {
  /** Taken as the input, such as the output of a part below. */
  readonly input?: FloatArray;
  /** Taken as the input's gradient, such as the output gradient of a part below; without it none is computed. */
  readonly inputGradient?: FloatArray | undefined;
}

/** Dense layers one above the other. */
export function denseChain(site: Site, layers: readonly LayerShape[], wiring: ChainWiring = {}): Part {
  const { engine, precision, rows, trainable, parameters, gradient } = site;
  const { input = arrayOf(engine, precision, rows * layers[0]!.inputs), inputGradient } = wiring;
  const updates: (() => void)[] = [];
  const bind = (place: LayerShape, below: DenseLayer<Precision> | undefined): DenseLayer<Precision> => {
    const weightEnd = place.weightAt + place.inputs * place.units;
    const biased = place.biasAt !== undefined;
    const biasAt = place.biasAt ?? 0;
    const layerInput = below?.output ?? input;
    const layerGradient = below === undefined ? inputGradient : below.outputGradient;
    const layer = denseLayer(engine, {
      ...sizesOf(place, layerGradient !== undefined, site),
      input: layerInput,
      ...(layerGradient === undefined ? {} : { inputGradient: layerGradient }),
      ...(trainable ? { weightGradient: gradient.subarray(place.weightAt, weightEnd) } : {}),
      ...(trainable && biased ? { biasGradient: gradient.subarray(biasAt, biasAt + place.units) } : {}),
    });
    const weights = parameters.subarray(place.weightAt, weightEnd);
    const bias = biased ? parameters.subarray(biasAt, biasAt + place.units) : undefined;
    updates.push(() => layer.setParameters(weights, bias));
    return layer;
  };
  const chain: DenseLayer<Precision>[] = [];
  for (const place of layers) chain.push(bind(place, chain.at(-1)));
  const last = chain.at(-1)!;
  return {
    input,
    inputGradient,
    output: last.output,
    outputGradient: last.outputGradient ?? arrayOf(engine, precision, 0),
    update() {
      for (const take of updates) take();
    },
    forward(count) {
      for (const layer of chain) layer.forward(count);
    },
    backward(count) {
      for (let l = chain.length - 1; l >= 0; l--) chain[l]!.backward(count);
    },
  };
}

/** What a chain takes of an engine; `given` says whether its input is, and whether it passes a gradient down. */
export function denseChainBytes(
  layers: readonly LayerShape[],
  options: Pick<NetworkOptions, "rows" | "precision" | "trainable">,
  given: { readonly input: boolean; readonly inputGradient: boolean } = { input: false, inputGradient: false },
): number {
  let bytes = given.input ? 0 : arrayBytes(options.precision, options.rows * layers[0]!.inputs);
  layers.forEach((place, l) => {
    bytes += denseLayerBytes(sizesOf(place, l > 0 || given.inputGradient, options), GIVEN);
  });
  return bytes;
}

/** What a chain gives to each of its layers. */
const GIVEN = ["input", "inputGradient", "weightGradient", "biasGradient"] as const;

/** Sizes of a layer; `deep` where it passes a gradient down. */
function sizesOf(
  place: LayerShape,
  deep: boolean,
  { rows, precision, trainable }: Pick<NetworkOptions, "rows" | "precision" | "trainable">,
): DenseLayerOptions<Precision> {
  const { inputs, units, activation, residual, biasAt } = place;
  const gradient = !trainable ? "none" : deep ? "all" : "parameters";
  return { rows, inputs, units, activation, residual, bias: biasAt !== undefined, precision, gradient };
}
