import { describe, expect, it } from "vitest";
import type { Rhs } from "../rhs.ts";
import { denseLu } from "./dense-lu.ts";
import { MOST_ITERATIONS, stageNewton } from "./newton.ts";

function counters() {
  return { steps: 0, rejected: 0, rhs: 0, rhsForJacobian: 0, jacobians: 0, factorisations: 0 };
}

/** A scalar stage d = c f(t, p + d) - psi with the matrix I - c `jacobian`. */
function scalar(f: (u: number) => number, c: number, p: number, psi: number, jacobian: number) {
  const rhs: Rhs = (_t, u, out) => {
    out[0] = f(u[0]!);
  };
  const lu = denseLu(1);
  lu.factor(Float64Array.of(jacobian), 1, -c);
  const stage = {
    t: 0,
    c,
    predictor: Float64Array.of(p),
    slope: Float64Array.of(f(p)),
    psi: Float64Array.of(psi),
    weights: Float64Array.of(1),
  };
  return { rhs, lu, stage };
}

describe("stageNewton", () => {
  it("solves a nonlinear stage to its tolerance with a matrix from the predictor", () => {
    // d = 0.1 (-(1 + d)^3) + 0.05
    const { rhs, lu, stage } = scalar((u) => -u * u * u, 0.1, 1, -0.05, -3);
    const newton = stageNewton(rhs, 1, 1e-6, counters());
    expect(newton.solve(stage, lu)).toBe("converged");
    const d = newton.correction[0]!;
    expect(Math.abs(d + 0.1 * (1 + d) ** 3 - 0.05)).toBeLessThan(1e-6);
    expect(newton.iterations).toBeLessThanOrEqual(MOST_ITERATIONS);
  });

  it("solves a linear stage in two iterations, the next one in a single one, and in two after a reset", () => {
    const { rhs, lu, stage } = scalar((u) => -50 * u, 0.1, 1, 0.2, -50);
    const stats = counters();
    const newton = stageNewton(rhs, 1, 1e-4, stats);
    const iterations: number[] = [];
    for (const reset of [false, false, true]) {
      if (reset) newton.reset();
      expect(newton.solve(stage, lu)).toBe("converged");
      iterations.push(newton.iterations);
      // d (1 + 5) = -5 - 0.2
      expect(newton.correction[0]).toBeCloseTo(-5.2 / 6, 14);
    }
    expect(iterations).toEqual([2, 1, 2]);
    expect(stats.rhs).toBe(2);
  });

  it("gives up at once when the iteration grows, and early when four iterations cannot suffice", () => {
    // With no Jacobian in the matrix theta = |c f'|.
    for (const [slope, iterations] of [
      [30, 2],
      [9, 2],
    ] as const) {
      const { rhs, lu, stage } = scalar((u) => -slope * u, 0.1, 1, 0, 0);
      const newton = stageNewton(rhs, 1, 1e-4, counters());
      expect(newton.solve(stage, lu)).toBe("diverged");
      expect(newton.iterations).toBe(iterations);
    }
  });

  it("tells a right-hand side that is not finite from a solution that overflows", () => {
    const bad = scalar((u) => (u < 0.5 ? Number.NaN : -100 * u), 1, 1, 0, -100);
    expect(stageNewton(bad.rhs, 1, 1e-4, counters()).solve(bad.stage, bad.lu)).toBe("nonfinite");
    const huge = scalar(() => 1e200, 1e200, 1, 0, 0);
    expect(stageNewton(huge.rhs, 1, 1e-4, counters()).solve(huge.stage, huge.lu)).toBe("diverged");
  });

  it("accepts a stage that needs no correction", () => {
    const { rhs, lu, stage } = scalar(() => 0, 0.1, 1, 0, 0);
    const newton = stageNewton(rhs, 1, 1e-4, counters());
    expect(newton.solve(stage, lu)).toBe("converged");
    expect(newton.correction[0]).toBe(0);
    expect(newton.iterations).toBe(1);
  });
});
