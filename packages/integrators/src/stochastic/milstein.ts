import { bindProblem, type StochasticProblem, unset } from "./stochastic-problem.ts";
import { type NormalSource, type StochasticStepper, stochasticStepper } from "./stochastic-stepper.ts";

/**
 * Milstein's scheme for diagonal noise, dX_i = a_i dt + b_i dW_i with b_i depending on t and X_i alone, in the sense of
 * Ito:
 *
 *   X+ = X + a h + b dW + b b' (dW^2 - h) / 2,   b' = db_i/dX_i.
 *
 * Without `problem.diffusionDerivative`, b b' is the difference (b(t, X + b sqrt(h)) - b(t, X)) / sqrt(h), one more
 * evaluation of b and the same order; b must then be defined a little beyond the states reached.
 *
 * Strong and weak order 1. With b_i depending on other components the strong order falls to 1/2. For additive noise it
 * is Euler-Maruyama, at the same cost. Begin with its steps, and with h (db/dX)^2 below about 0.1.
 *
 * Source: Kloeden, Platen, Numerical Solution of Stochastic Differential Equations (1992), eq. (10.3.1); the difference
 * is that of their section 11.1 without its drift, which makes it exact for b linear in X.
 *
 * @param problem - drift, diffusion, size and, where known, db_i/dX_i
 * @param noise - a source of normal numbers, or one per member of a state `[member, component]`; see `eulerMaruyama`
 * @throws TypeError or RangeError for a bad problem or noise
 */
export function milstein(problem: StochasticProblem, noise: NormalSource | readonly NormalSource[]): StochasticStepper {
  const { size, drift, diffusion, diffusionDerivative } = bindProblem("milstein", problem);
  const a = drift.values;
  const b = diffusion.values;
  const varying = diffusion.evaluate;
  // b b', which stays zero for additive noise.
  const product = varying === undefined ? new Float64Array(size) : unset(size);
  const shifted = new Float64Array(diffusionDerivative === undefined ? size : 0);
  return stochasticStepper("milstein", size, noise, (t, dt, u, dW, out) => {
    drift.evaluate?.(t, u, a);
    if (varying !== undefined) {
      varying(t, u, b);
      if (diffusionDerivative !== undefined) {
        diffusionDerivative(t, u, product);
        for (let i = 0; i < size; i++) product[i] = b[i]! * product[i]!;
      } else {
        const root = Math.sqrt(dt);
        for (let i = 0; i < size; i++) shifted[i] = u[i]! + b[i]! * root;
        varying(t, shifted, product);
        for (let i = 0; i < size; i++) product[i] = (product[i]! - b[i]!) / root;
      }
    }
    for (let i = 0; i < size; i++) {
      const w = dW[i]!;
      out[i] = u[i]! + a[i]! * dt + b[i]! * w + 0.5 * product[i]! * (w * w - dt);
    }
  });
}
