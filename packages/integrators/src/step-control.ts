import type { Rhs, Vec } from "./rhs.ts";

/** Turns the error of a step, in units of its tolerance, into the factor for the next step. */
export interface StepControl {
  /** The error of the last accepted step, 1 before the first: all that a control remembers. */
  previous: number;
  /** Factor after a step of error at most 1. */
  accepted(error: number): number;
  /** Factor, below 1, after a step of error above 1. */
  rejected(error: number): number;
}

/** Bounds of step control. */
export interface StepControlOptions {
  /** Factor by which the step is kept below the one that would just pass, in (0, 1]; default 0.9. */
  readonly safety?: number;
  /** Smallest factor between steps, in (0, 1); default 0.2. */
  readonly minFactor?: number;
  /** Largest factor between steps, at least 1; default 10. */
  readonly maxFactor?: number;
}

/**
 * x^p for x > 0, rounded to single precision: `exp` and `log` differ by an ulp between engines, and without the rounding
 * every step after the first would too. A step factor needs three digits.
 */
export function roundedPower(x: number, p: number): number {
  return Math.fround(Math.exp(p * Math.log(x)));
}

/**
 * Proportional-integral control for an error of order h^order: h *= safety err_n^(-(1 - 3/4 beta)/order)
 * err_(n-1)^(beta/order) after an accepted step, h *= safety err_n^(-1/order) after a rejected one, within the factors
 * given. beta = 0.4 smooths the steps, most where stability bounds them; 0 is the integral control of old.
 *
 * Source: Gustafsson 1991, ACM TOMS 17; Hairer, Wanner, Solving Ordinary Differential Equations II, section IV.2.
 */
export function piControl(order: number, options: Required<StepControlOptions>, beta = 0.4): StepControl {
  const { safety, minFactor, maxFactor } = options;
  return {
    previous: 1,
    accepted(error) {
      const factor =
        safety * roundedPower(error, (0.75 * beta - 1) / order) * roundedPower(this.previous, beta / order);
      // An error near zero carries no information for the next step.
      this.previous = Math.max(error, 1e-4);
      return Math.min(maxFactor, Math.max(minFactor, factor));
    },
    rejected(error) {
      return Math.max(minFactor, Math.min(safety, safety * roundedPower(error, -1 / order)));
    },
  };
}

/**
 * A first step from the sizes of u, u' and u'' in units of the tolerance (one evaluation at an Euler probe); positive.
 * `f0` is f(t0, u0); `probe` and `slope` are scratch.
 *
 * Source: Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I (1993), section II.4, p. 169.
 */
export function firstStep(
  rhs: Rhs,
  span: readonly [t0: number, t1: number],
  u0: Vec,
  f0: Vec,
  tolerance: { readonly rtol: number; readonly atol: Vec },
  errorOrder: number,
  probe: Vec,
  slope: Vec,
): number {
  const [t0, t1] = span;
  const { rtol, atol } = tolerance;
  const n = u0.length;
  const squared = (value: number, i: number): number => {
    if (value === 0) return 0;
    const ratio = value / (atol[i]! + rtol * Math.abs(u0[i]!));
    return ratio * ratio;
  };
  let state = 0;
  let first = 0;
  for (let i = 0; i < n; i++) {
    state += squared(u0[i]!, i);
    first += squared(f0[i]!, i);
  }
  const d0 = Math.sqrt(state / n);
  const d1 = Math.sqrt(first / n);
  const length = Math.abs(t1 - t0);
  // The negations also take the branch when a zero tolerance at a zero component makes a size infinite or NaN.
  const guess = !(d0 >= 1e-5 && d1 >= 1e-5 && d0 / d1 > 0) ? 1e-6 : 0.01 * (d0 / d1);
  const h0 = Math.min(guess, length);
  const dt = t1 < t0 ? -h0 : h0;
  for (let i = 0; i < n; i++) probe[i] = u0[i]! + dt * f0[i]!;
  rhs(t0 + dt, probe, slope);
  let second = 0;
  for (let i = 0; i < n; i++) second += squared(slope[i]! - f0[i]!, i);
  const steepest = Math.max(d1, Math.sqrt(second / n) / h0);
  const smooth = steepest > 1e-15 && steepest < Infinity;
  const h1 = smooth ? roundedPower(0.01 / steepest, 1 / errorOrder) : Math.max(1e-6, h0 * 1e-3);
  return Math.min(100 * h0, h1, length);
}
