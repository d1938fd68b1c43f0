import { describe, expect, it } from "vitest";
import { failure } from "../../test/failure.ts";
import {
  backwards,
  distance,
  type ExactProblem,
  exactProblems,
  fittedOrder,
  growthAndDecay,
  lorenz,
  relativeDistance,
  sevenRiccati,
  spiral,
} from "../../test/problems.ts";
import {
  type ButcherTableau,
  dop853,
  dop853Tableau,
  type Method,
  type Problem,
  rungeKutta,
  type SolveOptions,
  type StepControlOptions,
  solve,
  tsit5,
  tsit5Tableau,
} from "../index.ts";

interface Row {
  readonly method: (options?: StepControlOptions) => Method;
  readonly tableau: ButcherTableau;
  readonly order: number;
  /** Evaluations an attempt, and for dense output of a step. */
  readonly stages: number;
  readonly extra: number;
  /** Refinements of the coarsest step, fine enough for the leading error term and above round-off. */
  readonly refinements: readonly number[];
  /** Coarsest step of the order test, and how far the fitted order may be off. */
  readonly converging: readonly (readonly [problem: ExactProblem, scale: number, tolerance: number])[];
}

const rows: [name: string, row: Row][] = [
  [
    "tsit5",
    {
      method: tsit5,
      tableau: tsit5Tableau,
      order: 5,
      stages: 6,
      extra: 0,
      refinements: [1, 2, 4, 8],
      // Its leading error term is small: on the other problems the next one is seen until round-off.
      converging: [
        [spiral, 4, 0.1],
        [sevenRiccati, 1.5, 0.1],
      ],
    },
  ],
  [
    "dop853",
    {
      method: dop853,
      tableau: dop853Tableau,
      order: 8,
      stages: 12,
      extra: 3,
      // Order 8 falls from 1e-9 to round-off within a factor 4 of the step: half of that is fitted.
      refinements: [1, 1.25, 1.5, 1.75, 2],
      converging: [
        [growthAndDecay, 0.6, 0.1],
        [spiral, 0.4, 0.1],
        [sevenRiccati, 0.6, 0.2],
      ],
    },
  ],
];
const bothWays = exactProblems.flatMap((problem) => [problem, backwards(problem)]);

describe.each(rows)("%s, accuracy", (_name, { method, tableau, order, refinements, converging }) => {
  it.each(
    converging.flatMap(([problem, scale, tolerance]) =>
      [problem, backwards(problem)].map((way) => [way.name, way, scale, tolerance] as const),
    ),
  )(`converges at order ${order} with equal steps on %s`, (_problem, problem, scale, tolerance) => {
    const [t0, t1] = problem.span;
    const counts = refinements.map((factor) => Math.round(factor * scale * problem.coarsest));
    // The largest error over all steps: at one time alone it may pass through zero.
    const errors = counts.map((count) => {
      const stepper = rungeKutta(tableau)(problem.rhs, problem.size);
      const u = Float64Array.from(problem.exact(t0));
      const dt = (t1 - t0) / count;
      let worst = 0;
      for (let k = 0; k < count; k++) {
        stepper.step(t0 + k * dt, dt, u, u);
        worst = Math.max(worst, distance(u, problem.exact(t0 + (k + 1) * dt)));
      }
      return worst;
    });
    const fitted = fittedOrder(
      counts.map((count) => 1 / count),
      errors,
    );
    expect(Math.abs(fitted - order)).toBeLessThan(tolerance);
  });

  it.each(bothWays)("delivers its tolerance on $name", (problem) => {
    const [t0] = problem.span;
    const tolerances = [1e-4, 1e-6, 1e-8, 1e-10];
    const errors = tolerances.map((rtol) => {
      const options = { method: method(), rtol, atol: 1e-3 * rtol };
      const { t, u } = solve(problem, problem.exact(t0), problem.span, options);
      const n = problem.size;
      return Math.max(
        ...Array.from(t, (time, k) => relativeDistance(u.subarray(k * n, (k + 1) * n), problem.exact(time))),
      );
    });
    // SciPy's own suite asks for 5 tolerances; the largest here is 1.04 (tsit5) and 0.38 (dop853).
    errors.forEach((error, k) => expect(error).toBeLessThan(5 * tolerances[k]!));
    // Six decades of tolerance must give nearly six of error: control by an estimate of the right order.
    expect(Math.abs(fittedOrder(tolerances, errors) - 1)).toBeLessThan(0.2);
  });
});

describe.each(rows)("%s, steps", (name, { method, stages, extra }) => {
  const run = (problem: Problem, u0: ArrayLike<number>, span: [number, number], options: Partial<SolveOptions> = {}) =>
    solve(problem, u0, span, { method: method(), ...options });

  it(`calls the right-hand side ${stages} times an attempt, twice to start, ${extra} times for dense output`, () => {
    let calls = 0;
    const counted: Problem = { size: 3, rhs: (t, u, out) => (calls++, lorenz.rhs(t, u, out)) };
    const { stats } = run(counted, [1, 1, 1], [0, 5], { rtol: 1e-3, atol: 1e-3, firstStep: 2 });
    expect(stats.rejected).toBeGreaterThan(0);
    expect(stats.rhs).toBe(calls);
    expect(calls).toBe(1 + stages * (stats.steps + stats.rejected));
    const chosen = run(lorenz, [1, 1, 1], [0, 5]).stats;
    expect(chosen.rhs).toBe(2 + stages * (chosen.steps + chosen.rejected));
    const dense = run(lorenz, [1, 1, 1], [0, 5], { dense: true }).stats;
    expect(dense.rhs).toBe(chosen.rhs + extra * chosen.steps);
    // Three frames within one step share its interpolant.
    const frames = run(lorenz, [1, 1, 1], [0, 5], { saveAt: [1, 1 + 1e-9, 1 + 2e-9] }).stats;
    expect(frames.rhs).toBe(chosen.rhs + extra);
  });

  it("gives the same frames from saveAt and from dense, and the same steps with neither", () => {
    const saveAt = [0.1, 0.2, 0.31, 0.42, 0.5];
    const sparse = run(lorenz, [1, 1, 1], [0, 0.5], { saveAt });
    const dense = run(lorenz, [1, 1, 1], [0, 0.5], { dense: true });
    const plain = run(lorenz, [1, 1, 1], [0, 0.5]);
    expect(dense.u).toEqual(plain.u);
    const out = new Float64Array(3);
    saveAt.forEach((t, k) => {
      dense.at(t, out);
      expect([...out]).toEqual([...sparse.u.subarray(3 * k, 3 * k + 3)]);
    });
  });

  it("takes no larger step right after a rejection", () => {
    // A kink at t = 1 forces rejections however smooth the rest.
    const kinked: Problem = { size: 1, rhs: (t, _u, out) => void (out[0] = t < 1 ? 0 : 100 * Math.sin(40 * t)) };
    const stats = { steps: 0, rejected: 0, rhs: 0, rhsForJacobian: 0, jacobians: 0, factorisations: 0 };
    const atol = Float64Array.of(1e-8);
    const bounds = { t0: 0, t1: 2, rtol: 1e-8, atol, maxStep: Infinity };
    const walk = method().start({ problem: kinked, u0: new Float64Array(1), stats, ...bounds });
    let length = 0;
    let after = 0;
    for (let k = 0; k < 1000 && walk.t < 2; k++) {
      const rejected = stats.rejected;
      const before = length;
      const wasRejected = after;
      walk.step();
      length = walk.t - walk.tPrevious;
      if (wasRejected > 0 && walk.t < 2) expect(length).toBeLessThanOrEqual(before * (1 + 1e-12));
      after = stats.rejected - rejected;
    }
    expect(walk.t).toBe(2);
    expect(stats.rejected).toBeGreaterThan(0);
  });

  it("refuses bounds of step control that make no sense", () => {
    expect(() => method({ safety: 1.1 })).toThrow(new RangeError(`${name}: safety must lie in (0, 1], got 1.1`));
    expect(() => method({ minFactor: 1 })).toThrow(RangeError);
    expect(() => method({ maxFactor: 0.5 })).toThrow(RangeError);
    expect(() => method({ maxFactor: Number.NaN })).toThrow(RangeError);
    expect(() => method({ safty: 0.5 } as never)).toThrow("unknown option safty; did you mean safety?");
  });
});

describe.each(rows)("%s, failures", (name, { method, stages }) => {
  it("ends at a singularity with step-too-small at its time", () => {
    const blowUp: Problem = { size: 1, rhs: (_t, u, out) => void (out[0] = u[0]! * u[0]!) };
    const error = failure(() => solve(blowUp, [1], [0, 2], { method: method() }));
    expect(error.code).toBe("step-too-small");
    expect(Math.abs(error.t - 1)).toBeLessThan(1e-6);
  });

  it("gives up after 10 halvings when every evaluation is bad", () => {
    let bad = false;
    let calls = 0;
    const poisoned: Problem = {
      size: 2,
      rhs(_t, u, out) {
        out[0] = bad ? Number.POSITIVE_INFINITY : -u[0]!;
        out[1] = 0;
        if (bad) calls++;
      },
    };
    const onStep = (t: number): void => void (bad = t > 0.3);
    const solution = solve(poisoned, [1, 1], [0, 1], { method: method(), maxStep: 0.2, throw: false, onStep });
    expect(solution.status).toBe("nonfinite-rhs");
    expect(calls).toBe(11 * stages);
    expect(solution.error!.message).toContain(`${name}: rhs gave Infinity in component 0`);
    expect(solution.error!.t).toBe(solution.t.at(-1));
    expect(solution.u.every(Number.isFinite)).toBe(true);
  });

  it("sees a bad slope at every stage, whether or not the error estimate weighs it", () => {
    const clean = 1;
    for (let stage = 1; stage <= stages; stage++) {
      let calls = 0;
      // Swallows NaN arguments, so that nothing but the slope itself tells.
      const hidden: Problem = {
        size: 1,
        rhs: (_t, _u, out) => void (out[0] = ++calls === clean + stage ? Number.NaN : 1),
      };
      const stats = { steps: 0, rejected: 0, rhs: 0, rhsForJacobian: 0, jacobians: 0, factorisations: 0 };
      const bounds = { t0: 0, t1: 1, rtol: 1e-3, atol: Float64Array.of(1e-6), maxStep: 1, firstStep: 0.5 };
      const walk = method().start({ problem: hidden, u0: new Float64Array(1), stats, ...bounds });
      walk.step();
      expect(stats.rejected).toBe(1);
      expect(walk.t).toBe(0.25);
      expect(walk.u[0]).toBeCloseTo(0.25, 14);
    }
  });

  it("tells a state that overflows from a right-hand side that does", () => {
    const steep: Problem = { size: 1, rhs: (_t, _u, out) => void (out[0] = 1e307) };
    const options = { method: method(), firstStep: 100, rtol: 1, atol: 1e300 };
    const error = failure(() => solve(steep, [0], [0, 100], options));
    expect(error.code).toBe("nonfinite-state");
    expect(error.t).toBeLessThan(18);
  });
});

describe("dop853, dense output", () => {
  it("ends the run with nonfinite-rhs when one of its own stages is bad, the steps so far kept", () => {
    // Bad only at the times of the extra stages of the one step of [0, 1].
    const holes: Problem = {
      size: 2,
      rhs(t, _u, out) {
        out.fill(1);
        if (Math.abs(t - 0.2) < 1e-9) out[1] = Number.NaN;
      },
    };
    const options = { method: dop853(), firstStep: 1, throw: false } as const;
    expect(solve(holes, [0, 0], [0, 1], options).status).toBe("done");
    const solution = solve(holes, [0, 0], [0, 1], { ...options, saveAt: [0, 0.5, 1] });
    expect(solution.status).toBe("nonfinite-rhs");
    expect(solution.error!.message).toContain("dop853: rhs gave NaN in component 1 at t = 0.2, asked for dense output");
    expect([...solution.t]).toEqual([0]);
  });
});
