import { type InitialCondition, initialField } from "./initial-conditions.ts";

/** The solution of the homogenised equation u_t = a* u_xx on (0, 1), ends held at their initial values. */
export interface ExactSolution {
  /** u(x, t). */
  value(x: number, t: number): number;
  /** u_t(x, t), for t > 0. */
  rate(x: number, t: number): number;
}

/** Modes above decay by exp(-a* (1500 pi)^2 1e-3) = e^-10000 within one macro step; t = 0 is given by the field itself. */
const MODES = 1500;

/**
 * Linear interpolant of the ends plus a sine series whose coefficients are known in closed form,
 *
 *   2 int_0^1 sin(w x + p) sin(k pi x) dx = C(w - k pi) - C(w + k pi),  C(q) = int_0^1 cos(q x + p) dx.
 */
export function exactSolution(initial: InitialCondition, aStar: number): ExactSolution {
  const left = initialField(initial, 0);
  const right = initialField(initial, 1);
  const series = new Float64Array(MODES + 1);
  for (let k = 1; k <= MODES; k++) {
    const kPi = k * Math.PI;
    const sign = k % 2 === 0 ? 1 : -1;
    // The constant shift, less the interpolant left + (right - left) x.
    let b = (2 * (initial.shift - left) * (1 - sign) + 2 * (right - left) * sign) / kPi;
    for (let m = 0; m < initial.amplitudes.length; m++) {
      const w = 2 * Math.PI * initial.wavenumbers[m]!;
      const p = initial.phases[m]!;
      b += initial.amplitudes[m]! * (cosineIntegral(w - kPi, p) - cosineIntegral(w + kPi, p));
    }
    series[k] = b;
  }
  const sum = (x: number, t: number, power: 0 | 1): number => {
    let total = 0;
    for (let k = 1; k <= MODES; k++) {
      const rate = -aStar * k * k * Math.PI * Math.PI;
      if (rate * t < -745) break;
      total += series[k]! * (power === 0 ? 1 : rate) * Math.exp(rate * t) * Math.sin(k * Math.PI * x);
    }
    return total;
  };
  return {
    value: (x, t) => (t === 0 ? initialField(initial, x) : left + (right - left) * x + sum(x, t, 0)),
    rate: (x, t) => sum(x, t, 1),
  };
}

/** int_0^1 cos(q x + p) dx = cos(q / 2 + p) sin(q / 2) / (q / 2). */
function cosineIntegral(q: number, p: number): number {
  const half = q / 2;
  return Math.cos(half + p) * (Math.abs(half) < 1e-8 ? 1 : Math.sin(half) / half);
}
