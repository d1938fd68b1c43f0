import type { Vec } from "../rhs.ts";
import type { FieldMovie } from "./field-movie.ts";
import { type GridModes, gridModes, pairAt } from "./grid-modes.ts";
import { gridTransform } from "./grid-transform.ts";

/** What the spectrum of a movie says about its noise and its signal. */
export interface MovieSpectrum {
  /** Standard deviation of white noise on every value. */
  readonly noise: number;
  /** Wavenumber |k| at which the spectrum of the signal meets that of the noise. */
  readonly cutoff: number;
  /** Middles of the shells of |k|. */
  readonly k: Vec;
  /** Median over the frames of the mean |c|^2 of each shell, where white noise of variance s^2 has s^2; 0 for an empty shell. */
  readonly power: Vec;
}

/** A signal below this part of the strongest shell is not looked for, where there is no noise to say so. */
const FLOOR = 1e-6;

/**
 * The noise of a movie and the corner of its spectrum.
 *
 * Noise: modes of the upper half of |k|^2 vary slowly or not at all, while white noise is new in every frame, so the fourth
 * differences d in time of their coefficients have E |d|^2 = 70 s^2; the median over the frames leaves out the first ones, in which short
 * waves of a rough start die. Cutoff: the end of the last shell of |k| whose median power is above 2 s^2, that is, whose signal exceeds its
 * noise, and above 1e-6 of the strongest shell. The idea of the corner is that of Messenger and Bortz, J. Comput. Phys. 443 (2021) 110525, section
 * 4.3; they find it as the bend of the summed spectrum.
 *
 * Noise that is correlated in space or time is not seen for what it is.
 */
export function movieSpectrum(movie: FieldMovie): MovieSpectrum {
  const modes = gridModes(movie.points, movie.spacing);
  const longest = modes.length.reduce((a, b) => Math.max(a, b), 0);
  const shells = Math.max(8, Math.min(64, Math.floor(modes.count / 8)));
  const shellOf = Int32Array.from(modes.length, (k) => Math.min(shells - 1, Math.floor((shells * k) / longest)));
  const counts = new Float64Array(shells);
  for (const shell of shellOf) counts[shell] = counts[shell]! + 1;
  const high = thinned(modes, longest);
  const powers = new Float64Array(movie.frames * shells);
  const short = new Float64Array(movie.frames * 2 * high.length);
  eachSpectrum(movie, modes, (frame, c) => {
    for (let m = 0; m < modes.count; m++) {
      const at = frame * shells + shellOf[m]!;
      powers[at] = powers[at]! + (c[2 * m]! * c[2 * m]! + c[2 * m + 1]! * c[2 * m + 1]!) / counts[shellOf[m]!]!;
    }
    for (const [position, m] of high.entries()) {
      short[2 * (frame * high.length + position)] = c[2 * m]!;
      short[2 * (frame * high.length + position) + 1] = c[2 * m + 1]!;
    }
  });
  const variance = whiteVariance(short, movie.frames, 2 * high.length);
  const power = Float64Array.from({ length: shells }, (_, s) =>
    median(Float64Array.from({ length: movie.frames }, (__, frame) => powers[frame * shells + s]!)),
  );
  const least = Math.max(2 * variance, FLOOR * power.reduce((a, b) => Math.max(a, b), 0));
  const last = power.findLastIndex((value) => value > least);
  return {
    noise: Math.sqrt(variance),
    cutoff: (longest * (Math.max(last, 0) + 1)) / shells,
    k: Float64Array.from({ length: shells }, (_, s) => (longest * (s + 0.5)) / shells),
    power,
  };
}

/** Calls `see` with the coefficients of each frame at the modes; the array is reused. */
function eachSpectrum(movie: FieldMovie, modes: GridModes, see: (frame: number, c: Vec) => void): void {
  const { size, frames } = movie;
  const { transform } = gridTransform(movie.points);
  const [re, im] = [new Float64Array(size), new Float64Array(size)];
  const [a, b] = [new Float64Array(2 * modes.count), new Float64Array(2 * modes.count)];
  for (let frame = 0; frame < frames; frame += 2) {
    const paired = frame + 1 < frames;
    re.set(movie.u.subarray(frame * size, (frame + 1) * size));
    if (paired) im.set(movie.u.subarray((frame + 1) * size, (frame + 2) * size));
    else im.fill(0);
    transform(re, im);
    pairAt(modes, re, im, a, b);
    see(frame, a);
    if (paired) see(frame + 1, b);
  }
}

/** Up to 2,000 modes of the upper half of |k|^2. */
function thinned(modes: GridModes, longest: number): number[] {
  const high = Array.from(modes.length.keys()).filter(
    (m) => 2 * modes.length[m]! * modes.length[m]! > longest * longest,
  );
  const every = Math.ceil(high.length / 2000);
  return high.filter((_, position) => position % every === 0);
}

/** E |c|^2 of white noise, from the fourth differences of `width` numbers a frame. */
function whiteVariance(c: Vec, frames: number, width: number): number {
  const means = Float64Array.from({ length: frames - 4 }, (_, n) => {
    let sum = 0;
    for (let k = 0; k < width; k++) {
      const at = n * width + k;
      const ends = c[at]! + c[at + 4 * width]!;
      const inner = c[at + width]! + c[at + 3 * width]!;
      const d = ends - 4 * inner + 6 * c[at + 2 * width]!;
      sum += d * d;
    }
    return (2 * sum) / width / 70;
  });
  return median(means);
}

/** The middle value, or the mean of the two middle ones. */
export function median(values: Vec): number {
  const sorted = values.toSorted();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
