import { describe, expect, it } from "vitest";
import { DT, delayLaw, polarLaw, rotation, stuartLandau } from "../../test/exact-pairs.ts";
import {
  type LatentLaw,
  type MultiscaleOptions,
  multiscale,
  speedUp,
  speedUpBound,
  type TimeStepper,
  utilisation,
} from "../index.ts";

const OMEGA = 0.7;
const remembering = (): LatentLaw => delayLaw(OMEGA, [0.5, 0.5]);
const forgetful = (): LatentLaw => polarLaw(OMEGA);

function reportOf(
  law: LatentLaw,
  { warmUp, macro, micro }: { warmUp: number; macro: number; micro: number },
  steps: number,
  options?: MultiscaleOptions,
): ReturnType<typeof multiscale>["report"] {
  const flow = multiscale(rotation(OMEGA), law, { warmUp, macro, micro }, options);
  flow.advance(Float64Array.of(1, 0.5), 0, steps * DT);
  return flow.report;
}

describe("counts", () => {
  it.each([
    [0, 1, 1, 10],
    [3, 5, 2, 4],
    [10, 20, 7, 3],
    [1, 1, 30, 2],
  ])("of whole cycles are as derived (warm-up W = %i, macro M = %i, micro K = %i, cycles c = %i)", (W, M, K, c) => {
    const report = reportOf(remembering(), { warmUp: W, macro: M, micro: K }, W + c * (M + K));
    expect(report).toMatchObject({
      steps: { "warm-up": W, macro: c * M, micro: c * K, comparison: 0, relaxation: 0 },
      microSteps: W + c * K,
      // The memory sees every step once.
      latentSteps: W + c * (M + K),
      // The state at the start of every micro step but the first of a burst, whose code is the law's own, and of every macro row.
      encodes: W + c * (K - 1) + c,
      // Once a burst.
      decodes: c,
      observed: 0,
      restrictions: 0,
      liftings: 0,
    });
  });

  it("of a law without memory have nothing for the micro steps", () => {
    const [W, M, K, c] = [3, 5, 4, 6];
    const report = reportOf(forgetful(), { warmUp: W, macro: M, micro: K }, W + c * (M + K));
    expect(report).toMatchObject({ microSteps: W + c * K, latentSteps: c * M, encodes: c, decodes: c });
  });

  it("of the law alone are one encoding and one decoding, however long the run", () => {
    expect(reportOf(forgetful(), { warmUp: 0, macro: 1, micro: 0 }, 1000)).toMatchObject({
      microSteps: 0,
      latentSteps: 1000,
      encodes: 1,
      decodes: 1,
    });
  });

  it("of the micro solver alone are its steps, with a memory that is fed", () => {
    const report = reportOf(remembering(), { warmUp: 0, macro: 0, micro: 7 }, 20);
    expect(report).toMatchObject({ microSteps: 20, latentSteps: 20, encodes: 20, decodes: 0 });
    expect(reportOf(forgetful(), { warmUp: 0, macro: 0, micro: 7 }, 20).latentSteps).toBe(0);
  });

  it("of observation are decodings of macro states that nothing else needed, and change no other count", () => {
    const [W, M, K, c] = [2, 5, 3, 4];
    const seen: [number, string][] = [];
    const quiet = reportOf(remembering(), { warmUp: W, macro: M, micro: K }, W + c * (M + K));
    const watched = reportOf(remembering(), { warmUp: W, macro: M, micro: K }, W + c * (M + K), {
      onState: (t, _state, stage) => seen.push([t / DT, stage]),
    });
    expect({ ...watched, observed: 0 }).toEqual({ ...quiet, observed: 0 });
    // The last state of a macro row is decoded for the burst anyway.
    expect(watched.observed).toBe(c * (M - 1));
    expect(seen.map(([n]) => n)).toEqual(Array.from({ length: W + c * (M + K) + 1 }, (_, n) => n));
    expect(
      seen
        .slice(0, 12)
        .map(([, stage]) => stage)
        .join(" "),
    ).toBe("warm-up warm-up warm-up macro macro macro macro macro micro micro micro macro");
    const rare: number[] = [];
    const sparse = reportOf(remembering(), { warmUp: W, macro: M, micro: K }, W + c * (M + K), {
      stateEvery: 6,
      onState: (t) => rare.push(t / DT),
    });
    expect(rare).toEqual([0, 6, 12, 18, 24, 30]);
    // Macro states are those of steps 3 to 7, 11 to 15, 19 to 23, 27 to 31; 6, 12 and 30 were looked at.
    expect(sparse.observed).toBe(3);
  });

  it("of an adaptive cycle are as derived", () => {
    const [W, C, M, R] = [3, 4, 10, 2];
    const schedule = { warmUp: W, comparison: C, macro: M, micro: 5, relaxation: R, largestError: 0.1 };
    const flow = multiscale(rotation(OMEGA), remembering(), schedule);
    const cycles = 3;
    flow.advance(Float64Array.of(1, 0.5), 0, cycles * (W + C + M + R) * DT);
    expect(flow.report).toMatchObject({
      steps: { "warm-up": 3 * W, comparison: 3 * C, macro: 3 * M, micro: 0, relaxation: 3 * R },
      microSteps: cycles * (W + C + R),
      // The trial takes a step of its own beside the one that feeds the memory.
      latentSteps: cycles * (W + 2 * C + M + R),
      encodes: cycles * (W + C + 1 + (R - 1)),
      // Each trial step, and the beginning of relaxation.
      decodes: cycles * (C + 1),
    });
    expect(utilisation(flow.report)).toBe(M / (W + C + M + R));
    expect(speedUpBound(schedule)).toBeCloseTo((W + C + M + R) / (W + C + R), 14);
  });
});

describe("costs", () => {
  /** A run on a clock that only the parts themselves move, by numbers that add up exactly; a callback takes a long time. */
  function timed(
    schedule: { warmUp: number; macro: number; micro: number },
    steps: number,
  ): ReturnType<typeof reportOf> {
    let now = 1000;
    const law = remembering();
    const base = rotation(OMEGA);
    const micro: TimeStepper = {
      size: 2,
      advance(u, t0, t1) {
        base.advance(u, t0, t1);
        now += 8;
      },
    };
    const slow: LatentLaw = {
      ...law,
      encode: (u, out) => (law.encode(u, out), void (now += 2)),
      decode: (z, out) => (law.decode(z, out), void (now += 4)),
      step: (z, state, out) => (law.step(z, state, out), void (now += 1)),
    };
    const flow = multiscale(micro, slow, schedule, {
      clock: () => now,
      restriction: { fineSize: 2, coarseSize: 2, restrict: (fine, out) => (out.set(fine), void (now += 0.5)) },
      lifting: { fineSize: 2, coarseSize: 2, lift: (coarse, out) => (out.set(coarse), void (now += 0.25)) },
      onState: () => void (now += 64),
    });
    const u = Float64Array.of(1, 0.5);
    flow.advance(u, 0, 5 * DT);
    now += 1e6; // between two advances
    flow.advance(u, 5 * DT, steps * DT);
    return flow.report;
  }

  it("are what each part took, and nothing of what passed between advances", () => {
    const report = timed({ warmUp: 3, macro: 6, micro: 4 }, 43);
    const { seconds } = report;
    expect(seconds.micro).toBe(8 * report.microSteps);
    expect(seconds.latent).toBe(report.latentSteps);
    expect(seconds.encode).toBe(2 * report.encodes);
    expect(seconds.decode).toBe(4 * report.decodes);
    expect(seconds.restrict).toBe(0.5 * report.restrictions);
    expect(seconds.lift).toBe(0.25 * report.liftings);
    expect(seconds.observe).toBe(64 * 44 + 4 * report.observed);
    // Every micro state is restricted once; four bursts and the end of the first advance are lifted.
    expect(report.restrictions).toBe(report.microSteps + 1);
    expect(report.liftings).toBe(5);
  });

  it("give the speed-up, which stays below all steps over micro steps", () => {
    const schedule = { warmUp: 0, macro: 90, micro: 10 };
    const report = timed(schedule, 1000);
    const { seconds } = report;
    const total = seconds.micro + seconds.latent + seconds.encode + seconds.decode + seconds.restrict + seconds.lift;
    expect(speedUp(report)).toBeCloseTo((8 * 1000) / total, 12);
    expect(speedUp(report)).toBeLessThan(speedUpBound(schedule));
    expect(speedUpBound(schedule)).toBe(10);
    // Against a solver twice as fast, half of it.
    expect(speedUp(report, { microSeconds: 4 })).toBeCloseTo(speedUp(report) / 2, 12);
  });

  it("need a clock, and for the law alone the cost of a micro step", () => {
    expect(() => speedUp(reportOf(forgetful(), { warmUp: 0, macro: 1, micro: 1 }, 4))).toThrow(/no time was measured/);
    const latent = timed({ warmUp: 0, macro: 1, micro: 0 }, 100);
    expect(() => speedUp(latent)).toThrow(/no micro step was made/);
    expect(speedUp(latent, { microSeconds: 8 })).toBeCloseTo(800 / (100 + 2 + 0.5 + 4 * latent.decodes + 0.25 * 2), 12);
    expect(speedUpBound({ warmUp: 9, macro: 1, micro: 0 })).toBe(Infinity);
    expect(speedUpBound({ warmUp: 9, macro: 0, micro: 1 })).toBe(1);
    expect(speedUpBound({ warmUp: 9, macro: 10, micro: 10 })).toBe(2);
  });

  it("start at zero, utilisation too", () => {
    const { report } = multiscale(stuartLandau(1), forgetful(), { warmUp: 1, macro: 1, micro: 1 });
    expect(utilisation(report)).toBe(0);
  });
});
