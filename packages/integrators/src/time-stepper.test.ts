import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ensemble, type Stepper, type TimeStepper, timeStepper } from "./index.ts";

/** A stepper that counts its steps in component 0 and adds up time in component 1. */
const counter: Stepper = {
  size: 2,
  order: 1,
  step(_t, dt, u, out) {
    out[0] = u[0]! + 1;
    out[1] = u[1]! + dt;
  },
};

function stepsTaken(dt: number, t0: number, t1: number): number {
  const u = new Float64Array(2);
  timeStepper(counter, dt).advance(u, t0, t1);
  return u[0]!;
}

describe("timeStepper", () => {
  it("takes the fewest equal steps no longer than dt, in either direction", () => {
    expect(stepsTaken(0.25, 0, 1)).toBe(4);
    expect(stepsTaken(0.3, 0, 1)).toBe(4);
    expect(stepsTaken(0.3, 1, 0)).toBe(4);
    expect(stepsTaken(3, 0, 1)).toBe(1);
    expect(stepsTaken(0.3, 1, 1)).toBe(0);
  });

  it("adds no step for round-off in the times, near and far from zero", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.double({ min: -8, max: 0, noNaN: true }),
        fc.double({ min: -2, max: 2, noNaN: true }),
        (steps, exponent, t0) => {
          const dt = 10 ** exponent;
          expect(stepsTaken(dt, t0, t0 + steps * dt)).toBe(steps);
        },
      ),
    );
  });

  it("tells its step, which ensembles pass on", () => {
    expect(timeStepper(counter, 0.5).dt).toBe(0.5);
    expect(ensemble(timeStepper(counter, 0.5), 3).dt).toBe(0.5);
    expect("dt" in ensemble({ size: 1, advance() {} }, 3)).toBe(false);
  });

  it("refuses a step that is not positive", () => {
    for (const dt of [0, -1, Number.NaN, Infinity]) expect(() => timeStepper(counter, dt)).toThrow(RangeError);
  });
});

describe("ensemble", () => {
  it("moves each member in a view of its own, made once per array", () => {
    const seen = new Set<Float64Array>();
    const member: TimeStepper = {
      size: 2,
      advance(u, t0, t1) {
        seen.add(u);
        u[0]! += t1 - t0;
      },
    };
    const flow = ensemble(member, 3);
    const u = new Float64Array(6);
    flow.advance(u, 0, 1);
    flow.advance(u, 1, 3);
    expect([...u]).toEqual([3, 0, 3, 0, 3, 0]);
    expect(seen.size).toBe(3);
  });

  it("refuses a wrong number of members or a state of wrong length", () => {
    const member: TimeStepper = { size: 2, advance() {} };
    expect(() => ensemble(member, 0)).toThrow(RangeError);
    expect(() => ensemble(member, 2 ** 53)).toThrow(RangeError);
    expect(() => ensemble(member, 3).advance(new Float64Array(5), 0, 1)).toThrow("u must have length 6, got 5");
  });
});
