import { bdf, dopri5, type Method, type Problem, type Solution, solve } from "@hml/integrators";
import { homogenizationLattice, nonlinearDiffusion } from "@hml/systems";
import { describe, expect, it } from "vitest";
import { lagrange } from "../coupling/lagrange.ts";
import { spectral } from "../coupling/spectral.ts";
import { gapTooth } from "../gap-tooth.ts";
import { patchGrid } from "../patch-grid.ts";
import { modeSolver } from "./mode-solver.ts";
import { patchJacobian } from "./patch-jacobian.ts";
import { patchModes } from "./patch-modes.ts";
import { patchPreconditioner } from "./patch-preconditioner.ts";

const lattice = homogenizationLattice("simulated");
// u_t = div(k grad u^2) on the study's 3 x 3 lattice, between 0.6 and 1.4; rates from 0.1 to 1e4 and more.
const micro = nonlinearDiffusion(lattice, 2);
const grid = patchGrid({ dim: 2, extent: 2 * Math.PI, patches: [6, 5], points: 5, ratio: 0.1 });
const { rhs, size, sample } = gapTooth(grid, micro, spectral());
const u0 = sample((x, y) => 1 + 0.4 * Math.sin(x) * Math.cos(y));
const run = (problem: Problem, method: Method): Solution =>
  solve(problem, u0, [0, 0.1], { method, rtol: 1e-5, atol: 1e-7, saveAt: [0.1] });
const calls = ({ stats }: Solution): number => stats.rhs + stats.rhsForJacobian;
const apart = (a: Solution, b: Solution): number => Math.max(...a.u.map((value, i) => Math.abs(value - b.u[i]!)));

describe("stiff integration of a nonlinear patch scheme in two dimensions", () => {
  const explicit = run({ rhs, size }, dopri5());

  it("by BDF with GMRES and the patches' preconditioner takes a twentieth of dopri5's right-hand sides", () => {
    const preconditioner = patchPreconditioner(grid, micro, spectral());
    const implicit = run({ rhs, size }, bdf({ jacobian: { krylov: "gmres", preconditioner } }));
    // BDF's global error is some tens of times its tolerance: 2.8e-5.
    expect(apart(implicit, explicit)).toBeLessThan(5e-5);
    // 273 against 7088, and 202 products against 639 without a preconditioner.
    expect(calls(implicit)).toBeLessThan(calls(explicit) / 20);
    const plain = run({ rhs, size }, bdf({ jacobian: { krylov: "gmres" } }));
    expect(implicit.stats.rhsForJacobian).toBeLessThan(plain.stats.rhsForJacobian / 3);
  });

  it("by BDF with the Jacobian of a few sweeps takes fewer still, none of them for the Jacobian", () => {
    const jacobian = patchJacobian(grid, micro, spectral()).jacobian();
    const implicit = run({ rhs, size, jacobian }, bdf());
    expect(apart(implicit, explicit)).toBeLessThan(5e-5);
    expect(implicit.stats.rhsForJacobian).toBe(0);
    // 91 calls, and one Jacobian of ten sweeps.
    expect(calls(implicit)).toBeLessThan(calls(explicit) / 50);
  });
});

describe("patchPreconditioner", () => {
  const vector = Float64Array.from({ length: size }, (_, n) => Math.sin(1 + n * n));
  const defect = (about: Float64Array, t: number, c: number): number => {
    // (I - c J) x against the vector, J by central differences of the whole.
    const x = new Float64Array(size);
    preconditioner(t, about, c).solve(vector, x);
    const [ahead, behind] = [new Float64Array(size), new Float64Array(size)];
    rhs(
      t,
      about.map((value, i) => value + 1e-4 * x[i]!),
      ahead,
    );
    rhs(
      t,
      about.map((value, i) => value - 1e-4 * x[i]!),
      behind,
    );
    return Math.max(...x.map((value, i) => Math.abs(value - (c * (ahead[i]! - behind[i]!)) / 2e-4 - vector[i]!)));
  };
  const preconditioner = patchPreconditioner(grid, micro, spectral());

  it("inverts I - c J where the state repeats from patch to patch, at every state and c in turn", () => {
    const constant = new Float64Array(size).fill(1.3);
    const patterned = constant.map((_, n) => 1 + 0.2 * Math.sin(1 + (n % 9)));
    // A quadratic model's central differences are exact but for rounding; so are the modes'.
    for (const c of [1e-3, 0.1, -0.02]) {
      expect(defect(constant, 0, c)).toBeLessThan(1e-7);
      expect(defect(patterned, 0, c)).toBeLessThan(1e-7);
    }
    expect(defect(constant, 1, 0.1)).toBeLessThan(1e-7);
  });

  it("treats members and channels each for itself", () => {
    const many = patchGrid({ dim: 2, extent: 6, patches: 5, points: 5, ratio: 0.1, channels: 2, members: 2 });
    const coupled = (t: number, u: Float64Array, out: Float64Array, patch: Parameters<typeof micro>[3]): void => {
      micro(t, u, out, patch);
      for (let i = 0; i < 25; i++) out[i]! += 3 * u[25 + i]!;
    };
    const system = gapTooth(many, coupled, lagrange(2));
    // Another constant in each field: [member, channel, patch, point].
    const state = Float64Array.from({ length: system.size }, (_, n) => 1 + Math.floor(n / 225) / 4);
    const b = state.map((_, n) => Math.cos(n * n));
    const x = new Float64Array(system.size);
    patchPreconditioner(many, coupled, lagrange(2))(0, state, 0.05).solve(b, x);
    const [ahead, behind] = [new Float64Array(system.size), new Float64Array(system.size)];
    system.rhs(
      0,
      state.map((value, i) => value + 1e-4 * x[i]!),
      ahead,
    );
    system.rhs(
      0,
      state.map((value, i) => value - 1e-4 * x[i]!),
      behind,
    );
    for (let i = 0; i < system.size; i++) {
      expect(Math.abs(x[i]! - (0.05 * (ahead[i]! - behind[i]!)) / 2e-4 - b[i]!)).toBeLessThan(1e-7);
    }
  });

  it("has for linear schemes a fixed one, with which GMRES takes one product a solve", () => {
    const linear = gapTooth(grid, lattice.rhs, spectral());
    const { preconditioner: exact } = modeSolver(patchModes(grid, lattice.rhs, spectral()));
    const problem = { rhs: linear.rhs, size };
    const explicit = run(problem, dopri5());
    const implicit = run(problem, bdf({ jacobian: { krylov: "gmres", preconditioner: exact } }));
    expect(apart(implicit, explicit)).toBeLessThan(5e-5);
    // 46 products, 48 solves, 94 calls against 2780.
    expect(implicit.stats.rhsForJacobian).toBeLessThan(1.2 * implicit.stats.rhs);
  });

  it("refuses a model that is no function, and says when a block is singular", () => {
    expect(() => patchPreconditioner(grid, 3 as never, spectral())).toThrow("micro must be a function");
    const growth = patchGrid({ dim: 1, extent: 1, patches: 3, points: 3, ratio: 0.5 });
    const solver = modeSolver(patchModes(growth, (_t, u, out) => void (out[1] = 2 * u[1]!), spectral()));
    expect(() => solver.preconditioner(0, new Float64Array(3), 0.5)).toThrow("I - c J must be regular, got c = 0.5");
  });
});
