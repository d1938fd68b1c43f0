import { integer, nonNegative } from "@hml/guard";
import { sample } from "../sample.ts";

/**
 * Bound on the expected L1 histogram distance of two independent samples of ONE law: E sum_k |p_k - q_k| <=
 * sqrt((2 K / pi) (1/n + 1/m)) for K bins and sample sizes n and m; sqrt(4 K / (pi n)) when they are equal.
 *
 * A measured `l1Histogram` below this cannot be told from chance. It holds for independent values and large counts in
 * each bin; successive states of a run are not independent, and count for fewer.
 *
 * @param bins - number of bins K
 * @param n - size of one sample
 * @param m - size of the other; n by default
 * @throws RangeError unless all are positive integers
 *
 * Source: Cao and Petzold, J. Comput. Phys. 212 (2006) 6, for equal sizes.
 */
export function selfDistance(bins: number, n: number, m: number = n): number {
  integer("selfDistance", "bins", bins, 1);
  return Math.sqrt(((2 * bins) / Math.PI) * inverseSizes("selfDistance", n, m));
}

/**
 * Expected L1 histogram distance of two independent samples of a law with the given shares in the bins, by the normal
 * limit: sum_k sqrt((2 / pi) p_k (1 - p_k) (1/n + 1/m)). It is at most `selfDistance`, and close to it for equal shares.
 *
 * @param shares - the law's share in each bin, or counts: they are divided by their sum
 * @throws RangeError for negative shares, a sum of zero, or sizes that are not positive integers
 */
export function expectedSelfDistance(shares: ArrayLike<number>, n: number, m: number = n): number {
  const p = sample("expectedSelfDistance", "shares", shares);
  let total = 0;
  for (let k = 0; k < p.length; k++) total += nonNegative("expectedSelfDistance", `shares[${k}]`, p[k]);
  if (!(total > 0)) throw new RangeError(`expectedSelfDistance: shares must have a positive sum, got ${total}`);
  const factor = (2 / Math.PI) * inverseSizes("expectedSelfDistance", n, m);
  let sum = 0;
  for (const value of p) sum += Math.sqrt(factor * (value / total) * (1 - value / total));
  return sum;
}

/**
 * Bound on the standard deviation of that distance: sqrt((1/n + 1/m) (1 - 2/pi)), whatever the number of bins.
 *
 * @throws RangeError unless the sizes are positive integers
 */
export function selfDistanceDeviation(n: number, m: number = n): number {
  return Math.sqrt(inverseSizes("selfDistanceDeviation", n, m) * (1 - 2 / Math.PI));
}

function inverseSizes(where: string, n: number, m: number): number {
  return 1 / integer(where, "n", n, 1) + 1 / integer(where, "m", m, 1);
}
