import type { PeriodicField, Vec } from "@hml/integrators";
import type { CheckedFreeEnergy } from "./gradient-flow.ts";
import { localSum } from "./local-energy.ts";
import type { GridShape } from "./periodic-grid.ts";

/** Sums of a field that its laws are about. */
export interface FieldSums {
  /** F; 0 where there is no energy. */
  readonly energy: number;
  /** The sum of the absolute values of the terms of F. */
  readonly energyScale: number;
  /** int u. */
  readonly mass: number;
  /** int of the root mean square of u. */
  readonly massScale: number;
}

/**
 * The sum of the values, with Neumaier's compensation: what a conserved sum loses is then what the flow loses.
 *
 * Source: Neumaier, Z. Angew. Math. Mech. 54 (1974) 39.
 */
export function total(terms: Vec): number {
  let sum = 0;
  let lost = 0;
  for (let j = 0; j < terms.length; j++) {
    const term = terms[j]!;
    const next = sum + term;
    lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
    sum = next;
  }
  return sum + lost;
}

/**
 * How often each coefficient of a half-complex transform counts in a sum over all wavenumbers: twice where the conjugate
 * mode is left out.
 */
export function modeWeights(points: readonly number[]): Vec {
  const nx = points[0]!;
  const modes = Math.floor(nx / 2) + 1;
  const rows = points.slice(1).reduce((product, n) => product * n, 1);
  return Float64Array.from({ length: modes * rows }, (_, at) => {
    const m = at % modes;
    return m === 0 || 2 * m === nx ? 1 : 2;
  });
}

/**
 * Free energy and mass of a field from its coefficients and its values. The quadratic form of Q is a sum over modes, by
 * Parseval's theorem: V sum_k Q(k) |c_k|^2 / 2.
 */
export function fieldSums(
  energy: CheckedFreeEnergy | undefined,
  spectral: PeriodicField,
  { points, size, cell }: GridShape,
): (coefficients: Vec, u: Vec) => FieldSums {
  const local = localSum(energy?.local ?? []);
  const quadratic = energy?.quadratic ?? 0;
  const weights = modeWeights(points);
  const stiffness = new Float64Array(spectral.size);
  for (let k = 0; k < spectral.size; k += 2) stiffness[k] = 1;
  spectral.operator(energy?.gradient ?? (() => 0))(stiffness, stiffness);
  const perMode = weights.map((weight, k) => (weight * stiffness[2 * k]!) / 2);
  const terms = new Float64Array(Math.max(size, perMode.length));
  const ofModes = terms.subarray(0, perMode.length);
  const ofPoints = terms.subarray(0, size);
  return (c, u) => {
    let squares = 0;
    for (let j = 0; j < size; j++) squares += u[j]! * u[j]!;
    const mass = cell * total(u);
    const massScale = cell * size * Math.sqrt(squares / size);
    if (energy === undefined) return { energy: 0, energyScale: 0, mass, massScale };
    for (let k = 0; k < perMode.length; k++) {
      const re = c[2 * k]!;
      const im = c[2 * k + 1]!;
      ofModes[k] = perMode[k]! * (re * re + im * im);
    }
    const inGradients = cell * size * total(ofModes);
    let absolute = 0;
    for (let j = 0; j < size; j++) {
      const value = u[j]!;
      const square = (quadratic * value * value) / 2;
      const density = local.density(value);
      ofPoints[j] = square + density;
      absolute += Math.abs(square) + Math.abs(density);
    }
    return {
      energy: inGradients + cell * total(ofPoints),
      energyScale: Math.abs(inGradients) + cell * absolute,
      mass,
      massScale,
    };
  };
}
