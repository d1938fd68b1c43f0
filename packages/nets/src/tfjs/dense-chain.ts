import { layers, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import type { Activation } from "@hml/kernels";
import type { ParameterLayout } from "../spec/parameter-layout.ts";
import type { LayerShape } from "../spec/stack-shape.ts";

/** The output of a layer with one input (or several, for a merge) and one output. */
export function through(layer: layers.Layer, ...inputs: SymbolicTensor[]): SymbolicTensor {
  return layer.apply(inputs.length === 1 ? inputs[0]! : inputs) as SymbolicTensor;
}

/** Names of the activations in TensorFlow.js; its `elu` has alpha = 1, where it is our `celu`. */
export const ACTIVATION_NAMES: Readonly<Record<Activation, Exclude<Activation, "celu"> | "elu">> = {
  linear: "linear",
  relu: "relu",
  tanh: "tanh",
  sigmoid: "sigmoid",
  softplus: "softplus",
  selu: "selu",
  celu: "elu",
};

/** Names the layer whose tensor begins at `at`: `layers.0` for `layers.0.weight`. */
export function layerNames({ tensors }: ParameterLayout): (at: number) => string {
  return (at) => {
    const { name } = tensors.find((place) => place.at === at)!;
    return name.slice(0, name.lastIndexOf("."));
  };
}

/** Dense layers one above the other, on the last axis. */
export function denseLayers(
  x: SymbolicTensor,
  chain: readonly LayerShape[],
  nameAt: (at: number) => string,
): SymbolicTensor {
  return chain.reduce((z, { units, activation, residual, weightAt, biasAt }) => {
    const options = {
      name: nameAt(weightAt),
      units,
      useBias: biasAt !== undefined,
      kernelInitializer: "zeros",
    } as const;
    const name = ACTIVATION_NAMES[activation];
    if (!residual) return through(layers.dense({ ...options, activation: name }), z);
    const sums = through(layers.add(), through(layers.dense(options), z), z);
    return activation === "linear" ? sums : through(layers.activation({ activation: name }), sums);
  }, x);
}
