import { tanh } from "@hml/kernels";

/** A term s sech(w v + b)^2, the slope of s / w tanh(w v + b). */
export interface SlopeTerm {
  /** s. */
  readonly size: number;
  /** w. */
  readonly weight: number;
  /** b. */
  readonly bias: number;
}

/** How far above the largest value found the bound may lie. */
const MARGIN = 0.01;
/** Intervals looked at; some hundreds are enough for some tens of terms. */
const MOST = 100_000;

/**
 * A bound on |sum_j s_j sech(w_j v + b_j)^2| over all real v, not more than 1 % above the largest value, by interval
 * arithmetic: between two points each term lies between its values there, or reaches s_j at its centre. Intervals are halved
 * until none may hold more than the largest value found and the margin. Rounding, of 1e-15, is far below the margin.
 */
export function largestSlope(given: readonly SlopeTerm[]): number {
  const terms = given.filter(({ size, weight }) => size !== 0 && weight !== 0);
  const ends = terms.map(({ weight, bias }) => -bias / weight).toSorted((a, b) => a - b);
  const intervals: (readonly [low: number, high: number])[] = [];
  [...ends, Infinity].forEach((high, i) => void intervals.push([i === 0 ? -Infinity : ends[i - 1]!, high]));
  let largest = ends.reduce((most, v) => Math.max(most, Math.abs(slopeAt(terms, v))), 0);
  for (let looked = 0; looked < MOST; looked++) {
    const interval = intervals.pop();
    if (interval === undefined) return (1 + MARGIN) * largest;
    const [low, high] = interval;
    if (boundOn(terms, low, high) <= (1 + MARGIN) * largest) continue;
    const middle = between(low, high);
    largest = Math.max(largest, Math.abs(slopeAt(terms, middle)));
    intervals.push([low, middle], [middle, high]);
  }
  return intervals.reduce((most, [low, high]) => Math.max(most, boundOn(terms, low, high)), (1 + MARGIN) * largest);
}

function slopeAt(terms: readonly SlopeTerm[], v: number): number {
  return terms.reduce((sum, { size, weight, bias }) => sum + size * squaredSech(weight * v + bias), 0);
}

/** The largest |sum| that the ranges of the terms on an interval allow. */
function boundOn(terms: readonly SlopeTerm[], low: number, high: number): number {
  let least = 0;
  let most = 0;
  for (const { size, weight, bias } of terms) {
    const [a, b] = [weight * low + bias, weight * high + bias];
    const [left, right] = [squaredSech(a), squaredSech(b)];
    const top = a * b <= 0 ? 1 : Math.max(left, right);
    const bottom = Math.min(left, right);
    least += Math.min(size * top, size * bottom);
    most += Math.max(size * top, size * bottom);
  }
  return Math.max(most, -least);
}

/** A point inside an interval, which may be open to one side. */
function between(low: number, high: number): number {
  if (low === -Infinity) return high - Math.max(1, Math.abs(high));
  if (high === Infinity) return low + Math.max(1, Math.abs(low));
  return low + (high - low) / 2;
}

function squaredSech(z: number): number {
  const t = tanh(z);
  return 1 - t * t;
}
