import { describe, expect, it } from "vitest";
import { failure } from "../../test/failure.ts";
import { lastFrame, michaelisMenten } from "../../test/problems.ts";
import {
  adaptive,
  adviseBurst,
  type BurstAdviceOptions,
  bdf,
  euler,
  midpointTableau,
  projective,
  rk4,
  solve,
  type TimeStepper,
  timeStepper,
} from "../index.ts";

/** The exact flow of u_i' = -rate_i u_i. */
const decay = (...rates: number[]): TimeStepper => ({
  size: rates.length,
  advance(u, t0, t1) {
    rates.forEach((rate, i) => {
      u[i]! *= Math.exp(-rate * (t1 - t0));
    });
  },
});

/** What projective forward Euler with this burst makes of a mode of rate `rate` in one macro step. */
function amplification(rate: number, burst: number, chord: number, D: number): number {
  const u = Float64Array.of(1);
  projective(decay(rate), { burst, chord }).step(0, D, u, u);
  return Math.abs(u[0]!);
}

describe("adviseBurst", () => {
  it("measures the slowest fast rate and the slow rate of a linear flow", () => {
    for (const [slow, fast, chord] of [
      [1, 1000, 1e-3],
      [0.2, 50, 5e-3],
      [1, 1e6, 5e-7],
    ] as const) {
      const { fastRate, slowRate } = adviseBurst(decay(slow, fast, 7 * fast), [1, 1, 1], { chord });
      // What is left of the slow mode, a tenth of the last difference, weighs on the end of the line: 2 %. The slow
      // rate's own floor is round-off of the chords, 4 eps / (h alpha) relative, over alpha times a quarter burst: 0.1 %.
      expect(Math.abs(fastRate / fast - 1)).toBeLessThan(0.03);
      expect(Math.abs(slowRate / slow - 1)).toBeLessThan(0.01);
    }
  });

  it("measures Michaelis-Menten kinetics at x = 1: fast rate (1 + x) / eps, slow rate 1 / (2 (1 + x)^2)", () => {
    const eps = 1e-3;
    const flow = timeStepper(rk4(michaelisMenten(eps).rhs, 2), eps / 4);
    const advice = adviseBurst(flow, [1, 0], { samples: 200 });
    // Both formulas hold to O(eps) relative, and x moves by the burst of 0.05 times 1/4: 2 %.
    expect(Math.abs(advice.fastRate / (2 / eps) - 1)).toBeLessThan(0.05);
    expect(Math.abs(advice.slowRate / 0.125 - 1)).toBeLessThan(0.05);
  });

  it("gives bursts with which projective integration has the tolerance that was asked for", () => {
    const eps = 1e-4;
    const problem = michaelisMenten(eps);
    const flow = timeStepper(euler(problem.rhs, 2), eps / 4);
    // Asked at the end of the orbit, where the fast rate is least, 1.05 / eps, and the slow rate largest.
    const advice = adviseBurst(flow, [0.05, 0.3], { tolerance: 0.01 });
    expect(advice.stable).toBe(true);
    const { burst, chord, macroStep } = advice;
    const stepper = projective(flow, { burst, chord, outer: midpointTableau });
    const [x] = lastFrame(solve(stepper, [1, 0.5], [0, 10], { dt: macroStep }));
    const exact = Float64Array.of(1, 0.5);
    adaptive(problem, { method: bdf(), rtol: 1e-8, atol: 1e-10 }).advance(exact, 0, 10);
    // A step of order 2 on u' = -alpha u errs by z^3 e^z / 6 of u at most, z = alpha D: tolerance z e^z with z^2 = 6 tolerance.
    // Over the run the sum of z is ln(1 / x), as x falls from 1.
    const grown = 0.01 * Math.exp(Math.sqrt(0.06)) * -Math.log(exact[0]!);
    expect(Math.abs(x! / exact[0]! - 1)).toBeLessThan(grown);
    // 10 alpha / 0.245 = 20 steps of two bursts of 2 + ln(2 D / h) / (beta h) = 43 chords each: 200 times fewer than the
    // 4e5 steps of the flow.
    expect(4e5 / ((10 / macroStep) * 2 * (burst / chord))).toBeGreaterThan(200);
  });

  it("says that macro steps outside the stable range are not stable, which they are not", () => {
    const flow = decay(1, 1000);
    const options = { chord: 1e-3 };
    const within = adviseBurst(flow, [1, 1], { ...options, macroStep: 0.5 });
    expect(within.stable).toBe(true);
    expect(within.macroStep).toBe(0.5);
    expect(within.largestMacroStep).toBeCloseTo(2, 1);
    expect(adviseBurst(flow, [1, 1], { ...options, macroStep: 2.2 }).stable).toBe(false);
    expect(adviseBurst(flow, [1, 1], { ...options, macroStep: 1e-3 }).stable).toBe(false);
    const { burst, chord } = within;
    expect(amplification(1, burst, chord, 0.98 * within.largestMacroStep)).toBeLessThan(1);
    expect(amplification(1, burst, chord, 1.05 * within.largestMacroStep)).toBeGreaterThan(1);
  });

  it("takes damping that suffices for every faster mode, and not much more than that", () => {
    for (const macroStep of [0.02, 0.1, 0.5]) {
      const { burst, chord, damping } = adviseBurst(decay(1, 1000), [1, 1], { chord: 5e-4, macroStep });
      for (let rate = 1000; rate < 1e5; rate *= 1.1) {
        expect(amplification(rate, burst, chord, macroStep)).toBeLessThan(1);
      }
      // ln(D / h) / (beta h), plus ln 2 for the unknown sign and one step for accuracy, rounded up.
      const needed = Math.log(macroStep / chord) / 0.5;
      expect(damping).toBeGreaterThanOrEqual(needed);
      expect(damping).toBeLessThan(needed + Math.LN2 / 0.5 + 3);
    }
  });

  it("bounds the macro step by the damping that was asked for", () => {
    for (const damping of [1, 2, 4]) {
      const { burst, chord, largestMacroStep } = adviseBurst(decay(0.01, 1000), [1, 1], { chord: 1e-3, damping });
      expect(burst).toBeCloseTo((damping + 1) * 1e-3, 15);
      expect(amplification(1000, burst, chord, largestMacroStep)).toBeLessThan(1);
      // The bound serves factors of either sign: for this positive one (1 + rho) / (1 - rho) = 2.2 times more is stable.
      expect(amplification(1000, burst, chord, 2.6 * largestMacroStep)).toBeGreaterThan(1);
      const asked = { chord: 1e-3, damping, macroStep: 1.1 * largestMacroStep };
      expect(adviseBurst(decay(0.01, 1000), [1, 1], asked).stable).toBe(false);
    }
  });

  it("serves an inner solver that overshoots: Euler with h lambda = -1.6, a factor of -0.6", () => {
    const rates = [1, 1600];
    const flow = timeStepper(
      euler((_t, u, out) => rates.forEach((rate, i) => void (out[i] = -rate * u[i]!)), 2),
      1e-3,
    );
    const { fastRate, burst, chord, macroStep, stable } = adviseBurst(flow, [1, 1], { macroStep: 0.2 });
    expect(stable).toBe(true);
    expect(Math.abs(Math.exp(-fastRate * 1e-3) - 0.6)).toBeLessThan(0.01);
    const u = Float64Array.of(0, 1);
    projective(flow, { burst, chord }).step(0, macroStep, u, u);
    expect(Math.abs(u[1]!)).toBeLessThan(1);
  });

  it("serves an inner solver that removes the fast mode in one step", () => {
    const eps = 1e-4;
    const flow = timeStepper(
      euler((_t, [x, y], out) => {
        out[0] = -x!;
        out[1] = -(y! - x! * x!) / eps - 2 * x! * x!;
      }, 2),
      eps,
    );
    const advice = adviseBurst(flow, [1, 0], { macroStep: 0.1 });
    expect(advice.stable).toBe(true);
    expect(advice.fastRate).toBeGreaterThan(1 / eps);
    expect(advice.damping).toBeLessThanOrEqual(4);
    const stepper = projective(flow, { burst: advice.burst, chord: advice.chord, outer: midpointTableau });
    const u = lastFrame(solve(stepper, [1, 1], [0, 1.6], { dt: 0.1 }));
    // refs projective.json, convergence_A: PRK2 has 5.9e-4 at this step.
    expect(Math.abs(u[0]! - Math.exp(-1.6))).toBeLessThan(1e-3);
  });

  it("knows no slow rate where the state comes to rest, and proposes a finite step", () => {
    const advice = adviseBurst(
      { size: 1, advance: (u, t0, t1) => void (u[0] = 1 + (u[0]! - 1) * Math.exp(-1000 * (t1 - t0))) },
      [2],
      { chord: 1e-3 },
    );
    expect(advice.slowRate).toBe(0);
    expect(advice.macroStep).toBeCloseTo(0.2, 12);
    expect(advice.stable).toBe(true);
  });

  it("leaves the given state alone and starts at the given time", () => {
    const times: number[] = [];
    const flow = decay(1, 100);
    const u = Float64Array.of(1, 1);
    const watched: TimeStepper = {
      size: 2,
      advance(v, t0, t1) {
        times.push(t0, t1);
        flow.advance(v, t0, t1);
      },
    };
    adviseBurst(watched, u, { chord: 0.0078125, samples: 64, t: 3 });
    expect([...u]).toEqual([1, 1]);
    expect(times.length).toBe(128);
    expect(times[0]).toBe(3);
    expect(times.at(-1)).toBe(3.5);
  });

  it("refuses a start with nothing to measure, and says what to do", () => {
    expect(() => adviseBurst(decay(1, 1000), [1, 0], { chord: 1e-3 })).toThrow(RangeError);
    expect(() => adviseBurst(decay(1, 1000), [1, 0], { chord: 1e-3 })).toThrow(/start off the slow manifold/);
    expect(() => adviseBurst(decay(1), [0], { chord: 1e-3 })).toThrow(RangeError);
  });

  it("reports a burst that leaves the finite numbers", () => {
    const flow: TimeStepper = { size: 1, advance: (u, _t0, t1) => void (u[0] = t1 > 0.5 ? Number.NaN : u[0]! / 2) };
    const error = failure(() => adviseBurst(flow, [1], { chord: 0.125 }));
    expect(error.code).toBe("nonfinite-state");
    expect(error.t).toBe(0.5);
  });

  it("refuses arguments that make no sense", () => {
    const ask = (options: unknown, u: ArrayLike<number> = [1, 1], flow: unknown = decay(1, 1000)) => {
      return () => adviseBurst(flow as TimeStepper, u, options as BurstAdviceOptions);
    };
    expect(ask({})).toThrow(new TypeError("adviseBurst: chord must be a number, got undefined"));
    expect(ask({ chord: 0 })).toThrow(RangeError);
    expect(ask({ chord: 1e-3, samples: 7 })).toThrow(RangeError);
    expect(ask({ chord: 1e-3, damping: 0 })).toThrow(RangeError);
    expect(ask({ chord: 1e-3, macroStep: -1 })).toThrow("adviseBurst: macroStep must be positive, got -1");
    expect(ask({ chord: 1e-3, tolerance: 1 })).toThrow(RangeError);
    expect(ask({ chord: 1e-3, t: Number.NaN })).toThrow(RangeError);
    expect(ask({ chords: 1e-3 })).toThrow("adviseBurst: unknown option chords; did you mean chord?");
    expect(ask({ chord: 1e-3 }, [1])).toThrow("adviseBurst: u must have length 2, got 1");
    expect(ask({ chord: 1e-3 }, [1, Number.NaN])).toThrow(RangeError);
    expect(ask({ chord: 1e-3 }, [1, 1], { size: 2 })).toThrow(TypeError);
  });
});
