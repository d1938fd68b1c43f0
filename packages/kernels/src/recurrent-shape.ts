import { checkOptions, integer, oneOf } from "@hml/guard";
import { LARGEST, packedLength } from "./gemm.ts";
import { checkPrecision, type Precision } from "./precision.ts";
import type { RecurrentShape } from "./recurrent-code.ts";
import type { RecurrentLayerOptions } from "./recurrent-layer.ts";

/** What decides how much memory a recurrent layer takes. */
export interface RecurrentLayerSizes
  extends Pick<RecurrentLayerOptions<Precision>, "rows" | "inputs" | "units" | "steps" | "precision" | "gradient"> {
  /** Where the reset of a GRU acts, `after` (default) or `before` the product with the state; an LSTM has none. */
  readonly reset?: "after" | "before";
}

/** Arrays that a recurrent layer may share with others. */
export type RecurrentLayerShared = "input" | "inputGradient" | "parameterGradient";

/** Names of the sizes of a kind of layer, for checks. */
export const SIZE_KEYS: Readonly<Record<RecurrentShape["kind"], readonly (keyof RecurrentLayerSizes)[]>> = {
  gru: ["rows", "inputs", "units", "reset", "steps", "precision", "gradient"],
  lstm: ["rows", "inputs", "units", "steps", "precision", "gradient"],
};

const SHARED: readonly RecurrentLayerShared[] = ["input", "inputGradient", "parameterGradient"];

/** The sizes, checked, with nothing left to default. */
export function shapeOf(
  where: string,
  kind: RecurrentShape["kind"],
  options: RecurrentLayerSizes,
): RecurrentShape & { readonly gradient: "none" | "parameters" | "all" } {
  const { rows, inputs, units, steps = 1, gradient = "none", reset = "after" } = options;
  for (const [name, value] of Object.entries({ rows, inputs, units, steps })) integer(where, name, value, 1, LARGEST);
  oneOf(where, "reset", reset, ["after", "before"]);
  oneOf(where, "gradient", gradient, ["none", "parameters", "all"]);
  const precision = checkPrecision(where, options.precision ?? "float64");
  return { kind, reset, rows, inputs, units, steps, precision, gradient };
}

/** Numbers in the arrays of a layer. */
export interface RecurrentLengths {
  readonly inputWeights: number;
  readonly stateWeights: number;
  readonly bias: number;
  readonly input: number;
  readonly state: number;
  readonly output: number;
  readonly states: number;
  readonly gates: number;
  readonly part: number;
}

/** Numbers in the arrays of a layer. */
export function lengthsOf({ kind, rows, inputs, units, steps }: RecurrentShape): RecurrentLengths {
  const width = (kind === "gru" ? 3 : 4) * units;
  return {
    inputWeights: width * inputs,
    stateWeights: width * units,
    bias: width,
    input: steps * rows * inputs,
    state: rows * units,
    output: steps * rows * units,
    states: (steps + 1) * rows * units,
    gates: steps * rows * width,
    part: rows * width,
  };
}

/**
 * Bytes of an engine that `gruLayer` or `lstmLayer` takes with these options when the arrays in `shared` are given to it; a
 * plain engine needs less. An engine of the sum over its layers, and of its other arrays, each rounded up to 16 bytes, is
 * filled.
 *
 * @throws TypeError, RangeError for bad options.
 */
export function recurrentLayerBytes(
  kind: "gru" | "lstm",
  options: RecurrentLayerSizes,
  shared: readonly RecurrentLayerShared[] = [],
): number {
  const where = "recurrentLayerBytes";
  oneOf(where, "kind", kind, ["gru", "lstm"]);
  checkOptions(where, options, SIZE_KEYS[kind]);
  const shape = shapeOf(where, kind, options);
  for (const name of shared) oneOf(where, "shared", name, SHARED);
  const { reset, inputs, units, precision, gradient } = shape;
  const of = lengthsOf(shape);
  const parameters = [of.inputWeights, of.stateWeights, of.bias, of.bias];
  const lstm = kind === "lstm";
  const lengths = [...parameters, of.states, ...(lstm ? [of.states] : []), of.gates, of.part];
  lengths.push(packedLength(precision, of.bias, inputs));
  // The gates whose state is not the same are packed apart.
  const packs = reset === "before" ? [2 * units, units] : [of.bias];
  for (const columns of packs) lengths.push(packedLength(precision, columns, units));
  if (!shared.includes("input")) lengths.push(of.input);
  if (gradient !== "none") {
    if (!shared.includes("parameterGradient")) lengths.push(...parameters);
    // What is kept aside, the gradient of the outputs and those of the state.
    lengths.push(of.output, of.output, of.state, ...(lstm ? [of.state, of.state] : []));
    lengths.push(packedLength(precision, units, of.bias));
  }
  if (gradient === "all") {
    if (!shared.includes("inputGradient")) lengths.push(of.input);
    lengths.push(packedLength(precision, inputs, of.bias));
  }
  const size = precision === "float64" ? 8 : 4;
  return lengths.reduce((sum, length) => sum + 16 * Math.ceil((length * size) / 16), 0);
}
