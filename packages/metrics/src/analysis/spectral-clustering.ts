import { callable, checkOptions, integer, positive } from "@hml/guard";
import { pointCloud } from "../sample.ts";
import { gaussianAffinity, neighbourAffinity, normalise, squaredDistances } from "./affinity.ts";
import { kMeans, type RandomSource } from "./k-means.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";

/** More points than this do not go into a dense eigenproblem. */
const MOST_POINTS = 2000;

/** Options of `spectralClustering`. */
export interface SpectralClusteringOptions {
  /** Components of each point. */
  readonly dimension: number;
  /** Where the choice of first centres comes from: a seeded source. */
  readonly random: RandomSource;
  /** Number of clusters; by default chosen by the eigengap. */
  readonly clusters?: number;
  /** Most clusters that the eigengap may choose; 12 by default. */
  readonly maxClusters?: number;
  /** Neighbours that each point is tied to; 10 by default. Not together with `bandwidth`. */
  readonly neighbours?: number;
  /** Bandwidth h of a Gaussian affinity exp(-d^2 / (2 h^2)), in place of neighbours, in the units of the points. */
  readonly bandwidth?: number;
}

/** What `spectralClustering` gives. */
export interface SpectralClustering {
  /** Number of clusters. */
  readonly clusters: number;
  /** The cluster of each point, 0, 1, ... in the order in which the points first show them. */
  readonly labels: Int32Array;
  /** Smallest eigenvalues of the normalised Laplacian, rising from 0: `maxClusters + 1` of them or one for each point. */
  readonly eigenvalues: Float64Array;
}

/**
 * Spectral clustering of points: k-means in the space of the first k eigenvectors of the normalised Laplacian
 * L = I - D^(-1/2) W D^(-1/2), rows made unit vectors, with W the affinity and D its row sums.
 *
 * Well separated groups are as many as L has eigenvalues near zero. Without `clusters` the number is that k up to
 * `maxClusters` before the largest gap lambda_(k+1) - lambda_k; look at `eigenvalues` to see how clear it is. W is 1
 * between points of which one is among the other's nearest `neighbours`, which needs no scale and finds groups of any
 * shape and of unequal density, or a Gaussian of the given bandwidth. Far points that are few (less than `neighbours`)
 * join the group nearest to them.
 *
 * The eigenproblem is dense: some ten seconds for 1,000 points, eight times that for 2,000. Take every tenth state of a long run.
 *
 * Good starting values: 10 to 20 neighbours; a bandwidth of the median distance to the tenth neighbour.
 *
 * @param points - `[point, component]`, latent states of a run, say
 * @throws RangeError for empty data, a value that is not finite, a wrong length, more than 2,000 points, or a bandwidth
 * at which a point is alone
 *
 * Source: Ng, Jordan and Weiss, NIPS 14 (2001); von Luxburg, Statistics and Computing 17 (2007) 395, for the eigengap.
 */
export function spectralClustering(points: ArrayLike<number>, options: SpectralClusteringOptions): SpectralClustering {
  const where = "spectralClustering";
  checkOptions(where, options, ["dimension", "random", "clusters", "maxClusters", "neighbours", "bandwidth"]);
  const { dimension, random, clusters: asked, maxClusters = 12, neighbours, bandwidth } = options;
  const { values: x, count } = pointCloud(where, "points", points, dimension);
  if (count < 3 || count > MOST_POINTS) {
    throw new RangeError(
      `${where}: points must be between 3 and ${MOST_POINTS}, got ${count}; leave out states of a run`,
    );
  }
  callable(where, "random", random);
  integer(where, "maxClusters", maxClusters, 1);
  if (asked !== undefined) integer(where, "clusters", asked, 1, count);
  if (neighbours !== undefined && bandwidth !== undefined) {
    throw new TypeError(`${where}: neighbours and bandwidth must not both be given; each names an affinity`);
  }
  const squares = squaredDistances(x, count, dimension);
  const w =
    bandwidth === undefined
      ? neighbourAffinity(
          squares,
          count,
          integer(where, "neighbours", neighbours ?? Math.min(10, count - 1), 1, count - 1),
        )
      : gaussianAffinity(squares, count, positive(where, "bandwidth", bandwidth));
  const alone = normalise(w, count);
  if (alone >= 0) {
    throw new RangeError(`${where}: bandwidth must reach another point from point ${alone}, got ${bandwidth}`);
  }
  const most = Math.max(asked ?? 1, Math.min(maxClusters, count - 1));
  const { values, vectors } = symmetricEigen(w, count, most);
  // An eigenvalue of L is not negative but by rounding.
  const eigenvalues = values.slice(0, Math.min(count, most + 1)).map((value) => Math.max(0, 1 - value));
  const clusters = asked ?? beforeLargestGap(eigenvalues);
  const { labels } = kMeans(embedding(vectors, count, clusters), { dimension: clusters, clusters, random });
  return Object.freeze({ clusters, labels, eigenvalues });
}

/** The k with the largest lambda_(k+1) - lambda_k, the first of them in a tie. */
function beforeLargestGap(eigenvalues: Float64Array): number {
  let clusters = 1;
  let largest = -1;
  for (let k = 1; k < eigenvalues.length; k++) {
    const gap = eigenvalues[k]! - eigenvalues[k - 1]!;
    if (gap > largest) {
      largest = gap;
      clusters = k;
    }
  }
  return clusters;
}

/** The first eigenvectors as coordinates of the points, `[point, vector]`, each point on the unit sphere. */
function embedding(vectors: Float64Array, count: number, clusters: number): Float64Array {
  const out = new Float64Array(count * clusters);
  for (let i = 0; i < count; i++) {
    let square = 0;
    for (let j = 0; j < clusters; j++) {
      const value = vectors[j * count + i]!;
      out[i * clusters + j] = value;
      square += value * value;
    }
    const norm = Math.sqrt(square);
    if (norm > 0) for (let j = 0; j < clusters; j++) out[i * clusters + j] = out[i * clusters + j]! / norm;
  }
  return out;
}
