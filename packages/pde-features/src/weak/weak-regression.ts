import { checkOptions, integer, nonNegative, positive } from "@hml/guard";
import type { Regression } from "../least-squares.ts";
import { type FieldMovie, fieldMovie } from "./field-movie.ts";
import { gridModes, modesBelow } from "./grid-modes.ts";
import { movieSpectrum } from "./movie-spectrum.ts";
import { boundTerms } from "./weak-fit.ts";
import { distinctFields, fieldSpectra, weakSystem } from "./weak-system.ts";
import type { WeakTerm } from "./weak-terms.ts";

/** Options of `weakRegression`. */
export interface WeakRegressionOptions {
  /** Half-width of the test functions in frames, default an eighth of the movie, 2 at least. */
  readonly halfWidth?: number;
  /** Degree of the test functions in time, default 6. */
  readonly degree?: number;
  /** Longest wavenumber |k|, default where signal and noise are equal. */
  readonly cutoff?: number;
  /** Standard deviation of white noise, default from the spectrum; it corrects the powers of noisy values. */
  readonly noise?: number;
  /** Modes used at most, default 500. */
  readonly modes?: number;
}

/**
 * The rows of a movie's weak form as a regression for `leastSquares`, `stlsq` or a method of your own: two rows, real and imaginary, for every
 * centre of a test function in time and every mode, the target -int phi_t u and one column int phi A f(u) a term. Rows count by the Gaussian window
 * exp(-2 k^2 / cutoff^2) in space: as weights over all modes are the same as test functions around all points of the grid (Parseval), the
 * spectrum's corner is where the window has fallen to two of its deviations. Rows are scaled so that the
 * target has a root mean square of 1: with `normalise` a threshold is a part of it.
 *
 * `discoverEquation` weights the same rows by their noise and corrects for it; this is the plain way, for comparison.
 *
 * ```ts
 * const fit = stlsq(weakRegression(movie, weakTerms()), { threshold: 0.05, normalise: true });
 * ```
 *
 * Source: Messenger and Bortz, J. Comput. Phys. 443 (2021) 110525.
 *
 * @throws TypeError or RangeError for bad options
 */
export function weakRegression(
  movie: FieldMovie,
  terms: readonly WeakTerm[],
  options: WeakRegressionOptions = {},
): Regression {
  const where = "weakRegression";
  checkOptions(where, options, ["halfWidth", "degree", "cutoff", "noise", "modes"]);
  const { u, frames, points, spacing, dt } = movie;
  const checked = fieldMovie({ u, shape: [frames, ...points.toReversed()], spacing, dt });
  const longest = Math.floor((frames - 1) / 2);
  const usual = Math.max(2, Math.floor(frames / 8));
  const halfWidth = integer(where, "halfWidth", options.halfWidth ?? usual, 2, longest);
  const degree = integer(where, "degree", options.degree ?? 6, 2, 32);
  const spectrum = movieSpectrum(checked);
  const cutoff = positive(where, "cutoff", options.cutoff ?? spectrum.cutoff);
  const noise = nonNegative(where, "noise", options.noise ?? spectrum.noise);
  const most = integer(where, "modes", options.modes ?? 500, 8);

  const modes = modesBelow(gridModes(points, spacing), cutoff, most);
  const fields = distinctFields(terms);
  const system = weakSystem([fieldSpectra(checked, fields, modes, noise * noise)], halfWidth, degree);
  const { field, symbol } = boundTerms(terms, fields, modes);
  const rows = system.target.length;
  const matrix = new Float64Array(terms.length * rows);
  for (let j = 0; j < terms.length; j++) {
    const column = system.columns[field[j]!]!;
    for (let at = 0; at < rows; at += 2) {
      const s = 2 * j * modes.count + (at % (2 * modes.count));
      matrix[j * rows + at] = symbol[s]! * column[at]! - symbol[s + 1]! * column[at + 1]!;
      matrix[j * rows + at + 1] = symbol[s]! * column[at + 1]! + symbol[s + 1]! * column[at]!;
    }
  }
  const weights = Float64Array.from({ length: rows }, (_, at) => {
    const k = modes.length[Math.floor(at / 2) % modes.count]! / cutoff;
    return Math.exp(-4 * k * k);
  });
  let [square, total] = [0, 0];
  for (let at = 0; at < rows; at++) {
    square += weights[at]! * system.target[at]! * system.target[at]!;
    total += weights[at]!;
  }
  const unit = square > 0 ? 1 / Math.sqrt(square / total) : 1;
  return {
    names: terms.map(({ name }) => name),
    matrix: matrix.map((value) => unit * value),
    target: system.target.map((value) => unit * value),
    weights,
  };
}
