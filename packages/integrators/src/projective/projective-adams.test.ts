import { describe, expect, it } from "vitest";
import { type BurstOptions, euler, projective, projectiveAdams, type TimeStepper, timeStepper } from "../index.ts";

/** Slow x' = -x with y slaved to x^2 at rate 1 / eps, by forward Euler with h = eps; counts its bursts' advances. */
function slaved(eps: number): TimeStepper {
  return timeStepper(
    euler((_t, [x, y], out) => {
      out[0] = -x!;
      out[1] = -(y! - x! * x!) / eps - 2 * x! * x!;
    }, 2),
    eps,
  );
}

/** The state moves along `path`, whatever it was. */
const follow = (path: (t: number) => number): TimeStepper => ({
  size: 1,
  advance: (u, t0, t1) => void (u[0]! += path(t1) - path(t0)),
});

describe("projectiveAdams", () => {
  it("is exact on parabolas in time from its second step on, for any burst and chord", () => {
    for (const options of [
      { burst: 0.25, chord: 0.125 },
      { burst: 0.5, chord: 0.5 },
      { burst: 0.125, chord: 0.0625 },
    ]) {
      const stepper = projectiveAdams(
        follow((t) => 3 * t * t - t),
        options,
      );
      const u = Float64Array.of(0);
      stepper.step(0, 1, u, u);
      // Projective forward Euler misses u'' R (R + c) / 2.
      const leap = 1 - options.burst;
      expect(u[0]).toBeCloseTo(2 - 3 * leap * (leap + options.chord), 12);
      for (const t of [1, 2, 3]) {
        const before = u[0]!;
        stepper.step(t, 1, u, u);
        expect(u[0]! - before).toBeCloseTo(3 * (2 * t + 1) - 1, 12);
      }
    }
  });

  it("starts anew as projective forward Euler when time, dt or state do not continue", () => {
    const options: BurstOptions = { burst: 0.125, chord: 0.0625 };
    const flow = follow((t) => t * t * t);
    const anew = (t: number, dt: number, x: number): number => {
      const u = Float64Array.of(x);
      projective(flow, options).step(t, dt, u, u);
      return u[0]!;
    };
    const after = (t: number, dt: number, nudge: number): [got: number, fresh: number] => {
      const stepper = projectiveAdams(flow, options);
      const u = Float64Array.of(0);
      stepper.step(0, 1, u, u);
      u[0]! += nudge;
      const fresh = anew(t, dt, u[0]!);
      stepper.step(t, dt, u, u);
      return [u[0]!, fresh];
    };
    for (const [t, dt, nudge] of [
      [1.5, 1, 0],
      [1, 2, 0],
      [1, 1, 1],
    ] as const) {
      const [got, fresh] = after(t, dt, nudge);
      expect(got).toBeCloseTo(fresh, 12);
    }
    const [got, fresh] = after(1, 1, 0);
    expect(Math.abs(got - fresh)).toBeGreaterThan(0.1);
  });

  it("starts anew after a burst that threw", () => {
    let fail = false;
    const path = follow((t) => t * t * t);
    const flow: TimeStepper = {
      size: 1,
      advance(u, t0, t1) {
        if (fail) throw new Error("lost");
        path.advance(u, t0, t1);
      },
    };
    const stepper = projectiveAdams(flow, { burst: 0.125 });
    const u = Float64Array.of(0);
    stepper.step(0, 1, u, u);
    fail = true;
    const kept = u[0];
    expect(() => stepper.step(1, 1, u, u)).toThrow("lost");
    expect(u[0]).toBe(kept);
    fail = false;
    const v = Float64Array.from(u);
    projective(flow, { burst: 0.125 }).step(1, 1, v, v);
    stepper.step(1, 1, u, u);
    expect(u[0]).toBeCloseTo(v[0]!, 12);
  });

  it("goes back in time too, exact on parabolas", () => {
    const stepper = projectiveAdams(
      follow((t) => 3 * t * t - t),
      { burst: 0.25, chord: 0.125 },
    );
    const u = Float64Array.of(0);
    stepper.step(0, -1, u, u);
    for (const t of [-1, -2]) {
      const before = u[0]!;
      stepper.step(t, -1, u, u);
      expect(u[0]! - before).toBeCloseTo(3 * (1 - 2 * t) + 1, 12);
    }
    expect(stepper.stats).toEqual({ steps: 3, rejected: 0, bursts: 3, flowSteps: 0, flowTime: 0.75 });
  });

  it("runs the flow itself when the burst covers the step, and refuses shorter steps", () => {
    const stepper = projectiveAdams(slaved(0.01), { burst: 0.1 });
    const u = Float64Array.of(1, 1);
    const v = Float64Array.of(1, 1);
    stepper.step(0, 0.1, u, u);
    slaved(0.01).advance(v, 0, 0.1);
    expect(u).toEqual(v);
    stepper.step(0.1, 0, u, v);
    expect(v).toEqual(u);
    for (const dt of [0.09, Infinity, Number.NaN]) {
      expect(() => stepper.step(0.1, dt, u, v)).toThrow(
        `projectiveAdams: dt must be at least the burst of 0.1, got ${dt}`,
      );
    }
  });

  it("refuses options that make no sense when built", () => {
    const build = (options: unknown) => () => projectiveAdams(slaved(0.01), options as BurstOptions);
    expect(build({ burst: 0 })).toThrow(new RangeError("projectiveAdams: burst must be positive, got 0"));
    expect(build({ burst: 1, chord: 2 })).toThrow(RangeError);
    expect(build({ burst: 1, outer: {} })).toThrow(TypeError);
    expect(build(undefined)).toThrow(TypeError);
  });
});
