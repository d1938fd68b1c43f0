import { describe, expect, it } from "vitest";
import { failure } from "../../test/failure.ts";
import {
  ensemble,
  eulerMaruyama,
  heunStratonovich,
  milstein,
  type NormalSource,
  normal,
  type Rhs,
  random,
  reflecting,
  type StochasticProblem,
  solve,
  timeStepper,
} from "../index.ts";

const schemes = { eulerMaruyama, milstein, heunStratonovich };

/** Two coupled components per member: a position driven by a velocity with multiplicative noise. */
function oscillators(members: number): StochasticProblem {
  const drift: Rhs = (_t, u, out) => {
    for (let i = 0; i < 2 * members; i += 2) {
      out[i] = u[i + 1]!;
      out[i + 1] = -u[i]! - 0.5 * u[i + 1]!;
    }
  };
  const diffusion: Rhs = (_t, u, out) => {
    for (let i = 0; i < 2 * members; i += 2) {
      out[i] = 0;
      out[i + 1] = 0.3 * Math.sqrt(1 + u[i + 1]! * u[i + 1]!);
    }
  };
  return { size: 2 * members, drift, diffusion };
}
const streams = (seed: number, members: number): NormalSource[] =>
  Array.from({ length: members }, (_, k) => normal(random(seed).fork(k)));
const starts = (members: number): Float64Array => Float64Array.from({ length: 2 * members }, (_, i) => (i % 2 ? 0 : 1));

describe("noise", () => {
  it("gives the same bits from the same seed, others from another", () => {
    for (const scheme of Object.values(schemes)) {
      const run = (seed: number) =>
        solve(scheme(oscillators(3), normal(random(seed))), starts(3), [0, 1], { dt: 0.05 }).u;
      expect(run(1)).toEqual(run(1));
      expect(run(1)).not.toEqual(run(2));
    }
  });

  it("is sqrt(dt) times the source's numbers, in the order of the components", () => {
    const values = [1, -2, 0.5, 3];
    const u = new Float64Array(4);
    eulerMaruyama({ size: 4, drift: 0, diffusion: 1 }, () => values.shift()!).step(0, 0.25, u, u);
    expect(u).toEqual(Float64Array.of(0.5, -1, 0.25, 1.5));
  });

  it("moves a member with a stream of its own the same in every ensemble and alone", () => {
    const span = [0, 1] as const;
    for (const scheme of Object.values(schemes)) {
      const few = solve(scheme(oscillators(3), streams(7, 3)), starts(3), span, { dt: 0.05, saveAt: [1] }).u;
      const many = solve(scheme(oscillators(8), streams(7, 8)), starts(8), span, { dt: 0.05, saveAt: [1] }).u;
      const alone = solve(scheme(oscillators(1), normal(random(7).fork(2))), starts(1), span, {
        dt: 0.05,
        saveAt: [1],
      }).u;
      expect(many.slice(0, 6)).toEqual(few);
      expect(few.slice(4)).toEqual(alone);
      expect(few[0]).not.toBe(few[2]);
    }
  });

  it("is independent between members: no correlation over 4000 steps of 8 members", () => {
    const [members, steps] = [8, 4000];
    const stepper = eulerMaruyama({ size: members, drift: 0, diffusion: 1 }, streams(3, members));
    const zero = new Float64Array(members);
    const rows = Array.from({ length: steps }, () => {
      const out = new Float64Array(members);
      stepper.step(0, 1, zero, out);
      return out;
    });
    for (let i = 0; i < members; i++) {
      for (let j = 0; j < i; j++) {
        const correlation = rows.reduce((s, row) => s + row[i]! * row[j]!, 0) / steps;
        // Standard deviation 1 / sqrt(steps); 28 pairs, five of them.
        expect(Math.abs(correlation)).toBeLessThan(5 / Math.sqrt(steps));
      }
    }
  });
});

describe("a stochastic stepper", () => {
  it("is a stepper: flows, ensembles of flows and solve repeat it, with the same draws", () => {
    const make = () => eulerMaruyama(oscillators(1), normal(random(5)));
    const u = starts(1);
    timeStepper(make(), 0.1).advance(u, 0, 1);
    expect(solve(make(), starts(1), [0, 1], { dt: 0.1, saveAt: [1] }).u).toEqual(u);
    const both = starts(2);
    ensemble(timeStepper(make(), 0.1), 2).advance(both, 0, 1);
    expect(both.slice(0, 2)).toEqual(u);
    expect(both.slice(2)).not.toEqual(u);
  });

  it("has weak order 1 and the size of its problem", () => {
    for (const scheme of Object.values(schemes)) {
      expect(scheme(oscillators(3), normal(random(1)))).toMatchObject({ size: 6, order: 1 });
    }
  });

  it("copies the state for a dt of zero and draws nothing", () => {
    const undrawn = (): number => {
      throw new Error("a number was drawn");
    };
    for (const scheme of Object.values(schemes)) {
      const stepper = scheme(oscillators(1), undrawn);
      const u = Float64Array.of(1, 2);
      const out = new Float64Array(2);
      stepper.step(0, 0, u, out);
      expect(out).toEqual(u);
      stepper.stepWith(0, 0, u, new Float64Array(2), u);
      expect(u).toEqual(out);
    }
  });

  it("refuses to go back in time and increments of another length", () => {
    for (const [name, scheme] of Object.entries(schemes)) {
      const stepper = scheme(oscillators(1), normal(random(1)));
      const u = starts(1);
      const message = `${name}: dt must not be negative, got -0.1; noise has no way back`;
      expect(() => stepper.step(0, -0.1, u, u)).toThrow(message);
      expect(() => stepper.stepWith(0, -0.1, u, u, new Float64Array(2))).toThrow(message);
      expect(() => stepper.step(0, Number.NaN, u, u)).toThrow(RangeError);
      expect(() => stepper.stepWith(0, 0.1, u, new Float64Array(3), u)).toThrow(
        `${name}: dW must have length 2, got 3`,
      );
      expect(u).toEqual(starts(1));
      expect(failure(() => solve(stepper, u, [1, 0], { dt: 0.1 })).code).toBe("callback-threw");
    }
  });

  it("ends a run on coefficients that are not finite, or that a function left unset, with the time", () => {
    const blowUp: Rhs = (t, u, out) => void (out[0] = t < 0.45 ? 0 : Math.sqrt(-1 - u[0]! * u[0]!));
    const half: Rhs = (_t, _u, out) => void (out[0] = 1);
    const returning = ((_t: number, u: Float64Array) => u) as unknown as Rhs;
    for (const scheme of Object.values(schemes)) {
      for (const walls of [{}, { lower: 0, upper: 1 }]) {
        const run = (size: number, drift: Rhs | number, diffusion: Rhs | number) => {
          const stepper = reflecting(scheme({ size, drift, diffusion }, normal(random(1))), walls);
          return failure(() => solve(stepper, new Float64Array(size), [0, 1], { dt: 0.1 }));
        };
        expect(run(1, blowUp, 1)).toMatchObject({ code: "nonfinite-state", t: 0.5 });
        expect(run(1, 0, blowUp)).toMatchObject({ code: "nonfinite-state" });
        expect(run(2, half, 1)).toMatchObject({ code: "nonfinite-state", t: 0 });
        expect(run(2, 0, half).message).toContain("component 1 became NaN");
        expect(run(2, 0, returning)).toMatchObject({ code: "nonfinite-state", t: 0 });
      }
    }
    const diffusion: Rhs = (_t, u, out) => void out.set(u);
    const stepper = milstein({ size: 2, drift: 0, diffusion, diffusionDerivative: half }, normal(random(1)));
    expect(failure(() => solve(stepper, [1, 1], [0, 1], { dt: 0.1 })).code).toBe("nonfinite-state");
  });

  it("refuses bad problems and bad noise before any work", () => {
    const gauss = normal(random(1));
    const good = { size: 4, drift: 0, diffusion: 1 };
    const cases: [problem: unknown, noise: unknown, message: string][] = [
      [null, gauss, "problem must be an object { size, drift, diffusion }, got null"],
      [{ ...good, size: 0 }, gauss, "problem.size must be an integer between 1 and"],
      [{ ...good, size: 2 ** 40 }, gauss, "problem.size must be an integer between 1 and"],
      [{ ...good, drift: undefined }, gauss, "problem.drift must be a function, a number or numbers, got undefined"],
      [{ ...good, drift: Number.NaN }, gauss, "problem.drift must be finite, got NaN"],
      [{ ...good, diffusion: "1" }, gauss, 'problem.diffusion must be a function, a number or numbers, got "1"'],
      [{ ...good, diffusion: [1, 2, 3] }, gauss, "the length of problem.diffusion must divide the size of 4, got 3"],
      [{ ...good, diffusion: [1, Infinity] }, gauss, "problem.diffusion[1] must be finite, got Infinity"],
      [{ ...good, diffusionDerivative: 1 }, gauss, "problem.diffusionDerivative must be a function, got 1"],
      [good, undefined, "noise must be a normal source or an array of them, got undefined"],
      [good, [], "the number of noise sources must divide the size of 4, got 0"],
      [good, [gauss, gauss, gauss], "the number of noise sources must divide the size of 4, got 3"],
      [good, [gauss, 3], "noise[1] must be a function, got 3"],
      [good, random(1), "noise must give normal numbers, got a uniform source; pass normal(random(seed))"],
    ];
    for (const [name, scheme] of Object.entries(schemes)) {
      for (const [problem, noise, message] of cases) {
        expect(() => scheme(problem as StochasticProblem, noise as NormalSource)).toThrow(`${name}: ${message}`);
      }
    }
  });
});
