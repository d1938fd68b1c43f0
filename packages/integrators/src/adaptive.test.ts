import { describe, expect, it } from "vitest";
import { failure } from "../test/failure.ts";
import { exactProblems, kepler, lastFrame, relativeDistance } from "../test/problems.ts";
import { adaptive, dopri5, type Problem, solve } from "./index.ts";

describe("adaptive", () => {
  it.each(exactProblems)("is the flow map of $name to the tolerance, forwards and backwards", (problem) => {
    const [t0, t1] = problem.span;
    const flow = adaptive(problem, { method: dopri5(), rtol: 1e-9, atol: 1e-12 });
    expect(flow.size).toBe(problem.size);
    const u = Float64Array.from(problem.exact(t0));
    flow.advance(u, t0, t1);
    expect(relativeDistance(u, problem.exact(t1))).toBeLessThan(1e-8);
    flow.advance(u, t1, t0);
    // Backwards the Riccati equations amplify tenfold what both runs left.
    expect(relativeDistance(u, problem.exact(t0))).toBeLessThan(1e-7);
  });

  it("starts afresh each time: an advance depends on its arguments alone", () => {
    const flow = adaptive(kepler, { method: dopri5() });
    const [u, v] = [Float64Array.of(0.4, 0, 0, 2), Float64Array.of(0.4, 0, 0, 2)];
    flow.advance(u, 0, 1);
    flow.advance(Float64Array.of(1, 0, 0, 1), 5, 2);
    flow.advance(v, 0, 1);
    expect(v).toEqual(u);
    expect(u).toEqual(lastFrame(solve(kepler, [0.4, 0, 0, 2], [0, 1], { method: dopri5() })));
  });

  it("does nothing over no time", () => {
    const rhs = (): never => {
      throw new Error("called");
    };
    const u = Float64Array.of(1);
    adaptive({ size: 1, rhs }, { method: dopri5() }).advance(u, 2, 2);
    expect(u[0]).toBe(1);
  });

  it("throws the failure of a run and leaves the state as it was", () => {
    const blowUp: Problem = { size: 1, rhs: (_t, u, out) => void (out[0] = u[0]! * u[0]!) };
    const u = Float64Array.of(1);
    const options = { method: dopri5() };
    expect(failure(() => adaptive(blowUp, options).advance(u, 0, 2)).code).toBe("step-too-small");
    expect(u[0]).toBe(1);
    expect(failure(() => adaptive(blowUp, { ...options, maxSteps: 3 }).advance(u, 0, 0.9)).code).toBe("max-steps");
    let calls = 0;
    const thrower: Problem = {
      size: 1,
      rhs(_t, _u, out) {
        if (++calls > 5) throw new Error("mine");
        out[0] = 1;
      },
    };
    expect(failure(() => adaptive(thrower, options).advance(u, 0, 1)).code).toBe("callback-threw");
    expect(u[0]).toBe(1);
  });

  it("refuses bad options when built and bad states when used", () => {
    expect(() => adaptive(kepler, {} as never)).toThrow("adaptive: method must be a method");
    expect(() => adaptive(kepler, { method: dopri5(), dense: true } as never)).toThrow(
      "adaptive: unknown option dense",
    );
    expect(() => adaptive(kepler, { method: dopri5(), rtol: -1 })).toThrow("adaptive: rtol must not be negative");
    expect(() => adaptive({ ...kepler, size: 2 ** 40 }, { method: dopri5() })).toThrow(RangeError);
    const flow = adaptive(kepler, { method: dopri5() });
    expect(() => flow.advance(new Float64Array(3), 0, 1)).toThrow("adaptive: u must have length 4, got 3");
    expect(() => flow.advance([1, 0, 0, 1] as never, 0, 1)).toThrow(TypeError);
    expect(() => flow.advance(Float64Array.of(1, 0, Number.NaN, 1), 0, 1)).toThrow("adaptive: u[2] must be finite");
    expect(() => flow.advance(Float64Array.of(1, 0, 0, 1), 0, Infinity)).toThrow("span[1] must be finite");
  });
});
