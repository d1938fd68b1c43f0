import type { SymbolicTensor } from "@tensorflow/tfjs-layers";

/** Weights of a layer that are no parameters of the net and stay what they are. */
export interface FixedWeights {
  /** Name of the layer. */
  readonly layer: string;
  /** Lengths of the axes. */
  readonly shape: readonly number[];
  /** Values, row-major. */
  readonly values: ArrayLike<number>;
}

/** The layers of a net: from one input without its batch axis to one output. */
export interface SampleModel {
  /** Lengths of the input's axes, null where any will do. */
  readonly shape: readonly (number | null)[];
  /** Chains the layers. */
  readonly output: (input: SymbolicTensor) => SymbolicTensor;
  /** Weights to be set once. */
  readonly fixed: readonly FixedWeights[];
}
