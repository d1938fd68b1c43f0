import { callable, checkOptions } from "@hml/guard";
import type { RandomSource } from "@hml/integrators";
import { tensor, tidy } from "@tensorflow/tfjs-core";
import { input, type LayersModel, model } from "@tensorflow/tfjs-layers";
import { parametersFrom } from "../files/weights.ts";
import { extentsOf } from "../network/row-layout.ts";
import type { Trained } from "../rollout/trained.ts";
import { drawWeights } from "../spec/init.ts";
import { checkNetSpec, layoutOf, type NetSpec } from "../spec/net-spec.ts";
import { scalingLayer, unscalingLayer } from "./channel-affine.ts";
import { through } from "./dense-chain.ts";
import type { Scaling } from "../training/scaling.ts";
import { writeParameters } from "./layer-weights.ts";
import { sampleModelOf } from "./sample-model-of.ts";

/** How a model is made from a net. */
export interface LayersModelOptions {
  /**
   * Points of the grid along x, (y); where left out, any will do. A divergence net needs them, since its derivative depends
   * on them.
   */
  readonly points?: number | readonly number[];
  /** Draws the starting weights of a net that is a specification, as `train` draws them. */
  readonly random?: RandomSource;
}

/**
 * A net as a LayersModel of tfjs-layers, its layers named as the net's tensors: `layers.0`, `layers.1`, ... The model is the
 * caller's, who disposes of it.
 *
 * Inputs and outputs, the batch first and channels last:
 * - functional net, multilayer perceptron, autoencoder: [batch, feature] to [batch, output];
 * - discretised and flux net: [batch, (y), x, 1] to the same; with valid padding the outputs are fewer, those of the points
 *   where the stencil fits;
 * - divergence net: [batch, (y), x, feature] to [batch, (y), x, 1];
 * - field CNN, convolutional autoencoder: [batch, (y), x, channel] to the same;
 * - CNN-LSTM: the values about one point, [batch, offset, 1], to [batch, 1];
 * - net of sets: [batch, element, number] to [batch, output];
 * - LSTM, GRU, dense propagator: [batch, time, channel and forcing channel] to [batch, time, channel], from rest.
 *
 * A trained net's scaling is part of the model.
 *
 * The outputs are those of `predict` to the rounding of float32: TensorFlow.js keeps weights and values in it, 6e-8 of each,
 * which sums of a few hundred terms carry to some 1e-6 of the largest output.
 *
 * @param net a trained net, whose weights are copied, or a specification, which needs `random`
 * @throws TypeError or RangeError for bad arguments; TfjsError `not-expressible` for nets that tfjs-layers has no layers for
 */
export function toLayersModel(net: Trained | NetSpec, options: LayersModelOptions = {}): LayersModel {
  const where = "toLayersModel";
  checkOptions(where, options, ["points", "random"]);
  const { points, random } = options;
  const trained = "spec" in Object(net) ? (net as Trained) : undefined;
  const spec = checkNetSpec(trained?.spec ?? (net as NetSpec));
  const extents = points === undefined ? undefined : extentsOf(where, "points", points);
  if (trained !== undefined) {
    return modelOf(where, spec, extents, parametersFrom(where, spec, trained.weights()), trained.scaling);
  }
  const parameters = new Float64Array(layoutOf(spec).numbers);
  drawWeights(layoutOf(spec), callable(where, "random", random) as RandomSource, parameters);
  return modelOf(where, spec, extents, parameters);
}

/** The model of a checked net with these parameters. */
export function modelOf(
  where: string,
  spec: NetSpec,
  extents: readonly number[] | undefined,
  parameters: Float64Array,
  scaling?: Scaling,
): LayersModel {
  const { shape, output, fixed } = sampleModelOf(where, spec, extents);
  const inputs = input({ shape: [...shape], name: "input" });
  const scaled = scaling?.inputs === undefined ? inputs : through(scalingLayer(scaling.inputs), inputs);
  const given = output(scaled);
  const outputs = scaling?.targets === undefined ? given : through(unscalingLayer(scaling.targets), given);
  const built = model({ inputs, outputs, name: spec.kind });
  for (const { layer, shape: lengths, values } of fixed) {
    tidy(() => built.getLayer(layer).setWeights([tensor(Float32Array.from(values), [...lengths])]));
  }
  writeParameters(where, built, spec, parameters);
  return built;
}
