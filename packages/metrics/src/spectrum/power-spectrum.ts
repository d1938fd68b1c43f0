import { frameSize } from "../frame-size.ts";
import { sample } from "../sample.ts";
import { fourier } from "./fourier.ts";

/**
 * One-sided power spectrum of a real series of any length n, E_k = c_k |X_k / n|^2 for k = 0 ... floor(n / 2), where
 * X_k = sum_j u_j exp(-2 pi i j k / n) and c_k = 2, but 1 at k = 0 and, for even n, at k = n / 2.
 *
 * The factors make the sum over k the mean of u^2 (Parseval). A sine of amplitude A and a whole number of periods has
 * A^2 / 2 in one entry. No window is applied and no mean is taken off. Entry k belongs to the wavenumber 2 pi k / L of a
 * periodic interval of length L, or to the frequency k / (n dt) of a series in steps of dt.
 *
 * @throws RangeError for an empty series or a value that is not finite
 */
export function powerSpectrum(series: ArrayLike<number>): Float64Array {
  const values = sample("powerSpectrum", "series", series);
  return meanSpectrum(values, 1, values.length, values.length, 1);
}

/**
 * Mean over the frames of the power spectrum in space, for a movie `[frame, node]` on a periodic interval. Powers are
 * averaged, not their logarithms.
 *
 * @param frames - number of equal, consecutive frames
 * @throws RangeError for an empty movie, a value that is not finite, or frames that do not divide the length
 */
export function spatialSpectrum(movie: ArrayLike<number>, frames: number): Float64Array {
  const values = sample("spatialSpectrum", "movie", movie);
  const size = frameSize("spatialSpectrum", values.length, frames);
  return meanSpectrum(values, frames, size, size, 1);
}

/**
 * Mean over the nodes of the power spectrum in time, for a movie `[frame, node]`. Entry k is the frequency k / (frames dt).
 *
 * The series is not periodic: without a window a steep spectrum leaks into its tail. Compare series of the same length.
 *
 * @param frames - number of equal, consecutive frames
 * @throws RangeError for an empty movie, a value that is not finite, or frames that do not divide the length
 */
export function temporalSpectrum(movie: ArrayLike<number>, frames: number): Float64Array {
  const values = sample("temporalSpectrum", "movie", movie);
  const size = frameSize("temporalSpectrum", values.length, frames);
  return meanSpectrum(values, size, frames, 1, size);
}

/** Mean spectrum of `count` series of `n` values; series r starts at `r * start` and goes in steps of `step`. */
function meanSpectrum(values: Float64Array, count: number, n: number, start: number, step: number): Float64Array {
  const transform = fourier(n);
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  const spectrum = new Float64Array(Math.floor(n / 2) + 1);
  for (let r = 0; r < count; r++) {
    for (let j = 0; j < n; j++) re[j] = values[r * start + j * step]! / n;
    im.fill(0);
    transform.forward(re, im);
    for (let k = 0; k < spectrum.length; k++) {
      const twice = k === 0 || 2 * k === n ? 1 : 2;
      spectrum[k] = spectrum[k]! + twice * (re[k]! * re[k]! + im[k]! * im[k]!);
    }
  }
  for (let k = 0; k < spectrum.length; k++) spectrum[k] = spectrum[k]! / count;
  return spectrum;
}
