import { describe, expect, it } from "vitest";
import { fittedOrder, lastFrame, michaelisMenten } from "../../test/problems.ts";
import { reference, referenceHint } from "../../test/reference.ts";
import {
  type BurstOptions,
  euler,
  projective,
  projectiveAdams,
  solve,
  type TimeStepper,
  timeStepper,
} from "../index.ts";

const refs = reference("projective.json");
const macroSteps = [0.4, 0.2, 0.1, 0.05];

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

function errors(eps: number): number[] {
  return macroSteps.map((dt) => {
    const stepper = projectiveAdams(slaved(eps), { burst: 3 * eps });
    return Math.abs(lastFrame(solve(stepper, [1, 1], [0, 1.6], { dt }))[0]! - Math.exp(-1.6));
  });
}

/** The state moves along `path`, whatever it was. */
const follow = (path: (t: number) => number): TimeStepper => ({
  size: 1,
  advance: (u, t0, t1) => void (u[0]! += path(t1) - path(t0)),
});

describe("projectiveAdams", () => {
  it("converges at order 2 in the macro step", () => {
    expect(Math.abs(fittedOrder(macroSteps, errors(1e-7)) - 2)).toBeLessThan(0.1);
  });

  it.skipIf(!refs)(`reproduces the table of errors of independent code (${referenceHint})`, () => {
    for (const [eps, name] of [
      [1e-4, "0.0001"],
      [1e-6, "1e-06"],
      [1e-7, "1e-07"],
    ] as const) {
      const expected = refs!.convergence_A.table[`PAB2_eps${name}`]!.err_x;
      // Round-off of the chords: up to 4 ulp of a state of size 1 over h = eps, through slopes of total weight 1.6.
      errors(eps).forEach((error, k) =>
        expect(Math.abs(error - expected[k]!)).toBeLessThan((8 * Number.EPSILON) / eps),
      );
    }
  });

  it.skipIf(!refs)(`follows Michaelis-Menten kinetics at eps = 1e-6 as the reference does (${referenceHint})`, () => {
    const { ref, table } = refs!["michaelis_menten_eps1e-6"];
    macroSteps.forEach((dt, k) => {
      const flow = timeStepper(euler(michaelisMenten(1e-6).rhs, 2), 6e-7);
      const solution = solve(projectiveAdams(flow, { burst: 17 * 6e-7 }), [1, 0.5], [0, 4], { dt });
      const error = Math.abs(lastFrame(solution)[0]! / ref[0]! - 1);
      // Round-off 4 eps / h = 1.5e-9 a slope; the reference solution itself is good to 1e-10.
      expect(Math.abs(error - table["PAB2"]!.rel_err_x[k]!)).toBeLessThan(5e-9);
    });
  });

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
