import { callable, checkOptions, finite, integer, positive } from "@hml/guard";
import type { RandomSource, Vec } from "@hml/integrators";
import { atPoints, unit } from "./initial-fields.ts";
import { type GridShape, gridShape, type PeriodicGrid } from "./periodic-grid.ts";

/** Where things are placed. */
export interface Placement {
  /** How many. */
  readonly count: number;
  /** Radius of each. */
  readonly radius: number;
  /** A seeded source, for places and orientations. */
  readonly random: RandomSource;
}

/** What `bubbles` needs. */
export interface BubblesOptions extends Placement {
  /** Value inside; default 1. */
  readonly inside?: number;
  /** Value outside; default -1. */
  readonly outside?: number;
  /** Width w of the walls, tanh(r / w); default sqrt 2, that of the models with a2 = a4 = 1. */
  readonly width?: number;
}

/** Tries for each place before the box counts as full. */
const MOST_TRIES = 1000;

/**
 * Bubbles of one phase in another: segments on a line, discs in a plane, balls in space, at random places where they do not
 * overlap; the smooth wall (outside + inside) / 2 - (outside - inside) / 2 tanh((radius - r) / width).
 *
 * @throws TypeError or RangeError for a malformed grid or options, and where the bubbles find no room
 */
export function bubbles(grid: PeriodicGrid, options: BubblesOptions): Vec {
  const where = "bubbles";
  const shape = gridShape(where, grid);
  checkOptions(where, options, ["count", "radius", "random", "inside", "outside", "width"]);
  const { radius, inside = 1, outside = -1, width = Math.SQRT2 } = options;
  finite(where, "inside", inside);
  finite(where, "outside", outside);
  positive(where, "width", width);
  const centres = places(where, shape, options);
  return atPoints(shape, (x, y, z) => {
    let share = 0;
    for (const centre of centres) {
      const [dx, dy, dz] = offset(shape, centre, x, y, z);
      share = Math.max(share, 0.5 + 0.5 * Math.tanh((radius - Math.sqrt(dx * dx + dy * dy + dz * dz)) / width));
    }
    return outside + (inside - outside) * share;
  });
}

/** What `crystalSeeds` needs. */
export interface CrystalSeedsOptions extends Placement {
  /** Mean value everywhere; default 0. */
  readonly mean?: number;
  /** Amplitude of each of the three waves of a seed. */
  readonly amplitude: number;
  /** Wavenumber of the lattice; default 1. */
  readonly wavenumber?: number;
}

/**
 * Hexagonal crystallites in a uniform field, each at a random place and turned by a random angle in the plane of x and y,
 * without overlap: mean + amplitude (2 cos(sqrt 3 / 2 q x') cos(q y' / 2) + cos(q y')) in coordinates x', y' of the seed,
 * with its edge smoothed as (1 + cos(pi r / radius)) / 2. On a line 2 cos(q x').
 *
 * @throws TypeError or RangeError for a malformed grid or options, and where the seeds find no room
 */
export function crystalSeeds(grid: PeriodicGrid, options: CrystalSeedsOptions): Vec {
  const where = "crystalSeeds";
  const shape = gridShape(where, grid);
  checkOptions(where, options, ["count", "radius", "random", "mean", "amplitude", "wavenumber"]);
  const { radius, random, mean = 0, amplitude, wavenumber = 1 } = options;
  finite(where, "mean", mean);
  finite(where, "amplitude", amplitude);
  const q = positive(where, "wavenumber", wavenumber);
  const line = shape.points.length === 1;
  // The lattice repeats itself after a sixth of a turn.
  const seeds = places(where, shape, options).map((centre) => {
    const angle = (Math.PI / 3) * unit(where, random);
    return { centre, cos: Math.cos(angle), sin: Math.sin(angle) };
  });
  return atPoints(shape, (x, y, z) => {
    let sum = mean;
    for (const { centre, cos, sin } of seeds) {
      const [dx, dy, dz] = offset(shape, centre, x, y, z);
      const r = Math.sqrt(dx * dx + dy * dy + dz * dz);
      if (r >= radius) continue;
      const a = (Math.sqrt(3) / 2) * q * (cos * dx + sin * dy);
      const b = (q / 2) * (cos * dy - sin * dx);
      const lattice = line ? 2 * Math.cos(q * dx) : 2 * Math.cos(a) * Math.cos(b) + Math.cos(2 * b);
      sum += amplitude * lattice * (0.5 + 0.5 * Math.cos((Math.PI * r) / radius));
    }
    return sum;
  });
}

type Point = readonly [x: number, y: number, z: number];

/** Centres two radii apart from each other, periodically. */
function places(where: string, shape: GridShape, { count, radius, random }: Placement): readonly Point[] {
  integer(where, "count", count, 0, 1_000_000);
  positive(where, "radius", radius);
  callable(where, "random", random);
  const [lx = 0, ly = 0, lz = 0] = shape.lengths;
  if (count > 0 && 2 * radius > Math.min(...shape.lengths)) {
    throw new RangeError(`${where}: radius must be at most half of the shortest length, got ${radius}`);
  }
  const found: Point[] = [];
  for (let tries = 0; found.length < count; tries++) {
    if (tries === MOST_TRIES * count) {
      throw new RangeError(
        `${where}: count must leave room, got ${count}; after ${tries} tries ${found.length} fitted`,
      );
    }
    const place: Point = [
      lx * unit(where, random),
      ly === 0 ? 0 : ly * unit(where, random),
      lz === 0 ? 0 : lz * unit(where, random),
    ];
    const free = found.every((other) => {
      const [dx, dy, dz] = offset(shape, other, ...place);
      return dx * dx + dy * dy + dz * dz >= 4 * radius * radius;
    });
    if (free) found.push(place);
  }
  return found;
}

/** From `centre` the shortest way to a point, around the period if need be. */
function offset(
  { lengths: [lx = 0, ly = 0, lz = 0] }: GridShape,
  centre: Point,
  x: number,
  y: number,
  z: number,
): Point {
  return [nearest(x - centre[0], lx), nearest(y - centre[1], ly), nearest(z - centre[2], lz)];
}

function nearest(distance: number, length: number): number {
  return length === 0 ? distance : distance - length * Math.round(distance / length);
}
