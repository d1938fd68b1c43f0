import type { Activation } from "./activation.ts";
import type { NetSpec } from "./net-spec.ts";

/** Where one dense layer keeps its weights [units, inputs] and biases [units] in the flat parameter array. */
export interface LayerShape {
  readonly inputs: number;
  readonly units: number;
  readonly activation: Activation;
  readonly weightAt: number;
  readonly biasAt: number | undefined;
}

/** The dense stack under a net: gathered inputs, layers, and their places in one flat parameter array. */
export interface StackShape {
  readonly inputs: number;
  readonly outputs: number;
  readonly layers: readonly LayerShape[];
  readonly parameters: number;
}

/** The dense stack of a checked net specification. */
export function stackShape(spec: NetSpec): StackShape {
  const inputs = spec.kind === "functionalNet" ? spec.features.length : spec.stencil;
  const layers: LayerShape[] = [];
  let width = inputs;
  let parameters = 0;
  for (const { units, activation, bias } of spec.layers) {
    const weightAt = parameters;
    parameters += width * units;
    const biasAt = bias === false ? undefined : parameters;
    if (biasAt !== undefined) parameters += units;
    layers.push({ inputs: width, units, activation, weightAt, biasAt });
    width = units;
  }
  return { inputs, outputs: width, layers, parameters };
}

/**
 * Number of trainable values of a net: the sum over its layers of inputs * units weights and, where it has them, units
 * biases. The discretised net of the paper's code (three points, 32, 32, 1) has 1,217.
 */
export function parameterCount(spec: NetSpec): number {
  return stackShape(spec).parameters;
}
