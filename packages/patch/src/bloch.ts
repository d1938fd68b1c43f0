import { callable, checkOptions, finite, integer, lengthOf, positive } from "@hml/guard";
import type { Vec } from "@hml/integrators";
import type { Dim, PatchRhs, PatchView, PerAxis } from "./patch-view.ts";
import { AXIS_NAMES, eachAxis, perAxis } from "./per-axis.ts";
import { type Eigenvalues, eigenvalues } from "./spectra/complex-eigenvalues.ts";
import { type ComplexMatrix, complexMatrix } from "./spectra/complex-matrix.ts";
import { interiorPlaces, linearResponse } from "./spectra/linear-response.ts";

/** One period of a full lattice. A bare number stands for an equal tuple over the axes x, y, z. */
export interface BlochSpec<D extends Dim> {
  /** Number of space dimensions. */
  readonly dim: D;
  /** Points in a period of the medium along each axis; 1 for a homogeneous one. */
  readonly period: number | PerAxis<D>;
  /** Distance of neighbouring points along each axis. */
  readonly spacing: number | PerAxis<D>;
  /** Number of fields; default 1. */
  readonly channels?: number;
  /** Layers that the micro model reads around a point; default 1. */
  readonly edgePoints?: number;
  /** One period `[channel, z, y, x]` of the state to linearise about; leave out for a linear model. */
  readonly about?: ArrayLike<number>;
  /** Time at which the model is taken; default 0. */
  readonly t?: number;
}

/** The full lattice, wavenumber by wavenumber. */
export interface Bloch {
  /** Unknowns of one period, channels included. */
  readonly size: number;
  /**
   * The Bloch matrix at a wavenumber (radians per length, one entry an axis): how the amplitudes w of fields
   * w_n exp(i k . x), w periodic, change.
   */
  matrix(wavenumber: ArrayLike<number>): ComplexMatrix;
  /** All its eigenvalues, greatest real part first: the growth rates of waves on the full lattice. */
  eigenvalues(wavenumber: ArrayLike<number>): Eigenvalues;
  /**
   * The greatest real part of the eigenvalues: for a diffusive lattice the rate of the macroscale mode, exact at this
   * spacing.
   */
  macro(wavenumber: ArrayLike<number>): number;
}

/**
 * The exact waves of a full lattice at finite spacing, for any micro model written for a patch: the oracle of patch schemes.
 * The model is run on one period whose edges are its own other side times exp(+-i k L), L the period's length; what it
 * answers to unit vectors is the Bloch matrix.
 *
 * A scheme with spectral coupling, edgy or centred, on patches that hold whole periods has these very eigenvalues. They
 * differ from -k . K k of the homogenised equation by O(k^2 (period spacing)^2).
 *
 * @throws RangeError / TypeError for a malformed spec; RangeError when the model is not linear and no `about` is given, or
 * when it does not repeat with the period.
 * Source: Bloch, Z. Phys. 52 (1929) 555; Bensoussan, Lions, Papanicolaou, Asymptotic Analysis for Periodic Structures (1978),
 * chapter 4; Bunder, Kevrekidis, Roberts, Numer. Math. 149 (2021) 229.
 */
export function bloch<const D extends Dim>(micro: PatchRhs<NoInfer<D>>, spec: BlochSpec<D>): Bloch {
  const where = "bloch";
  callable(where, "micro", micro);
  checkOptions(where, spec, ["dim", "period", "spacing", "channels", "edgePoints", "about", "t"], "spec");
  const dim = spec.dim;
  integer(where, "dim", dim, 1, 3);
  const period = eachAxis(where, "period", dim, spec.period, (name, value: number) => integer(where, name, value, 1));
  const spacing = eachAxis(where, "spacing", dim, spec.spacing, (name, value: number) => positive(where, name, value));
  const channels = integer(where, "channels", spec.channels ?? 1, 1);
  const edgePoints = integer(where, "edgePoints", spec.edgePoints ?? 1, 1);
  const t = finite(where, "t", spec.t ?? 0);
  const cell = period.reduce((all: number, p: number) => all * p, 1);
  const size = integer(where, "channels * period", channels * cell, 1);

  const points = perAxis(dim, (a) => period[a]! + 2 * edgePoints);
  const view: PatchView<D> = Object.freeze({
    dim,
    channels,
    points,
    edgePoints,
    spacing,
    origin: perAxis(dim, (a) => -edgePoints * spacing[a]!),
    patch: perAxis(dim, () => 0),
    patches: perAxis(dim, () => 1),
    member: 0,
    // So that the first interior point is point 0 of the period.
    phase: perAxis(dim, (a) => Math.ceil(edgePoints / period[a]!) * period[a]! - edgePoints),
  });
  refuseOtherPeriod(micro, view, period, t);
  const { source, wraps } = twistedEdges(points, period, edgePoints, channels);
  let about: Vec | undefined;
  if (spec.about !== undefined) {
    lengthOf(where, "about", spec.about, size);
    const given = spec.about;
    about = Float64Array.from(source, (from, n) => finite(where, `about[${n}]`, given[from]));
  }
  const { rows, columns, values } = linearResponse(
    where,
    micro,
    [view],
    interiorPlaces(points, edgePoints, channels),
    about,
    t,
  );

  const matrix = (wavenumber: ArrayLike<number>): ComplexMatrix => {
    lengthOf(where, "wavenumber", wavenumber, dim);
    const twist = Array.from({ length: dim }, (_, a) => {
      return finite(where, `wavenumber[${a}]`, wavenumber[a]) * period[a]! * spacing[a]!;
    });
    const out = complexMatrix(size);
    for (let e = 0; e < values.length; e++) {
      const column = columns[e]!;
      let angle = 0;
      for (let a = 0; a < dim; a++) angle += wraps[a]![column]! * twist[a]!;
      const at = rows[e]! * size + source[column]!;
      out.re[at]! += values[e]! * Math.cos(angle);
      out.im[at]! += values[e]! * Math.sin(angle);
    }
    return out;
  };
  const all = (wavenumber: ArrayLike<number>): Eigenvalues => eigenvalues(matrix(wavenumber));
  return Object.freeze<Bloch>({ size, matrix, eigenvalues: all, macro: (wavenumber) => all(wavenumber).re[0]! });
}

/** One period further on along any axis the model must answer alike. */
function refuseOtherPeriod<D extends Dim>(micro: PatchRhs<D>, view: PatchView<D>, period: PerAxis<D>, t: number): void {
  const { points, edgePoints, channels, spacing, phase, origin } = view;
  const size = channels * points.reduce((all: number, n: number) => all * n, 1);
  const u = Float64Array.from({ length: size }, (_, n) => 1.5 + Math.sin(1 + n * n));
  const slopesAt = (one: PatchView<D>): Vec => {
    const out = new Float64Array(size);
    micro(t, u, out, one);
    return Float64Array.from(interiorPlaces(points, edgePoints, channels), (place) => out[place]!);
  };
  const here = slopesAt(view);
  const scale = here.reduce((most, slope) => Math.max(most, Math.abs(slope)), 0);
  for (let axis = 0; axis < view.dim; axis++) {
    const further = slopesAt({
      ...view,
      phase: perAxis(view.dim, (a) => phase[a]! + (a === axis ? period[a]! : 0)),
      origin: perAxis(view.dim, (a) => origin[a]! + (a === axis ? period[a]! * spacing[a]! : 0)),
    });
    if (here.every((slope, n) => Math.abs(slope - further[n]!) <= 1e-9 * scale)) continue;
    throw new RangeError(
      `bloch: period must be one of the medium, got ${period[axis]!} along ${AXIS_NAMES[axis]}; micro answers differently ` +
        `that many points further on`,
    );
  }
}

/** Of each place of a padded period: the unknown that it repeats, and how many periods away along each axis. */
function twistedEdges(
  points: readonly number[],
  period: readonly number[],
  edgePoints: number,
  channels: number,
): { readonly source: Int32Array; readonly wraps: readonly Int32Array[] } {
  const padded = points.reduce((all, n) => all * n, 1);
  const cell = period.reduce((all, p) => all * p, 1);
  const source = new Int32Array(channels * padded);
  const wraps = points.map(() => new Int32Array(channels * padded));
  for (let n = 0; n < channels * padded; n++) {
    let rest = n % padded;
    let stride = 1;
    source[n] = Math.floor(n / padded) * cell;
    for (let a = 0; a < points.length; a++) {
      const i = (rest % points[a]!) - edgePoints;
      rest = Math.floor(rest / points[a]!);
      const away = Math.floor(i / period[a]!);
      wraps[a]![n] = away;
      source[n]! += (i - away * period[a]!) * stride;
      stride *= period[a]!;
    }
  }
  return { source, wraps };
}
