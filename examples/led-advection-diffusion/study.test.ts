import { describe, expect, it } from "vitest";
import { random } from "@hml/integrators";
import { particles } from "@hml/systems";
import { dwellStates, fitted, lagAtEnd } from "./analysis.ts";
import { startTimes, studyCase } from "./cases.ts";
import { variantErrors } from "./errors.ts";
import { coderData } from "./learn.ts";
import { cloudMaps } from "./micro.ts";
import { exactLaw, momentLaw, quantiles, standardQuantiles } from "./reference.ts";

const system = studyCase("3D", false);

describe("the exact law", () => {
  it("has the moments of an independent solution of the Fokker-Planck equation", () => {
    // Finite volumes on 2000 cells, Crank-Nicolson steps of 5e-4: mean and variance at t = 0.5, 1, 5 along axes 1 and 2.
    const known = [
      [1, 0, 0.335354, 0.028247],
      [2, 0, 0.388354, 0.013962],
      [10, 0, 0.336252, 0.02393],
      [1, 1, 0.40451, 0.011591],
      [10, 1, -0.167787, 0.050358],
    ] as const;
    const law = exactLaw(system, 0, 0.5, 11);
    for (const [entry, axis, mean, variance] of known) {
      // The resolution of the study is good to 1e-4 or so; 1000 particles scatter by 4e-3.
      expect(Math.abs(law.mean[entry * 3 + axis]! - mean)).toBeLessThan(3e-4);
      expect(Math.abs(law.variance[entry * 3 + axis]! - variance)).toBeLessThan(3e-4);
    }
  });

  it("tells how M1 and M2 scatter over seeds", () => {
    const [members, count] = [150, 100];
    const flow = particles(system.equation, { dt: system.dt, particles: count, members, random: random(4) });
    const x = new Float64Array(flow.size);
    flow.advance(x, 0, 0.5);
    const moments = new Float64Array(6 * members);
    flow.moments.restrict(x, moments);
    const law = exactLaw(system, 0, 0.5, 2);
    for (const moment of [1, 2] as const) {
      for (const axis of [0, 1, 2]) {
        const values = Array.from({ length: members }, (_, m) => moments[m * 6 + (moment - 1) * 3 + axis]!);
        const mean = values.reduce((sum, value) => sum + value, 0) / members;
        const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / members);
        const truth = momentLaw(law, moment, count, 1, axis);
        // Four standard errors, and the weak error of the folded Euler scheme, 5e-4 at a wall.
        expect(Math.abs(mean - truth.mean)).toBeLessThan((4 * truth.deviation) / Math.sqrt(members) + 5e-4);
        // Four standard errors of a deviation, 1 / sqrt(2 n) each, and 2 % of M2's excess kurtosis and of the scheme.
        expect(Math.abs(deviation / truth.deviation - 1)).toBeLessThan(4 / Math.sqrt(2 * members) + 0.02);
      }
    }
  });

  it("is stood for by its quantiles", () => {
    const [low, high] = standardQuantiles(2);
    expect(high).toBeCloseTo(0.6744897501960817, 8);
    expect(low).toBeCloseTo(-0.6744897501960817, 8);
    expect(quantiles({ mean: 1, deviation: 2 }, standardQuantiles(3))[1]).toBeCloseTo(1, 9);
  });
});

describe("errors of a variant", () => {
  const law = exactLaw(system, 0, 1, 4);
  const standard = standardQuantiles(200);
  /** Runs whose M1 are the quantiles of the law, all moved by so much. */
  const runs = (shift: number) =>
    Array.from(standard, (_, run) => ({
      start: 0,
      interval: 1,
      moments: Float32Array.from({ length: 4 * 6 }, (__, i) => {
        const [entry, moment, axis] = [Math.floor(i / 6), i % 6 < 3 ? 1 : 2, i % 3] as const;
        return quantiles(momentLaw(law, moment, 1000, entry, axis), standard)[run]! + (moment === 1 ? shift : 0);
      }),
    }));

  it("are zero for the law itself, and the distance for one that is moved", () => {
    const right = variantErrors([{ law, particles: 1000, runs: runs(0) }], 1);
    expect(Math.max(right.m1, right.m2)).toBeLessThan(1e-7);
    expect(right.m2Level).toBeLessThan(1e-3);
    const moved = variantErrors([{ law, particles: 1000, runs: runs(0.1) }], 1);
    expect(moved.m1).toBeCloseTo(0.1, 6);
    // No value of the one lies among those of the other: the largest distance of two histograms.
    expect(moved.m1Histogram).toBeCloseTo(2, 12);
    expect(moved.m1InTime).toHaveLength(3);
  });
});

describe("data of the nets", () => {
  it("shows every cloud by subsets of its own particles, none of them twice", () => {
    const small = { ...system, particles: 150, axes: 1 };
    const clouds = Float32Array.from({ length: 3 * 150 }, (_, i) => i);
    const { inputs, points } = coderData(clouds, small, 1);
    const rows = inputs.length / points;
    expect(rows % 3).toBe(0);
    for (let row = 0; row < rows; row++) {
      const shown = Array.from(inputs.subarray(row * points, (row + 1) * points));
      expect(new Set(shown).size).toBe(points);
      expect(new Set(shown.map((i) => Math.floor(i / 150)))).toEqual(new Set([Math.floor((3 * row) / rows)]));
    }
  });

  it("goes from the solver's order to that of the nets and back", () => {
    const { restriction, lifting } = cloudMaps(2, 3);
    const x = Float64Array.of(1, 2, 3, 10, 20, 30);
    const [cloud, back] = [new Float64Array(6), new Float64Array(6)];
    restriction.restrict(x, cloud);
    lifting.lift(cloud, back);
    expect([...cloud]).toEqual([1, 10, 2, 20, 3, 30]);
    expect(back).toEqual(x);
  });

  it("starts at phases of the wind that are a whole number of samples away", () => {
    const times = startTimes(system, 3);
    expect(times).toEqual([0, 10.5, 21]);
  });
});

describe("analysis", () => {
  it("measures by how much a run comes too late", () => {
    const wave = (shift: number) =>
      Float64Array.from({ length: 400 }, (_, n) => Math.cos((2 * Math.PI * (n - shift)) / 60));
    expect(lagAtEnd(wave(7), wave(0), 60, 60)).toBe(7);
    expect(lagAtEnd(wave(-11), wave(0), 60, 60)).toBe(-11);
  });

  it("scales a code to what it stands for", () => {
    const z = Float64Array.of(0, 1, 2, 5);
    expect(
      Array.from(
        fitted(
          z,
          z.map((value) => 3 - 2 * value),
        ),
      ),
    ).toEqual([3, 1, -1, -7]);
  });

  it("names clusters by where their particles are", () => {
    const law = {
      ...exactLaw(system, 0, 1, 1),
      mean: Float64Array.of(9, 9, 9, 0.4, -0.4, 0, 0.1, 0.4, 0, 0.4, -0.3, 0),
    };
    const states = dwellStates(Int32Array.of(0, 1, 0), 2, law, 1);
    expect(states.map(({ name }) => name)).toEqual(["x1 right, x2 left", "x1 between, x2 right"]);
    expect(states[0]!.share).toBeCloseTo(2 / 3, 12);
  });
});
