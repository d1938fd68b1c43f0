import { checkOptions, integer, lengthOf, positive } from "@hml/guard";
import type { Vec } from "@hml/integrators";

/** The bonds of one period of a lattice; `latticeDiffusion` of `@hml/systems` is one. */
export interface LatticeCell {
  /** Points in a period along each axis, x first; one to three axes. */
  readonly period: ArrayLike<number>;
  /**
   * For each axis, the coefficient of the bond between each point and the next one along the axis, flat `[z, y, x]`,
   * x contiguous.
   */
  readonly bonds: readonly ArrayLike<number>[];
}

/** What a lattice looks like from afar. */
export interface LatticeCellProblem {
  /**
   * The homogenised tensor K, `[axis, axis]`, symmetric: u_t = sum of K_ab d2u / dx_a dx_b, so that u_xy has the
   * coefficient K_xy + K_yx.
   */
  readonly tensor: Vec;
  /**
   * The correctors chi, `[axis, z, y, x]` of one period, each of mean zero, in units of length: the fine field is
   * u_n = U - sum over a of chi_a(n) dU/dx_a + O(spacing^2), up to a shift of the mean.
   */
  readonly correctors: Vec;
  /** Arithmetic mean of each axis' bonds: K is at most this diagonal tensor. */
  readonly arithmetic: Vec;
  /** Harmonic mean of each axis' bonds: K is at least this diagonal tensor. */
  readonly harmonic: Vec;
}

/** Residuals of the correctors, relative to the right-hand side; K errs by its square. */
const RESIDUAL = 1e-14;

/**
 * The homogenised tensor of a lattice u' = sum over axes of the difference of k_a (difference of u) / h_a^2, cross terms
 * included. For each axis a, a field of unit slope, x_a - chi_a, carries a flux without sources:
 *
 *   sum over b of D_b^- ( k_b (delta_ab - D_b^+ chi_a) ) = 0,  D_b^+ f(n) = (f(n + e_b) - f(n)) / h_b,
 *   K_ab = mean over the period, sum over c, of k_c (delta_ca - D_c^+ chi_a) (delta_cb - D_c^+ chi_b).
 *
 * Conjugate gradients on fields of mean zero, to a residual of 1e-14; the energy form of K squares what is left. In
 * one dimension K is the harmonic mean.
 *
 * @param lattice Period and bonds, all positive.
 * @param options `spacing`: distance of neighbouring points along each axis, default 1; K depends only on ratios of it,
 * and chi is in its units.
 * @throws RangeError / TypeError for a malformed lattice; RangeError when bonds differ by so much (above about 1e12) that
 * the iteration stalls.
 * Source: Pavliotis and Stuart, Multiscale Methods (2008), chapter 12; Bunder, Roberts, Kevrekidis, J. Comput. Phys. 337
 * (2017) 154, for lattices.
 */
export function latticeCellProblem(
  lattice: LatticeCell,
  options: { readonly spacing?: ArrayLike<number> } = {},
): LatticeCellProblem {
  const where = "latticeCellProblem";
  checkOptions(where, options, ["spacing"]);
  const dim = integer(where, "period.length", lengthOf(where, "period", lattice.period), 1, 3);
  const period = Array.from({ length: dim }, (_, a) => integer(where, `period[${a}]`, lattice.period[a], 1));
  const cell = period.reduce((product, p) => integer(where, "points of a period", product * p, 1), 1);
  lengthOf(where, "bonds", lattice.bonds, dim);
  if (options.spacing !== undefined) lengthOf(where, "spacing", options.spacing, dim);
  const spacing = period.map((_, a) => positive(where, `spacing[${a}]`, options.spacing?.[a] ?? 1));
  const bonds = period.map((_, a) => {
    lengthOf(where, `bonds[${a}]`, lattice.bonds[a], cell);
    return Float64Array.from({ length: cell }, (__, n) => positive(where, `bonds[${a}][${n}]`, lattice.bonds[a]![n]));
  });
  const next = period.map((_, a) => neighbours(period, a));

  /** The operator -A f, A the lattice's: the sum over bonds of k (f_n - f_next) / h^2, at both ends with opposite signs. */
  const apply = (f: Vec, out: Vec): void => {
    out.fill(0);
    for (let a = 0; a < dim; a++) {
      const [k, to, h] = [bonds[a]!, next[a]!, spacing[a]!];
      for (let n = 0; n < cell; n++) {
        const flux = (k[n]! * (f[n]! - f[to[n]!]!)) / (h * h);
        out[n]! += flux;
        out[to[n]!]! -= flux;
      }
    }
  };
  const diagonal = new Float64Array(cell);
  for (let a = 0; a < dim; a++) {
    for (let n = 0; n < cell; n++) {
      const weight = bonds[a]![n]! / (spacing[a]! * spacing[a]!);
      diagonal[n]! += weight;
      diagonal[next[a]![n]!]! += weight;
    }
  }

  const correctors = new Float64Array(dim * cell);
  for (let a = 0; a < dim; a++) {
    // D^-_a k_a D_a^+ chi = D_a^- k_a, so -A chi = (k_a(n - e_a) - k_a(n)) / h_a.
    const source = new Float64Array(cell);
    for (let n = 0; n < cell; n++) {
      source[n]! -= bonds[a]![n]! / spacing[a]!;
      source[next[a]![n]!]! += bonds[a]![n]! / spacing[a]!;
    }
    solveMeanZero(apply, diagonal, source, correctors.subarray(a * cell, (a + 1) * cell));
  }

  const tensor = new Float64Array(dim * dim);
  for (let c = 0; c < dim; c++) {
    for (let n = 0; n < cell; n++) {
      const to = next[c]![n]!;
      const slope = spacing.map(
        (_, a) => (a === c ? 1 : 0) - (correctors[a * cell + to]! - correctors[a * cell + n]!) / spacing[c]!,
      );
      const k = bonds[c]![n]! / cell;
      for (let a = 0; a < dim; a++) for (let b = 0; b < dim; b++) tensor[a * dim + b]! += k * (slope[a]! * slope[b]!);
    }
  }
  return {
    tensor,
    correctors,
    arithmetic: Float64Array.from(bonds, (k) => k.reduce((sum, value) => sum + value, 0) / cell),
    harmonic: Float64Array.from(bonds, (k) => cell / k.reduce((sum, value) => sum + 1 / value, 0)),
  };
}

/** The number of the next point along an axis, around the period. */
function neighbours(period: readonly number[], axis: number): Int32Array {
  const stride = period.slice(0, axis).reduce((product, p) => product * p, 1);
  const p = period[axis]!;
  const cell = period.reduce((product, q) => product * q, 1);
  return Int32Array.from({ length: cell }, (_, n) =>
    Math.floor(n / stride) % p === p - 1 ? n - (p - 1) * stride : n + stride,
  );
}

/** Conjugate gradients, preconditioned by the diagonal, for a positive operator that kills constants; x of mean zero. */
function solveMeanZero(apply: (f: Vec, out: Vec) => void, diagonal: Vec, source: Vec, x: Vec): void {
  const size = source.length;
  const residual = Float64Array.from(source);
  const scaled = new Float64Array(size);
  const direction = new Float64Array(size);
  const image = new Float64Array(size);
  const norm = Math.sqrt(dot(source, source));
  let before = 0;
  // In exact arithmetic `size` iterations end it; rounding may need some more where bonds differ widely.
  for (let step = 0; step < 20 * size + 100; step++) {
    if (Math.sqrt(dot(residual, residual)) <= RESIDUAL * norm) {
      removeMean(x);
      return;
    }
    for (let n = 0; n < size; n++) scaled[n] = residual[n]! / diagonal[n]!;
    const now = dot(residual, scaled);
    for (let n = 0; n < size; n++) direction[n] = scaled[n]! + (step === 0 ? 0 : (now / before) * direction[n]!);
    before = now;
    apply(direction, image);
    const length = now / dot(direction, image);
    for (let n = 0; n < size; n++) {
      x[n]! += length * direction[n]!;
      residual[n]! -= length * image[n]!;
    }
  }
  throw new RangeError(
    "latticeCellProblem: bonds must not differ by more than about 1e12; the correctors did not converge",
  );
}

function dot(a: Vec, b: Vec): number {
  let sum = 0;
  for (let n = 0; n < a.length; n++) sum += a[n]! * b[n]!;
  return sum;
}

function removeMean(x: Vec): void {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  for (let n = 0; n < x.length; n++) x[n]! -= mean;
}
