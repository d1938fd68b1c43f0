import { bindProblem, type StochasticProblem, unset } from "./stochastic-problem.ts";
import { type NormalSource, type StochasticStepper, stochasticStepper } from "./stochastic-stepper.ts";

/**
 * The stochastic Heun scheme for dX = a dt + b o dW in the sense of Stratonovich:
 *
 *   Y = X + b(t, X) dW,   X+ = X + a(t, X) h + (b(t, X) + b(t + h, Y)) dW / 2.
 *
 * Use it for noise that is the limit of smooth forcing; an Ito equation with drift a has the Stratonovich drift
 * a - b b' / 2, and the same coefficients in the two senses are two different processes. The drift is taken by Euler's
 * rule (the "Euler-Heun" scheme), so without noise the order is 1.
 *
 * Weak order 1; strong order 1 for diagonal noise (b_i depending on t and X_i alone), 1/2 otherwise. No derivative of b
 * is needed. For additive noise it is Euler-Maruyama, and Ito and Stratonovich agree. Begin with the steps of `milstein`.
 *
 * Source: Rumelin 1982, SIAM J. Numer. Anal. 19, 604 (Heun's scheme and the sense in which it converges).
 *
 * @param problem - drift in the Stratonovich sense, diffusion and size
 * @param noise - a source of normal numbers, or one per member of a state `[member, component]`; see `eulerMaruyama`
 * @throws TypeError or RangeError for a bad problem or noise
 */
export function heunStratonovich(
  problem: StochasticProblem,
  noise: NormalSource | readonly NormalSource[],
): StochasticStepper {
  const { size, drift, diffusion } = bindProblem("heunStratonovich", problem);
  const a = drift.values;
  const b = diffusion.values;
  const varying = diffusion.evaluate;
  const bEnd = varying === undefined ? b : unset(size);
  const predicted = new Float64Array(varying === undefined ? 0 : size);
  return stochasticStepper("heunStratonovich", size, noise, (t, dt, u, dW, out) => {
    drift.evaluate?.(t, u, a);
    if (varying !== undefined) {
      varying(t, u, b);
      for (let i = 0; i < size; i++) predicted[i] = u[i]! + b[i]! * dW[i]!;
      varying(t + dt, predicted, bEnd);
    }
    for (let i = 0; i < size; i++) out[i] = u[i]! + a[i]! * dt + 0.5 * (b[i]! + bEnd[i]!) * dW[i]!;
  });
}
