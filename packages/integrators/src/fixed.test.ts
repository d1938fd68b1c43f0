import { describe, expect, it } from "vitest";
import { failure } from "../test/failure.ts";
import { backwards, distance, exactProblems, fittedOrder, lastFrame } from "../test/problems.ts";
import { euler, fixed, type Problem, rk4, type Scheme, solve, timeStepper } from "./index.ts";

const [growth, logistic, spiral] = exactProblems as [Exact, Exact, Exact];
type Exact = (typeof exactProblems)[number];

describe("fixed", () => {
  it("cuts the span into the fewest equal steps no longer than dt and ends exactly", () => {
    const cases: [span: [number, number], dt: number, steps: number][] = [
      [[0, 1], 0.1, 10],
      [[0, 1], 0.3, 4],
      [[0, 1], 5, 1],
      [[1, 0], 0.3, 4],
      [[0.1, 0.1 + 3 * 0.1], 0.1, 3],
      [[1e6, 1e6 + 1e-6], 1e-7, 10],
    ];
    for (const [span, dt, steps] of cases) {
      const { t, stats, status } = solve(logistic, [0.1], span, { method: fixed(rk4, dt) });
      expect(status).toBe("done");
      expect(t.length).toBe(steps + 1);
      expect(t[0]).toBe(span[0]);
      expect(t.at(-1)).toBe(span[1]);
      // One call is solve's own check of the right-hand side.
      expect(stats).toMatchObject({ steps, rejected: 0, rhs: 4 * steps + 1 });
      t.forEach((time, k) => {
        const spacing = 2 * Number.EPSILON * Math.max(Math.abs(span[0]), Math.abs(span[1]));
        if (k > 0) expect(Math.abs(time - t[k - 1]! - (span[1] - span[0]) / steps)).toBeLessThanOrEqual(spacing);
      });
    }
  });

  it("takes the same steps as a time-stepper, bit for bit, and as two runs end to end", () => {
    const u = Float64Array.of(0.1);
    timeStepper(rk4(logistic.rhs, 1), 0.25).advance(u, 0, 2);
    const whole = solve(logistic, [0.1], [0, 2], { method: fixed(rk4, 0.25) });
    expect(lastFrame(whole)[0]).toBe(u[0]);
    const half = solve(logistic, [0.1], [0, 1], { method: fixed(rk4, 0.25) });
    const rest = solve(logistic, lastFrame(half), [1, 2], { method: fixed(rk4, 0.25) });
    expect(lastFrame(rest)[0]).toBe(u[0]);
  });

  it.each([growth, logistic, spiral, backwards(spiral)])(
    "interpolates with an error of order dt^4 on $name",
    (problem) => {
      const [t0, t1] = problem.span;
      const steps = [1, 2, 4, 8, 16].map((factor) => Math.abs(t1 - t0) / (factor * problem.coarsest));
      const errors = steps.map((dt) => {
        const saveAt = Float64Array.from({ length: 997 }, (_, k) => t0 + ((t1 - t0) * (k + 0.5)) / 997);
        const { u } = solve(problem, problem.exact(t0), problem.span, { method: fixed(rk4, dt), saveAt });
        const n = problem.size;
        return Math.max(...Array.from(saveAt, (t, k) => distance(u.subarray(k * n, (k + 1) * n), problem.exact(t))));
      });
      expect(Math.abs(fittedOrder(steps, errors) - 4)).toBeLessThan(0.1);
    },
  );

  it("keeps its steps when frames are asked for between them", () => {
    const plain = solve(spiral, spiral.exact(0), [0, 3], { method: fixed(rk4, 0.1) });
    const asked = solve(spiral, spiral.exact(0), [0, 3], {
      method: fixed(rk4, 0.1),
      saveAt: [0.05, 0.1, 0.17, 0.19, 3],
    });
    expect(asked.u.subarray(8)).toEqual(lastFrame(plain));
    expect(asked.stats.steps).toBe(30);
    // Slopes at 0, 0.1, 0.2 for two interpolated steps, however many frames in each; the frame at 0.1 and the end need none.
    expect(asked.stats.rhs).toBe(1 + 4 * 30 + 3);
    const dense = solve(spiral, spiral.exact(0), [0, 3], { method: fixed(rk4, 0.1), dense: true });
    const out = new Float64Array(2);
    dense.at(0.17, out);
    expect(out).toEqual(asked.u.subarray(4, 6));
  });

  it("fails at once on a right-hand side that is not finite, naming time and component", () => {
    const late: Problem = {
      size: 2,
      rhs(t, _u, out) {
        out[0] = 1;
        out[1] = t > 0.55 ? Number.NaN : 1;
      },
    };
    const solution = solve(late, [0, 0], [0, 1], { method: fixed(rk4, 0.1), throw: false });
    expect(solution.status).toBe("nonfinite-rhs");
    expect(solution.error!.message).toBe("fixed: rhs gave NaN in component 1 at t = 0.6");
    expect(solution.t.at(-1)).toBe(0.5);
    expect(solution.stats.steps).toBe(5);
  });

  it("tells an overflow of the state, and a right-hand side that is no function, from that", () => {
    const growing: Problem = { size: 1, rhs: (_t, u, out) => void (out[0] = 1e200 * Math.sign(u[0]!)) };
    expect(failure(() => solve(growing, [1], [0, 1e120], { method: fixed(euler, 1e110) })).code).toBe(
      "nonfinite-state",
    );
    let calls = 0;
    const once: Problem = { size: 1, rhs: (_t, _u, out) => void (out[0] = ++calls === 7 ? Number.NaN : 1) };
    const error = failure(() => solve(once, [1], [0, 1], { method: fixed(rk4, 0.1) }));
    expect(error.code).toBe("nonfinite-rhs");
    expect(error.message).toContain("rhs is no function of (t, u) alone");
  });

  it("refuses a step that cannot move time before it starts, and what is no scheme or step", () => {
    let calls = 0;
    const counted: Problem = { size: 1, rhs: (_t, _u, out) => void (out[0] = calls++) };
    expect(() => solve(counted, [1], [1, 2], { method: fixed(rk4, 1e-20) })).toThrow(
      new RangeError("fixed: dt must move time, but t + dt === t for dt = 1e-20 at t = 2"),
    );
    expect(calls).toBeLessThanOrEqual(1);
    expect(() => fixed(rk4, 0)).toThrow(RangeError);
    expect(() => fixed(rk4, Number.NaN)).toThrow(RangeError);
    expect(() => fixed("rk4" as unknown as Scheme, 0.1)).toThrow(TypeError);
  });
});
