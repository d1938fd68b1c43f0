import { copyFinite, FormatError, lengthOf, show } from "@hml/guard";
import { layoutOf, type NetSpec } from "../spec/net-spec.ts";

/** An array of numbers with its shape; the array type is the number type (float64 for Float64Array, and so on). */
export interface Tensor {
  /** Lengths of the axes, outermost first; empty for a single number. */
  readonly shape: readonly number[];
  /** Values, row-major. */
  readonly data: TensorData;
}

/** Arrays that a tensor may hold. */
export type TensorData =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/**
 * Named tensors; those of a dense stack are `layers.<l>.weight` [units, inputs] and `layers.<l>.bias` [units], as
 * PyTorch's, and `skip.weight` [outputs, inputs] of a net with a linear skip.
 */
export type Weights = ReadonlyMap<string, Tensor>;

/** The parameters of a net as named tensors, copied. */
export function weightsOf(spec: NetSpec, parameters: Float64Array): Weights {
  const weights = new Map<string, Tensor>();
  for (const { name, shape, at, length } of layoutOf(spec).tensors) {
    weights.set(name, { shape, data: parameters.slice(at, at + length) });
  }
  return weights;
}

/**
 * The flat parameters of a net from named tensors, which may be of any number type.
 *
 * @throws RangeError that lists missing, unexpected and wrongly shaped tensors; FormatError `nonfinite` for a value that
 * is not finite.
 */
export function parametersFrom(where: string, spec: NetSpec, weights: Weights): Float64Array {
  const { tensors: expected, numbers } = layoutOf(spec);
  const names = new Set(expected.map(({ name }) => name));
  const problems = [
    list(
      "missing",
      expected.filter(({ name }) => !weights.has(name)).map(({ name }) => name),
    ),
    list(
      "unexpected",
      [...weights.keys()].filter((name) => !names.has(name)).map((name) => show(name).slice(1, -1)),
    ),
  ];
  for (const { name, shape } of expected) {
    const got = weights.get(name)?.shape;
    if (got !== undefined && !(got.length === shape.length && got.every((n, axis) => n === shape[axis]))) {
      problems.push(`${name} must have shape [${shape.join(", ")}], got [${got.slice(0, 8).join(", ")}]`);
    }
  }
  const problem = problems.filter((text) => text !== "").join("; ");
  if (problem !== "") throw new RangeError(`${where}: weights must be those of a ${spec.kind}: ${problem}`);

  const parameters = new Float64Array(numbers);
  for (const { name, at, length } of expected) {
    const { data } = weights.get(name)!;
    lengthOf(where, name, data, length);
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new FormatError("nonfinite", `${where}: ${name}[${bad}] must be finite, got ${data[bad]}`);
    parameters.set(copyFinite(where, name, data), at);
  }
  return parameters;
}

function list(label: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const more = names.length > 8 ? ` and ${names.length - 8} more` : "";
  return `${label} ${names.slice(0, 8).join(", ")}${more}`;
}
