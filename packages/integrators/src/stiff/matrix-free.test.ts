import { describe, expect, it } from "vitest";
import { failure } from "../../test/failure.ts";
import type { Problem } from "../method.ts";
import type { Rhs, Vec } from "../rhs.ts";
import { type SolveOptions, solve } from "../solve.ts";
import { bandedLu } from "./banded-lu.ts";
import { bdf } from "./bdf.ts";
import { type MatrixFree, matrixFreeSource } from "./matrix-free.ts";

/** u_t = u_xx + u - u^3 on [0, 20] with mirrored ends, and what a preconditioner needs of it. */
function allenCahn(n: number) {
  const scale = ((n - 1) / 20) ** 2;
  const rhs: Rhs = (_t, u, out) => {
    for (let i = 0; i < n; i++) {
      const left = u[i > 0 ? i - 1 : 1]!;
      const right = u[i < n - 1 ? i + 1 : n - 2]!;
      out[i] = scale * (left - 2 * u[i]! + right) + u[i]! - u[i]! * u[i]! * u[i]!;
    }
  };
  const laplacian = new Float64Array(3 * n);
  laplacian.fill(scale, 0, n);
  laplacian.fill(-2 * scale, n, 2 * n);
  laplacian.fill(scale, 2 * n);
  laplacian[1] = 2 * scale;
  laplacian[3 * n - 2] = 2 * scale;
  const product = (_t: number, u: Vec, v: Vec, out: Vec): void => {
    for (let i = 0; i < n; i++) {
      const left = v[i > 0 ? i - 1 : 1]!;
      const right = v[i < n - 1 ? i + 1 : n - 2]!;
      out[i] = scale * (left - 2 * v[i]! + right) + (1 - 3 * u[i]! * u[i]!) * v[i]!;
    }
  };
  const lu = bandedLu(n, 1, 1);
  const setUps: number[] = [];
  /** I - c times the diffusion alone. */
  const preconditioner = (_t: number, _u: Vec, c: number) => {
    setUps.push(c);
    lu.factor(laplacian, 1, -c);
    return {
      solve(r: Vec, out: Vec) {
        out.set(r);
        lu.solve(out);
      },
    };
  };
  const u0 = Array.from({ length: n }, (_, i) => {
    const x = (Math.PI * i) / (n - 1);
    return 0.5 * Math.cos(x) + 0.1 * Math.cos(3 * x);
  });
  return { problem: { rhs, size: n }, u0, product, preconditioner, setUps };
}

function run(problem: Problem, u0: ArrayLike<number>, jacobian: MatrixFree, options: Partial<SolveOptions> = {}) {
  return solve(problem, u0, [0, 5], { method: bdf({ jacobian }), rtol: 1e-6, atol: 1e-9, saveAt: [5], ...options });
}

const largest = (u: Vec, v: Vec): number => u.reduce((most, value, i) => Math.max(most, Math.abs(value - v[i]!)), 0);

describe("bdf with GMRES", () => {
  const { problem, u0, product, preconditioner, setUps } = allenCahn(200);
  const banded = solve(problem, u0, [0, 5], {
    method: bdf({ jacobian: { lower: 1, upper: 1 } }),
    rtol: 1e-6,
    atol: 1e-9,
    saveAt: [5],
  });

  it("gives the banded run's result to 10 rtol, with and without a preconditioner or a product", () => {
    for (const options of [{}, { preconditioner }, { product }, { preconditioner, product }, { restart: 8 }]) {
      const { u, stats } = run(problem, u0, { krylov: "gmres", ...options });
      expect(largest(u, banded.u)).toBeLessThan(10e-6);
      expect(stats.jacobians).toBe(0);
      expect(stats.rhs).toBeLessThanOrEqual(banded.stats.rhs);
      expect(stats.rhsForJacobian > 0).toBe(!("product" in options));
    }
  });

  it("needs a few products a solve with the diffusion as preconditioner, set up anew for every new c", () => {
    setUps.length = 0;
    const { stats } = run(problem, u0, { krylov: "gmres", preconditioner });
    const without = run(problem, u0, { krylov: "gmres" }).stats;
    expect(stats.rhsForJacobian).toBeLessThan(4 * stats.rhs);
    expect(without.rhsForJacobian).toBeGreaterThan(3 * stats.rhsForJacobian);
    expect(setUps.length).toBe(stats.factorisations);
    expect(new Set(setUps).size).toBe(setUps.length);
  });

  it("runs backwards in time with a negative c", () => {
    const decay: Rhs = (_t, u, out) => {
      for (let i = 0; i < 3; i++) out[i] = (i + 1) * u[i]!;
    };
    const signs = new Set<number>();
    const noPreconditioner = (_t: number, _u: Vec, c: number) => {
      signs.add(Math.sign(c));
      return { solve: (r: Vec, out: Vec) => out.set(r) };
    };
    const { u } = solve({ rhs: decay, size: 3 }, [1, 1, 1], [2, 0], {
      method: bdf({ jacobian: { krylov: "gmres", preconditioner: noPreconditioner } }),
      rtol: 1e-6,
      saveAt: [0],
    });
    for (let i = 0; i < 3; i++) expect(Math.abs(u[i]! - Math.exp(-2 * (i + 1)))).toBeLessThan(2e-5);
    expect([...signs]).toEqual([-1]);
  });

  it("does with a right-hand side of noise 1e-6 what it does without noise, when it is told so", () => {
    // Products with the default increment carry errors of 1e-6 / 1.5e-8 = 70 times f; with sqrt(1e-6) of 1e-3 times f.
    const eta = 1e-6;
    const noisy: Rhs = (t, u, out) => {
      problem.rhs(t, u, out);
      for (let i = 0; i < out.length; i++) {
        const x = Math.sin(1e7 * u[i]! + i) * 43758.5453;
        out[i]! *= 1 + eta * (2 * (x - Math.floor(x)) - 1);
      }
    };
    const options = { rtol: 1e-3, atol: 1e-4, maxSteps: 1000, throw: false };
    const calls = ({ stats }: { stats: { rhs: number; rhsForJacobian: number } }): number =>
      stats.rhs + stats.rhsForJacobian;
    const clean = run(problem, u0, { krylov: "gmres", preconditioner }, options);
    const told = run({ ...problem, rhs: noisy }, u0, { krylov: "gmres", preconditioner, noise: eta }, options);
    // Half of the run's steps are enough to tell.
    const few = { ...options, maxSteps: Math.ceil(told.stats.steps / 2) };
    const untold = run({ ...problem, rhs: noisy }, u0, { krylov: "gmres", preconditioner, restart: 10 }, few);
    expect(told.status).toBe("done");
    expect(calls(told)).toBeLessThan(1.5 * calls(clean));
    expect(largest(told.u, clean.u)).toBeLessThan(10e-3);
    expect(calls(untold)).toBeGreaterThan(3 * calls(told));
  });

  it("takes differences whose error is that of the noise: 2 sqrt(eta) of f at most", () => {
    const n = 4;
    const point = {
      t: 0,
      predictor: Float64Array.of(1, -2, 0.5, 3),
      slope: new Float64Array(n),
      weights: new Float64Array(n).fill(1),
    };
    const squares: Rhs = (_t, u, out) => {
      for (let i = 0; i < n; i++) out[i] = u[i]! * u[i]!;
    };
    squares(0, point.predictor, point.slope);
    const stats = { steps: 0, rejected: 0, rhs: 0, rhsForJacobian: 0, jacobians: 0, factorisations: 0 };
    const start = {
      problem: { rhs: squares, size: n },
      t0: 0,
      t1: 1,
      u0: point.predictor,
      rtol: 1e-6,
      atol: new Float64Array(n),
      maxStep: 1,
      stats,
    };
    for (const noise of [Number.EPSILON, 1e-8]) {
      const source = matrixFreeSource("bdf", start, { krylov: "gmres", noise }, 1e-8);
      source.linearise!(point);
      source.refresh(0, point.predictor, point.slope);
      // (I - c J) x = b with J = diag(2 u) and c = -1/2: x_i = b_i / (1 + u_i).
      source.solver.factor(source.matrix, 1, 0.5);
      const x = Float64Array.of(4, 2, 3, 8);
      source.solver.solve(x);
      // (u + e v)^2 has the second difference e v^2: an error of e = sqrt(noise) 3 in J v, four products.
      [2, -2, 2, 2].forEach((exact, i) => expect(Math.abs(x[i]! - exact)).toBeLessThan(20 * Math.sqrt(noise)));
    }
    expect(stats.rhsForJacobian).toBeGreaterThan(0);
  });

  it("ends with nonlinear-failed when GMRES fails however small the step", () => {
    // Away from t = 0, where no step would be too small.
    const method = bdf({ jacobian: { krylov: "gmres", product: (_t, _u, _v, out) => void out.fill(Number.NaN) } });
    const error = failure(() => solve(problem, u0, [1, 5], { method, maxSteps: 10 }));
    expect(error.code).toBe("nonlinear-failed");
    expect(error.t).toBe(1);
  });

  it("ends with callback-threw when the preconditioner is none, or throws", () => {
    const none = (() => undefined) as unknown as NonNullable<MatrixFree["preconditioner"]>;
    const error = failure(() => run(problem, u0, { krylov: "gmres", preconditioner: none }));
    expect(error.code).toBe("callback-threw");
    expect((error.cause as Error).message).toContain("preconditioner(t, u, c).solve must be a function");
    const thrown = new Error("mine");
    const throwing = (): never => {
      throw thrown;
    };
    expect(failure(() => run(problem, u0, { krylov: "gmres", product: throwing })).cause).toBe(thrown);
  });

  it("goes on from a restart with the bits of a run that was not stopped", () => {
    const small = allenCahn(40);
    const jacobian = { krylov: "gmres", preconditioner: small.preconditioner } as const;
    const options = { method: bdf({ jacobian }), rtol: 1e-6, atol: 1e-9 };
    const whole = solve(small.problem, small.u0, [0, 5], options);
    let steps = 0;
    const stopped = solve(small.problem, small.u0, [0, 5], {
      ...options,
      onStep: () => (++steps === 30 ? "stop" : undefined),
    });
    const rest = solve(small.problem, small.u0, [0, 5], { ...options, resume: stopped.restart! });
    expect(stopped.status).toBe("stopped");
    expect(rest.u.subarray(-40)).toEqual(whole.u.subarray(-40));
  });

  it("refuses bad options, and is bdf's alone", () => {
    const bad =
      (options: object): (() => unknown) =>
      () =>
        bdf({ jacobian: options as MatrixFree });
    expect(bad({ krylov: "cg" })).toThrow(new TypeError('bdf: jacobian.krylov must be "gmres", got "cg"'));
    expect(bad({ krylov: "gmres", noise: 0 })).toThrow(RangeError);
    expect(bad({ krylov: "gmres", noise: 2 })).toThrow("jacobian.noise must be at most 1, got 2");
    expect(bad({ krylov: "gmres", restart: 0 })).toThrow(RangeError);
    expect(bad({ krylov: "gmres", preconditioner: {} })).toThrow(TypeError);
    expect(bad({ krylov: "gmres", precondition: () => {} })).toThrow("preconditioner");
  });
});
