import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { type AdvectionDiffusion, advectionDiffusionStudy } from "./advection-diffusion.ts";
import { fokkerPlanck } from "./fokker-planck.ts";
import { type Particles, type ParticlesOptions, particles } from "./particles.ts";

const wind: AdvectionDiffusion = { amplitude: [1, 1.5], frequency: [0.2, 1], diffusivity: 0.2 };

/** Positions after one advance from 0. */
function after(flow: Particles, t: number): Float64Array {
  const x = new Float64Array(flow.size);
  flow.advance(x, 0, t);
  return x;
}

/** The moments of a state, `[member, moment, axis]`. */
function momentsOf(flow: Particles, x: Float64Array): Float64Array {
  const out = new Float64Array(flow.moments.coarseSize);
  flow.moments.restrict(x, out);
  return out;
}

describe("particles", () => {
  it("has the law of the folded Euler-Maruyama scheme, its error at the walls included", () => {
    // The law of the scheme itself at h = 0.01, by powers of its transition matrix on 2000 points: mean, variance at
    // t = 0.5 and 1 along each axis. The exact mean at t = 1 is 0.38835, ten standard errors above the scheme's.
    const law = [
      [0.5, 0, 0.332382, 0.027844],
      [0.5, 1, 0.399192, 0.011408],
      [1, 0, 0.383825, 0.013967],
      [1, 1, 0.391946, 0.010023],
    ] as const;
    const count = 200_000;
    const flow = particles(wind, { random: random(1), dt: 1e-2, particles: count });
    const x = new Float64Array(flow.size);
    for (const t of [0.5, 1]) {
      flow.advance(x, t - 0.5, t);
      const moments = momentsOf(flow, x);
      for (const [, axis, mean, variance] of law.filter((row) => row[0] === t)) {
        // Four standard errors; the fourth moment at a wall is about that of an exponential law, 9 variance^2.
        expect(Math.abs(moments[axis]! - mean)).toBeLessThan(4 * Math.sqrt(variance / count));
        expect(Math.abs(moments[2 + axis]! - variance)).toBeLessThan(4 * variance * Math.sqrt(8 / count));
      }
    }
  });

  it("follows the exact density of the study, from near a wall to the other, to its sampling error", () => {
    const { equation, dt, particles: count } = advectionDiffusionStudy("3D");
    const members = 8;
    const flow = particles(equation, { random: random(2), dt, particles: count, members });
    const exact = fokkerPlanck(equation);
    const [x, p] = [new Float64Array(flow.size), exact.pointMass()];
    const expected = new Float64Array(6);
    let before = 0;
    for (const t of [0.5, 1, 2]) {
      flow.advance(x, before, t);
      exact.advance(p, before, t);
      before = t;
      exact.moments.restrict(p, expected);
      const moments = momentsOf(flow, x);
      for (let axis = 0; axis < 3; axis++) {
        let mean = 0;
        for (let m = 0; m < members; m++) mean += moments[6 * m + axis]! / members;
        // Four standard errors of 8000 particles and the scheme's bias at a wall, 5e-4.
        const error = Math.sqrt(expected[3 + axis]! / (members * count));
        expect(Math.abs(mean - expected[axis]!), `t = ${t}, axis ${axis}`).toBeLessThan(4 * error + 5e-4);
      }
    }
  });

  it("moves a member the same whatever their number, and other members otherwise", () => {
    const make = (members: number): Particles => particles(wind, { random: random(7), particles: 50, members });
    const few = after(make(2), 0.1);
    const many = after(make(5), 0.1);
    expect(many.subarray(0, 200)).toEqual(few);
    expect(few.subarray(0, 100)).not.toEqual(few.subarray(100));
    expect(after(make(2), 0.1)).toEqual(few);
  });

  it("gives the bits of one advance in two over whole steps", () => {
    // Steps of 1 / 128 have no rounding, so that both ways meet the same times.
    const options = { particles: 50, dt: 1 / 128 };
    const twice = particles(wind, { ...options, random: random(7) });
    const x = after(twice, 0.25);
    twice.advance(x, 0.25, 1);
    expect(x).toEqual(after(particles(wind, { ...options, random: random(7) }), 1));
  });

  it("keeps every particle in the box, at the longest step it takes too", () => {
    const gale: AdvectionDiffusion = { amplitude: [20, -20, 0], frequency: [0, 0, 3], diffusivity: 1 };
    const flow = particles(gale, { random: random(9), dt: 6e-3, members: 3 });
    const x = new Float64Array(flow.size);
    for (let k = 0; k < 20; k++) {
      flow.advance(x, k, k + 1);
      expect(x.every((position) => Math.abs(position) <= 0.5)).toBe(true);
    }
    const moments = momentsOf(flow, x);
    for (let m = 0; m < 3; m++) {
      expect(moments[6 * m]!).toBeGreaterThan(0.3);
      expect(moments[6 * m + 1]!).toBeLessThan(-0.3);
      // Uniform: variance 1 / 12, standard error 1 / sqrt(180 N).
      expect(Math.abs(moments[6 * m + 5]! - 1 / 12)).toBeLessThan(4 / Math.sqrt(180 * 1000));
    }
  });

  it("takes mean and variance along each axis of each member", () => {
    const flow = particles(wind, { random: random(1), particles: 2, members: 2 });
    const x = Float64Array.of(0.1, 0.3, -0.5, 0.5, 0, 0, 0.25, 0.25);
    const expected = [0.2, 0, 0.01, 0.25, 0, 0.25, 0, 0];
    momentsOf(flow, x).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 15));
    expect([flow.size, flow.moments.fineSize, flow.moments.coarseSize]).toEqual([8, 8, 8]);
  });

  it("refuses malformed problems, steps that may cross the box, and particles outside", () => {
    const make = (options: Partial<ParticlesOptions>, equation: AdvectionDiffusion = wind) =>
      particles(equation, { random: random(1), ...options });
    expect(() => make({ dt: 0 })).toThrow("particles: dt must be positive, got 0");
    expect(() => make({ dt: 0.1 })).toThrow("particles: dt must keep |A| dt + 10 sqrt(D dt) at most 1");
    expect(() => make({ particle: 3 } as never)).toThrow("did you mean particles?");
    expect(() => make({ random: Math.random as never })).toThrow("random.fork must be a function");
    expect(() => make({}, { ...wind, amplitude: [1, 2, 3, 4], frequency: [1, 1, 1, 1] })).toThrow("amplitude.length");
    expect(() => make({}, { ...wind, frequency: [1] })).toThrow("frequency must have length 2");
    expect(() => make({}, { ...wind, diffusivity: 0 })).toThrow("diffusivity must be positive");
    const flow = make({ particles: 2 });
    expect(() => flow.advance(Float64Array.of(0, 0.6, 0, 0), 0, 1)).toThrow("x[1] must lie between -1/2 and 1/2");
    expect(() => flow.advance(Float64Array.of(0, 0, Number.NaN, 0), 0, 1)).toThrow("x[2] must lie between");
    expect(() => flow.advance(new Float64Array(4), 1, 0)).toThrow("t1 must not be before t0");
    expect(() => flow.advance(new Float64Array(3), 0, 1)).toThrow("x must have length 4");
  });
});

describe("advectionDiffusionStudy", () => {
  it("holds the study's cases: Peclet numbers |A| / D of 100, 10 and 1, steps with the same D dt", () => {
    for (const [study, peclet] of [
      ["Pe 100", 100],
      ["Pe 10", 10],
      ["Pe 1", 1],
    ] as const) {
      const { equation, dt } = advectionDiffusionStudy(study);
      const speed = Math.sqrt(equation.amplitude.reduce((sum, a) => sum + a * a, 0));
      expect(Math.abs(speed / equation.diffusivity / peclet - 1)).toBeLessThan(0.01);
      expect(equation.diffusivity * dt).toBeCloseTo(2e-4, 15);
    }
    const { equation, sampling } = advectionDiffusionStudy("1D");
    expect([equation, sampling]).toEqual([{ amplitude: [1], frequency: [0.1], diffusivity: 0.2 }, 0.5]);
    expect(() => advectionDiffusionStudy("4D" as never)).toThrow("study must be one of");
  });
});
