import { copyFinite } from "@hml/guard";
import { centred } from "../correlation.ts";
import { type BoxOptions, shellsOf, squaredTransform } from "./shells.ts";

/** What `structureFactor` gives; arrays have one entry a shell, from the zero wavenumber out to the corner of the box. */
export interface StructureFactor {
  /** Wavenumber of each shell, s 2 pi / L with L the longest side. */
  readonly wavenumbers: Float64Array;
  /** Mean of S(k) over each shell; 0 for a shell that holds no wavenumber. */
  readonly values: Float64Array;
  /** Wavenumbers in each shell. */
  readonly counts: Float64Array;
  /** First moment k_1 = sum k S / sum S over shells 1 up to the last complete one; NaN for a uniform field. */
  readonly meanWavenumber: number;
  /** Characteristic length 2 pi / k_1. */
  readonly length: number;
}

/**
 * Radially averaged structure factor of a field on a periodic box: S(k) = |X_k|^2 / N with X the transform of the field
 * less its mean and N the number of points, averaged over shells round(|k| L / (2 pi)).
 *
 * The characteristic length is the measure of coarsening; growth like t^(1/3) or t^(1/2) shows in it. Any number of axes,
 * any number of points along each, boxes of unequal sides by `extent`.
 *
 * @param field - one value a point, last axis contiguous
 * @throws RangeError for a wrong length, a value that is not finite, or a box that is none
 */
export function structureFactor(field: ArrayLike<number>, options: BoxOptions): StructureFactor {
  const { points, shell, counts, width, complete } = shellsOf("structureFactor", options);
  const values = copyFinite("structureFactor", "field", field, points);
  const squares = squaredTransform(centred(values, points), options.shape);
  const mean = new Float64Array(counts.length);
  for (let i = 0; i < points; i++) mean[shell[i]!] = mean[shell[i]!]! + squares[i]! / points;
  for (let s = 0; s < mean.length; s++) mean[s] = counts[s] === 0 ? 0 : mean[s]! / counts[s]!;
  const wavenumbers = Float64Array.from(counts, (_, s) => s * width);
  let weight = 0;
  let moment = 0;
  for (let s = 1; s <= complete; s++) {
    weight += mean[s]!;
    moment += wavenumbers[s]! * mean[s]!;
  }
  const meanWavenumber = moment / weight;
  return Object.freeze({ wavenumbers, values: mean, counts, meanWavenumber, length: (2 * Math.PI) / meanWavenumber });
}
