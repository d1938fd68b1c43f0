import { callable, checkOptions, integer } from "@hml/guard";
import { pointCloud } from "../sample.ts";

/** Uniform numbers in [0, 1): a seeded source, so that a result can be had again. */
export type RandomSource = () => number;

/** Options of `kMeans`. */
export interface KMeansOptions {
  /** Components of each point. */
  readonly dimension: number;
  /** Number of clusters. */
  readonly clusters: number;
  /** Where the choice of first centres comes from. */
  readonly random: RandomSource;
  /** Starts of which the best is kept; 10 by default. */
  readonly starts?: number;
  /** Most sweeps of one start; 100 by default. */
  readonly maxSweeps?: number;
}

/** What `kMeans` gives. */
export interface KMeans {
  /** The cluster of each point, 0, 1, ... in the order in which the points first show them. */
  readonly labels: Int32Array;
  /** Mean of each cluster, `[cluster, component]`. */
  readonly centres: Float64Array;
  /** Sum of the squared distances of the points to their centres. */
  readonly inertia: number;
}

/**
 * k-means clustering by Lloyd's sweeps from centres spread by k-means++; the best of several starts. A centre that has
 * lost its points is put on the point farthest from its own centre. Of centres at equal distance the first is taken.
 *
 * @param points - `[point, component]`
 * @throws RangeError for empty data, a value that is not finite, a wrong length, or more clusters than points
 *
 * Source: Lloyd, IEEE Trans. Inf. Theory 28 (1982) 129; Arthur and Vassilvitskii, SODA (2007) 1027.
 */
export function kMeans(points: ArrayLike<number>, options: KMeansOptions): KMeans {
  checkOptions("kMeans", options, ["dimension", "clusters", "random", "starts", "maxSweeps"]);
  const { dimension, clusters, random, starts = 10, maxSweeps = 100 } = options;
  const { values: x, count } = pointCloud("kMeans", "points", points, dimension);
  integer("kMeans", "clusters", clusters, 1, count);
  callable("kMeans", "random", random);
  integer("kMeans", "starts", starts, 1);
  integer("kMeans", "maxSweeps", maxSweeps, 1);
  const space: Space = { x, count, dimension };
  let best = lloyd(space, spread(space, clusters, random), maxSweeps);
  for (let start = 1; start < starts; start++) {
    const next = lloyd(space, spread(space, clusters, random), maxSweeps);
    if (next.inertia < best.inertia) best = next;
  }
  return inOrder(best, dimension);
}

interface Space {
  readonly x: Float64Array;
  readonly count: number;
  readonly dimension: number;
}

/** Squared distance of point i to the centre at `from` of `centres`. */
function squaredDistance({ x, dimension }: Space, i: number, centres: Float64Array, from: number): number {
  let sum = 0;
  for (let c = 0; c < dimension; c++) {
    const d = x[i * dimension + c]! - centres[from + c]!;
    sum += d * d;
  }
  return sum;
}

/** k-means++: each centre is a point drawn with probability proportional to its squared distance to those before. */
function spread(space: Space, clusters: number, random: RandomSource): Float64Array {
  const { x, count, dimension } = space;
  const centres = new Float64Array(clusters * dimension);
  const nearest = new Float64Array(count).fill(Infinity);
  let chosen = Math.min(count - 1, Math.floor(random() * count));
  for (let k = 0; k < clusters; k++) {
    centres.set(x.subarray(chosen * dimension, (chosen + 1) * dimension), k * dimension);
    let total = 0;
    for (let i = 0; i < count; i++) {
      nearest[i] = Math.min(nearest[i]!, squaredDistance(space, i, centres, k * dimension));
      total += nearest[i]!;
    }
    let left = random() * total;
    chosen = 0;
    while (chosen < count - 1 && left >= nearest[chosen]!) left -= nearest[chosen++]!;
  }
  return centres;
}

function lloyd(space: Space, centres: Float64Array, maxSweeps: number): KMeans {
  const { x, count, dimension } = space;
  const clusters = centres.length / dimension;
  const labels = new Int32Array(count).fill(-1);
  const distances = new Float64Array(count);
  let inertia = Infinity;
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    let moved = false;
    inertia = 0;
    const members = new Float64Array(clusters);
    for (let i = 0; i < count; i++) {
      let nearest = 0;
      let distance = Infinity;
      for (let k = 0; k < clusters; k++) {
        const d = squaredDistance(space, i, centres, k * dimension);
        if (d < distance) {
          distance = d;
          nearest = k;
        }
      }
      moved ||= labels[i] !== nearest;
      labels[i] = nearest;
      distances[i] = distance;
      members[nearest] = members[nearest]! + 1;
      inertia += distance;
    }
    if (!moved) break;
    centres.fill(0);
    for (let i = 0; i < x.length; i++) {
      const at = labels[Math.floor(i / dimension)]! * dimension + (i % dimension);
      centres[at] = centres[at]! + x[i]!;
    }
    for (let k = 0; k < clusters; k++) {
      const from = k * dimension;
      if (members[k]! > 0) {
        for (let c = 0; c < dimension; c++) centres[from + c] = centres[from + c]! / members[k]!;
        continue;
      }
      let farthest = 0;
      for (let i = 1; i < count; i++) if (distances[i]! > distances[farthest]!) farthest = i;
      distances[farthest] = 0;
      centres.set(x.subarray(farthest * dimension, (farthest + 1) * dimension), from);
    }
  }
  return { labels, centres, inertia };
}

/** The same clusters, numbered as the points first show them; clusters without points come last. */
function inOrder({ labels, centres, inertia }: KMeans, dimension: number): KMeans {
  const clusters = centres.length / dimension;
  const order = [...new Set([...labels, ...Array.from({ length: clusters }, (_, k) => k)])];
  const sorted = new Float64Array(centres.length);
  for (const [k, old] of order.entries()) {
    sorted.set(centres.subarray(old * dimension, (old + 1) * dimension), k * dimension);
  }
  return Object.freeze({ labels: labels.map((old) => order.indexOf(old)), centres: sorted, inertia });
}
