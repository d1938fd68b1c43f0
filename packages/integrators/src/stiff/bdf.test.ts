import { describe, expect, it } from "vitest";
import type { Problem } from "../method.ts";
import type { Rhs } from "../rhs.ts";
import { solve } from "../solve.ts";
import { bdf } from "./bdf.ts";

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

describe("bdf", () => {
  it("meets its tolerance over six decades of it", () => {
    for (const rtol of [1e-4, 1e-6, 1e-8, 1e-10]) {
      const run = solve({ rhs: oscillating, size: 1 }, [1], [0, 5], { method: bdf(), rtol, atol: rtol, saveAt: [5] });
      // A multistep code controls the error per step; over five time units it grows to some ten times that.
      expect(Math.abs(run.u[0]! - exact(5))).toBeLessThan(50 * rtol);
    }
  });

  it("interpolates back to the state before the step, also when the order changes", () => {
    const stats = { steps: 0, rejected: 0, rhs: 0, rhsForJacobian: 0, jacobians: 0, factorisations: 0 };
    const run = bdf().start({
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

  it("has no use for steps shorter than its tolerance asks: order 5 takes far fewer than order 1", () => {
    const steps = [1, 2, 5].map(
      (maxOrder) =>
        solve({ rhs: oscillating, size: 1 }, [1], [0, 5], { method: bdf({ maxOrder }), rtol: 1e-6, atol: 1e-6 }).stats
          .steps,
    );
    // Steps go as rtol^(-1/(order + 1)).
    expect(steps[0]!).toBeGreaterThan(5 * steps[1]!);
    expect(steps[1]!).toBeGreaterThan(2 * steps[2]!);
  });

  it("runs as classical BDF with ndf: false, with about a fifth more steps at low order", () => {
    const [ndf, classical] = [true, false].map((on) => {
      const run = solve(forced, [1, 0], [0, 6], { method: bdf({ ndf: on, maxOrder: 2 }), rtol: 1e-6, atol: 1e-8 });
      expect(Math.abs(run.u.at(-1)! - Math.sin(6))).toBeLessThan(50e-6);
      return run.stats.steps;
    });
    // Error constants 1/6 and 1/3: the cube root of 2 in the step.
    expect(classical! / ndf!).toBeGreaterThan(1.1);
    expect(classical! / ndf!).toBeLessThan(1.5);
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
    const options = { method: bdf(), rtol: 1e-6, atol: 1e-8, saveAt: [6] };
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
      { method: bdf(), rtol: 1e-6, atol: 1e-8 },
    );
    expect(run.stats.rhs).toBe(rhsCalls);
    expect(run.stats.jacobians).toBe(factored);
    expect(run.stats.steps).toBe(run.t.length - 1);
    // A linear problem costs little more than one evaluation a step; the matrix changes with step and order only.
    expect(run.stats.rhs).toBeLessThan(1.6 * run.stats.steps);
    expect(run.stats.factorisations).toBeLessThan(run.stats.steps / 2);
  });
});

describe("a bdf run that fails", () => {
  const failing = (problem: Problem, u0: number[], span: readonly [number, number], firstStep: number) =>
    solve(problem, u0, span, { method: bdf(), rtol: 1e-6, atol: 1e-9, firstStep, throw: false });

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
    expect(tried.slice(1)).toEqual(Array.from({ length: 11 }, (_, k) => 0.5 / 2 ** k));
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

describe("bad options of bdf", () => {
  it("are refused when the method is made", () => {
    expect(() => bdf({ maxorder: 3 } as object)).toThrow(
      new TypeError("bdf: unknown option maxorder; did you mean maxOrder?"),
    );
    expect(() => bdf({ maxOrder: 6 })).toThrow(
      new RangeError("bdf: maxOrder must be an integer between 1 and 5, got 6"),
    );
    expect(() => bdf({ ndf: 1 as unknown as boolean })).toThrow(new TypeError("bdf: ndf must be true or false, got 1"));
    expect(() => bdf({ jacobian: "sparse" as "dense" })).toThrow(TypeError);
    expect(() => bdf({ jacobian: { lower: 1 } as { lower: number; upper: number } })).toThrow(
      "bdf: jacobian.upper must be an integer",
    );
    expect(() => bdf({ jacobian: { lower: -1, upper: 0 } })).toThrow(RangeError);
    expect(() => bdf(null as unknown as object)).toThrow(TypeError);
  });
});
