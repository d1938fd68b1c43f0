import { describe, expect, it } from "vitest";
import {
  bandedLu,
  bdf,
  type JacobianShape,
  type Method,
  radau,
  rosenbrock,
  type Solution,
  type SolveOptions,
  type Stats,
  solve,
  type Vec,
} from "../../src/index.ts";
import {
  allenCahn,
  fitzHughNagumo,
  growthAndDecay,
  heat,
  hires,
  lastFrame,
  michaelisMenten,
  oregonator,
  protheroRobinson,
  relativeDistance,
  robertson,
  type StiffProblem,
  twoClusters,
  vanDerPol,
} from "../problems.ts";
import { reference, referenceHint } from "../reference.ts";

/*
 * Acceptance tests of the stiff methods (I1, on fixed steps of the formulas, stands beside the difference table). Counts are right-hand sides of SciPy 1.10.1's method of the same name at the same
 * tolerances, which leave its difference Jacobians out; ours are held against 1.5 times as many with ours added for `bdf`,
 * without for `radau`, whose Jacobians are as frequent as SciPy's. `rosenbrock` has no counterpart there.
 */

interface Candidate {
  readonly name: "bdf" | "radau" | "rosenbrock";
  readonly method: (jacobian?: JacobianShape) => Method;
  /** Bound for the two clusters at rtol 1e-6. */
  readonly clusters: number;
  /** SciPy's calls by problem. */
  readonly scipy: Readonly<Record<string, number>>;
  readonly counted: (stats: Stats) => number;
}

const candidates: readonly Candidate[] = [
  {
    name: "bdf",
    method: (jacobian = "dense") => bdf({ jacobian }),
    clusters: 5e-5,
    scipy: {
      robertson: 2427,
      vdp1000: 3781,
      hires: 795,
      orego: 3936,
      heat1d_n10: 166,
      heat1d_n100: 170,
      heat1d_n1000: 170,
      allen_cahn_n101: 193,
    },
    counted: ({ rhs, rhsForJacobian }) => rhs + rhsForJacobian,
  },
  {
    name: "radau",
    method: (jacobian = "dense") => radau({ jacobian }),
    clusters: 1e-6,
    scipy: {
      robertson: 4096,
      vdp1000: 7257,
      hires: 1652,
      orego: 8645,
      heat1d_n10: 351,
      heat1d_n100: 365,
      heat1d_n1000: 365,
      allen_cahn_n101: 314,
    },
    counted: ({ rhs }) => rhs,
  },
  {
    name: "rosenbrock",
    method: (jacobian = "dense") => rosenbrock({ jacobian }),
    clusters: 5e-5,
    scipy: {},
    counted: ({ rhs }) => rhs,
  },
];

function run(problem: StiffProblem, method: Method, rtol = 1e-6, options: Partial<SolveOptions> = {}): Solution {
  const { u0, times, atolPerRtol } = problem;
  return solve(problem, u0, [0, times.at(-1)!], { method, rtol, atol: atolPerRtol * rtol, saveAt: times, ...options });
}

/** Largest relative error of any component of any frame. */
function worst(frames: ArrayLike<number>, expected: readonly (readonly number[])[]): number {
  return Math.max(...expected.flat().map((value, k) => Math.abs(frames[k]! / value - 1)));
}

const band = { lower: 1, upper: 1 };
const stored = reference("ivp.json")?.problems;

describe.each(candidates)("$name", ({ name, method, clusters, scipy, counted }) => {
  function expectFewCalls(problem: StiffProblem, stats: Stats): void {
    const theirs = scipy[problem.name];
    if (theirs !== undefined) expect(counted(stats)).toBeLessThan(1.5 * theirs);
  }

  it("I2 two-cluster linear: as accurate with a fast rate of 1e6 as with 1e3, in at most 1.2 times the steps", () => {
    const steps = [1e3, 1e6].map((fast) => {
      const problem = twoClusters(fast);
      const { u, stats } = run(problem, method());
      expect(worst(u, problem.reference)).toBeLessThan(clusters);
      return stats.steps;
    });
    expect(steps[1]! / steps[0]!).toBeLessThan(1.2);
  });

  it("I3 Prothero-Robinson with L = -1e6: every step to t = 10 within 1e-6", () => {
    const { t, u, stats } = solve(protheroRobinson, [1], [0, 10], { method: method(), rtol: 1e-6, atol: 1e-9 });
    t.forEach((time, k) => expect(Math.abs(u[k]! - Math.cos(time))).toBeLessThan(1e-6));
    // SciPy's Radau takes 8: steps as long as the cosine allows, whatever L is.
    if (name === "radau") expect(stats.steps).toBeLessThanOrEqual(12);
    // Between steps the cubics of the one-step methods are less accurate than their steps, see their documentation.
    if (name === "bdf") {
      const frames = run(protheroRobinson, method()).u;
      protheroRobinson.reference.forEach(([y], k) => expect(Math.abs(frames[k]! - y!)).toBeLessThan(1e-6));
    }
  });

  it("I4 van der Pol, mu = 1000, through its jumps to t = 2000: within 50 rtol", () => {
    const { u, stats } = run(vanDerPol, method());
    expect(worst(u, vanDerPol.reference)).toBeLessThan(50e-6);
    expectFewCalls(vanDerPol, stats);
  });

  it("I5 Robertson over eleven decades: within 20 rtol per component, the sum kept to 1e-9", () => {
    const { u, stats } = run(robertson, method());
    expect(worst(u, robertson.reference)).toBeLessThan(20e-6);
    // y1 + y2 + y3 is a linear invariant, kept up to rounding and the tolerance of the linear solves.
    for (let k = 0; k < u.length; k += 3) expect(Math.abs(u[k]! + u[k + 1]! + u[k + 2]! - 1)).toBeLessThan(1e-9);
    expectFewCalls(robertson, stats);
  });

  it("I6 HIRES to t = 321.8122 within 50 rtol, the Oregonator to t = 360 within 150 rtol", () => {
    for (const [problem, bound] of [
      [hires, 50e-6],
      [oregonator, 150e-6],
    ] as const) {
      const { u, stats } = run(problem, method());
      expect(worst(u, problem.reference)).toBeLessThan(bound);
      expectFewCalls(problem, stats);
    }
  });

  it.each([
    { eps: 0.1, at1: [0.7385611697376208, 0.4287180973695983], at6: undefined },
    { eps: 0.01, at1: [0.7634497247765455, 0.4333230406724783], at6: [0.12025833459123239, 0.10772971112666044] },
    { eps: 0.001, at1: [0.765968417149093, 0.43377782134946624], at6: undefined },
  ])("I7 Michaelis-Menten, eps = $eps: within 1e-5 at rtol 1e-7, and on the slow manifold", ({ eps, at1, at6 }) => {
    const options = { method: method(), rtol: 1e-7, atol: 1e-10, saveAt: [1, 6] };
    const { u } = solve(michaelisMenten(eps), [1, 0], [0, 6], options);
    expect(worst(u, [at1])).toBeLessThan(1e-5);
    if (at6) expect(worst(u.subarray(2), [at6])).toBeLessThan(1e-5);
    // The slow manifold to first order in eps; what is left is eps^2 times 0.014.
    const x = u[0]!;
    const manifold = x / (1 + x) + (eps * x) / (2 * (1 + x) * (1 + x) * (1 + x) * (1 + x));
    expect(Math.abs(u[1]! - manifold)).toBeLessThan(0.02 * eps * eps + 1e-7);
  });

  it.each([10, 100, 1000])("I8 heat on %i points: within 1e-6 in L2, and banded equals dense to round-off", (n) => {
    // With differences the Rosenbrock method, whose result depends on J, sees their rounding: J is given. Dense
    // factorisations of 1000 unknowns take seconds where they are complex or many: a wider band stands in for them.
    const whole = n < 1000 || name === "bdf" ? undefined : { lower: 3, upper: 2 };
    const problem = heat(n);
    const results = [band, whole].map((shape) => {
      const jacobian = {
        ...shape,
        evaluate(_t: number, _u: Vec, out: Vec) {
          for (let i = 0; i < n; i++) {
            for (let j = Math.max(0, i - 1); j <= Math.min(n - 1, i + 1); j++) {
              out[shape ? (shape.upper + i - j) * n + j : i * n + j] = (i === j ? -2 : 1) * (n + 1) * (n + 1);
            }
          }
        },
      };
      const given = name === "rosenbrock" ? { ...problem, jacobian } : problem;
      const { u, stats } = run(given, method(shape ?? "dense"));
      expect(relativeDistance(u, problem.reference[0]!)).toBeLessThan(1e-6);
      // Two Jacobians of n calls would be more than all the rest: differences of bdf are left out here.
      if (scipy[problem.name]) expect(stats.rhs).toBeLessThan(1.5 * scipy[problem.name]!);
      return u;
    });
    // No row sees two columns of a group, so the Jacobians are equal; the LUs round differently, which the steps damp: a
    // hundred eps for all sizes.
    expect(relativeDistance(results[0]!, results[1]!)).toBeLessThan(100 * Number.EPSILON);
  });

  it("I8 Allen-Cahn on 101 points: within 1e-6, banded and dense alike", () => {
    const problem = allenCahn(101);
    const results = [band, "dense" as const].map((shape) => {
      const { u, stats } = run(problem, method(shape));
      problem.reference.forEach((values, frame) => {
        values.forEach((value, k) => expect(Math.abs(u[frame * 101 + 25 * k]! - value)).toBeLessThan(1e-6));
      });
      if (scipy[problem.name]) expect(stats.rhs).toBeLessThan(1.5 * scipy[problem.name]!);
      return u;
    });
    // Equal Jacobians, LUs that round differently; Rosenbrock's differences are renewed every step and round with them.
    expect(relativeDistance(results[0]!, results[1]!)).toBeLessThan(1e-11);
  });

  it.skipIf(stored === undefined)(`I8 FitzHugh-Nagumo on 101 points: within 1e-6 in L2 (${referenceHint})`, () => {
    const { t, y, idx } = stored!["fhn1d_n101"]!;
    // Dense complex factorisations would take ten seconds.
    const shapes = [{ lower: 2, upper: 2 }, ...(name === "bdf" ? (["dense"] as const) : [])];
    const results = shapes.map((shape) => {
      const options = { method: method(shape), rtol: 1e-6, atol: 1e-9, saveAt: t };
      const { u } = solve(fitzHughNagumo, fitzHughNagumo.u0, [0, t.at(-1)!], options);
      // The reference has all of u, then all of v; the norm is that of all stored numbers, in space and time.
      const ours = t.flatMap((_time, frame) =>
        idx!.map((k) => u[frame * 202 + (k < 101 ? 2 * k : 2 * (k - 101) + 1)]!),
      );
      expect(relativeDistance(ours, y.flat())).toBeLessThan(1e-6);
      return u;
    });
    // In 400 steps the rounding of the LUs once tips a decision of the step control: alike to the tolerance only.
    for (const other of results) expect(relativeDistance(results[0]!, other)).toBeLessThan(1e-6);
  });

  it("I12 zeros of sin t at rtol 1e-10: as near as the solution, below 1e-10 for the one-step methods", () => {
    const rotation = {
      size: 2,
      rhs(_t: number, u: Vec, out: Vec) {
        out[0] = u[1]!;
        out[1] = -u[0]!;
      },
    };
    const options = { method: method(), rtol: 1e-10, atol: 1e-10 };
    const { events } = solve(rotation, [0, 1], [0, 10], { ...options, events: [{ g: (_t, u) => u[0]! }] });
    const roots = events[0]!.t;
    expect(roots.length).toBe(3);
    const errors = Array.from(roots, (root, k) => Math.abs(root - (k + 1) * Math.PI));
    if (name !== "bdf") {
      for (const error of errors) expect(error).toBeLessThan(1e-10);
      return;
    }
    // The error of bdf's solution itself at t = pi is 4e-10, where a step ends there: its roots cannot be nearer, and are
    // no farther away, so that the interpolant adds nothing. rtol 1e-11 brings the first below 1e-10.
    const own = Math.abs(lastFrame(solve(rotation, [0, 1], [0, Math.PI], options))[0]!);
    expect(errors[0]! / own).toBeGreaterThan(0.8);
    expect(errors[0]! / own).toBeLessThan(1.2);
    const tighter = { ...options, rtol: 1e-11, atol: 1e-11, events: [{ g: (_t: number, u: Vec) => u[0]! }] };
    const first = solve(rotation, [0, 1], [0, 4], tighter).events[0]!.t[0]!;
    expect(Math.abs(first - Math.PI)).toBeLessThan(1e-10);
  });

  it("I13 time reversal: back to the start within 100 rtol", () => {
    const forth = solve(growthAndDecay, [1], [0, 5], { method: method(), rtol: 1e-6, atol: 1e-9 });
    const back = solve(growthAndDecay, lastFrame(forth), [5, 0], { method: method(), rtol: 1e-6, atol: 1e-9 });
    expect(Math.abs(lastFrame(back)[0]! - 1)).toBeLessThan(100e-6);
  });

  it("I13 an empty span is one frame and no call, a zero right-hand side keeps the state, NaN ends with its name", () => {
    let calls = 0;
    const zero = { size: 1, rhs: (_t: number, _u: Vec, out: Vec) => void (calls++, (out[0] = 0)) };
    const empty = solve(zero, [3], [2, 2], { method: method() });
    expect([[...empty.t], [...empty.u], calls]).toEqual([[2], [3], 0]);
    const still = solve(zero, [3], [0, 1e6], { method: method() });
    expect(lastFrame(still)[0]).toBe(3);
    expect(still.stats.steps).toBeLessThan(30);
    const nan = { size: 1, rhs: (_t: number, _u: Vec, out: Vec) => void (out[0] = Number.NaN) };
    const failed = solve(nan, [3], [0, 1], { method: method(), throw: false });
    expect([failed.status, failed.t.length]).toEqual(["nonfinite-rhs", 1]);
  });

  it("I13 stiff with zero absolute tolerance and a component at 0: Robertson's start, and one that stays at 0", () => {
    const { u, status } = run(robertson, method(), 1e-6, { atol: 0, throw: false });
    // What grows out of zero has no scale: a run ends accurately, or at once and says why.
    if (status === "done") expect(worst(u, robertson.reference)).toBeLessThan(20e-6);
    else expect(["step-too-small", "nonlinear-failed"]).toContain(status);
    const beside = {
      size: 2,
      rhs(_t: number, v: Vec, out: Vec) {
        out[0] = -1e6 * v[0]!;
        out[1] = -v[1]!;
      },
    };
    const rest = solve(beside, [0, 1], [0, 1], { method: method(), rtol: 1e-6, atol: 0 });
    expect(lastFrame(rest)[0]).toBe(0);
    expect(Math.abs(lastFrame(rest)[1]! - Math.exp(-1))).toBeLessThan(20e-6);
  });

  it.skipIf(stored === undefined)(`agrees at every stored time (${referenceHint})`, () => {
    const named: readonly [string, Pick<StiffProblem, "rhs" | "size" | "u0">, number, number, number][] = [
      ["robertson", robertson, 1e-6, 1e-14, 20e-6],
      ["michaelis_menten_eps0.1", { ...michaelisMenten(0.1), u0: [1, 0] }, 1e-7, 1e-10, 1e-5],
      ["michaelis_menten_eps0.01", { ...michaelisMenten(0.01), u0: [1, 0] }, 1e-7, 1e-10, 1e-5],
      ["michaelis_menten_eps0.001", { ...michaelisMenten(0.001), u0: [1, 0] }, 1e-7, 1e-10, 1e-5],
      ["lin2_fast1000", twoClusters(1e3), 1e-6, 1e-9, clusters],
      ["lin2_fast1e+06", twoClusters(1e6), 1e-6, 1e-9, clusters],
    ];
    for (const [key, problem, rtol, atol, bound] of named) {
      const { t, y } = stored![key]!;
      const { u } = solve(problem, problem.u0, [0, t.at(-1)!], { method: method(), rtol, atol, saveAt: t });
      expect(worst(u, y)).toBeLessThan(bound);
    }
  });
});

describe("bdf with GMRES", () => {
  it("I14 equals the banded run on Allen-Cahn with 1000 points to 10 rtol, with a preconditioner, with products, with noise", () => {
    const n = 1000;
    const problem = { ...allenCahn(n), times: [5] };
    const scale = ((n - 1) / 20) ** 2;
    const laplacian = new Float64Array(3 * n).fill(scale);
    laplacian.fill(-2 * scale, n, 2 * n);
    laplacian[1] = 2 * scale;
    laplacian[3 * n - 2] = 2 * scale;
    const lu = bandedLu(n, 1, 1);
    const preconditioner = (_t: number, _u: Vec, c: number) => {
      lu.factor(laplacian, 1, -c);
      return {
        solve(r: Vec, out: Vec) {
          out.set(r);
          lu.solve(out);
        },
      };
    };
    const product = (_t: number, u: Vec, v: Vec, out: Vec): void => {
      for (let i = 0; i < n; i++) {
        const left = v[i > 0 ? i - 1 : 1]!;
        const right = v[i < n - 1 ? i + 1 : n - 2]!;
        out[i] = scale * (left - 2 * v[i]! + right) + (1 - 3 * u[i]! * u[i]!) * v[i]!;
      }
    };
    const banded = run(problem, bdf({ jacobian: band }));
    for (const options of [{ preconditioner }, { preconditioner, product }, { preconditioner, noise: 1e-10 }]) {
      const { u, stats } = run(problem, bdf({ jacobian: { krylov: "gmres", ...options } }));
      u.forEach((value, i) => expect(Math.abs(value - banded.u[i]!)).toBeLessThan(10e-6));
      // Products by differences are counted with the Jacobian's calls, the user's are not.
      if ("product" in options) expect(stats.rhsForJacobian).toBe(0);
      else expect(stats.rhsForJacobian).toBeLessThan(3 * banded.stats.rhs);
    }
  });
});
