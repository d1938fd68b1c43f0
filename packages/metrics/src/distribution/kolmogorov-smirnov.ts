import { sample } from "../sample.ts";

/**
 * Kolmogorov-Smirnov statistic of two samples: D = sup_x |F_a(x) - F_b(x)|, in [0, 1]. Samples may differ in size.
 *
 * F is the empirical distribution function; equal values are passed together, so ties within a sample or between the
 * two add nothing that the laws do not have. As a guide, laws are told apart at the 5 % level above about
 * 1.36 sqrt(1/n + 1/m) for independent values; successive states of a run are not independent.
 *
 * @throws RangeError for an empty sample or a value that is not finite
 *
 * Source: Smirnov, Ann. Math. Stat. 19 (1948) 279.
 */
export function kolmogorovSmirnov(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const first = sample("kolmogorovSmirnov", "a", a).toSorted();
  const second = sample("kolmogorovSmirnov", "b", b).toSorted();
  const [n, m] = [first.length, second.length];
  let i = 0;
  let j = 0;
  let largest = 0;
  while (i < n && j < m) {
    const x = Math.min(first[i]!, second[j]!);
    while (i < n && first[i] === x) i++;
    while (j < m && second[j] === x) j++;
    largest = Math.max(largest, Math.abs(i / n - j / m));
  }
  return largest;
}
