import { callable, checkOptions, finite, integer, lengthOf } from "@hml/guard";
import type { Vec } from "@hml/integrators";
import { edgeLines } from "../edge-lines.ts";
import type { AxisWeights, Coupling, EdgeWeights } from "../edge-weights.ts";
import { type PatchGrid, product } from "../patch-grid.ts";
import type { Dim, PatchRhs, PatchView, PerAxis } from "../patch-view.ts";
import { perAxis } from "../per-axis.ts";
import { type Eigenvalues, eigenvalues } from "./complex-eigenvalues.ts";
import { type ComplexMatrix, complexMatrix } from "./complex-matrix.ts";
import { interiorPlaces, linearResponse } from "./linear-response.ts";

/** Options of `patchModes`. */
export interface PatchModesOptions {
  /**
   * Interior values of one patch `[member, channel, z, y, x]` to linearise about: a state that repeats from patch to
   * patch. Leave out for a linear model.
   */
  readonly about?: ArrayLike<number>;
  /** Time at which the model is taken; default 0. */
  readonly t?: number;
}

/** The Jacobian of a periodic patch scheme, block by block: one small matrix for each macroscale wavenumber. */
export interface PatchModes<D extends Dim = Dim> {
  /** The grid of the scheme. */
  readonly grid: PatchGrid<D>;
  /** Number of modes: the number of patches. */
  readonly count: number;
  /** Rows of a block: members * channels * interior points. */
  readonly blockSize: number;
  /**
   * Whole numbers of waves over the domain along each axis, between -N/2 (left out) and N/2. Modes are numbered as patches
   * are, x fastest.
   */
  waves(mode: number): PerAxis<D>;
  /**
   * The block of a mode: how the amplitudes w of states w exp(2 pi i sum of waves * patch / patches) change, w in the order
   * `[member, channel, z, y, x]`.
   */
  block(mode: number): ComplexMatrix;
  /** Eigenvalues of a mode's block, greatest real part first. The first is the macroscale one where there is one field. */
  eigenvalues(mode: number): Eigenvalues;
}

/** The upper and lower edges' factors of each axis and wave number, interleaved (re, im). */
interface Symbols {
  readonly upper: Vec;
  readonly lower: Vec;
}

/**
 * Splits a linear (or linearised) patch scheme on a periodic grid into its macroscale modes. Every patch runs the same law
 * and the coupling is the same for each, so the Jacobian is block-circulant: a Fourier transform over patches leaves
 * one block of (points - 2 edgePoints)^dim rows for each mode. One patch is run on unit vectors, once; each block then
 * costs a pass over its nonzero entries. Eigenvalues of a block of 9 rows take about a millisecond, of 81 rows some tenths of
 * a second.
 *
 * @throws RangeError for a grid with walls, a coupling that differs from patch to patch, a model that is not linear (when no
 * `about` is given) or not the same on every patch.
 * Source: Bunder, Kevrekidis, Roberts, Numer. Math. 149 (2021) 229, section 3.
 */
export function patchModes<D extends Dim>(
  grid: PatchGrid<D>,
  micro: PatchRhs<NoInfer<D>>,
  coupling: Coupling,
  options: PatchModesOptions = {},
): PatchModes<D> {
  const where = "patchModes";
  callable(where, "micro", micro);
  checkOptions(where, options, ["about", "t"]);
  const t = finite(where, "t", options.t ?? 0);
  const { dim, patches, members, channels, points, edgePoints, interior } = grid;
  if (grid.periodic.includes(false)) {
    throw new RangeError(`${where}: the grid must be periodic along every axis; walls leave no Fourier modes`);
  }
  const weights = coupling.weights(grid);
  const blockSize = members * channels * product(interior);
  const places = interiorPlaces(points, edgePoints, members * channels);
  const { source, ends } = onePatchEdges(grid, weights, places);
  let about: Vec | undefined;
  if (options.about !== undefined) {
    lengthOf(where, "about", options.about, blockSize);
    const given = options.about;
    about = Float64Array.from(source, (from, n) => finite(where, `about[${n}]`, given[from]));
  }
  const views = Array.from({ length: members }, (_, member) =>
    viewOf(
      grid,
      member,
      perAxis(dim, () => 0),
    ),
  );
  refuseVarying(
    where,
    micro,
    views[0]!,
    viewOf(
      grid,
      0,
      perAxis(dim, (a) => patches[a]! - 1),
    ),
    t,
  );
  const { rows, columns, values } = linearResponse(where, micro, views, places, about, t);
  const symbols = weights.axes.map((axis, a) => symbolsOf(where, axis, patches[a]!));

  const waves = (mode: number): PerAxis<D> => {
    integer(where, "mode", mode, 0, product(patches) - 1);
    return perAxis(dim, (a) => signed(indexOf(mode, patches, a), patches[a]!));
  };
  const block = (mode: number): ComplexMatrix => {
    integer(where, "mode", mode, 0, product(patches) - 1);
    const out = complexMatrix(blockSize);
    const factors = endFactors(dim, symbols, (a) => indexOf(mode, patches, a));
    for (let e = 0; e < values.length; e++) {
      const at = rows[e]! * blockSize + source[columns[e]!]!;
      const end = ends[columns[e]!]!;
      out.re[at]! += values[e]! * factors[2 * end]!;
      out.im[at]! += values[e]! * factors[2 * end + 1]!;
    }
    return out;
  };
  return Object.freeze<PatchModes<D>>({
    grid,
    count: product(patches),
    blockSize,
    waves,
    block,
    eigenvalues: (mode) => eigenvalues(block(mode)),
  });
}

/**
 * For each place of a padded patch: the unknown it takes its value from, and through which ends, coded in base 3 by axis
 * (0 none, 1 upper, 2 lower). Corners go through several.
 */
function onePatchEdges(
  grid: PatchGrid,
  weights: EdgeWeights,
  places: Int32Array,
): { readonly source: Int32Array; readonly ends: Int32Array } {
  const one: PatchGrid = { ...grid, patches: perAxis(grid.dim, () => 1) };
  const size = grid.members * grid.channels * product(grid.points);
  const source = new Int32Array(size);
  const ends = new Int32Array(size);
  for (const [unknown, place] of places.entries()) source[place] = unknown;
  let digit = 1;
  for (const [axis, { reach }] of weights.axes.entries()) {
    for (const [code, end] of (["upper", "lower"] as const).entries()) {
      const { from, to } = edgeLines(one, axis, end, reach);
      for (let l = 0; l < from.length; l++) {
        source[to[l]!] = source[from[l]!]!;
        ends[to[l]!] = ends[from[l]!]! + (code + 1) * digit;
      }
    }
    digit *= 3;
  }
  return { source, ends };
}

function viewOf<D extends Dim>(grid: PatchGrid<D>, member: number, patch: PerAxis<D>): PatchView<D> {
  const { dim, channels, points, edgePoints, spacing, patches } = grid;
  return Object.freeze<PatchView<D>>({
    dim,
    channels,
    points,
    edgePoints,
    spacing,
    origin: perAxis(dim, (a) => grid.centres[a]![patch[a]!]! - ((points[a]! - 1) / 2) * spacing[a]!),
    patch,
    patches,
    member,
    phase: grid.phase(member),
  });
}

/** The model must answer alike on the first and the last patch, or the blocks mean nothing. */
function refuseVarying<D extends Dim>(
  where: string,
  micro: PatchRhs<D>,
  first: PatchView<D>,
  last: PatchView<D>,
  t: number,
): void {
  const u = Float64Array.from({ length: first.channels * product(first.points) }, (_, n) => 1.5 + Math.sin(1 + n * n));
  const slopes = [first, last].map((view) => {
    const out = new Float64Array(u.length);
    micro(t, u, out, view);
    return Array.from(interiorPlaces(view.points, view.edgePoints, view.channels), (place) => out[place]!);
  });
  const scale = Math.max(...slopes[0]!.map(Math.abs));
  for (const [n, slope] of slopes[0]!.entries()) {
    if (!(Math.abs(slope - slopes[1]![n]!) <= 1e-9 * scale)) {
      throw new RangeError(
        `${where}: micro must be the same on every patch; it differs between the first and the last`,
      );
    }
  }
}

/** sum over source patches of weight exp(2 pi i k offset / N), for all k from 0 to N - 1. */
function symbolsOf(where: string, { upper, lower, width, first }: AxisWeights, patches: number): Symbols {
  if (upper.length !== width || lower.length !== width) {
    throw new RangeError(`${where}: coupling must have the same weights for every patch`);
  }
  const transform = (row: Vec): Vec => {
    const out = new Float64Array(2 * patches);
    for (let k = 0; k < patches; k++) {
      for (let j = 0; j < width; j++) {
        // Modulo N first: the angle stays exact.
        const angle = (2 * Math.PI * ((k * (first[0]! + j)) % patches)) / patches;
        out[2 * k]! += row[j]! * Math.cos(angle);
        out[2 * k + 1]! += row[j]! * Math.sin(angle);
      }
    }
    return out;
  };
  return { upper: transform(upper), lower: transform(lower) };
}

/** The factor of every code of ends, (re, im) interleaved. */
function endFactors(dim: number, symbols: readonly Symbols[], wave: (axis: number) => number): Vec {
  let out = Float64Array.of(1, 0);
  for (let a = 0; a < dim; a++) {
    const k = wave(a);
    const { upper, lower } = symbols[a]!;
    const ends = [1, 0, upper[2 * k]!, upper[2 * k + 1]!, lower[2 * k]!, lower[2 * k + 1]!];
    const next = new Float64Array(3 * out.length);
    for (let digit = 0; digit < 3; digit++) {
      const [re, im] = [ends[2 * digit]!, ends[2 * digit + 1]!];
      for (let n = 0; n < out.length; n += 2) {
        next[digit * out.length + n] = re * out[n]! - im * out[n + 1]!;
        next[digit * out.length + n + 1] = re * out[n + 1]! + im * out[n]!;
      }
    }
    out = next;
  }
  return out;
}

function indexOf(flat: number, shape: readonly number[], axis: number): number {
  let rest = flat;
  for (let a = 0; a < axis; a++) rest = Math.floor(rest / shape[a]!);
  return rest % shape[axis]!;
}

function signed(k: number, count: number): number {
  return k > count / 2 ? k - count : k;
}
