import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  chordSlope,
  leastSquaresSlope,
  normal,
  projective,
  random,
  type SampledSlope,
  type SlopeEstimator,
  slopeDeviation,
  type TimeStepper,
} from "../index.ts";

/** A flow that sets the state to `path(t)`. */
const follow = (path: (t: number) => number): TimeStepper => ({
  size: 1,
  advance: (u, _t0, t1) => void (u[0] = path(t1)),
});

/** The slope of one burst of `flow` over [0, chord]: what a leap of 1 beyond the burst adds to its last state. */
function slopeOf(path: (t: number) => number, chord: number, slope: SampledSlope | SlopeEstimator): number {
  const u = Float64Array.of(path(0));
  projective(follow(path), { burst: chord, chord, slope }).step(0, chord + 1, u, u);
  return u[0]! - path(chord);
}

describe("least-squares slopes", () => {
  it("are exact on lines, and on a parabola give the slope at the middle of the chord", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.double({ min: -5, max: 5, noNaN: true }), (m, a) => {
        const T = 0.5;
        // Sums of m products of numbers of size up to 10, divided by the chord and added to the state: 40 * 20 eps.
        expect(Math.abs(slopeOf((t) => 3 + a * t, T, leastSquaresSlope(m)) - a)).toBeLessThan(2e-13);
        expect(Math.abs(slopeOf((t) => a * t * t, T, leastSquaresSlope(m)) - a * T)).toBeLessThan(2e-13);
      }),
    );
  });

  it("equal the regression by hand on data that are no line", () => {
    // (sum (t - 2) y) / sum (t - 2)^2 = (-2 - 3 + 5 + 8) / 10.
    const data = [1, 3, 2, 5, 4];
    const slope = slopeOf((t) => data[Math.round(t)]!, 4, leastSquaresSlope(5));
    expect(slope).toBeCloseTo(0.8, 14);
    expect(slopeOf((t) => data[Math.round(t)]!, 4, chordSlope)).toBeCloseTo(0.75, 14);
  });

  it("with two samples are the chord", () => {
    const path = (t: number): number => Math.exp(-t);
    expect(slopeOf(path, 0.25, leastSquaresSlope(2))).toBeCloseTo(slopeOf(path, 0.25, chordSlope), 14);
  });

  it("leave a constant exactly alone", () => {
    expect(slopeOf(() => 1 / 3, 0.1, leastSquaresSlope(7))).toBe(0);
  });

  it("have the standard deviations of theory: 9.53, 14.1, 141 for 11 samples 0.01 apart", () => {
    expect(slopeDeviation(leastSquaresSlope(11), 0.1, 1)).toBeCloseTo(Math.sqrt(12 / (11 * 120)) / 0.01, 10);
    expect(slopeDeviation(leastSquaresSlope(11), 0.1, 1)).toBeCloseTo(9.53, 2);
    expect(slopeDeviation(leastSquaresSlope(2), 0.1, 1)).toBeCloseTo(14.14, 2);
    expect(slopeDeviation(leastSquaresSlope(2), 0.01, 2)).toBeCloseTo(282.84, 2);
  });

  it("scatter by that deviation in bursts with noise", () => {
    const gauss = normal(random(7));
    const runs = 20_000;
    for (const [slope, m, chord] of [
      [leastSquaresSlope(11), 11, 0.1],
      [chordSlope, 2, 0.1],
      [chordSlope, 2, 0.01],
    ] as const) {
      let sum = 0;
      let squares = 0;
      for (let r = 0; r < runs; r++) {
        // The leap starts from the noisy last sample, which is taken off again.
        let last = 0;
        const noisy: TimeStepper = { size: 1, advance: (u, _t0, t1) => void (last = u[0] = 2 * t1 + gauss()) };
        const u = Float64Array.of(gauss());
        projective(noisy, { burst: chord, chord, slope }).step(0, chord + 1, u, u);
        const value = u[0]! - last;
        sum += value;
        squares += value * value;
      }
      const mean = sum / runs;
      const deviation = slopeDeviation(leastSquaresSlope(m), chord, 1);
      // Standard errors: deviation / sqrt(runs) of the mean, 1 / sqrt(2 runs) = 0.5 % of the deviation; four of each.
      expect(Math.abs(mean - 2)).toBeLessThan((4 * deviation) / Math.sqrt(runs));
      expect(Math.abs(Math.sqrt(squares / runs - mean * mean) / deviation - 1)).toBeLessThan(4 / Math.sqrt(2 * runs));
    }
  });

  it("sample the chord at equal distances and end at its end", () => {
    const spans: [number, number][] = [];
    const flow: TimeStepper = { size: 1, advance: (_u, t0, t1) => void spans.push([t0, t1]) };
    projective(flow, { burst: 1, chord: 0.5, slope: leastSquaresSlope(5) }).step(
      2,
      8,
      Float64Array.of(1),
      new Float64Array(1),
    );
    expect(spans).toEqual([
      [2, 2.5],
      [2.5, 2.625],
      [2.625, 2.75],
      [2.75, 2.875],
      [2.875, 3],
    ]);
  });

  it("refuse numbers and weights that make no slope", () => {
    for (const samples of [1, 2.5, Number.NaN, 2_000_000]) expect(() => leastSquaresSlope(samples)).toThrow(RangeError);
    expect(() => leastSquaresSlope("3" as unknown as number)).toThrow(TypeError);
    expect(() => slopeDeviation(leastSquaresSlope(3), 0, 1)).toThrow("slopeDeviation: chord must be positive, got 0");
    expect(() => slopeDeviation(leastSquaresSlope(3), 1, -1)).toThrow(RangeError);
    const build = (weights: readonly number[]) => () => projective(follow(Math.sin), { burst: 1, slope: { weights } });
    expect(build([-1, 1])).not.toThrow();
    expect(build([-1, 0, 1])).not.toThrow();
    expect(build([-1, 2])).toThrow(/^projective: slope.weights must sum to 0/);
    expect(build([-2, 2])).toThrow(RangeError);
    expect(build([1])).toThrow("projective: length of slope.weights must be an integer at least 2, got 1");
    expect(build([Number.NaN, 1])).toThrow(RangeError);
    expect(() => projective(follow(Math.sin), { burst: 1, slope: null as unknown as SampledSlope })).toThrow(TypeError);
  });
});
