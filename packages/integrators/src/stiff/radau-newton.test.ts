import { describe, expect, it } from "vitest";
import type { Rhs } from "../rhs.ts";
import { complexDenseLu } from "./complex-lu-dense.ts";
import { denseLu } from "./dense-lu.ts";
import { ALPHA, BETA, MU } from "./radau-coefficients.ts";
import { collocationNewton } from "./radau-newton.ts";

const counters = () => ({ steps: 0, rejected: 0, rhs: 0, rhsForJacobian: 0, jacobians: 0, factorisations: 0 });

/** Steps of equal length with the Jacobian of each step's start, Newton taken to 1e-13. */
function integrate(rhs: Rhs, jacobian: (t: number, u: number) => number, u0: number, t1: number, steps: number) {
  const newton = collocationNewton(rhs, 1, 1e-13, counters());
  const real = denseLu(1);
  const complex = complexDenseLu(1);
  const step = { t: 0, h: t1 / steps, u: Float64Array.of(u0), weights: Float64Array.of(1) };
  const { h } = step;
  for (let k = 0; k < steps; k++) {
    step.t = k * h;
    const matrix = Float64Array.of(jacobian(step.t, step.u[0]!));
    real.factor(matrix, MU / h, -1);
    complex.factor(matrix, ALPHA / h, -BETA / h);
    for (const z of newton.z) z.fill(0);
    // Where six iterations do not reach round-off, the next six start from what they found.
    let outcome = "";
    for (let tries = 0; tries < 5 && outcome !== "converged"; tries++) {
      newton.reset();
      outcome = newton.solve(step, real, complex);
    }
    expect(outcome).toBe("converged");
    step.u[0]! += newton.z[2][0]!;
  }
  return step.u[0]!;
}

/** Least-squares slope of -log2(error) over halvings. */
function slope(errors: readonly number[]): number {
  const mean = (errors.length - 1) / 2;
  let [above, below] = [0, 0];
  errors.forEach((error, k) => {
    above -= (k - mean) * Math.log2(error);
    below += (k - mean) * (k - mean);
  });
  return above / below;
}

describe("collocationNewton", () => {
  it("gives order 5 in fixed steps on u' = u cos t", () => {
    const errors = [10, 20, 40, 80].map((steps) => {
      const rhs: Rhs = (t, u, out) => {
        out[0] = u[0]! * Math.cos(t);
      };
      return Math.abs(integrate(rhs, (t) => Math.cos(t), 1, 5, steps) - Math.exp(Math.sin(5)));
    });
    expect(Math.abs(slope(errors) - 5)).toBeLessThan(0.1);
  });

  it("gives the stability function of Radau IIA, also far into the left half plane", () => {
    for (const z of [-1, -10, -1e8]) {
      const value = integrate(
        (_t, u, out) => void (out[0] = z * u[0]!),
        () => z,
        1,
        1,
        1,
      );
      // R(z) = (1 + 2z/5 + z^2/20)/(1 - 3z/5 + 3z^2/20 - z^3/60), the (2, 3) Pade approximation of exp.
      const exact = (1 + z * (0.4 + z / 20)) / (1 + z * (-0.6 + z * (0.15 - z / 60)));
      // Newton's tolerance at a state of size 1.
      expect(Math.abs(value - exact)).toBeLessThan(2e-13);
    }
  });

  it("needs one right-hand side per stage and iteration, two iterations for a linear problem at first and one then", () => {
    const stats = counters();
    const newton = collocationNewton((_t, u, out) => void (out[0] = -2 * u[0]!), 1, 1e-3, stats);
    const real = denseLu(1);
    const complex = complexDenseLu(1);
    const step = { t: 0, h: 0.1, u: Float64Array.of(1), weights: Float64Array.of(1e6) };
    real.factor(Float64Array.of(-2), MU / 0.1, -1);
    complex.factor(Float64Array.of(-2), ALPHA / 0.1, -BETA / 0.1);
    expect(newton.solve(step, real, complex)).toBe("converged");
    expect(newton.iterations).toBe(2);
    expect(stats.rhs).toBe(6);
    step.u[0]! += newton.z[2][0]!;
    expect(newton.solve(step, real, complex)).toBe("converged");
    expect(newton.iterations).toBe(1);
    expect(stats.rhs).toBe(9);
    newton.reset();
    newton.solve(step, real, complex);
    expect(newton.iterations).toBeGreaterThan(1);
  });

  it("gives up on a Jacobian of the wrong sign, and tells a right-hand side that is not finite", () => {
    for (const [f, outcome] of [
      [(u: number) => -1000 * u, "diverged"],
      [(u: number) => u / 0, "nonfinite"],
    ] as const) {
      const newton = collocationNewton((_t, u, out) => void (out[0] = f(u[0]!)), 1, 1e-3, counters());
      const real = denseLu(1);
      const complex = complexDenseLu(1);
      real.factor(Float64Array.of(1000), MU, -1);
      complex.factor(Float64Array.of(1000), ALPHA, -BETA);
      const step = { t: 0, h: 1, u: Float64Array.of(1), weights: Float64Array.of(1e6) };
      expect(newton.solve(step, real, complex)).toBe(outcome);
    }
  });
});
