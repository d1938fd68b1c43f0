import type { Activation } from "@hml/kernels";
import { type LayoutBuilder, layoutBuilder, type ParameterLayout } from "./parameter-layout.ts";
import type { DenseLayer, Init, StackSpec } from "./stack-spec.ts";

/** Where one dense layer keeps its weights [units, inputs] and biases [units] in the flat parameter array. */
export interface LayerShape {
  readonly inputs: number;
  readonly units: number;
  readonly activation: Activation;
  /** Whether the input is added to the sums. */
  readonly residual: boolean;
  readonly weightAt: number;
  readonly biasAt: number | undefined;
}

/** The dense stack under a net: inputs, layers, and their places in one flat parameter array. */
export interface StackShape {
  readonly inputs: number;
  readonly outputs: number;
  readonly layers: readonly LayerShape[];
  /** Where the linear skip keeps its weights [outputs, inputs], behind the layers. */
  readonly skipAt: number | undefined;
  /** Whether the stack is made odd. */
  readonly odd: boolean;
  /** Where the outputs are made positive and multiplied by a difference of inputs: which ones, [left, right]. */
  readonly difference?: readonly [left: number, right: number];
  readonly layout: ParameterLayout;
}

/** Lays out dense layers one above the other, their tensors named `<prefix>layers.<l>.weight` and `.bias`. */
export function chainShape(
  build: LayoutBuilder,
  prefix: string,
  inputs: number,
  layers: readonly DenseLayer[],
  init: Init,
  residual = false,
): LayerShape[] {
  let width = inputs;
  return layers.map(({ units, activation, bias }, l) => {
    const below = width;
    width = units;
    const spread = Math.sqrt(6 / (init === "he" ? below : below + units));
    const weightAt = build.tensor(`${prefix}layers.${l}.weight`, [units, below], spread);
    const biasAt = bias === false ? undefined : build.tensor(`${prefix}layers.${l}.bias`, [units], 0);
    return { inputs: below, units, activation, residual: residual && below === units, weightAt, biasAt };
  });
}

/** The dense stack of a specification with so many inputs. */
export function stackShapeOf(spec: StackSpec, inputs: number): StackShape {
  const build = layoutBuilder();
  const layers = chainShape(build, "", inputs, spec.layers, spec.init, spec.residual);
  const outputs = layers.at(-1)!.units;
  const skipAt = spec.skip ? build.tensor("skip.weight", [outputs, inputs], 0) : undefined;
  return { inputs, outputs, layers, skipAt, odd: spec.odd, layout: build.layout() };
}
