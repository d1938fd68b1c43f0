import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failure } from "../../test/failure.ts";
import { fittedOrder, lastFrame } from "../../test/problems.ts";
import { euler, largestSkip, solve, type TelescopicOptions, telescopic, timeStepper } from "../index.ts";

/** A flow that multiplies its state by `rho` whatever the time. */
const factor = (rho: number) => ({ size: 1, advance: (u: Float64Array) => void (u[0] = rho * u[0]!) });

/** What one macro step makes of a mode. */
function amplification(rho: number, options: TelescopicOptions): number {
  const u = Float64Array.of(1);
  telescopic(factor(rho), options).step(0, 1, u, u);
  return u[0]!;
}

const sigma = (rho: number, k: number, M: number): number => ((M + 1) * rho - M) * rho ** k;

describe("telescopic", () => {
  it("multiplies a mode by sigma nested in sigma", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 3 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (k, share, levels, rho) => {
          const M = share * largestSkip(k);
          let expected = rho;
          for (let l = 0; l < levels; l++) expected = sigma(expected, k, M);
          // Round-off of a few ulp a level grows by at most |sigma'| <= (k + 1) (M + 1) + k M < 150 a level.
          const tolerance = 10 * Number.EPSILON * 150 ** levels;
          expect(Math.abs(amplification(rho, { damping: k, skip: M, levels }) - expected)).toBeLessThan(tolerance);
        },
      ),
    );
  });

  it("asks the flow for K^q steps of h = dt / (K + M)^q, each at its own time", () => {
    const spans: [number, number][] = [];
    const flow = { size: 1, advance: (_u: Float64Array, t0: number, t1: number) => void spans.push([t0, t1]) };
    telescopic(flow, { damping: 1, skip: 2, levels: 2 }).step(1, 16, Float64Array.of(1), new Float64Array(1));
    expect(spans).toEqual([
      [1, 2],
      [2, 3],
      [5, 6],
      [6, 7],
    ]);
  });

  it("refuses an unstable choice and says the largest stable one, which it accepts", () => {
    const build = (damping: number, skip: number) => () => telescopic(factor(0.5), { damping, skip, levels: 2 });
    expect(build(1, 3)).toThrow(
      new RangeError(
        "telescopic: skip must be at most 2 for damping = 1, got 3; fast modes would grow from level to level",
      ),
    );
    expect(build(2, 3.01)).toThrow("telescopic: skip must be at most 3 for damping = 2");
    for (const [k, M] of [
      [1, 2],
      [2, 3],
      [3, 6.656],
      [5, 12.2146],
      [10, 26.909],
    ] as const) {
      expect(build(k, M + 0.01)).toThrow(`telescopic: skip must be at most ${M} for damping = ${k}`);
      expect(build(k, M)).not.toThrow();
    }
  });

  it("converges at order 1 with a spectrum that has no gap", () => {
    // Rates 1, 2, 4, ..., 1024: h <= 1 / 1024 keeps rho in [0, 1].
    const rates = Array.from({ length: 11 }, (_, i) => 2 ** i);
    const errors: number[] = [];
    // q = 3, 2, 1 of k = 1, M = 2: macro steps 64 h, 16 h, 4 h.
    const steps = [1 / 16, 1 / 64, 1 / 256];
    steps.forEach((dt, i) => {
      const flow = timeStepper(
        euler((_t, u, out) => rates.forEach((rate, j) => void (out[j] = -rate * u[j]!)), rates.length),
        1 / 1024,
      );
      const stepper = telescopic(flow, { damping: 1, skip: 2, levels: 3 - i });
      const u = lastFrame(
        solve(
          stepper,
          rates.map(() => 1),
          [0, 2],
          { dt },
        ),
      );
      errors.push(Math.abs(u[0]! - Math.exp(-2)));
      // The least damped of the fast modes, rate 256 at q = 3, is multiplied by sigma(sigma(sigma(3/4))) = 0.757 a step:
      // 0.757^32 = 1.4e-4.
      for (let j = 6; j < 11; j++) expect(Math.abs(u[j]!)).toBeLessThan(1.4e-4);
    });
    expect(Math.abs(fittedOrder(steps, errors) - 1)).toBeLessThan(0.1);
  });

  it("says where an inner step left the finite numbers", () => {
    const flow = { size: 1, advance: (u: Float64Array, t0: number) => void (t0 >= 5 && (u[0] = Number.NaN)) };
    const stepper = telescopic(flow, { damping: 1, skip: 2, levels: 2 });
    const error = failure(() => stepper.step(1, 16, Float64Array.of(1), new Float64Array(1)));
    expect([error.code, error.t, error.step]).toEqual(["nonfinite-state", 1, 0]);
    expect(error.message).toBe(
      "telescopic: component 0 became NaN in the inner step from t = 5, in the macro step from t = 1",
    );
  });

  it("copies the state at dt = 0 and leaves its input alone", () => {
    const stepper = telescopic(factor(0.5), { damping: 1, skip: 1, levels: 1 });
    const u = Float64Array.of(3);
    const out = new Float64Array(1);
    stepper.step(0, 0, u, out);
    expect(out[0]).toBe(3);
    stepper.step(0, 1, u, out);
    expect(u[0]).toBe(3);
    for (const dt of [-1, Number.NaN, Infinity]) expect(() => stepper.step(0, dt, u, out)).toThrow(RangeError);
  });

  it("refuses options that make no sense when built", () => {
    const build = (options: unknown, flow: unknown = factor(1)) => {
      return () => telescopic(flow as ReturnType<typeof factor>, options as TelescopicOptions);
    };
    expect(build({ damping: 1, skip: 2 })).toThrow("telescopic: levels must be an integer, got undefined");
    expect(build({ damping: 0, skip: 2, levels: 1 })).toThrow(RangeError);
    expect(build({ damping: 1, skip: 0, levels: 1 })).toThrow("telescopic: skip must be positive, got 0");
    expect(build({ damping: 1, skip: Number.NaN, levels: 1 })).toThrow(RangeError);
    expect(build({ damping: 1, skip: 1, levels: 21 })).toThrow(RangeError);
    expect(build({ damping: 1, skip: 1, level: 1 })).toThrow("telescopic: unknown option level; did you mean levels?");
    expect(build({ damping: 1, skip: 1, levels: 1 }, { size: 1 })).toThrow(TypeError);
    expect(() => largestSkip(0)).toThrow(RangeError);
  });
});
