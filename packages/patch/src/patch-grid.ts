import { checkOptions, finite, finiteVector, integer, positive, show } from "@hml/guard";
import { type AxisBoundary, centresOf, type Placement, placementOf } from "./patch-centres.ts";
import type { Dim, PerAxis } from "./patch-view.ts";
import { AXIS_NAMES, eachAxis, perAxis } from "./per-axis.ts";

/** What a patch grid is made from. A bare value stands for an equal tuple over the axes x, y, z. */
export interface PatchGridSpec<D extends Dim> {
  /** Number of space dimensions. */
  readonly dim: D;
  /** Interval of each axis: `[from, to]`, or a length L for [0, L]. */
  readonly extent: number | PerAxis<D, number | readonly [from: number, to: number]>;
  /** Number of patches along each axis. */
  readonly patches: number | PerAxis<D>;
  /** Points of a patch along each axis, edge points included. */
  readonly points: number | PerAxis<D>;
  /**
   * Part of each axis that is simulated, in (0, 1]: r = (points - 2 edgePoints) spacing / distance of patches; at 1 the
   * patches tile the axis and the scheme is the full simulation. Either this or `spacing`.
   */
  readonly ratio?: number | PerAxis<D>;
  /** Distance of neighbouring points. Either this or `ratio`. */
  readonly spacing?: number | PerAxis<D>;
  /** Placement of patches and kind of walls of each axis, "periodic" by default; axes may differ. */
  readonly boundary?: AxisBoundary | PerAxis<D, AxisBoundary>;
  /** Number of fields at each point, 1 by default. */
  readonly channels?: number;
  /** Number of independent copies, 1 by default. */
  readonly members?: number;
  /**
   * Period of the micro model's heterogeneity in points along each axis. Given, the grid holds an ensemble of all
   * phase shifts, one member each (x fastest), and the coupling goes between members so that phases match; then the
   * patches need not hold whole periods.
   */
  readonly period?: number | PerAxis<D>;
  /** Layers of edge points at each end of each axis, 1 by default; 2 for fourth-order micro models. */
  readonly edgePoints?: number;
}

/** Patches in space: where they stand and how a state of them is laid out. Frozen; every tuple runs over x, y, z. */
export interface PatchGrid<D extends Dim = Dim> {
  /** Number of space dimensions. */
  readonly dim: D;
  /** Interval of each axis. */
  readonly extent: PerAxis<D, readonly [from: number, to: number]>;
  /** Number of patches along each axis. */
  readonly patches: PerAxis<D>;
  /** Points of a patch along each axis, edge points included. */
  readonly points: PerAxis<D>;
  /** Points of a patch along each axis that belong to the state: points - 2 edgePoints. */
  readonly interior: PerAxis<D>;
  /** Layers of edge points at each end. */
  readonly edgePoints: number;
  /** Distance of neighbouring points. */
  readonly spacing: PerAxis<D>;
  /** Distance of neighbouring centres, the mean one where they differ. */
  readonly distance: PerAxis<D>;
  /** Part of each axis that is simulated, interior spacing / distance. */
  readonly ratio: PerAxis<D>;
  /** Whether each axis is periodic. */
  readonly periodic: PerAxis<D, boolean>;
  /** How far inside the outermost point each wall lies, in spacings; zero on periodic axes. */
  readonly wallOffset: PerAxis<D, readonly [lower: number, upper: number]>;
  /** Centres of the patches along each axis. */
  readonly centres: PerAxis<D, Float64Array>;
  /** Number of fields at each point. */
  readonly channels: number;
  /** Number of members. */
  readonly members: number;
  /** Period of the phase ensemble along each axis; 1 without one. */
  readonly period: PerAxis<D>;
  /** Length of a state `[member, channel, patchZ, patchY, patchX, z, y, x]`, interior points only, x contiguous. */
  readonly size: number;
  /** Length of a coarse state `[member, channel, patchZ, patchY, patchX]`. */
  readonly coarseSize: number;
  /** Phase shift of a member along each axis. */
  phase(member: number): PerAxis<D>;
}

const KEYS = [
  "dim",
  "extent",
  "patches",
  "points",
  "ratio",
  "spacing",
  "boundary",
  "channels",
  "members",
  "period",
  "edgePoints",
];

/** Most values of a padded work array: 8 GB. */
const MOST_VALUES = 1_073_741_824;

/**
 * Lays small patches of a microscale lattice over a large domain of 1, 2 or 3 dimensions.
 *
 * Point i (from 0) of patch I lies at X_I + (i - (points - 1) / 2) spacing. The outermost `edgePoints` layers get their
 * values from the coupling; the others are the state.
 *
 * Good starting values: `ratio` 0.1; `points` such that points - 2 holds a whole period of the heterogeneity; for each
 * wavelength of interest 3 patches with `spectral()`, 8 with centre `lagrange(4)`, 20 with edgy `lagrange(4)`.
 *
 * @throws TypeError or RangeError for each bad argument, before anything is allocated.
 * Source: Roberts, MacKenzie, Bunder, J. Eng. Math. 86 (2014) 175.
 */
export function patchGrid<const D extends Dim>(spec: PatchGridSpec<D>): PatchGrid<D> {
  const where = "patchGrid";
  checkOptions(where, spec, KEYS, "spec");
  const { channels = 1, edgePoints = 1, boundary = "periodic" } = spec;
  const dim = spec.dim;
  integer(where, "dim", dim, 1, 3);
  integer(where, "channels", channels, 1);
  integer(where, "edgePoints", edgePoints, 1);
  const count = (min: number) => (name: string, value: number) => integer(where, name, value, min);
  const placement = eachAxis<D, AxisBoundary, Placement>(where, "boundary", dim, boundary, (name, value) =>
    placementOf(where, name, value, edgePoints),
  );
  const extent = eachAxis(where, "extent", dim, spec.extent, (name, value) => intervalOf(where, name, value));
  const patches = eachAxis(where, "patches", dim, spec.patches, (name, value, a) =>
    integer(where, name, value, placement[a]!.kind === "periodic" ? 1 : 2),
  );
  const points = eachAxis(where, "points", dim, spec.points, (name, value) => pointsOf(where, name, value, edgePoints));
  const interior = perAxis(dim, (a) => points[a]! - 2 * edgePoints);
  const period = eachAxis(where, "period", dim, spec.period ?? 1, count(1));
  const members = memberCount(where, spec.members, spec.period === undefined ? undefined : product(period));
  // Sizes are checked in exact arithmetic before anything grows with them.
  integer(
    where,
    "members * channels * patches * points (values to hold)",
    members * channels * product(patches) * product(points),
    1,
    MOST_VALUES,
  );

  const spacing = spacingOf(where, dim, spec, placement, extent, patches, points, edgePoints);
  const centres = perAxis(dim, (a) =>
    centresOf(where, AXIS_NAMES[a]!, placement[a]!, {
      from: extent[a]![0],
      to: extent[a]![1],
      patches: patches[a]!,
      points: points[a]!,
      edgePoints,
      spacing: spacing[a]!,
    }),
  );
  const periodic = perAxis(dim, (a) => placement[a]!.kind === "periodic");
  const distance = perAxis(dim, (a) => {
    if (periodic[a]!) return (extent[a]![1] - extent[a]![0]) / patches[a]!;
    return (centres[a]![patches[a]! - 1]! - centres[a]![0]!) / (patches[a]! - 1);
  });
  const coarseSize = members * channels * product(patches);
  return Object.freeze({
    dim,
    extent,
    patches,
    points,
    interior,
    edgePoints,
    spacing,
    distance,
    ratio: perAxis(dim, (a) => (interior[a]! * spacing[a]!) / distance[a]!),
    periodic,
    wallOffset: perAxis(dim, (a) => placement[a]!.offset),
    centres,
    channels,
    members,
    period,
    size: coarseSize * product(interior),
    coarseSize,
    phase(member: number): PerAxis<D> {
      let rest = integer("phase", "member", member, 0, members - 1);
      return perAxis(dim, (a) => {
        const shift = rest % period[a]!;
        rest = Math.floor(rest / period[a]!);
        return shift;
      });
    },
  });
}

/** Product of a tuple's entries. */
export function product(values: readonly number[]): number {
  return values.reduce((all, value) => all * value, 1);
}

function intervalOf(where: string, name: string, value: number | readonly [number, number]): readonly [number, number] {
  if (typeof value === "number") return [0, positive(where, name, value)];
  finiteVector(where, name, value, 2);
  const from = finite(where, `${name}[0]`, value[0]);
  const to = finite(where, `${name}[1]`, value[1]);
  if (!(to > from)) throw new RangeError(`${where}: ${name} must increase, got [${from}, ${to}]`);
  return Object.freeze([from, to] as const);
}

function pointsOf(where: string, name: string, value: number, edgePoints: number): number {
  integer(where, name, value, 1);
  if (value < 3 * edgePoints || value % edgePoints !== 0) {
    throw new RangeError(
      `${where}: ${name} must be a multiple of edgePoints and at least 3 edgePoints = ${3 * edgePoints}, got ${value}; ` +
        `take ${Math.max(3, Math.ceil(value / edgePoints)) * edgePoints}`,
    );
  }
  return value;
}

function memberCount(where: string, members: number | undefined, phases: number | undefined): number {
  if (members !== undefined) integer(where, "members", members, 1);
  if (phases === undefined) return members ?? 1;
  if (members !== undefined && members !== phases) {
    throw new RangeError(
      `${where}: members must be the number of phase shifts, ${phases}, when period is given, got ${members}; leave it out`,
    );
  }
  return phases;
}

/** Spacings, given or from the ratio; a ratio needs one distance of patches, so periodic or equispaced axes. */
function spacingOf<D extends Dim>(
  where: string,
  dim: D,
  spec: PatchGridSpec<D>,
  placement: PerAxis<D, Placement>,
  extent: PerAxis<D, readonly [number, number]>,
  patches: PerAxis<D>,
  points: PerAxis<D>,
  edgePoints: number,
): PerAxis<D> {
  const { ratio, spacing } = spec;
  if ((ratio === undefined) === (spacing === undefined)) {
    throw new TypeError(
      `${where}: either ratio or spacing must be given, got ${ratio === undefined ? "none" : "both"}`,
    );
  }
  return eachAxis(
    where,
    ratio === undefined ? "spacing" : "ratio",
    dim,
    (ratio ?? spacing)!,
    (name, value: number, a) => {
      const length = extent[a]![1] - extent[a]![0];
      const n = points[a]!;
      const width = n - 2 * edgePoints;
      const { kind, offset } = placement[a]!;
      if (ratio === undefined) {
        positive(where, name, value);
        if (kind === "periodic" && !(width * value <= (length / patches[a]!) * (1 + 1e-12))) {
          throw new RangeError(
            `${where}: (points - 2 edgePoints) ${name} must be at most the distance of patches, ` +
              `${length / patches[a]!}, got ${width * value}; patches would overlap`,
          );
        }
        return value;
      }
      finite(where, name, value);
      if (!(value > 0 && value <= 1)) {
        throw new RangeError(
          `${where}: ${name} must lie in (0, 1], got ${show(value)}${value > 1 ? "; patches would overlap" : ""}`,
        );
      }
      if (kind === "periodic") return (value * length) / patches[a]! / width;
      if (kind === "equispaced") {
        // distance (patches - 1) = length - (points - 1 - offsets) spacing, and spacing = ratio distance / width.
        return (value * length) / (width * (patches[a]! - 1) + value * (n - 1 - offset[0] - offset[1]));
      }
      throw new TypeError(
        `${where}: spacing must be given instead of ratio on ${AXIS_NAMES[a]}, whose patches are not equally far apart`,
      );
    },
  );
}
