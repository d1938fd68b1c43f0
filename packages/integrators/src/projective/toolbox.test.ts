import { describe, expect, it } from "vitest";
import { failure } from "../../test/failure.ts";
import { type BurstSamples, dopri5, pirk2, pirk4, solve, type ToolboxBurst } from "../index.ts";

/** u' = 1 in equal samples; those before the last may be moved to `gaps` before the end. */
const drift =
  (samples: number, gaps: readonly number[] = []): ToolboxBurst =>
  (t, [u], duration) => {
    const times = Array.from({ length: samples }, (_, k) => (k / (samples - 1)) * duration);
    gaps.forEach((gap, k) => void (times[samples - 2 - k] = duration - gap));
    return { t: times.map((time) => t + time), u: times.map((time) => u! + time) };
  };

describe("pirk2 and pirk4", () => {
  it("take the bursts of a Solution, relax first, and give states at the times asked for", () => {
    const problem = {
      size: 1,
      rhs: (_t: number, [u]: Float64Array, out: Float64Array): void => void (out[0] = -u!),
    };
    const burst: ToolboxBurst = (t, u, duration) => solve(problem, u, [t, t + duration], { method: dopri5() });
    for (const [scheme, tolerance] of [
      [pirk2, 2e-2],
      [pirk4, 2e-2],
    ] as const) {
      const run = scheme(burst, [0, 0.5, 1], [1], { burst: 0.05 });
      expect(run.shape).toEqual([3, 1]);
      expect(run.u[0]).toBe(1);
      expect(Math.abs(run.u[2]! / Math.exp(-1) - 1)).toBeLessThan(tolerance);
    }
  });

  it("run one burst over a macro step that two, or four, would cover, and count it", () => {
    const two = pirk2(drift(3), [0, 1, 2], [0], { burst: 0.5 });
    // The first macro step starts after the relaxing burst: 0.5 is left of it.
    expect(two.stats).toEqual({ steps: 2, rejected: 0, bursts: 3, flowSteps: 2, flowTime: 2 });
    expect(pirk2(drift(3), [0, 1, 2.1], [0], { burst: 0.5 }).stats.flowSteps).toBe(1);
    expect(pirk4(drift(3), [0, 1, 2.1], [0], { burst: 0.3 }).stats.flowSteps).toBe(2);
    // Backwards nothing is covered.
    expect(pirk2(drift(3), [0, -1, -2], [0], { burst: 0.5 }).stats.flowSteps).toBe(0);
  });

  it("are exact at constant speed, forwards and backwards", () => {
    for (const scheme of [pirk2, pirk4]) {
      for (const times of [
        [0, 1, 2, 4],
        [0, -1, -2, -4],
      ]) {
        const run = scheme(drift(11), times, [7], { burst: 0.01 });
        run.u.forEach((u, j) => expect(u).toBeCloseTo(7 + times[j]!, 10));
      }
    }
  });

  it("look back to a sample far enough from the end: pirk2 passes over a last step of round-off, pirk4 does not", () => {
    // A last step of 1e-12 makes slopes with round-off of 1e-4; the sample 5e-8 before the end, 1e-8.
    const spoiled = drift(11, [1e-12, 5e-8]);
    const two = pirk2(spoiled, [0, 1, 2], [1], { burst: 0.01 });
    const four = pirk4(spoiled, [0, 1, 2], [1], { burst: 0.01 });
    expect(Math.abs(two.u[2]! - 3)).toBeLessThan(1e-7);
    expect(Math.abs(four.u[2]! - 3)).toBeGreaterThan(1e-6);
    expect([two.roundOffBursts, four.roundOffBursts]).toEqual([4, 8]);
    expect(pirk2(drift(11), [0, 1, 2], [1], { burst: 0.01 }).roundOffBursts).toBe(0);
  });

  it("name the stage whose burst left the finite numbers", () => {
    const broken: ToolboxBurst = (t, u, duration) => {
      const run = drift(3)(t, u, duration);
      return t > 0.9 ? { t: run.t, u: [1, 1, Number.NaN] } : run;
    };
    const error = failure(() => pirk2(broken, [0, 1, 2], [0], { burst: 0.05 }));
    expect(error.message).toMatch(/^pirk2: component 0 became NaN at t = .* in the burst of stage 2 from t = 0.95\d*$/);
    expect([error.code, error.step]).toEqual(["nonfinite-state", 0]);
  });

  it("refuse arguments and bursts that make no sense", () => {
    const run =
      (times: number[], u0: number[] = [0], burst: unknown = drift(3), options: unknown = { burst: 0.1 }) =>
      () =>
        pirk4(burst as ToolboxBurst, times, u0, options as { burst: number });
    expect(run([0])).toThrow("pirk4: times must be two or more, got 1");
    expect(run([0, 1, 0.5])).toThrow("pirk4: times must all increase or all decrease, got times[2] = 0.5 after 1");
    expect(run([0, 0])).toThrow(RangeError);
    expect(run([0, Number.NaN])).toThrow(RangeError);
    expect(run([0, 1], [Number.NaN])).toThrow(RangeError);
    expect(run([0, 1], [0], 3)).toThrow("pirk4: burst must be a function");
    expect(run([0, 1], [0], drift(3), { burst: 0 })).toThrow("pirk4: burst must be positive, got 0");
    expect(run([0, 1], [0], drift(3), { bursts: 1 })).toThrow(TypeError);
    const returns = (samples: unknown) => run([0, 1], [0], () => samples as BurstSamples);
    expect(returns(undefined)).toThrow(TypeError);
    expect(returns({ t: [0], u: [0] })).toThrow("pirk4: a burst must give two samples or more, got 1");
    expect(returns({ t: [0, 0.1], u: [0] })).toThrow("pirk4: u of a burst must have length 2, got 1");
    expect(returns({ t: [0, 0], u: [0, 1] })).toThrow("pirk4: a burst from 0 must end later, got 0");
  });
});
