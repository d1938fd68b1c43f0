import type { Vec } from "../rhs.ts";
import type { FieldMovie } from "./field-movie.ts";
import { type WeightedTerm, combined, onGrid } from "./found-equation.ts";
import { type GridModes, pairAt } from "./grid-modes.ts";
import { gridTransform } from "./grid-transform.ts";
import { noiseCovariance, unbiased } from "./noisy-field.ts";
import type { FieldSpectra } from "./weak-system.ts";
import type { PointFunction } from "./weak-terms.ts";

/** The first-order scheme that made a movie, and its time step. */
export interface MovieScheme {
  /**
   * One step of u_t = L u + N(u), L being the linear terms: "euler" u+ = u + dt (L u + N), "imex1" (1 - dt L) u+ = u + dt N, "etd1"
   * u+ = e^(dt L) u + dt phi_1(dt L) N.
   */
  readonly kind: "euler" | "imex1" | "etd1";
  /** Its time step; the time between frames is a whole multiple of it. */
  readonly dt: number;
}

/**
 * What a scheme adds between frames, as sums over its steps that are linear in the coefficients of the law:
 *
 *   u_(n+1) - u_n = dt sum_j m (L u_(j') + N(u_j)),
 *
 * with j' = j + 1 for imex1 and j otherwise, m = phi_1(dt L) for etd1 and 1 otherwise. The states between the frames, and m, are those of the law
 * `law`; with the right law the equation holds to rounding, at any dt. Noise of frames is followed in the mean through the steps.
 */
export function schemeSpectra(
  movie: FieldMovie,
  fields: readonly PointFunction[],
  modes: GridModes,
  variance: number,
  scheme: MovieScheme & { readonly steps: number },
  law: readonly WeightedTerm[],
): FieldSpectra {
  const { size, frames } = movie;
  const { dt, steps, kind } = scheme;
  const intervals = frames - 1;
  const { transform } = gridTransform(movie.points);
  const period = movie.points.map((n, axis) => n * movie.spacing[axis]!);
  const linear = onGrid(combined(law.filter(({ term }) => term.field.power === 1)), movie.points, period);
  const nonlinear = fields.map(({ name }) => {
    const own = law.filter(({ term }) => term.field.name === name && term.field.power !== 1);
    return own.length === 0 ? undefined : onGrid(combined(own), movie.points, period);
  });
  const factors = stepFactors(kind, dt, linear);
  const damping = meanSquare(factors.gain);

  const width = 2 * modes.count;
  const pairs = fields.length * fields.length;
  const out = fields.map(() => new Float64Array(intervals * width));
  const increments = new Float64Array(intervals * width);
  const covariance = new Float64Array(intervals * pairs);
  const work = Array.from({ length: 7 }, () => new Float64Array(size)) as [Vec, Vec, Vec, Vec, Vec, Vec, Vec];
  const [u, re, im, stateRe, stateIm, addRe, addIm] = work;
  const [row, next] = [new Float64Array(width), new Float64Array(width)];
  const frame = (n: number): Vec => movie.u.subarray(n * size, (n + 1) * size);
  const forward = (values: Vec, toRe: Vec, toIm: Vec): void => {
    toRe.set(values);
    toIm.fill(0);
    transform(toRe, toIm);
  };

  for (let n = 0; n < intervals; n++) {
    u.set(frame(n));
    forward(frame(n + 1), re, im);
    pairAt(modes, re, im, next, undefined);
    forward(u, stateRe, stateIm);
    pairAt(modes, stateRe, stateIm, row, undefined);
    for (let k = 0; k < width; k++) increments[n * width + k] = next[k]! - row[k]!;
    covariance.set(noiseCovariance(fields, variance, u), n * pairs);
    let left = variance;
    for (let step = 0; step < steps; step++, left *= damping) {
      const last = step === steps - 1;
      addRe.fill(0);
      addIm.fill(0);
      for (const [f, field] of fields.entries()) {
        const into = out[f]!.subarray(n * width, (n + 1) * width);
        if (field.power === 1) continue;
        unbiased(field, left, u, re);
        im.fill(0);
        transform(re, im);
        pairAt(modes, re, im, row, undefined);
        accumulate(into, row, dt, factors.share, modes);
        const symbol = nonlinear[f];
        if (symbol !== undefined && !last) addProduct(addRe, addIm, symbol, re, im);
      }
      if (kind !== "imex1") {
        pairAt(modes, stateRe, stateIm, row, undefined);
        accumulate(out[0]!.subarray(n * width, (n + 1) * width), row, dt, factors.share, modes);
      }
      if (!last) {
        advance(stateRe, stateIm, addRe, addIm, factors, dt);
        re.set(stateRe);
        im.set(stateIm);
        transform(im, re);
        for (let i = 0; i < size; i++) u[i] = re[i]! / size;
      }
      if (kind === "imex1") {
        if (!last) pairAt(modes, stateRe, stateIm, row, undefined);
        accumulate(out[0]!.subarray(n * width, (n + 1) * width), last ? next : row, dt, factors.share, modes);
      }
    }
  }
  const end = kind === "imex1" ? 1 / steps : 0;
  const shares = Float64Array.from(fields, ({ power }) => (power === 1 ? end : 0));
  return { modes, frames: intervals, dt: movie.dt, fields: out, variance, covariance, between: { increments, shares } };
}

/** u+ = gain u + dt share' N in each mode, and the share m of the sums; interleaved re, im. */
interface StepFactors {
  readonly gain: Vec;
  /** What multiplies dt N in a step. */
  readonly push: Vec;
  /** m. */
  readonly share: Vec | undefined;
}

function stepFactors(kind: MovieScheme["kind"], dt: number, linear: Vec): StepFactors {
  const gain = new Float64Array(linear.length);
  const push = new Float64Array(linear.length);
  for (let at = 0; at < linear.length; at += 2) {
    const [a, b] = [dt * linear[at]!, dt * linear[at + 1]!];
    if (kind === "euler") {
      gain[at] = 1 + a;
      gain[at + 1] = b;
      push[at] = 1;
    } else if (kind === "imex1") {
      const square = (1 - a) * (1 - a) + b * b;
      gain[at] = (1 - a) / square;
      gain[at + 1] = b / square;
      push[at] = gain[at]!;
      push[at + 1] = gain[at + 1]!;
    } else {
      const growth = Math.exp(a);
      gain[at] = growth * Math.cos(b);
      gain[at + 1] = growth * Math.sin(b);
      const [re, im] = phi1(a, b, gain[at]!, gain[at + 1]!);
      push[at] = re;
      push[at + 1] = im;
    }
  }
  return { gain, push, share: kind === "etd1" ? push : undefined };
}

/** (e^z - 1) / z; by its series where z is small. */
function phi1(a: number, b: number, expRe: number, expIm: number): [number, number] {
  const square = a * a + b * b;
  if (square > 0.01) {
    const [p, q] = [expRe - 1, expIm];
    return [(p * a + q * b) / square, (q * a - p * b) / square];
  }
  let [termRe, termIm, re, im] = [1, 0, 1, 0];
  for (let k = 2; k <= 10; k++) {
    [termRe, termIm] = [(termRe * a - termIm * b) / k, (termRe * b + termIm * a) / k];
    re += termRe;
    im += termIm;
  }
  return [re, im];
}

function meanSquare(gain: Vec): number {
  let sum = 0;
  for (let k = 0; k < gain.length; k++) sum += gain[k]! * gain[k]!;
  return Math.min(1, sum / (gain.length / 2));
}

/** into += dt m row. */
function accumulate(into: Vec, row: Vec, dt: number, share: Vec | undefined, modes: GridModes): void {
  for (let m = 0; m < modes.count; m++) {
    const at = 2 * modes.at[m]!;
    const re = share === undefined ? 1 : share[at]!;
    const im = share === undefined ? 0 : share[at + 1]!;
    into[2 * m] = into[2 * m]! + dt * (re * row[2 * m]! - im * row[2 * m + 1]!);
    into[2 * m + 1] = into[2 * m + 1]! + dt * (re * row[2 * m + 1]! + im * row[2 * m]!);
  }
}

function addProduct(sumRe: Vec, sumIm: Vec, symbol: Vec, re: Vec, im: Vec): void {
  for (let i = 0; i < re.length; i++) {
    sumRe[i] = sumRe[i]! + symbol[2 * i]! * re[i]! - symbol[2 * i + 1]! * im[i]!;
    sumIm[i] = sumIm[i]! + symbol[2 * i]! * im[i]! + symbol[2 * i + 1]! * re[i]!;
  }
}

/** state = gain state + dt push add. */
function advance(re: Vec, im: Vec, addRe: Vec, addIm: Vec, { gain, push }: StepFactors, dt: number): void {
  for (let i = 0; i < re.length; i++) {
    const [gr, gi, pr, pi] = [gain[2 * i]!, gain[2 * i + 1]!, dt * push[2 * i]!, dt * push[2 * i + 1]!];
    const [a, b, c, d] = [re[i]!, im[i]!, addRe[i]!, addIm[i]!];
    re[i] = gr * a - gi * b + pr * c - pi * d;
    im[i] = gr * b + gi * a + pr * d + pi * c;
  }
}
