import { bindProblem, type StochasticProblem } from "./stochastic-problem.ts";
import { type NormalSource, type StochasticStepper, stochasticStepper } from "./stochastic-stepper.ts";

/**
 * The Euler-Maruyama scheme for dX = a dt + b dW in the sense of Ito:
 *
 *   X+ = X + a(t, X) h + b(t, X) dW.
 *
 * Weak order 1; strong order 1/2, and 1 for additive noise, where it is Milstein's scheme. It also serves noise that is
 * not diagonal in the strict sense, b_i depending on other components. A linear drift -theta X wants h theta below 2 to
 * be stable, and below about 0.1 for a stationary variance within 5 percent: that of the scheme is
 * sigma^2 / (2 theta - theta^2 h).
 *
 * ```ts
 * // Three members of two components, each with a stream of its own: member k moves the same in any ensemble.
 * const noise = [0, 1, 2].map((k) => normal(random(42).fork(k)));
 * const drift = (t, x, out) => { for (let i = 0; i < 6; i++) out[i] = -x[i]; };
 * const stepper = eulerMaruyama({ size: 6, drift, diffusion: 0.5 }, noise);
 * const { u } = solve(stepper, new Float64Array(6), [0, 1], { dt: 0.01 });
 * ```
 *
 * Source: Kloeden, Platen, Numerical Solution of Stochastic Differential Equations (1992), section 10.2.
 *
 * @param problem - drift, diffusion and size
 * @param noise - a source of normal numbers, or one per member of a state `[member, component]`, so that a member's path
 * does not depend on how many there are; from one `random(seed)`, `normal(random(seed).fork(k))` for member k
 * @throws TypeError or RangeError for a bad problem or noise
 */
export function eulerMaruyama(
  problem: StochasticProblem,
  noise: NormalSource | readonly NormalSource[],
): StochasticStepper {
  const { size, drift, diffusion } = bindProblem("eulerMaruyama", problem);
  const a = drift.values;
  const b = diffusion.values;
  return stochasticStepper("eulerMaruyama", size, noise, (t, dt, u, dW, out) => {
    drift.evaluate?.(t, u, a);
    diffusion.evaluate?.(t, u, b);
    for (let i = 0; i < size; i++) out[i] = u[i]! + a[i]! * dt + b[i]! * dW[i]!;
  });
}
