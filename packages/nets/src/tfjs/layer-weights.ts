import { show } from "@hml/guard";
import { tensor, tidy } from "@tensorflow/tfjs-core";
import type { LayersModel, LayerVariable } from "@tensorflow/tfjs-layers";
import { parametersFrom, type Weights, weightsOf } from "../files/weights.ts";
import { checkNetSpec, layoutOf, type NetSpec } from "../spec/net-spec.ts";
import { linksOf } from "./weight-links.ts";

/**
 * Sets the weights of a model that `toLayersModel` made from a net, or of one with layers of the same names and sizes, from
 * named tensors. TensorFlow.js keeps them in float32, so each is rounded to a relative 6e-8.
 *
 * @throws RangeError when the model or the tensors are not those of the net; FormatError `nonfinite` for a value that is
 * not finite
 */
export function weightsToLayers(model: LayersModel, spec: NetSpec, weights: Weights): void {
  const where = "weightsToLayers";
  const net = checkNetSpec(spec);
  writeParameters(where, model, net, parametersFrom(where, net, weights));
}

/**
 * The weights of such a model as the named tensors of the net, in Float64Arrays that hold float32 values. They can be
 * saved, or given to `train` as `start`.
 *
 * @throws RangeError when the model is not one of the net
 */
export function weightsFromLayers(model: LayersModel, spec: NetSpec): Weights {
  const net = checkNetSpec(spec);
  return weightsOf(net, readParameters("weightsFromLayers", model, net));
}

/** Writes flat parameters into the layers. */
export function writeParameters(where: string, model: LayersModel, spec: NetSpec, parameters: Float64Array): void {
  for (const { layer, index, places, added } of linksOf(spec)) {
    const variable = variableOf(where, model, layer, index, places.length);
    const values = Float32Array.from(places, (place, i) => parameters[place]! + (added ? parameters[added[i]!]! : 0));
    tidy(() => {
      variable.write(tensor(values, variable.shape as number[]));
    });
  }
}

/** Reads flat parameters back; a value that is not finite is given as it is. */
export function readParameters(where: string, model: LayersModel, spec: NetSpec): Float64Array {
  const parameters = new Float64Array(layoutOf(spec).numbers);
  for (const { layer, index, places } of linksOf(spec)) {
    put(parameters, places, variableOf(where, model, layer, index, places.length).read().dataSync<"float32">());
  }
  return parameters;
}

/** The same without waiting for a graphics card. */
export async function fetchParameters(where: string, model: LayersModel, spec: NetSpec): Promise<Float64Array> {
  const parameters = new Float64Array(layoutOf(spec).numbers);
  await Promise.all(
    linksOf(spec).map(async ({ layer, index, places }) => {
      put(parameters, places, await variableOf(where, model, layer, index, places.length).read().data<"float32">());
    }),
  );
  return parameters;
}

function put(parameters: Float64Array, places: Int32Array, values: Float32Array): void {
  for (let i = 0; i < places.length; i++) parameters[places[i]!] = values[i]!;
}

/** Weight `index` of a layer, which must hold so many numbers. */
function variableOf(where: string, model: LayersModel, name: string, index: number, size: number): LayerVariable {
  const variable = model.layers.find((layer) => layer.name === name)?.weights[index];
  const held = variable?.shape.reduce<number>((product, n) => product * (n ?? 0), 1);
  if (variable === undefined || held !== size) {
    const got = variable === undefined ? "none" : `${held}`;
    throw new RangeError(
      `${where}: model must hold ${size} numbers as weight ${index} of layer ${show(name)}, got ${got}`,
    );
  }
  return variable;
}
