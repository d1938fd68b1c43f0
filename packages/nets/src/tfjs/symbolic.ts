import { type layers, type SymbolicTensor } from "@tensorflow/tfjs-layers";
import type { Activation } from "@hml/kernels";

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
