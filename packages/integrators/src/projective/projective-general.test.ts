import { describe, expect, it } from "vitest";
import { failure } from "../../test/failure.ts";
import { fittedOrder, lastFrame, michaelisMenten } from "../../test/problems.ts";
import {
  adaptive,
  type CoarseView,
  cdmc,
  dopri5,
  fixed,
  heun,
  polynomialSlope,
  projectiveGeneral,
  type ProjectiveGeneralOptions,
  radau,
  rk4,
  solve,
  type TimeStepper,
  timeStepper,
  type Vec,
} from "../index.ts";

const eps = 1e-3;
const burst = 12 * eps;
const flow = timeStepper(rk4(michaelisMenten(eps).rhs, 2), burst / 100);

function exact(u0: ArrayLike<number>, t0: number, t1: number): Vec {
  const u = Float64Array.from(u0);
  adaptive(michaelisMenten(eps), { method: radau(), rtol: 1e-12, atol: 1e-14 }).advance(u, t0, t1);
  return u;
}

/** The slow variable alone; the fast one is lifted to the leading order of the slow manifold. */
const substrate: CoarseView = {
  coarseSize: 1,
  restrict: (fine, out) => void (out[0] = fine[0]!),
  lift([x], out) {
    out[0] = x!;
    out[1] = x! / (1 + x!);
  },
};

describe("projectiveGeneral", () => {
  it("gives the macro solver its own order, down to the error of the slopes", () => {
    const start = exact([1, 0], 0, 1);
    const end = exact(start, 1, 6)[0]!;
    const slow = projectiveGeneral(flow, {
      burst,
      chord: burst / 2,
      cdmc: false,
      slope: polynomialSlope(4, -1),
      coarse: substrate,
    });
    for (const [scheme, order, steps] of [
      [heun, 2, [0.625, 0.3125, 0.15625]],
      [rk4, 4, [1.25, 0.625]],
    ] as const) {
      const errors = steps.map((dt) => {
        const run = solve(slow, [start[0]!], [1, 6], { method: fixed(scheme, dt) });
        return Math.abs(lastFrame(run)[0]! - end);
      });
      // The slopes leave 3e-7 (24 bursts with four times smaller steps show it), a twentieth of the last error of RK4.
      expect(Math.abs(fittedOrder(steps, errors) - order)).toBeLessThan(0.4);
    }
  });

  it("works with adaptive methods, forwards and backwards", () => {
    const slow = projectiveGeneral(flow, { burst, coarse: substrate });
    const [from, to] = [exact([1, 0], 0, 1), exact([1, 0], 0, 5)];
    const there = solve(slow, [from[0]!], [1, 5], { method: dopri5(), rtol: 1e-4, saveAt: [5] });
    // cdmc leaves T^2 = 1.4e-4 times rates below 1; a chord's slope chord / 2 = 6e-5.
    expect(Math.abs(there.u[0]! - to[0]!)).toBeLessThan(2e-4);
    expect(slow.stats.bursts).toBe(2 * there.stats.rhs);
    expect(slow.stats.flowTime).toBeCloseTo(slow.stats.bursts * burst, 10);
    const back = solve(slow, [to[0]!], [5, 1], { method: dopri5(), rtol: 1e-4, saveAt: [1] });
    expect(Math.abs(back.u[0]! - from[0]!)).toBeLessThan(4e-4);
  });

  it("takes slopes at the time that was asked for with cdmc, and a burst later without", () => {
    // x' = t: at t = 2 the slope is 2, up to half a chord of it.
    const path: TimeStepper = { size: 1, advance: (u, t0, t1) => void (u[0] = u[0]! + (t1 * t1 - t0 * t0) / 2) };
    const slopeAt = (options: Partial<ProjectiveGeneralOptions>): number => {
      const out = new Float64Array(1);
      projectiveGeneral(path, { burst: 0.5, chord: 0.1, ...options }).rhs(2, Float64Array.of(7), out);
      return out[0]!;
    };
    expect(slopeAt({})).toBeCloseTo(2 - 0.05, 12);
    expect(slopeAt({ cdmc: false })).toBeCloseTo(2.5 - 0.05, 12);
    expect(slopeAt({ slope: polynomialSlope(3) })).toBeCloseTo(2, 12);
    expect(slopeAt({ cdmc: false, slope: polynomialSlope(3, 1 - 5) })).toBeCloseTo(2, 11);
  });

  it("leaves the last fine state to lift, and restricts every sample", () => {
    const seen: number[][] = [];
    const slow = projectiveGeneral(flow, {
      burst,
      cdmc: false,
      coarse: {
        coarseSize: 1,
        restrict: (fine, out) => void (out[0] = fine[0]! * fine[0]!),
        lift(coarse, out) {
          seen.push([...out]);
          out[0] = Math.sqrt(coarse[0]!);
        },
      },
    });
    const out = new Float64Array(1);
    slow.rhs(0, Float64Array.of(1), out);
    slow.rhs(0, Float64Array.of(1), out);
    expect(seen[0]).toEqual([0, 0]);
    // The fast variable is near its slow value x / (1 + x) = 1/2.
    expect(seen[1]![1]).toBeCloseTo(0.5, 2);
    // d(x^2)/dt = 2 x x' with x' = -x / (2 (1 + x)) = -1/4 to O(T).
    expect(Math.abs(out[0]! + 0.5)).toBeLessThan(2e-2);
  });

  it("reports a burst that leaves the finite numbers as a failed run that keeps its frames", () => {
    const until: TimeStepper = {
      size: 1,
      advance(u, t0, t1) {
        u[0] = t0 > 1.1 ? Number.NaN : u[0]! * Math.exp(t0 - t1);
      },
    };
    const slow = projectiveGeneral(until, { burst: 0.01 });
    const run = solve(slow, [1], [0, 2], { method: fixed(rk4, 0.25), throw: false });
    expect(run.status).toBe("nonfinite-state");
    expect(run.error!.message).toMatch(
      /^projectiveGeneral: component 0 became NaN in the burst of stage [12] from t = 1/,
    );
    expect(run.t.at(-1)).toBe(1);
  });

  it("refuses arguments that make no sense", () => {
    const build = (options: object) => () => projectiveGeneral(flow, { burst, ...options });
    expect(build({ burst: -1 })).toThrow(RangeError);
    expect(build({ cdmc: 1 })).toThrow("projectiveGeneral: cdmc must be true or false, got 1");
    expect(build({ coarse: { ...substrate, coarseSize: 0 } })).toThrow(RangeError);
    expect(build({ coarse: { ...substrate, lift: 3 } })).toThrow("projectiveGeneral: coarse.lift must be a function");
    expect(build({ restrict: substrate.restrict })).toThrow(/unknown option restrict/);
  });
});

describe("cdmc", () => {
  it("heals a state onto the slow manifold in no time, to O(T^2)", () => {
    // u' = -u, and v' = -1000 (v - 3): the fast part of 5 is gone, u off by 2 T^2 or so.
    const exactFlow: TimeStepper = {
      size: 2,
      advance(u, t0, t1) {
        u[0]! *= Math.exp(t0 - t1);
        u[1] = 3 + (u[1]! - 3) * Math.exp(1000 * (t0 - t1));
      },
    };
    const errors = [0.04, 0.02].map((T) => {
      const u = Float64Array.of(1, 5);
      cdmc(exactFlow, { burst: T, chord: T / 100 })(0, u);
      expect(Math.abs(u[1]! - 3)).toBeLessThan(1e-6);
      return Math.abs(u[0]! - 1);
    });
    expect(errors[0]).toBeLessThan(2.2 * 0.04 * 0.04);
    expect(Math.abs(Math.log2(errors[0]! / errors[1]!) - 2)).toBeLessThan(0.1);
  });

  it("runs from t, and from a burst before it", () => {
    const spans: [number, number][] = [];
    const spied: TimeStepper = { size: 1, advance: (_u, t0, t1) => void spans.push([t0, t1]) };
    cdmc(spied, { burst: 0.5, chord: 0.5 })(2, Float64Array.of(1));
    expect(spans).toEqual([
      [2, 2.5],
      [1.5, 2],
    ]);
  });

  it("tells of a burst that leaves the finite numbers, leaves the state then, and refuses bad arguments", () => {
    const broken: TimeStepper = { size: 1, advance: (u) => void (u[0] = Number.NaN) };
    const u = Float64Array.of(1);
    expect(failure(() => cdmc(broken, { burst: 1 })(3, u)).t).toBe(3);
    expect(u[0]).toBe(1);
    expect(() => cdmc(broken, { burst: 0 })).toThrow(RangeError);
    expect(() => cdmc(broken, { burst: 1 })(0, new Float64Array(2))).toThrow(RangeError);
  });
});
