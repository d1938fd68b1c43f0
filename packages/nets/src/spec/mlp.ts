import { checkOptions, integer } from "@hml/guard";
import { checkStack, MAX_WIDTH, STACK_KEYS, type StackSpec } from "./stack-spec.ts";

/** A multilayer perceptron: dense layers from `inputs` numbers to as many as the last layer has units. */
export interface Mlp extends StackSpec {
  /** Tells the nets apart. */
  readonly kind: "mlp";
  /** Numbers in a sample before the net. */
  readonly inputs: number;
}

/**
 * Specification of a multilayer perceptron; what is left out: layers 32, 32, 1 with ReLU after the first two, Glorot
 * weights, no symmetry, no skip, no residual sums.
 *
 * @throws RangeError or TypeError on a value that is not allowed.
 */
export function mlp(options: Pick<Mlp, "inputs"> & Partial<Omit<Mlp, "kind">>): Mlp {
  const where = "mlp";
  checkOptions(where, options, ["inputs", ...STACK_KEYS]);
  const inputs = integer(where, "inputs", options.inputs, 1, MAX_WIDTH);
  return Object.freeze({ kind: where, inputs, ...checkStack(where, options, inputs) });
}
