import { copyFinite, lengthOf } from "@hml/guard";
import { type BoxOptions, shellsOf, squaredTransform } from "./shells.ts";

/** What `energySpectrum` gives; arrays have one entry a shell, from the zero wavenumber out to the corner of the box. */
export interface EnergySpectrum {
  /** Wavenumber of each shell, s 2 pi / L with L the longest side. */
  readonly wavenumbers: Float64Array;
  /** Energy in each shell. */
  readonly energy: Float64Array;
}

/**
 * Energy spectrum of a velocity field on a periodic box: E_s = 1/2 sum over the shell s = round(|k| L / (2 pi)) and over
 * the components of |X_k / N|^2. The sum over all shells is the mean of |u|^2 / 2 (Parseval).
 *
 * @param components - one array of N values for each component of the velocity, last axis contiguous
 * @throws RangeError for wrong lengths, a value that is not finite, or a box that is none
 */
export function energySpectrum(components: readonly ArrayLike<number>[], options: BoxOptions): EnergySpectrum {
  const { points, shell, counts, width } = shellsOf("energySpectrum", options);
  if (lengthOf("energySpectrum", "components", components) === 0) {
    throw new RangeError("energySpectrum: components must hold at least one field, got none");
  }
  const energy = new Float64Array(counts.length);
  for (const [c, field] of components.entries()) {
    const squares = squaredTransform(copyFinite("energySpectrum", `components[${c}]`, field, points), options.shape);
    for (let i = 0; i < points; i++) energy[shell[i]!] = energy[shell[i]!]! + squares[i]! / points / points / 2;
  }
  return Object.freeze({ wavenumbers: Float64Array.from(counts, (_, s) => s * width), energy });
}
