import { checkOptions, positive } from "@hml/guard";
import { type FieldMovie, fieldMovie } from "../weak/field-movie.ts";
import { gridTransform } from "../weak/grid-transform.ts";
import { movieSpectrum } from "../weak/movie-spectrum.ts";

/** Options of `lowPass`. */
export interface LowPassOptions {
  /** Longest wavenumber |k| that stays; default where signal and noise of the movie are equal, `movieSpectrum(movie).cutoff`. */
  readonly cutoff?: number;
}

/**
 * The movie without its waves of |k| above a cutoff, frame by frame. Of white noise the part of the modes below it stays: in the plane
 * pi (cutoff / 2 pi)^2 of its variance at unit spacing. Means are kept.
 *
 * @throws TypeError or RangeError for bad options
 */
export function lowPass(movie: FieldMovie, options: LowPassOptions = {}): FieldMovie {
  const where = "lowPass";
  checkOptions(where, options, ["cutoff"]);
  const { points, spacing, size, frames, dt } = movie;
  const cutoff = options.cutoff === undefined ? movieSpectrum(movie).cutoff : positive(where, "cutoff", options.cutoff);
  const stays = new Uint8Array(size);
  for (let at = 0; at < size; at++) {
    let rest = at;
    let square = 0;
    for (const [axis, n] of points.entries()) {
      const i = rest % n;
      rest = (rest - i) / n;
      const k = (2 * Math.PI * Math.min(i, n - i)) / (n * spacing[axis]!);
      square += k * k;
    }
    stays[at] = square <= cutoff * cutoff ? 1 : 0;
  }
  const { transform } = gridTransform(points);
  const [re, im] = [new Float64Array(size), new Float64Array(size)];
  const u = new Float64Array(frames * size);
  for (let frame = 0; frame < frames; frame++) {
    re.set(movie.u.subarray(frame * size, (frame + 1) * size));
    im.fill(0);
    transform(re, im);
    for (let i = 0; i < size; i++) {
      re[i] = stays[i] === 1 ? re[i]! / size : 0;
      im[i] = stays[i] === 1 ? im[i]! / size : 0;
    }
    transform(im, re);
    u.set(re, frame * size);
  }
  return fieldMovie({ u, shape: [frames, ...points.toReversed()], spacing, dt });
}
