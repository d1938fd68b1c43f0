import type { Vec } from "../rhs.ts";
import { addUp } from "./row-sums.ts";
import { pruned, solveTerms, type TermSolution } from "./solve-terms.ts";
import type { WeakFit } from "./weak-fit.ts";

/** How sure a fit is. */
export interface Sureness {
  /** Standard error of each coefficient found. */
  readonly standardErrors: Vec;
  /** Part of the resampled fits that found each candidate, of those in which it was offered. */
  readonly inclusion: Vec;
}

/**
 * Resamples the blocks of a fit. With `random`: bootstrap samples of the blocks, each with a part `withhold` of the candidates left out for the
 * inclusion. Without: every block is left out once, and the variance is (B - 1) / B times the sum of squares (jackknife).
 *
 * Standard errors are those of the terms that the fit found; inclusion lets every sample choose anew.
 *
 * Source: Efron and Tibshirani, An Introduction to the Bootstrap, Chapman and Hall 1993, chapters 6 and 11.
 */
export function resampled(
  { blocks }: WeakFit,
  { active, coefficients }: TermSolution,
  jump: number,
  options: { readonly random: (() => number) | undefined; readonly samples: number; readonly withhold: number },
): Sureness {
  const { random, samples, withhold } = options;
  const count = blocks[0]!.terms;
  const rounds = random === undefined ? blocks.length : samples;
  const found = new Float64Array(count);
  const offered = new Float64Array(count);
  const sum = new Float64Array(active.length);
  const squares = new Float64Array(active.length);
  let solved = 0;
  for (let round = 0; round < rounds; round++) {
    const times = new Float64Array(blocks.length).fill(random === undefined ? 1 : 0);
    if (random === undefined) times[round] = 0;
    else for (let k = 0; k < blocks.length; k++) times[pick(random, blocks.length)]! += 1;
    const sums = addUp(blocks, times);
    const library = Array.from({ length: count }, (_, j) => j).filter(
      () => random === undefined || withhold === 0 || random() >= withhold,
    );
    for (const j of library) offered[j] = offered[j]! + 1;
    for (const j of pruned(sums, library, jump)?.active ?? []) found[j] = found[j]! + 1;
    const again = solveTerms(sums, active);
    if (again === undefined) continue;
    solved++;
    for (let k = 0; k < active.length; k++) {
      const difference = again.coefficients[k]! - coefficients[k]!;
      sum[k] = sum[k]! + difference;
      squares[k] = squares[k]! + difference * difference;
    }
  }
  const factor = random === undefined ? (solved - 1) / solved : 1 / (solved - 1);
  return {
    standardErrors: squares.map((square, k) =>
      solved > 1 ? Math.sqrt(factor * Math.max(0, square - (sum[k]! * sum[k]!) / solved)) : Number.POSITIVE_INFINITY,
    ),
    inclusion: found.map((times, j) => (offered[j]! > 0 ? times / offered[j]! : 0)),
  };
}

function pick(random: () => number, count: number): number {
  const value = random();
  if (!(value >= 0 && value < 1)) {
    throw new RangeError(`discoverEquation: random must be uniform in [0, 1), got ${value}`);
  }
  return Math.floor(value * count);
}
