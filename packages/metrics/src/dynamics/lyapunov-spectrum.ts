import { callable, checkOptions, copyFinite, finite, integer, positive } from "@hml/guard";
import { kaplanYorke } from "./kaplan-yorke.ts";

/**
 * A black-box flow map, as the `TimeStepper` of the integrators: it moves a state from t0 to t1, in place. One that can
 * also carry tangent vectors has `advanceTangent`.
 */
export interface Flow {
  /** Length of the state. */
  readonly size: number;
  /** Moves `u` from `t0` to `t1`, in place. */
  advance(u: Float64Array, t0: number, t1: number): void;
  /**
   * Moves `u` and with it the vectors `[vector, component]` by the derivative of the flow, in place. Without it the
   * derivative is taken by differences of `advance`.
   */
  advanceTangent?(u: Float64Array, vectors: Float64Array, t0: number, t1: number): void;
}

/** Options of `lyapunovSpectrum`. */
export interface LyapunovSpectrumOptions {
  /** How many exponents, the largest ones; the size of the state by default. */
  readonly exponents?: number;
  /** Time between orthonormalisations, well below 30 / (lambda_1 - lambda_m): after that all vectors point one way. */
  readonly interval: number;
  /** Intervals to average over. */
  readonly intervals: number;
  /** Intervals run beforehand, uncounted, for state and vectors to settle; a tenth of `intervals` by default. */
  readonly transient?: number;
  /** Blocks of equal length that give the standard error, at least 2; 10 by default. They must divide `intervals`. */
  readonly blocks?: number;
  /** Size of the displacement for differences, relative to 1 + max |u_i|; 1e-7 by default. */
  readonly perturbation?: number;
  /** Time at which the run starts, for flows that depend on it; 0 by default. */
  readonly start?: number;
}

/** What `lyapunovSpectrum` gives. */
export interface LyapunovSpectrum {
  /** The exponents, per unit of time, in the order in which the vectors found them: from the largest down. */
  readonly exponents: Float64Array;
  /** Standard error of each, from the scatter of the block means. */
  readonly standardErrors: Float64Array;
  /** `kaplanYorke` of the exponents; a lower limit when they are too few. */
  readonly kaplanYorke: number;
}

/**
 * The largest Lyapunov exponents of a flow or a map: lambda_i = mean of ln R_ii / interval, where V R is the QR
 * factorisation of the tangent vectors after each interval.
 *
 * The vectors V are carried by `advanceTangent`, or by forward differences (Phi(u + e v) - Phi(u)) / e of the flow, at
 * a cost of one advance for each vector and interval. Their error is of order e times the curvature of the flow plus
 * rounding / e, about 1e-7 with the default, far below the statistical error of a chaotic run. Only a linear flow has no
 * curvature. A map is a flow of unit time; give `interval: 1`.
 *
 * Exponents of an ergodic run converge like 1 / sqrt(time): look at the standard errors. Good values for
 * Kuramoto-Sivashinsky at L = 22: interval 2, 3,000 intervals, transient 500, which gives lambda_1 to about 0.003.
 *
 * @param flow - the flow map; it is not kept
 * @param u0 - where to start, `[flow.size]`; not written
 * @throws RangeError for bad options, and when a state stops being finite or the vectors become dependent
 *
 * Source: Benettin, Galgani, Giorgilli and Strelcyn, Meccanica 15 (1980) 9; Dieci and Van Vleck, Appl. Numer. Math. 17
 * (1995) 275.
 */
export function lyapunovSpectrum(
  flow: Flow,
  u0: ArrayLike<number>,
  options: LyapunovSpectrumOptions,
): LyapunovSpectrum {
  const where = "lyapunovSpectrum";
  const known = ["exponents", "interval", "intervals", "transient", "blocks", "perturbation", "start"];
  checkOptions(where, options, known);
  const size = integer(where, "flow.size", flow.size, 1);
  callable(where, "flow.advance", flow.advance);
  const u = copyFinite(where, "u0", u0, size);
  const { interval, intervals, exponents = size, perturbation = 1e-7, start = 0, blocks = 10 } = options;
  positive(where, "interval", interval);
  integer(where, "intervals", intervals, 2);
  integer(where, "blocks", blocks, 2, intervals);
  if (intervals % blocks !== 0) {
    throw new RangeError(`${where}: blocks must divide the ${intervals} intervals, got ${blocks}`);
  }
  const { transient = Math.ceil(intervals / 10) } = options;
  integer(where, "transient", transient, 0);
  const m = integer(where, "exponents", exponents, 1, size);
  positive(where, "perturbation", perturbation);
  finite(where, "start", start);
  const vectors = new Float64Array(m * size);
  // Skew to the axes, so that invariant subspaces along them hide no growth; orthonormal after the first QR.
  for (let j = 0; j < m; j++) {
    for (let i = 0; i < size; i++) vectors[j * size + i] = (i === j ? 1 : 0) + Math.sin(1 + i + 2 * j * size) / size;
  }
  const carry = tangentOf(flow, vectors, perturbation);
  const growth = new Float64Array(m);
  const means = new Float64Array(blocks * m);
  orthonormalise(vectors, size, growth);
  for (let k = -transient; k < intervals; k++) {
    const t0 = start + (k + transient) * interval;
    carry(u, t0, t0 + interval);
    orthonormalise(vectors, size, growth);
    if (!u.every(Number.isFinite) || !growth.every((r) => r > 0 && r < Infinity)) {
      throw new RangeError(
        `${where}: flow must keep states finite and tangent vectors independent, failed before t = ${t0 + interval}; shorten interval`,
      );
    }
    if (k < 0) continue;
    const block = Math.floor((k * blocks) / intervals) * m;
    for (let j = 0; j < m; j++) means[block + j] = means[block + j]! + Math.log(growth[j]!);
  }
  for (let j = 0; j < means.length; j++) means[j] = means[j]! / ((intervals / blocks) * interval);
  return summary(means, blocks, m);
}

/** Moves a state and the tangent vectors, by the flow's own derivative or by differences. */
function tangentOf(
  flow: Flow,
  vectors: Float64Array,
  perturbation: number,
): (u: Float64Array, t0: number, t1: number) => void {
  if (flow.advanceTangent !== undefined) {
    callable("lyapunovSpectrum", "flow.advanceTangent", flow.advanceTangent);
    return (u, t0, t1) => flow.advanceTangent?.(u, vectors, t0, t1);
  }
  const size = flow.size;
  const base = new Float64Array(size);
  const moved = new Float64Array(size);
  return (u, t0, t1) => {
    base.set(u);
    let largest = 0;
    for (let i = 0; i < size; i++) largest = Math.max(largest, Math.abs(u[i]!));
    const e = perturbation * (1 + largest);
    flow.advance(u, t0, t1);
    for (let from = 0; from < vectors.length; from += size) {
      for (let i = 0; i < size; i++) moved[i] = base[i]! + e * vectors[from + i]!;
      flow.advance(moved, t0, t1);
      for (let i = 0; i < size; i++) vectors[from + i] = (moved[i]! - u[i]!) / e;
    }
  };
}

/** QR in place, rows as vectors: modified Gram-Schmidt, each vector swept twice; `diagonal` gets R_jj. */
function orthonormalise(vectors: Float64Array, size: number, diagonal: Float64Array): void {
  for (let j = 0; j < diagonal.length; j++) {
    const own = j * size;
    for (let sweep = 0; sweep < 2; sweep++) {
      for (let other = 0; other < own; other += size) {
        let product = 0;
        for (let i = 0; i < size; i++) product += vectors[own + i]! * vectors[other + i]!;
        for (let i = 0; i < size; i++) vectors[own + i] = vectors[own + i]! - product * vectors[other + i]!;
      }
    }
    let square = 0;
    for (let i = 0; i < size; i++) square += vectors[own + i]! * vectors[own + i]!;
    const norm = Math.sqrt(square);
    diagonal[j] = norm;
    for (let i = 0; i < size; i++) vectors[own + i] = vectors[own + i]! / norm;
  }
}

/** Means over the blocks `[block, exponent]` and their standard errors. */
function summary(means: Float64Array, blocks: number, m: number): LyapunovSpectrum {
  const exponents = new Float64Array(m);
  const standardErrors = new Float64Array(m);
  for (let j = 0; j < m; j++) {
    let sum = 0;
    for (let b = 0; b < blocks; b++) sum += means[b * m + j]!;
    const mean = sum / blocks;
    let square = 0;
    for (let b = 0; b < blocks; b++) square += (means[b * m + j]! - mean) * (means[b * m + j]! - mean);
    exponents[j] = mean;
    standardErrors[j] = Math.sqrt(square / (blocks - 1) / blocks);
  }
  return Object.freeze({ exponents, standardErrors, kaplanYorke: kaplanYorke(exponents) });
}
