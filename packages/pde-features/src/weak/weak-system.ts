import type { Vec } from "../rhs.ts";
import type { FieldMovie } from "./field-movie.ts";
import { type GridModes, pairAt } from "./grid-modes.ts";
import { gridTransform } from "./grid-transform.ts";
import { noiseCovariance, unbiased } from "./noisy-field.ts";
import { testFunction } from "./test-function.ts";
import type { PointFunction, WeakTerm } from "./weak-terms.ts";

/** Coefficients of functions of u at some modes in every frame, with the covariance of their noise. */
export interface FieldSpectra {
  readonly modes: GridModes;
  readonly frames: number;
  readonly dt: number;
  /** Of each function, `[frame, mode, 2]`; the first is u itself. */
  readonly fields: readonly Vec[];
  /** Variance of the noise of u. */
  readonly variance: number;
  /** Covariance of the noise in the fields at a mode, `[frame, field, field]`. */
  readonly covariance: Vec;
  /**
   * Present where fields are sums between two frames, for data of a known scheme: the increments of u, `[interval, mode, 2]`, and the share of
   * each field that has the noise of the later frame.
   */
  readonly between?: { readonly increments: Vec; readonly shares: Vec };
}

/** Rows of a weak form: of every centre of a test function in time and every mode, one complex equation. */
export interface WeakSystem {
  readonly modes: GridModes;
  readonly centres: number;
  /** Centres whose test functions overlap: as many make a block of rows. */
  readonly centresPerBlock: number;
  /** -int phi_t u dt, `[centre, mode, 2]`. */
  readonly target: Vec;
  /** The same with every second frame: the difference shows where the trapezoid rule fails. */
  readonly coarse: Vec;
  /** Variance of the noise in the target. */
  readonly targetNoise: number;
  /** int phi f(u) dt of each field, `[centre, mode, 2]`. */
  readonly columns: readonly Vec[];
  /** Covariance of the noise in the columns, `[centre, field, field]`. */
  readonly covariance: Vec;
  /** Covariance of the noise in target and columns, `[centre, field]`. */
  readonly cross: Vec;
}

/** u first, then every function that the terms use. */
export function distinctFields(terms: readonly WeakTerm[]): readonly PointFunction[] {
  const identity: PointFunction = { name: "u", latex: "u", power: 1, of: (u) => u };
  const found = new Map<string, PointFunction>([["u", identity]]);
  for (const { field } of terms) if (!found.has(field.name)) found.set(field.name, field);
  return [...found.values()];
}

/** The spectra of functions of a movie whose values have white noise of the given variance. */
export function fieldSpectra(
  movie: FieldMovie,
  fields: readonly PointFunction[],
  modes: GridModes,
  variance: number,
): FieldSpectra {
  const { size, frames, dt } = movie;
  const { transform } = gridTransform(movie.points);
  const [re, im] = [new Float64Array(size), new Float64Array(size)];
  const width = 2 * modes.count;
  const spectra = fields.map(() => new Float64Array(frames * width));
  const pairs = fields.length * fields.length;
  const covariance = new Float64Array(frames * pairs);
  for (let frame = 0; frame < frames; frame++) {
    const v = movie.u.subarray(frame * size, (frame + 1) * size);
    covariance.set(noiseCovariance(fields, variance, v), frame * pairs);
    const into = (f: number): Vec => spectra[f]!.subarray(frame * width, (frame + 1) * width);
    for (let f = 0; f < fields.length; f += 2) {
      const second = fields[f + 1];
      unbiased(fields[f]!, variance, v, re);
      if (second === undefined) im.fill(0);
      else unbiased(second, variance, v, im);
      transform(re, im);
      pairAt(modes, re, im, into(f), second === undefined ? undefined : into(f + 1));
    }
  }
  return { modes, frames, dt, fields: spectra, variance, covariance };
}

/**
 * The weak form of u_t = sum c_j A_j f_j(u) for test functions e^(-ikx) phi(t - t_c), phi = (1 - (t / a)^2)^p with a = `halfWidth` frames, by the
 * trapezoid rule: -int phi_t u = sum c_j A_j(k) int phi f_j(u), mode by mode. Centres are a third of a half-width apart; those of several movies stand one behind the other.
 */
export function weakSystem(spectra: readonly FieldSpectra[], halfWidth: number, degree: number): WeakSystem {
  const { modes, frames, dt, fields, variance } = spectra[0]!;
  const stride = Math.max(1, Math.floor(halfWidth / 3));
  const own = 1 + Math.floor((frames - 1 - 2 * halfWidth) / stride);
  const centres = spectra.length * own;
  const exact = spectra[0]!.between !== undefined;
  const phi = testFunction({ halfWidth, degree });
  const bump = exact ? phi : phi.map((value) => value * dt);
  const slopes = testFunction({ halfWidth, degree }, 1).map((value) => -value);
  const width = 2 * modes.count;
  const count = fields.length;
  const averaged = (of: (movie: FieldSpectra) => Vec, rowWidth: number, weights: Vec): Vec => {
    const out = new Float64Array(centres * rowWidth);
    for (let c = 0; c < centres; c++) {
      const row = out.subarray(c * rowWidth, (c + 1) * rowWidth);
      const values = of(spectra[Math.floor(c / own)]!);
      for (let n = 0; n < weights.length; n++) {
        const weight = weights[n]!;
        if (weight === 0) continue;
        const from = ((c % own) * stride + n) * rowWidth;
        for (let k = 0; k < rowWidth; k++) row[k] = row[k]! + weight * values[from + k]!;
      }
    }
    return out;
  };
  const overlap = (weights: Vec): Vec => averaged((movie) => movie.covariance, count * count, weights);
  // Noise of a frame enters the target with the differences of phi at the frame's two intervals, and the fields with phi.
  const differences = Float64Array.from({ length: phi.length + 1 }, (_, n) => (phi[n - 1] ?? 0) - (phi[n] ?? 0));
  const ahead = overlap(phi.map((value, n) => dt * value * differences[n + 1]!));
  const behind = exact
    ? overlap(phi.map((value, n) => dt * value * differences[n]!))
    : overlap(bump.map((v, n) => v * slopes[n]!));
  const shares = spectra[0]!.between?.shares ?? new Float64Array(count);
  const target = exact
    ? averaged((movie) => movie.between!.increments, width, phi)
    : averaged((movie) => movie.fields[0]!, width, slopes);
  const everySecond = slopes.map((value, n) => (n % 2 === 0 ? 2 * value : 0));
  const weightsOfNoise = exact ? differences : slopes;
  return {
    modes,
    centres,
    centresPerBlock: Math.ceil((2 * halfWidth) / stride),
    target,
    coarse: exact ? target : averaged((movie) => movie.fields[0]!, width, everySecond),
    targetNoise: variance * weightsOfNoise.reduce((sum, value) => sum + value * value, 0),
    columns: fields.map((_, f) => averaged((movie) => movie.fields[f]!, width, bump)),
    covariance: overlap(phi.map((value) => dt * dt * value * value)),
    cross: Float64Array.from({ length: centres * count }, (_, at) => {
      const c = Math.floor(at / count);
      const f = at % count;
      const place = c * count * count + f;
      return (1 - shares[f]!) * behind[place]! + shares[f]! * ahead[place]!;
    }),
  };
}
