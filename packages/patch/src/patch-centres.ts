import { checkOptions, finite, finiteVector, oneOf, show } from "@hml/guard";

/** Where the patches of an axis stand, and which walls it has. */
export type AxisBoundary =
  | "periodic"
  | "equispaced"
  | "chebyshev"
  | {
      /** Placement between walls: equal distances, Chebyshev points, or the centres themselves, increasing. */
      readonly centres: "equispaced" | "chebyshev" | ArrayLike<number>;
      /**
       * How far inside the outermost point the wall lies, in spacings, at the lower and upper end, less than `edgePoints`:
       * 0 (default) puts the wall on the point, for Dirichlet values; 0.5 midway to the next point, for Neumann slopes; with
       * two layers of edge points 1 and 1.5 do. Without effect on where given centres stand.
       */
      readonly offset?: number | readonly [lower: number, upper: number];
    };

/** An axis boundary with every choice spelt out. */
export interface Placement {
  /** How the patches stand. */
  readonly kind: "periodic" | "equispaced" | "chebyshev" | "given";
  /** Centres given by the user, for kind "given". */
  readonly given: readonly number[];
  /** Wall offsets in spacings. */
  readonly offset: readonly [lower: number, upper: number];
}

/** Checks an axis boundary and spells it out. */
export function placementOf(where: string, name: string, boundary: AxisBoundary, edgePoints: number): Placement {
  if (typeof boundary !== "object" || boundary === null) {
    const kind = oneOf(where, name, boundary, ["periodic", "equispaced", "chebyshev"]);
    return { kind, given: [], offset: [0, 0] };
  }
  checkOptions(where, boundary, ["centres", "offset"], name);
  const { centres, offset = 0 } = boundary;
  const ends: readonly [number, number] = typeof offset === "number" ? [offset, offset] : offset;
  finiteVector(where, `${name}.offset`, ends, 2);
  for (const end of ends) {
    if (!(end >= 0 && end < edgePoints)) {
      throw new RangeError(
        `${where}: ${name}.offset must lie in [0, edgePoints) = [0, ${edgePoints}), got ${show(end)}`,
      );
    }
  }
  if (typeof centres === "string") {
    return { kind: oneOf(where, `${name}.centres`, centres, ["equispaced", "chebyshev"]), given: [], offset: ends };
  }
  finiteVector(where, `${name}.centres`, centres);
  return { kind: "given", given: Array.from(centres), offset: ends };
}

/** What an axis has: its interval, counts and spacing. */
export interface AxisSize {
  /** Lower end of the interval. */
  readonly from: number;
  /** Upper end of the interval. */
  readonly to: number;
  /** Number of patches. */
  readonly patches: number;
  /** Points of a patch, edges included. */
  readonly points: number;
  /** Layers of edge points at each end. */
  readonly edgePoints: number;
  /** Distance of neighbouring points. */
  readonly spacing: number;
}

/**
 * The centres of an axis' patches, increasing:
 *
 *   periodic    X_I = from + (I + 1/2) L / N
 *   equispaced  equal distances between X_0 and X_(N-1), whose outermost points lie at the walls (less the offsets)
 *   chebyshev   -cos(i pi / (N - 1)) between the same two; where the points crowd closer than a patch is wide, b/2 abutting
 *               patches stand at each wall and Chebyshev points between, b = 0, 2, 4, ... the first that fits
 *
 * @throws RangeError when patches would overlap or leave the interval.
 */
export function centresOf(where: string, axisName: string, placement: Placement, size: AxisSize): Float64Array {
  const { from, to, patches, points, edgePoints, spacing } = size;
  const width = (points - 2 * edgePoints) * spacing;
  if (placement.kind === "periodic") {
    const distance = (to - from) / patches;
    return Float64Array.from({ length: patches }, (_, i) => from + (i + 0.5) * distance);
  }
  const half = ((points - 1) / 2) * spacing;
  const first = from + half - placement.offset[0] * spacing;
  const last = to - half + placement.offset[1] * spacing;
  if (placement.kind === "chebyshev") return chebyshev(where, axisName, first, last, patches, width);
  if (placement.kind === "equispaced") {
    const distance = (last - first) / (patches - 1);
    refuseOverlap(where, axisName, distance, width, spacing);
    return Float64Array.from({ length: patches }, (_, i) => first + i * distance);
  }
  const { given } = placement;
  if (given.length !== patches) {
    throw new RangeError(
      `${where}: boundary centres of ${axisName} must be as many as patches, ${patches}, got ${given.length}`,
    );
  }
  for (let i = 0; i < patches; i++) {
    const centre = finite(where, `boundary centre ${i} of ${axisName}`, given[i]);
    if (!(centre >= from && centre <= to)) {
      throw new RangeError(
        `${where}: boundary centre ${i} of ${axisName} must lie in [${from}, ${to}], got ${show(centre)}`,
      );
    }
    if (i > 0) refuseOverlap(where, axisName, centre - given[i - 1]!, width, spacing);
  }
  return Float64Array.from(given);
}

function chebyshev(where: string, axisName: string, first: number, last: number, patches: number, width: number) {
  for (let glued = 0; glued <= patches - 2; glued += 2) {
    const inner = patches - glued - 1;
    const radius = (last - first - glued * width) / 2;
    const closest = radius * (1 - Math.cos(Math.PI / inner));
    if (!(closest > width)) continue;
    const middle = (first + last) / 2;
    return Float64Array.from({ length: patches }, (_, i) => {
      if (i < glued / 2) return first + i * width;
      if (i >= patches - glued / 2) return last - (patches - 1 - i) * width;
      return middle - radius * Math.cos((Math.PI * (i - glued / 2)) / inner);
    });
  }
  throw new RangeError(
    `${where}: ${patches} patches of width ${width} must fit between the walls of ${axisName}; ` +
      `take fewer patches or a smaller spacing`,
  );
}

/** A hundred-millionth of a spacing of slack lets touching patches through. */
function refuseOverlap(where: string, axisName: string, distance: number, width: number, spacing: number): void {
  if (distance >= width - 1e-8 * spacing) return;
  throw new RangeError(
    `${where}: neighbouring centres of ${axisName} must be at least a patch's width, (points - 2 edgePoints) spacing = ` +
      `${width}, apart, got ${distance}; patches would overlap. Take fewer patches, fewer points or a smaller spacing`,
  );
}
