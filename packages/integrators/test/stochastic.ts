import type { Rhs, StochasticProblem } from "../src/index.ts";

/** A source for steps with given increments, which must not draw. */
export const silent = (): number => {
  throw new Error("a number was drawn");
};

/** f(u) = factor u. */
export const scaled =
  (factor: number): Rhs =>
  (_t, u, out) => {
    for (let i = 0; i < u.length; i++) out[i] = factor * u[i]!;
  };

/** f(u) = value. */
export const constant =
  (value: number): Rhs =>
  (_t, _u, out) =>
    void out.fill(value);

/** Geometric Brownian motion, dX = mu X dt + sigma X dW, `size` members. */
export const gbm = (size: number, mu: number, sigma: number): StochasticProblem => ({
  size,
  drift: scaled(mu),
  diffusion: scaled(sigma),
});
