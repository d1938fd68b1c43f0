import { fokkerPlanck } from "@hml/systems";
import type { Case } from "./cases.ts";

/** The exact law of one particle in time: its mean, variance and fourth central moment along each axis. */
export interface ExactLaw {
  /** Time of the first entry; the others follow at distances of `interval`. */
  readonly start: number;
  readonly interval: number;
  readonly axes: number;
  /** `[time, axis]`, each. */
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly fourth: Float64Array;
}

/** Solves for the density of particles that stand at 0 at time `start`; an entry every `interval` from there on. */
export function exactLaw(system: Case, start: number, interval: number, entries: number): ExactLaw {
  const { axes } = system;
  const flow = fokkerPlanck(system.equation, system.exact);
  const p = flow.pointMass();
  const law = {
    start,
    interval,
    axes,
    mean: new Float64Array(entries * axes),
    variance: new Float64Array(entries * axes),
    fourth: new Float64Array(entries * axes),
  };
  const moments = new Float64Array(2 * axes);
  for (let n = 0; n < entries; n++) {
    if (n > 0) flow.advance(p, start + (n - 1) * interval, start + n * interval);
    flow.moments.restrict(p, moments);
    for (let k = 0; k < axes; k++) {
      const mean = moments[k]!;
      let fourth = 0;
      for (let j = 0; j < flow.cells; j++) fourth += (p[k * flow.cells + j]! * (flow.x[j]! - mean) ** 4) / flow.cells;
      law.mean[n * axes + k] = mean;
      law.variance[n * axes + k] = moments[axes + k]!;
      law.fourth[n * axes + k] = fourth;
    }
  }
  return law;
}

/** A normal law. */
export interface Normal {
  readonly mean: number;
  readonly deviation: number;
}

/**
 * The law over seeds of M1 (`moment` 1) and M2 (2) of N independent particles: normal up to terms of relative size 1 / N in
 * its mean and of size 1 / sqrt(N) in its shape. This is the ensemble that others would simulate.
 */
export function momentLaw(law: ExactLaw, moment: 1 | 2, particles: number, entry: number, axis: number): Normal {
  const at = entry * law.axes + axis;
  const variance = law.variance[at]!;
  if (moment === 1) return { mean: law.mean[at]!, deviation: Math.sqrt(variance / particles) };
  return {
    mean: variance * (1 - 1 / particles),
    deviation: Math.sqrt(Math.max(0, law.fourth[at]! - variance * variance) / particles),
  };
}

/** Values that stand for a normal law: its quantiles at (i + 1/2) / n. */
export function quantiles({ mean, deviation }: Normal, standard: Float64Array): Float64Array {
  return standard.map((q) => mean + deviation * q);
}

/** The quantiles of N(0, 1) at (i + 1/2) / n, by bisection of the distribution function. */
export function standardQuantiles(n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => {
    let [low, high] = [-9, 9];
    for (let halving = 0; halving < 50; halving++) {
      const middle = (low + high) / 2;
      if (normalDistribution(middle) < (i + 0.5) / n) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  });
}

/** P(X < x) for X of N(0, 1): Simpson's rule over the density from 0, good to 1e-9. */
function normalDistribution(x: number): number {
  const steps = 400;
  const h = x / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-0.5 * (i * h) ** 2);
  }
  return 0.5 + (sum * h) / 3 / Math.sqrt(2 * Math.PI);
}
