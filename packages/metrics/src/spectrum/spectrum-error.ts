import { checkOptions, finite, nonNegative, positive } from "@hml/guard";
import { pairedLength } from "../paired-length.ts";
import { relative } from "../sums.ts";

/** Options of `spectrumErrorDb`. */
export interface SpectrumErrorOptions {
  /** Least power that counts, as a part of the reference's largest entry, in [0, 1]; 0.001 by default (30 dB below). */
  readonly band?: number;
}

/** What `spectrumErrorDb` gives. */
export interface SpectrumErrorDb {
  /** Mean over the band of the absolute difference in decibels. */
  readonly mean: number;
  /** Largest absolute difference in decibels within the band. */
  readonly max: number;
  /** Entries within the band. */
  readonly entries: number;
}

/**
 * Difference of two power spectra in decibels, |10 log10(E_k / R_k)|, over the energetic band: the entries where the
 * reference R_k is at least `band` times its largest.
 *
 * For powers E = |X|^2 this is 20 log10 of the ratio of amplitudes. Outside the band lie entries at the level of
 * rounding, whose ratio means nothing. An entry that the prediction lacks gives Infinity; with `band: 0` every entry
 * counts, and 0 against 0 is 0. A NaN gives NaN. Relative errors in the L2 norm are `relativeL2` of the two spectra.
 *
 * @throws RangeError for empty or unequal lengths, negative powers, or a reference without power
 */
export function spectrumErrorDb(
  prediction: ArrayLike<number>,
  reference: ArrayLike<number>,
  options: SpectrumErrorOptions = {},
): SpectrumErrorDb {
  checkOptions("spectrumErrorDb", options, ["band"]);
  const { band = 1e-3 } = options;
  finite("spectrumErrorDb", "band", band);
  if (!(band >= 0 && band <= 1)) throw new RangeError(`spectrumErrorDb: band must lie in [0, 1], got ${band}`);
  const n = pairedLength("spectrumErrorDb", prediction, reference);
  let largest = 0;
  for (let k = 0; k < n; k++) {
    for (const [name, value] of [["prediction", prediction[k]!] as const, ["reference", reference[k]!] as const]) {
      if (!Number.isNaN(value)) nonNegative("spectrumErrorDb", `${name}[${k}]`, value);
    }
    largest = Math.max(largest, reference[k]!);
  }
  if (largest === 0) throw new RangeError("spectrumErrorDb: reference must have a positive entry, got zeros");
  let entries = 0;
  let sum = 0;
  let max = 0;
  for (let k = 0; k < n; k++) {
    if (reference[k]! < band * largest) continue;
    const same = prediction[k] === 0 && reference[k] === 0;
    const difference = same ? 0 : Math.abs(10 * Math.log10(relative(prediction[k]!, reference[k]!)));
    sum += difference;
    max = Math.max(max, difference);
    entries++;
  }
  return Object.freeze({ mean: sum / entries, max, entries });
}

/**
 * Root mean square difference of the logarithms of two spectra, sqrt(mean_k (log10 max(E_k, floor) - log10 max(R_k,
 * floor))^2), over all entries.
 *
 * The floor decides what counts: where both spectra lie below it they are the same, where one does it is set to it. A
 * NaN gives NaN.
 *
 * @param floor - a positive power; good values are a little above the rounding of the transform, 1e-30 of the largest
 * entry, or the noise of the data
 * @throws RangeError for empty or unequal lengths or a floor that is not positive
 */
export function logSpectrumError(prediction: ArrayLike<number>, reference: ArrayLike<number>, floor: number): number {
  positive("logSpectrumError", "floor", floor);
  const n = pairedLength("logSpectrumError", prediction, reference);
  let sum = 0;
  for (let k = 0; k < n; k++) {
    const d = Math.log10(Math.max(prediction[k]!, floor)) - Math.log10(Math.max(reference[k]!, floor));
    sum += d * d;
  }
  return Math.sqrt(sum / n);
}
