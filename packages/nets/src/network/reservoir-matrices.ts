import { random, type RandomSource } from "@hml/integrators";
import type { Reservoir } from "../spec/reservoir.ts";

/** The fixed matrices of a reservoir. */
export interface ReservoirMatrices {
  /** Columns of the entries of S, [unit, degree], increasing in each row. */
  readonly columns: Int32Array;
  /** Entries of S, [unit, degree]. */
  readonly entries: Float64Array;
  /** The number that each unit reads, [unit]. */
  readonly sources: Int32Array;
  /** Its weight, [unit]. */
  readonly weights: Float64Array;
}

/** Draws the matrices of a reservoir from its seed: S row by row, columns then entries, then the input weights. */
export function reservoirMatrices({
  channels,
  forcing,
  units,
  degree,
  radius,
  inputScale,
  seed,
}: Reservoir): ReservoirMatrices {
  const source = random(seed);
  const columns = new Int32Array(units * degree);
  const entries = new Float64Array(units * degree);
  const order = Int32Array.from({ length: units }, (_, i) => i);
  for (let i = 0; i < units; i++) {
    drawFirst(order, degree, source);
    columns.set(order.slice(0, degree).toSorted(), i * degree);
    for (let k = i * degree; k < (i + 1) * degree; k++) entries[k] = source();
  }
  const factor = radius / spectralRadius(columns, entries, units);
  for (let k = 0; k < entries.length; k++) entries[k] = entries[k]! * factor;
  const inputs = channels + forcing;
  const sources = Int32Array.from({ length: units }, (_, i) => Math.floor((i * inputs) / units));
  const weights = Float64Array.from({ length: units }, () => inputScale * (2 * source() - 1));
  return { columns, entries, sources, weights };
}

/** The first `count` of an order become a random choice (Fisher and Yates). */
function drawFirst(order: Int32Array, count: number, source: RandomSource): void {
  for (let i = 0; i < count; i++) {
    const j = i + Math.floor(source() * (order.length - i));
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
}

/**
 * The spectral radius of a matrix S without negative entries, which is an eigenvalue (Perron and Frobenius), by the power
 * method on S + I, whose other eigenvalues are smaller. The ratios (S v)_i / v_i of a positive v enclose it from above, and
 * the method ends when the largest and the smallest that matters agree to 1e-12, or after 10,000 products.
 */
export function spectralRadius(columns: Int32Array, entries: Float64Array, units: number): number {
  const degree = columns.length / units;
  let v = new Float64Array(units).fill(1);
  let next = new Float64Array(units);
  let estimate = 0;
  for (let iteration = 0; iteration < 10_000; iteration++) {
    let largest = 0;
    let squares = 0;
    let product = 0;
    for (let i = 0; i < units; i++) {
      let sum = 0;
      for (let k = i * degree; k < (i + 1) * degree; k++) sum += entries[k]! * v[columns[k]!]!;
      // The Rayleigh quotient of S, and one step with S + I.
      squares += v[i]! * v[i]!;
      product += v[i]! * sum;
      next[i] = v[i]! + sum;
      largest = Math.max(largest, next[i]!);
    }
    const quotient = product / squares;
    let change = 0;
    for (let i = 0; i < units; i++) {
      next[i] = next[i]! / largest;
      change = Math.max(change, Math.abs(next[i]! - v[i]!));
    }
    [v, next] = [next, v];
    estimate = quotient;
    if (change < 1e-13) break;
  }
  return estimate;
}
