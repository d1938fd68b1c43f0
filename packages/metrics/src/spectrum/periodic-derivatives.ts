import { checkOptions, oneOf, positive } from "@hml/guard";
import { frameSize } from "../frame-size.ts";
import { sample } from "../sample.ts";
import { type Fourier, fourier } from "./fourier.ts";

/** Options of `periodicDerivatives`. */
export interface PeriodicDerivativesOptions {
  /** Number of equal, consecutive frames of the movie; 1 by default. */
  readonly frames?: number;
  /** Length of the periodic interval: n spacings for n nodes a frame. */
  readonly extent: number;
  /** `"spectral"` (the default) is exact for resolved waves, `"centred"` of second order and local. */
  readonly method?: "spectral" | "centred";
}

/** First and second derivatives, laid out as the movie. */
export interface PeriodicDerivatives {
  /** First derivative in space. */
  readonly ux: Float64Array;
  /** Second derivative in space. */
  readonly uxx: Float64Array;
}

/**
 * First and second derivative in space of a movie `[frame, node]` on a periodic interval: the pairs for a joint density
 * of u_x and u_xx.
 *
 * Spectral: i k X_k and -k^2 X_k with k = 2 pi j / extent; the highest wave of an even number of nodes has no first
 * derivative on the grid and gets zero. Centred: (u_(i+1) - u_(i-1)) / (2 h) and (u_(i+1) - 2 u_i + u_(i-1)) / h^2 with
 * h = extent / n, the interval closed to a ring.
 *
 * @throws RangeError for an empty movie, a value that is not finite, frames that do not divide it, or an extent that is
 * not positive
 */
export function periodicDerivatives(
  movie: ArrayLike<number>,
  options: PeriodicDerivativesOptions,
): PeriodicDerivatives {
  checkOptions("periodicDerivatives", options, ["frames", "extent", "method"]);
  const { frames = 1, extent, method = "spectral" } = options;
  positive("periodicDerivatives", "extent", extent);
  oneOf("periodicDerivatives", "method", method, ["spectral", "centred"]);
  const values = sample("periodicDerivatives", "movie", movie);
  const n = frameSize("periodicDerivatives", values.length, frames);
  const ux = new Float64Array(values.length);
  const uxx = new Float64Array(values.length);
  const transform = fourier(n);
  for (let from = 0; from < values.length; from += n) {
    const u = values.subarray(from, from + n);
    const first = ux.subarray(from, from + n);
    const second = uxx.subarray(from, from + n);
    if (method === "spectral") spectral(transform, u, extent, first, second);
    else centredDifferences(u, extent / n, first, second);
  }
  return Object.freeze({ ux, uxx });
}

function spectral(transform: Fourier, u: Float64Array, extent: number, ux: Float64Array, uxx: Float64Array): void {
  const n = u.length;
  const re = Float64Array.from(u);
  const im = new Float64Array(n);
  const secondIm = new Float64Array(n);
  const firstIm = new Float64Array(n);
  transform.forward(re, im);
  for (let j = 0; j < n; j++) {
    const k = (2 * Math.PI * (2 * j < n ? j : j - n)) / extent;
    const odd = 2 * j === n ? 0 : k;
    ux[j] = -odd * im[j]!;
    firstIm[j] = odd * re[j]!;
    uxx[j] = -k * k * re[j]!;
    secondIm[j] = -k * k * im[j]!;
  }
  transform.inverse(ux, firstIm);
  transform.inverse(uxx, secondIm);
}

function centredDifferences(u: Float64Array, h: number, ux: Float64Array, uxx: Float64Array): void {
  const n = u.length;
  for (let i = 0; i < n; i++) {
    const left = u[(i + n - 1) % n]!;
    const right = u[(i + 1) % n]!;
    ux[i] = (right - left) / (2 * h);
    uxx[i] = (right - 2 * u[i]! + left) / (h * h);
  }
}
