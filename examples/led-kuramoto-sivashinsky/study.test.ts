import { initialWeights, saveNet } from "@hml/nets";
import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { statesOf, thinned, trajectories } from "./data.ts";
import { forecastOf } from "./forecast-job.ts";
import { judge, type Movies, sampled } from "./judge.ts";
import { coderSpec, lawSpec, STANDARD_DEVIATION } from "./learn.ts";
import { speedUps } from "./results.ts";
import { PAPER, studyPlan } from "./study.ts";

const { points } = PAPER;
const runs = trajectories({ count: 4, states: 401, spacing: 1, dt: 0.25, seed: 1 });
const truth: Movies = { u: runs.u, members: 4, frames: 401, spacing: 1 };

describe("the Kuramoto-Sivashinsky study", () => {
  it("makes trajectories on the attractor, each its own, of mean zero and standard deviation 1.18", () => {
    const { u } = runs;
    // Ten means of 400 units of time scatter by 0.05; four runs by half of that.
    const deviation = Math.sqrt(u.reduce((sum, value) => sum + value * value, 0) / u.length);
    expect(Math.abs(deviation - STANDARD_DEVIATION)).toBeLessThan(0.08);
    expect(u.every((value) => Math.abs(value) < 3.3)).toBe(true);
    const first = u.subarray(0, points);
    expect(Math.abs(first.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-4);
    for (let m = 1; m < 4; m++) expect(u.subarray(m * 401 * points, m * 401 * points + points)).not.toEqual(first);
  });

  it("spreads states over all trajectories", () => {
    const states = statesOf(runs, 4);
    for (let m = 0; m < 4; m++) {
      const from = m * 401 * points;
      expect([...states.subarray(m * points, (m + 1) * points)]).toEqual([...runs.u.subarray(from, from + points)]);
    }
    expect(() => statesOf(runs, 1605)).toThrow("there are 1604 states, not 1605");
  });

  it("thins sequences without mixing trajectories or losing times", () => {
    // Two trajectories of five times, one number each.
    const z = Float64Array.of(0, 1, 2, 3, 4, 10, 11, 12, 13, 14);
    const { values, times } = thinned(z, { count: 2, states: 5, size: 1 }, 2);
    expect(times).toBe(2);
    expect([...values]).toEqual([0, 2, 1, 3, 10, 12, 11, 13]);
  });

  it("finds no fault with the truth", () => {
    const judgement = judge(truth, truth, STANDARD_DEVIATION);
    expect([judgement.wasserstein, judgement.joint, judgement.spatialDb, judgement.temporalDb]).toEqual([0, 0, 0, 0]);
    expect([judgement.mnad, judgement.trapped, judgement.finite]).toEqual([0, 0, 1]);
    expect([judgement.below, ...judgement.validTimes]).toEqual([400, 400, 400, 400, 400]);
    // The least of true runs in windows of 200 is 0.85.
    expect(judgement.climate.activity[0]).toBeGreaterThan(0.8);
  });

  it("sees a run that stands still, one that is lost, and the time at which the mean error passes 0.1", () => {
    const u = truth.u.slice();
    const size = 401 * points;
    for (let k = 1; k < 401; k++) u.copyWithin(k * points, 0, points);
    u[2 * size - 1] = 1e9;
    const judgement = judge({ ...truth, u }, truth, STANDARD_DEVIATION);
    expect(judgement.trapped).toBe(0.25);
    expect(judgement.trappedAtEnd).toBe(0.25);
    expect(judgement.finite).toBe(0.75);

    // All values off by a constant a frame: NAD grows by 0.03 a unit of time and passes 0.1 at 10 / 3.
    const drifting = truth.u.slice();
    for (let m = 0; m < 4; m++) {
      const own = truth.u.subarray(m * size, (m + 1) * size);
      const range = own.reduce((most, v) => Math.max(most, v), 0) - own.reduce((least, v) => Math.min(least, v), 0);
      for (let i = 0; i < size; i++) {
        drifting[m * size + i] = own[i]! + 0.03 * range * Math.floor(i / points);
      }
    }
    expect(judge({ ...truth, u: drifting }, truth, STANDARD_DEVIATION).below).toBeCloseTo(10 / 3, 4);
  });

  it("keeps every second frame of each run", () => {
    const half = sampled(truth, 2);
    expect([half.frames, half.spacing]).toEqual([201, 2]);
    expect(half.u.subarray(202 * points, 203 * points)).toEqual(truth.u.subarray(403 * points, 404 * points));
  });

  it("forecasts side by side, and with micro steps alone repeats the truth", () => {
    const plan = studyPlan(true);
    const file = (spec: ReturnType<typeof coderSpec> | ReturnType<typeof lawSpec>): Uint8Array =>
      saveNet({ spec, precision: "float64", weights: () => initialWeights(spec, random(2)) });
    const [coder, law] = [file(coderSpec(plan.coder)), file(lawSpec(plan.law))];
    const short = { ...sampled(truth, 2), frames: 5 };
    const start: Movies = { ...short, u: new Float32Array(4 * 5 * points) };
    for (let m = 0; m < 4; m++) {
      start.u.set(short.u.subarray(m * 201 * points, (m * 201 + 5) * points), m * 5 * points);
    }
    const job = { coder, law, step: 2, dt: 0.25, truth: start, deviation: STANDARD_DEVIATION };
    const micro = forecastOf({ ...job, phases: { macro: 0, micro: 8 } });
    // From states in single precision, whose rounding the flow enlarges a little.
    expect(micro.u.every((value, i) => Math.abs(value - start.u[i]!) < 1e-5)).toBe(true);
    const latent = forecastOf({ ...job, phases: undefined });
    expect(latent.u.subarray(0, points)).toEqual(start.u.subarray(0, points));
    expect(latent.u.every(Number.isFinite)).toBe(true);
  });

  it("counts speed-ups over the same time", () => {
    const timing = { solvers: [160, 16, 4, 2], numpy: undefined, laws: [], multiscale: [] };
    const law = { step: 2, latent: 4, encode: 1, decode: 12 };
    expect(speedUps(timing, law)).toEqual({ solvers: [80, 8, 2, 1], decoded: 20, naive: 8000 });
    expect(speedUps({ ...timing, numpy: 4000 }, law).naive).toBe(2000);
  });
});
