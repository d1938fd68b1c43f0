import { describe, expect, it } from "vitest";
import { failure } from "../../test/failure.ts";
import { michaelisMenten } from "../../test/problems.ts";
import { type ClosureOptions, checkClosure, projective, rk4, type TimeStepper, timeStepper } from "../index.ts";

/** u_1' = -u_1 and u_2' = -rate u_2, exactly. */
const decay = (rate: number): TimeStepper => ({
  size: 2,
  advance(u, t0, t1) {
    u[0]! *= Math.exp(t0 - t1);
    u[1]! *= Math.exp(rate * (t0 - t1));
  },
});

describe("checkClosure", () => {
  it("measures the decay of what the burst has not damped, and says how many chords are missing", () => {
    const [rate, chord, macroStep] = [1000, 1e-3, 0.1];
    const report = checkClosure(decay(rate), [1, 1], { burst: 5 * chord, chord, macroStep });
    expect(report.converged).toBe(false);
    // What is left of the fast mode after five chords is exp(-5); the slow part of the change, chord D, is 1e-4 of it.
    expect(report.decay).toBeCloseTo(Math.exp(-1), 2);
    expect(Math.abs(report.rate / rate - 1)).toBeLessThan(0.01);
    // D |s_K - s_(K-1)| = D (e - 1)^2 exp(-5) / chord.
    expect(Math.abs(report.change / ((macroStep / chord) * (Math.E - 1) ** 2 * Math.exp(-5)) - 1)).toBeLessThan(0.01);
    expect(report.remaining).toBeCloseTo((report.change * report.decay) / (1 - report.decay), 12);
    // That many more chords are enough, and two fewer are not.
    const after = (chords: number) =>
      checkClosure(decay(rate), [1, 1], { burst: (5 + chords) * chord, chord, macroStep }).converged;
    expect(after(report.chordsMore)).toBe(true);
    expect(after(report.chordsMore - 2)).toBe(false);
    expect(checkClosure(decay(rate), [1, 1], { burst: 0.03, chord, macroStep }).chordsMore).toBe(0);
  });

  it("tells by its change what one chord less does to the projected state", () => {
    const eps = 1e-3;
    const flow = timeStepper(rk4(michaelisMenten(eps).rhs, 2), eps / 2);
    const [chord, macroStep] = [eps / 2, 0.2];
    for (const chords of [6, 10, 14]) {
      const { change } = checkClosure(flow, [1, 0], { burst: chords * chord, macroStep });
      const [longer, shorter] = [chords, chords - 1].map((k) => {
        const u = Float64Array.of(1, 0);
        projective(flow, { burst: k * chord }).step(0, macroStep, u, u);
        return u;
      });
      const difference = Math.hypot(longer![0]! - shorter![0]!, longer![1]! - shorter![1]!);
      // The size of the state, 1.1, is that at the end of the burst; the leaps differ by a chord of 200.
      expect(Math.abs(difference / (change * 1.118) - 1)).toBeLessThan(0.1);
    }
  });

  it("tells a variable that does not close: its slope keeps changing, and no burst is long enough", () => {
    const turning: TimeStepper = {
      size: 1,
      advance: (u, t0, t1) => void (u[0] = u[0]! + Math.sin(300 * t1) - Math.sin(300 * t0)),
    };
    const report = checkClosure(turning, [1], { burst: 5e-3, chord: 1e-4, macroStep: 0.1 });
    expect(report.converged).toBe(false);
    expect(Math.abs(report.decay - 1)).toBeLessThan(0.05);
    expect(report.chordsMore).toBeGreaterThan(100);
  });

  it("warns when round-off in the chord is what the leap amplifies", () => {
    const still: TimeStepper = { size: 1, advance: (u, t0, t1) => void (u[0]! *= Math.exp(t0 - t1)) };
    const options: ClosureOptions = { burst: 1e-12, chord: 1e-13, macroStep: 1 };
    const report = checkClosure(still, [1], options);
    expect(report.roundOff).toBeCloseTo((4 * 2 ** -52) / 1e-13, 10);
    expect(report.roundOffDominates).toBe(true);
    expect(checkClosure(still, [1], { ...options, burst: 1e-3, chord: 1e-4 }).roundOffDominates).toBe(false);
  });

  it("is at rest with a state at rest", () => {
    const rest: TimeStepper = { size: 2, advance() {} };
    for (const u of [
      [0, 0],
      [1, 2],
    ]) {
      const report = checkClosure(rest, u, { burst: 1, macroStep: 5 });
      expect([report.converged, report.change, report.decay, report.remaining]).toEqual([true, 0, 0, 0]);
    }
  });

  it("leaves the state alone, starts at the given time, and reports a burst that leaves the finite numbers", () => {
    const u = Float64Array.of(1, 1);
    const times: number[] = [];
    const spied: TimeStepper = {
      size: 2,
      advance(v, t0, t1) {
        times.push(t0, t1);
        v[0] = t1 > 3.6 ? Number.NaN : v[0]! / 2;
      },
    };
    const error = failure(() => checkClosure(spied, u, { burst: 1, chord: 0.25, macroStep: 5, t: 3 }));
    expect(error.message).toBe("checkClosure: component 0 became NaN in the burst, between t = 3.5 and 3.75");
    expect([...u]).toEqual([1, 1]);
    expect(times).toEqual([3, 3.25, 3.25, 3.5, 3.5, 3.75]);
  });

  it("refuses arguments that make no sense", () => {
    const ask =
      (options: object, u: ArrayLike<number> = [1, 1]) =>
      () =>
        checkClosure(decay(10), u, { burst: 1, macroStep: 5, ...options });
    expect(ask({ burst: 0 })).toThrow(RangeError);
    expect(ask({ chord: 0.5 })).toThrow("checkClosure: burst must be at least three chords of 0.5, got 1");
    expect(ask({ macroStep: -1 })).toThrow("checkClosure: macroStep must be positive, got -1");
    expect(ask({ tolerance: 0 })).toThrow(RangeError);
    expect(ask({ t: Infinity })).toThrow(RangeError);
    expect(ask({ tol: 1 })).toThrow(TypeError);
    expect(ask({}, [1])).toThrow("checkClosure: u must have length 2, got 1");
  });
});
