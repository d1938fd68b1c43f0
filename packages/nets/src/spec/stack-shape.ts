import type { Activation } from "@hml/kernels";
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
  /** Where the linear skip keeps its weights [outputs, inputs], behind the layers. */
  readonly skipAt: number | undefined;
  /** Whether the stack is made odd. */
  readonly odd: boolean;
  readonly parameters: number;
}

/** The dense stack of a checked net specification. */
export function stackShape(spec: NetSpec): StackShape {
  const inputs = "features" in spec ? spec.features.length : widthsOf(spec.stencil).reduce((a, b) => a * b, 1);
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
  const skipAt = spec.skip ? parameters : undefined;
  if (spec.skip) parameters += width * inputs;
  return { inputs, outputs: width, layers, skipAt, odd: spec.odd, parameters };
}

/** Stencil widths, one an axis. */
export function widthsOf(stencil: number | readonly number[]): readonly number[] {
  return typeof stencil === "number" ? [stencil] : stencil;
}

/**
 * Number of trainable values of a net: the sum over its layers of inputs * units weights and, where it has them, units
 * biases; outputs * inputs more for a linear skip. The discretised net of the paper's code (three points, 32, 32, 1) has
 * 1,217.
 */
export function parameterCount(spec: NetSpec): number {
  return stackShape(spec).parameters;
}
