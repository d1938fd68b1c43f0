import { oneOf } from "@hml/guard";

/** Float64 unless told otherwise; float32 halves memory and doubles the lanes of a vector. */
export type Precision = "float64" | "float32";

/** The array that holds numbers of a precision. */
export interface FloatArrays {
  /** Eight bytes a number. */
  readonly float64: Float64Array;
  /** Four bytes a number. */
  readonly float32: Float32Array;
}

/** An array of either precision. */
export type FloatArray = Float64Array | Float32Array;

/** Checks the name of a precision. */
export function checkPrecision(where: string, value: unknown): Precision {
  return oneOf(where, "precision", value, ["float64", "float32"]);
}
