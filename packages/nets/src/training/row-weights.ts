import { copyFinite } from "@hml/guard";
import type { LossKind } from "./training-data.ts";

/** Row weights scaled to a mean of 1. */
export function meanOne(where: string, weights: ArrayLike<number> | undefined, rows: number): Float64Array {
  if (weights === undefined) return new Float64Array(rows).fill(1);
  const scaled = copyFinite(where, "weights", weights, rows);
  let sum = 0;
  for (let r = 0; r < rows; r++) {
    if (!(scaled[r]! >= 0)) throw new RangeError(`${where}: weights[${r}] must not be negative, got ${scaled[r]}`);
    sum += scaled[r]!;
  }
  if (!(sum > 0 && sum < Infinity)) {
    throw new RangeError(`${where}: weights must have a positive finite sum, got ${sum}`);
  }
  const factor = rows / sum;
  for (let r = 0; r < rows; r++) scaled[r] = scaled[r]! * factor;
  return scaled;
}

/**
 * Divides each row's weight by what its errors are compared with: the mean square of its targets for the relative loss, their
 * variance for the normalised one; rows of weight zero may have none. For the other losses nothing is divided.
 */
export function overSpread(
  where: string,
  loss: LossKind,
  targets: Float64Array,
  kept: number,
  weights: Float64Array,
): void {
  if (loss !== "relative" && loss !== "normalised") return;
  for (let r = 0; r < weights.length; r++) {
    if (weights[r] === 0) continue;
    const row = targets.subarray(r * kept, (r + 1) * kept);
    const mean = loss === "normalised" ? row.reduce((sum, value) => sum + value, 0) / kept : 0;
    const square = row.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
    const weight = (weights[r]! * kept) / square;
    // What is left of equal targets is the rounding of their mean.
    if (!(square > ROUNDING * kept * mean * mean && weight < Infinity)) {
      const what = loss === "relative" ? "zero throughout" : "all the same";
      throw new RangeError(
        `${where}: targets of row ${r} must not be ${what} with the ${loss} loss; leave the row out`,
      );
    }
    weights[r] = weight;
  }
}

/** Square of some hundred roundings of 2^-53. */
const ROUNDING = 1e-28;
