import { describe, expect, it } from "vitest";
import type { Problem } from "../method.ts";
import type { Rhs } from "../rhs.ts";
import { solve } from "../solve.ts";
import { radau } from "./radau.ts";

const oscillating: Rhs = (t, u, out) => {
  out[0] = u[0]! * Math.cos(t);
};
const exact = (t: number): number => Math.exp(Math.sin(t));

/** A stiff linear pair with rates 1 and 1000 and a forcing: u = (cos t, sin t). */
const forced: Problem = {
  size: 2,
  rhs: (t, u, out) => {
    out[0] = -(u[0]! - Math.cos(t)) - Math.sin(t);
    out[1] = -1000 * (u[1]! - Math.sin(t)) + Math.cos(t) + (u[0]! - Math.cos(t));
  },
};

describe("radau", () => {
  it("meets its tolerance over six decades of it", () => {
    for (const rtol of [1e-4, 1e-6, 1e-8, 1e-10]) {
      const run = solve({ rhs: oscillating, size: 1 }, [1], [0, 5], { method: radau(), rtol, atol: rtol, saveAt: [5] });
      // The estimate is of order 3, the result of order 5: at loose tolerances alone is it as large as the tolerance.
      expect(Math.abs(run.u[0]! - exact(5))).toBeLessThan(rtol);
    }
  });

  it("interpolates back to the state before the step, whatever the step", () => {
    const stats = { steps: 0, rejected: 0, rhs: 0, rhsForJacobian: 0, jacobians: 0, factorisations: 0 };
    const run = radau().start({
      problem: forced,
      t0: 0,
      t1: 6,
      u0: Float64Array.of(1, 0),
      rtol: 1e-7,
      atol: Float64Array.of(1e-9, 1e-9),
      maxStep: Number.POSITIVE_INFINITY,
      stats,
    });
    const u = new Float64Array(2);
    for (let k = 0; k < 1000 && run.t < 6; k++) {
      const before = run.u.slice();
      run.step();
      run.at(run.tPrevious, u);
      expect(Math.abs(u[0]! - before[0]!)).toBeLessThan(1e-14);
      run.at(run.t, u);
      expect([...u]).toEqual([...run.u]);
    }
    expect(run.t).toBe(6);
    expect(stats.rejected).toBeLessThan(stats.steps / 5);
  });

  it("gives the same result from the problem's Jacobian, dense or banded, as from differences", () => {
    const jacobian = {
      evaluate: (_t: number, _u: Float64Array, out: Float64Array) => out.set([-1, 0, 1, -1000]),
    };
    const banded = {
      lower: 1,
      upper: 0,
      evaluate: (_t: number, _u: Float64Array, out: Float64Array) => out.set([-1, -1000, 1, 0]),
    };
    const options = { method: radau(), rtol: 1e-6, atol: 1e-8, saveAt: [6] };
    const differences = solve(forced, [1, 0], [0, 6], options);
    for (const own of [jacobian, banded]) {
      const run = solve({ ...forced, jacobian: own }, [1, 0], [0, 6], options);
      expect(run.stats.rhsForJacobian).toBe(0);
      expect(run.stats.jacobians).toBe(1);
      // Jacobians that agree to 1e-7 leave Newton's tolerance, 1e-3 of the error test, between the results.
      for (let i = 0; i < 2; i++) expect(Math.abs(run.u[i]! - differences.u[i]!)).toBeLessThan(1e-7);
    }
  });

  it("counts its work: every right-hand side, Jacobian and factorisation", () => {
    let rhsCalls = 0;
    let factored = 0;
    const run = solve(
      {
        size: 2,
        rhs: (t, u, out) => {
          rhsCalls++;
          forced.rhs(t, u, out);
        },
        jacobian: {
          evaluate: (_t, _u, out) => {
            factored++;
            out.set([-1, 0, 1, -1000]);
          },
        },
      },
      [1, 0],
      [0, 6],
      { method: radau(), rtol: 1e-6, atol: 1e-8 },
    );
    expect(run.stats.rhs).toBe(rhsCalls);
    expect(run.stats.jacobians).toBe(factored);
    expect(run.stats.steps).toBe(run.t.length - 1);
    // Four evaluations for a step of one iteration, seven for one of two; two factorisations for each change of the step.
    expect(run.stats.rhs).toBeLessThan(6.5 * run.stats.steps);
    expect(run.stats.factorisations).toBeLessThan(run.stats.steps);
  });
});

/** Largest error at the step ends of u' = -rate (u - cos t) - sin t on [0, 5] in equal steps, from u = cos t. */
function fixedSteps(rate: number, steps: number): number {
  const run = solve(
    {
      size: 1,
      rhs: (t, u, out) => {
        out[0] = -rate * (u[0]! - Math.cos(t)) - Math.sin(t);
      },
      jacobian: { evaluate: (_t, _u, out) => void (out[0] = -rate) },
    },
    [1],
    [0, 5],
    // The equation is linear and its Jacobian exact: Newton is exact too, however loose the tolerance.
    { method: radau(), rtol: 0.1, atol: 0.1, firstStep: 5 / steps, maxStep: 5 / steps },
  );
  expect(run.stats.steps).toBe(steps);
  return Math.max(...run.t.map((t, k) => Math.abs(run.u[k]! - Math.cos(t))));
}

describe("the order of radau in fixed steps", () => {
  const order = (rate: number, counts: readonly number[]): number => {
    const errors = counts.map((steps) => fixedSteps(rate, steps));
    return Math.log2(errors[0]! / errors.at(-1)!) / (counts.length - 1);
  };

  it("is 5 on a problem that is not stiff, within 0.1", () => {
    expect(Math.abs(order(1, [8, 16, 32, 64, 128]) - 5)).toBeLessThan(0.1);
  });

  it("falls to 3, the stage order, on Prothero and Robinson's equation with h rate > 1000, with errors below h^3/rate", () => {
    const counts = [20, 40, 80, 160];
    expect(Math.abs(order(1e5, counts) - 3)).toBeLessThan(0.2);
    for (const steps of counts) {
      const h = 5 / steps;
      expect(fixedSteps(1e5, steps)).toBeLessThan((h * h * h) / 1e5);
    }
  });
});

describe("a radau run that fails", () => {
  const failing = (problem: Problem, u0: number[], span: readonly [number, number], firstStep: number) =>
    solve(problem, u0, span, { method: radau(), rtol: 1e-6, atol: 1e-9, firstStep, throw: false });

  it("halves ten times for a right-hand side that is not finite, then says nonfinite-rhs", () => {
    const tried: number[] = [];
    const rhs: Rhs = (t, _u, out) => {
      tried.push(t);
      out[0] = t > 0 ? Number.NaN : 1;
    };
    const run = failing({ rhs, size: 1 }, [0], [0, 1], 0.5);
    expect(run.status).toBe("nonfinite-rhs");
    expect(run.error?.t).toBe(0);
    expect(run.stats.rejected).toBe(11);
    // After f(0) and one difference for the Jacobian, three stages a try, the third at its end.
    expect(tried.slice(2).filter((_, k) => k % 3 === 2)).toEqual(Array.from({ length: 11 }, (_, k) => 0.5 / 2 ** k));
    expect(run.error?.message).toMatch(/^radau: rhs gave NaN in component 0 at t = 0.00007\d+, however small the step/);
  });

  it("names the component whichever call it is from which on the right-hand side is not finite, and keeps good frames", () => {
    const sine: Rhs = (_t, u, out) => {
      out[0] = u[1]!;
      out[1] = -u[0]! * u[0]! * u[0]!;
    };
    for (let n = 1; n <= 100; n++) {
      let calls = 0;
      const rhs: Rhs = (t, u, out) => {
        sine(t, u, out);
        if (++calls >= n) out[1] = Number.POSITIVE_INFINITY;
      };
      const run = failing({ rhs, size: 2 }, [1, 0], [0, 3], 0.01);
      expect(run.status).toBe("nonfinite-rhs");
      expect(run.error!.message).toContain("rhs gave Infinity in component 1 at t = ");
      expect(run.error!.t).toBe(run.t.at(-1));
      // Energy u1^2/2 + u0^4/4 of the frames so far.
      for (let k = 0; k < run.t.length; k++) {
        const [x, v] = [run.u[2 * k]!, run.u[2 * k + 1]!];
        expect(Math.abs((v * v) / 2 + (x * x * x * x) / 4 - 0.25)).toBeLessThan(1e-6);
      }
    }
  });

  it("says nonlinear-failed where Newton's iteration cannot converge", () => {
    let sign = 1;
    const rhs: Rhs = (_t, _u, out) => {
      sign = -sign;
      out[0] = sign * 1e20;
    };
    const run = failing({ rhs, size: 1 }, [0], [1, 2], 1e-3);
    expect(run.status).toBe("nonlinear-failed");
  });
});

describe("bad options of radau", () => {
  it("are refused when the method is made", () => {
    expect(() => radau({ jacobain: "dense" } as object)).toThrow(
      new TypeError("radau: unknown option jacobain; did you mean jacobian?"),
    );
    expect(() => radau({ jacobian: "sparse" as "dense" })).toThrow(TypeError);
    expect(() => radau({ jacobian: { lower: 1 } as { lower: number; upper: number } })).toThrow(
      "radau: jacobian.upper must be an integer",
    );
    expect(() => radau({ jacobian: { lower: -1, upper: 0 } })).toThrow(RangeError);
    expect(() => radau(null as unknown as object)).toThrow(TypeError);
  });
});
