import { lengthOf } from "@hml/guard";

/** The common length of a prediction and its reference; both must hold at least one value. */
export function pairedLength(where: string, prediction: ArrayLike<number>, reference: ArrayLike<number>): number {
  const n = lengthOf(where, "reference", reference);
  if (n === 0) throw new RangeError(`${where}: reference must hold at least one value, got none`);
  return lengthOf(where, "prediction", prediction, n);
}
