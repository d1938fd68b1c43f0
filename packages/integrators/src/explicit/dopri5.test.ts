import { describe, expect, it } from "vitest";
import { failure } from "../../test/failure.ts";
import {
  backwards,
  exactProblems,
  fittedOrder,
  lastFrame,
  lorenz,
  michaelisMenten,
  relativeDistance,
} from "../../test/problems.ts";
import { reference, referenceHint } from "../../test/reference.ts";
import { dopri5, type Problem, type SolveOptions, solve } from "../index.ts";

const ivp = reference("ivp.json");
const bothWays = exactProblems.flatMap((problem) => [problem, backwards(problem)]);

function run(
  problem: Problem,
  u0: ArrayLike<number>,
  span: readonly [number, number],
  options: Partial<SolveOptions> = {},
) {
  return solve(problem, u0, span, { method: dopri5(), ...options });
}

describe("dopri5, accuracy", () => {
  it.each(bothWays)("delivers its tolerance on $name", (problem) => {
    const [t0] = problem.span;
    const tolerances = [1e-4, 1e-6, 1e-8, 1e-10];
    // The largest error over all steps: at one time alone it may pass through zero.
    const errors = tolerances.map((rtol) => {
      const { t, u } = run(problem, problem.exact(t0), problem.span, { rtol, atol: 1e-3 * rtol });
      const n = problem.size;
      return Math.max(
        ...Array.from(t, (time, k) => relativeDistance(u.subarray(k * n, (k + 1) * n), problem.exact(time))),
      );
    });
    // SciPy's own suite asks for 5 tolerances; the Riccati equations run backwards amplify errors tenfold and
    // still pass.
    errors.forEach((error, k) => expect(error).toBeLessThan(5 * tolerances[k]!));
    // Six decades of tolerance must give nearly six of error: control by an h^5 estimate gives error ~ rtol.
    expect(Math.abs(fittedOrder(tolerances, errors) - 1)).toBeLessThan(0.2);
  });

  it.skipIf(!ivp)(`follows Michaelis-Menten kinetics to 1e-5 at rtol 1e-7 (${referenceHint})`, () => {
    for (const eps of [0.1, 0.01, 0.001]) {
      const { t, y } = ivp!.problems[`michaelis_menten_eps${eps}`]!;
      const { u } = run(michaelisMenten(eps), [1, 0], [0, 6], { rtol: 1e-7, atol: 1e-10, saveAt: t });
      y.forEach((row, k) => {
        row.forEach((value, i) => expect(Math.abs(u[2 * k + i]! / value - 1)).toBeLessThan(1e-5));
      });
    }
    // The slow manifold y = x/(1+x) + eps x / (2 (1+x)^4) + O(eps^2): 1.4e-6 at eps 0.01, t = 1.
    const [x, y] = lastOf(run(michaelisMenten(0.01), [1, 0], [0, 1], { rtol: 1e-10, atol: 1e-12 })).u;
    expect(y! - (x! / (1 + x!) + (0.01 * x!) / (2 * (1 + x!) ** 4))).toBeCloseTo(-1.37e-6, 8);
  });
});

describe("dopri5, steps", () => {
  it("calls the right-hand side six times an attempt and twice to start", () => {
    let calls = 0;
    const counted: Problem = { size: 3, rhs: (t, u, out) => (calls++, lorenz.rhs(t, u, out)) };
    const { stats } = run(counted, [1, 1, 1], [0, 5], { rtol: 1e-3, atol: 1e-3, firstStep: 2 });
    expect(stats.rejected).toBeGreaterThan(0);
    expect(stats.rhs).toBe(calls);
    expect(calls).toBe(1 + 6 * (stats.steps + stats.rejected));
    const chosen = run(lorenz, [1, 1, 1], [0, 5]).stats;
    expect(chosen.rhs).toBe(2 + 6 * (chosen.steps + chosen.rejected));
  });

  it("takes no larger step right after a rejection", () => {
    // A kink at t = 1 forces rejections however smooth the rest.
    const kinked: Problem = { size: 1, rhs: (t, _u, out) => void (out[0] = t < 1 ? 0 : 100 * Math.sin(40 * t)) };
    const rejectedBefore: boolean[] = [];
    const lengths: number[] = [];
    const method = dopri5();
    const spied: SolveOptions["method"] = {
      name: "spied",
      start(start) {
        const inner = method.start(start);
        return Object.create(inner, {
          step: {
            value() {
              const before = start.stats.rejected;
              inner.step();
              rejectedBefore.push(start.stats.rejected > before);
              lengths.push(inner.t - inner.tPrevious);
            },
          },
        });
      },
    };
    solve(kinked, [0], [0, 2], { method: spied, rtol: 1e-8, atol: 1e-8 });
    const after = lengths.filter(
      (_, k) => k > 0 && k < lengths.length - 1 && rejectedBefore[k - 1] && !rejectedBefore[k],
    );
    expect(after.length).toBeGreaterThan(0);
    for (let k = 1; k < lengths.length - 1; k++) {
      if (rejectedBefore[k - 1]) expect(lengths[k]!).toBeLessThanOrEqual(lengths[k - 1]! * (1 + 1e-12));
    }
  });

  it("keeps to firstStep, maxStep and the end of the span", () => {
    const times: number[] = [];
    run(exactProblems[1]!, [0.1], [0, 1.05], {
      firstStep: 0.01,
      maxStep: 0.1,
      rtol: 1e-3,
      onStep: (t) => times.push(t),
    });
    expect(times[0]).toBe(0.01);
    expect(times.at(-1)).toBe(1.05);
    times.forEach((t, k) => expect(t - (times[k - 1] ?? 0)).toBeLessThanOrEqual(0.1 + 1e-15));
  });

  it("refuses bounds of step control that make no sense", () => {
    expect(() => dopri5({ safety: 1.1 })).toThrow(new RangeError("dopri5: safety must lie in (0, 1], got 1.1"));
    expect(() => dopri5({ minFactor: 1 })).toThrow(RangeError);
    expect(() => dopri5({ maxFactor: 0.5 })).toThrow(RangeError);
    expect(() => dopri5({ maxFactor: Number.NaN })).toThrow(RangeError);
    expect(() => dopri5({ safty: 0.5 } as never)).toThrow("unknown option safty; did you mean safety?");
  });
});

describe("dopri5, failures", () => {
  it("ends at a singularity with step-too-small at its time", () => {
    const blowUp: Problem = { size: 1, rhs: (_t, u, out) => void (out[0] = u[0]! * u[0]!) };
    const error = failure(() => run(blowUp, [1], [0, 2]));
    expect(error.code).toBe("step-too-small");
    expect(Math.abs(error.t - 1)).toBeLessThan(1e-6);
    expect(error.step).toBeGreaterThan(10);
  });

  it("names time and component of a right-hand side that stops being finite", () => {
    // Defined up to t = 1 only.
    const bounded: Problem = {
      size: 3,
      rhs(t, _u, out) {
        out.fill(1);
        out[1] = Math.sqrt(1 - t);
      },
    };
    const error = failure(() => run(bounded, [0, 0, 0], [0, 2]));
    expect(error.code).toBe("nonfinite-rhs");
    expect(Math.abs(error.t - 1)).toBeLessThan(1e-12);
    expect(error.message).toMatch(/^dopri5: rhs gave NaN in component 1 at t = 1\.\d+/);
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
    const solution = run(poisoned, [1, 1], [0, 1], { throw: false, onStep: (t) => void (bad = t > 0.3) });
    expect(solution.status).toBe("nonfinite-rhs");
    expect(calls).toBe(11 * 6);
    expect(solution.error!.message).toContain("rhs gave Infinity in component 0");
    expect(solution.error!.t).toBe(solution.t.at(-1));
    expect(solution.u.every(Number.isFinite)).toBe(true);
  });

  it("sees a bad second slope, which no weight of the error estimate touches", () => {
    // A right-hand side that swallows NaN arguments, bad at the time of the second stage of every first step.
    const hidden: Problem = { size: 1, rhs: (t, _u, out) => void (out[0] = t > 0.1 && t < 0.3 ? Number.NaN : 1) };
    const error = failure(() => run(hidden, [0], [0, 1], { firstStep: 1 }));
    expect(error.code).toBe("nonfinite-rhs");
    expect(error.t).toBeLessThanOrEqual(0.1);
  });

  it("tells a state that overflows from a right-hand side that does", () => {
    const steep: Problem = { size: 1, rhs: (_t, _u, out) => void (out[0] = 1e308) };
    const error = failure(() => run(steep, [0], [0, 10], { firstStep: 10, rtol: 1, atol: 1e300 }));
    expect(error.code).toBe("nonfinite-state");
    expect(error.t).toBeGreaterThan(1.7);
    expect(error.t).toBeLessThan(1.8);
    const dependent: Problem = { size: 1, rhs: (_t, u, out) => void (out[0] = u[0]! - u[0]! + 1e308) };
    expect(failure(() => run(dependent, [0], [0, 10], { firstStep: 10, rtol: 1, atol: 1e300 })).code).toBe(
      "nonfinite-state",
    );
  });
});

function lastOf(solution: ReturnType<typeof solve>): { readonly u: Float64Array } {
  return { u: lastFrame(solution) };
}
