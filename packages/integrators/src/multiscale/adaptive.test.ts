import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DT,
  delayLaw,
  distance,
  microAlone,
  phaseError,
  polarLaw,
  rotation,
  stuartLandau,
} from "../../test/exact-pairs.ts";
import {
  type AdaptiveSchedule,
  type LatentLaw,
  type MicroTrajectory,
  type MultiscaleFlow,
  multiscale,
  type StageRecord,
  utilisation,
  type Vec,
} from "../index.ts";

const OMEGA = 0.7;
const schedule: AdaptiveSchedule = {
  warmUp: 3,
  comparison: 4,
  macro: 10,
  micro: 6,
  relaxation: 2,
  largestError: 0.01,
};

/** A law with a spread for each member that depends on how it was called. */
function withSpread(law: LatentLaw, spread: (member: number) => number): LatentLaw {
  return { ...law, spread };
}

describe("an adaptive schedule", () => {
  it("goes through its stages in order, and the law is used from the comparison on", () => {
    const log: StageRecord[] = [];
    const flow = multiscale(stuartLandau(OMEGA), polarLaw(OMEGA), schedule, { onStage: (record) => log.push(record) });
    const u = Float64Array.of(0.5, 0);
    flow.advance(u, 0, 38 * DT);
    expect(log.map(({ stage, outcome, steps }) => [stage, outcome, steps])).toEqual([
      ["warm-up", "done", 3],
      ["comparison", "accepted", 4],
      ["macro", "done", 10],
      ["relaxation", "done", 2],
      ["warm-up", "done", 3],
      ["comparison", "accepted", 4],
      ["macro", "done", 10],
      ["relaxation", "done", 2],
    ]);
    for (const [k, { from, to, steps }] of log.entries()) {
      expect(to).toBe(from + steps * DT);
      if (k > 0) expect(from).toBe(log[k - 1]!.to);
    }
    expect(flow.stage).toBe("warm-up");
    // Macro over the whole cycle of 19.
    expect(utilisation(flow.report)).toBe(10 / 19);
    expect(distance(u, microAlone(stuartLandau(OMEGA), [0.5, 0], 38))).toBeLessThan(1e-13);
  });

  it("measures the error of the law on its own, decoded, and ends the comparison at the first that is too large", () => {
    // On the circle a phase error of a is a chord of 2 sin(a / 2), over sqrt(2) as a root mean square. It grows by 0.006 a step.
    const perStep = 0.006;
    const error = (steps: number): number => Math.SQRT2 * Math.sin((steps * perStep) / 2);
    const law = polarLaw(OMEGA + perStep / DT);
    for (const [largestError, outcome, steps] of [
      [error(4) * 1.001, "accepted", 4],
      [error(4) * 0.999, "rejected", 4],
      [error(2) * 0.999, "rejected", 2],
      [error(1) * 0.999, "rejected", 1],
    ] as const) {
      const log: StageRecord[] = [];
      const flow = multiscale(stuartLandau(OMEGA), law, { ...schedule, largestError }, { onStage: (r) => log.push(r) });
      flow.advance(Float64Array.of(1, 0), 0, 17 * DT);
      expect(log[1]).toMatchObject({ stage: "comparison", outcome, steps });
      expect(log[1]!.error).toBeCloseTo(error(steps), 13);
      expect(flow.report.steps.macro > 0).toBe(outcome === "accepted");
      if (outcome === "rejected") expect(log[2]).toMatchObject({ stage: "micro", outcome: "done", steps: 6 });
    }
  });

  it("begins macro steps from the micro solver's state with a memory of true codes, not from the trial", () => {
    // A law that errs by 0.001 a step: 4 steps of trial leave no trace, 10 macro steps do.
    const perStep = 0.001;
    const flow = multiscale(stuartLandau(OMEGA), polarLaw(OMEGA + perStep / DT), schedule);
    const u = Float64Array.of(1, 0);
    flow.advance(u, 0, 19 * DT);
    expect(phaseError(u, microAlone(stuartLandau(OMEGA), [1, 0], 19))).toBeCloseTo(10 * perStep, 12);
    // A law of the last codes is exact, so its memory has neither gaps nor the codes of the trial.
    const v = Float64Array.of(1, 0);
    const delayed = delayLaw(OMEGA, [0.4, 0.3, 0.2, 0.1]);
    multiscale(rotation(OMEGA), delayed, { ...schedule, warmUp: 0 }).advance(v, 0, 170 * DT);
    expect(distance(v, microAlone(rotation(OMEGA), [1, 0], 170))).toBeLessThan(1e-12);
  });

  it("ends macro steps when the spread of the worst member reaches its bound", () => {
    // The spread is a tenth of the steps since the law was last fed a state near the micro solver's: here a plain count.
    let calls = 0;
    const base = polarLaw(OMEGA);
    const counted: LatentLaw = { ...base, step: (z, s, out) => (calls++, base.step(z, s, out)) };
    const law = withSpread(counted, (member) => (member === 1 ? 0.1 * calls : 0));
    const log: StageRecord[] = [];
    const flow = multiscale(
      stuartLandau(OMEGA, 2),
      law,
      { ...schedule, largestSpread: 0.85 },
      { onStage: (record) => log.push(record) },
    );
    flow.advance(Float64Array.of(1, 0, 0, 1), 0, 40 * DT);
    // Four trial steps, then 5 to 9: 0.1 * 9 is the first at or above 0.85, and that step counts.
    expect(log[1]).toMatchObject({ stage: "comparison", outcome: "accepted", spread: 0.4 });
    expect(log[2]).toMatchObject({ stage: "macro", outcome: "spread", steps: 5, spread: 0.9 });
    expect(log[3]).toMatchObject({ stage: "relaxation", steps: 2 });
    // From now on the comparison fails at its first step.
    expect(log[5]).toMatchObject({ stage: "comparison", outcome: "rejected", steps: 1, spread: 1 });
  });

  it("rejects a law that gives NaN, or a spread that is NaN, and goes on with the micro solver", () => {
    const broken: LatentLaw = { ...polarLaw(OMEGA), step: (_z, _s, out) => void out.fill(Number.NaN) };
    for (const law of [broken, withSpread(polarLaw(OMEGA), (member) => (member === 0 ? Number.NaN : 0))]) {
      const flow = multiscale(stuartLandau(OMEGA, 2), law, {
        ...schedule,
        ...(law.spread && { largestSpread: 1 }),
      });
      const u = Float64Array.of(1, 0, 0, 1);
      flow.advance(u, 0, 30 * DT);
      expect(flow.report.steps.macro).toBe(0);
      expect(distance(u, microAlone(stuartLandau(OMEGA, 2), [1, 0, 0, 1], 30))).toBe(0);
    }
  });

  it("takes another measure of the error, of each member", () => {
    const errors: number[] = [];
    const flow = multiscale(stuartLandau(OMEGA, 2), polarLaw(OMEGA), schedule, {
      error: (predicted, actual) => {
        expect([predicted.length, actual.length]).toEqual([2, 2]);
        errors.push(distance(predicted, actual));
        return errors.length === 4 ? 1 : 0;
      },
    });
    flow.advance(Float64Array.of(1, 0, 0, 1), 0, 7 * DT);
    // Two members a step; the second one's second failed.
    expect(flow.report.steps.comparison).toBe(2);
    expect(Math.max(...errors)).toBeLessThan(1e-14);
  });
});

describe("an adaptive run in parts", () => {
  it("has the bits of one advance, wherever it is cut", () => {
    const length = fc.integer({ min: 0, max: 4 });
    const positive = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(
        fc.record({ warmUp: length, comparison: positive, macro: positive, micro: length, relaxation: length }),
        fc.array(fc.nat(9), { minLength: 2, maxLength: 8 }),
        (lengths, parts) => {
          // A law of two codes that begins wrong, its memory being empty, so that comparisons fail and succeed.
          const flow = (): MultiscaleFlow =>
            multiscale(rotation(OMEGA), delayLaw(OMEGA * 1.01, [0.6, 0.4]), { ...lengths, largestError: 0.02 });
          const whole = flow();
          const steps = parts.reduce((sum, part) => sum + part, 0);
          const u = Float64Array.of(1, 0.5);
          whole.advance(u, 0, steps * DT);
          const cut = flow();
          const v = Float64Array.of(1, 0.5);
          let at = 0;
          for (const part of parts) {
            cut.advance(v, at * DT, (at + part) * DT);
            at += part;
          }
          expect([...v]).toEqual([...u]);
          expect(cut.report.steps).toEqual(whole.report.steps);
          expect(cut.report.latentSteps).toBe(whole.report.latentSteps);
        },
      ),
    );
  });
});

describe("a micro law that changes in mid-run", () => {
  const [before, after] = [0.7, 0.9];
  const end = 400;

  /** The largest phase error of a run during which the frequency changes, and where its macro steps were. */
  function study(
    kind: "fixed" | "adaptive" | "retrained",
    change = 95,
  ): { error: number; macroAfter: number; rejected: number } {
    const micro = stuartLandau(before);
    const truth = stuartLandau(before);
    let macroAfter = 0;
    let rejected = 0;
    const flow = multiscale(
      micro,
      polarLaw(before),
      kind === "fixed" ? { warmUp: 3, macro: 10, micro: 10 } : schedule,
      {
        onStage({ stage, outcome, steps, to }) {
          if (stage === "macro" && to > change * DT) macroAfter += steps;
          if (outcome === "rejected") rejected++;
        },
        onMicro({ t0, frames, states }) {
          if (kind !== "retrained" || !(t0 >= change * DT)) return;
          // The law's one parameter, from the trajectory: the mean turn of a step.
          let turn = 0;
          for (let n = 1; n < frames; n++) {
            turn += phaseError(states.subarray(2 * n, 2 * n + 2), states.subarray(2 * n - 2, 2 * n));
          }
          flow.replace(polarLaw(turn / (frames - 1) / DT));
        },
      },
    );
    const u = Float64Array.of(1, 0);
    const v = Float64Array.of(1, 0);
    let error = 0;
    for (let n = 0; n < end; n++) {
      if (n === change) micro.frequency = truth.frequency = after;
      flow.advance(u, n * DT, (n + 1) * DT);
      truth.advance(v, n * DT, (n + 1) * DT);
      error = Math.max(error, Math.abs(phaseError(u, v)));
    }
    return { error, macroAfter, rejected };
  }

  it("is noticed: the comparison fails, and the micro solver goes on alone", () => {
    const fixedSchedule = study("fixed");
    const adaptive = study("adaptive");
    // Step 95 begins the sixth cycle of 19 with its warm-up, so no macro step falls behind the change.
    expect(adaptive.macroAfter).toBe(0);
    expect(adaptive.rejected).toBeGreaterThan(20);
    expect(adaptive.error).toBeLessThan(1e-13);
    // 0.05 a step for half of the 305 steps after the change: once round the circle and more.
    expect(fixedSchedule.error).toBeGreaterThan(2);
  });

  it("costs the macro steps that were left when it fell among them, and no more", () => {
    // Step 90 is the eighth of ten macro steps, 83 to 92: three of them have the old frequency.
    const adaptive = study("adaptive", 90);
    expect(adaptive.error).toBeCloseTo(3 * (after - before) * DT, 12);
    expect(adaptive.macroAfter).toBe(10);
  });

  it("is learned: a law trained on the trajectories handed out replaces the old one", () => {
    const { macroAfter, rejected, error } = study("retrained");
    expect(rejected).toBe(1);
    // A cycle of 3 + 1 + 6 steps is lost; then 10 of 19 steps are macro steps again.
    expect(macroAfter).toBe(10 * Math.floor((end - 95 - 10) / 19));
    expect(error).toBeLessThan(1e-12);
  });
});

describe("trajectories for training", () => {
  /** Copies of what is handed out. */
  function collected(): { list: MicroTrajectory[]; onMicro: (trajectory: MicroTrajectory) => void } {
    const list: MicroTrajectory[] = [];
    return { list, onMicro: ({ states, ...rest }) => list.push({ ...rest, states: states.slice() }) };
  }

  it("are the micro solver's states of warm-up, comparison and micro stages, without relaxation", () => {
    for (const [frequency, rows] of [
      // Accepted: 3 + 4 steps from 0, 19, 38.
      [OMEGA, [0, 19, 38].map((from) => [from, 8])],
      // Rejected at once: 3 + 1 + 6 steps a cycle, without a gap between them.
      [5, [0, 10, 20, 30, 40].map((from) => [from, 11])],
    ] as const) {
      const { list, onMicro } = collected();
      multiscale(stuartLandau(OMEGA), polarLaw(frequency), schedule, { onMicro }).advance(
        Float64Array.of(0.5, 0),
        0,
        50 * DT,
      );
      expect(list.map(({ t0, frames }) => [t0 / DT, frames])).toEqual(rows);
      for (const { t0, frames, states, dt } of list) {
        expect(dt).toBe(DT);
        expect(states.length).toBe(2 * frames);
        for (let n = 0; n < frames; n++) {
          const truth = microAlone(stuartLandau(OMEGA), [0.5, 0], t0 / DT + n);
          expect(distance(states.subarray(2 * n, 2 * n + 2), truth)).toBeLessThan(1e-13);
        }
      }
    }
  });

  it("are, of a fixed schedule, the warm-up and every burst from the lifted state on", () => {
    const { list, onMicro } = collected();
    const flow = multiscale(stuartLandau(OMEGA), polarLaw(OMEGA), { warmUp: 4, macro: 5, micro: 3 }, { onMicro });
    const u = Float64Array.of(0.5, 0);
    // Cut into advances, one of which ends within a burst.
    flow.advance(u, 0, 11 * DT);
    flow.advance(u, 11 * DT, 29 * DT);
    expect(list.map(({ t0, frames }) => [t0 / DT, frames])).toEqual([
      [0, 5],
      [9, 4],
      [17, 4],
      [25, 4],
    ]);
    for (const { t0, frames, states } of list) {
      const last = states.subarray(2 * (frames - 1));
      expect(distance(last, microAlone(stuartLandau(OMEGA), [0.5, 0], t0 / DT + frames - 1))).toBeLessThan(1e-13);
    }
  });
});

describe("replacing the law", () => {
  it("waits for the next cycle, starts with an empty memory, and warms it up", () => {
    // Exact only with a full memory: a law replaced in the midst of macro steps, once by one with a longer memory.
    const log: StageRecord[] = [];
    const flow = multiscale(
      rotation(OMEGA),
      delayLaw(OMEGA, [0.6, 0.4]),
      { warmUp: 3, macro: 6, micro: 1 },
      { onStage: (record) => log.push(record) },
    );
    const u = Float64Array.of(1, 0);
    flow.advance(u, 0, 5 * DT);
    flow.replace(delayLaw(OMEGA, [0.4, 0.3, 0.2, 0.1]));
    flow.advance(u, 5 * DT, 40 * DT);
    expect(log.slice(0, 5).map(({ stage, steps }) => [stage, steps])).toEqual([
      ["warm-up", 3],
      ["macro", 6],
      ["micro", 1],
      ["warm-up", 3],
      ["macro", 6],
    ]);
    expect(distance(u, microAlone(rotation(OMEGA), [1, 0], 40))).toBeLessThan(1e-13);
  });

  it("decodes with the old law what the old law had coded, where no micro step stands between", () => {
    // Latent only: rows of five macro steps, and codes that the new law would not understand.
    const flow = multiscale(stuartLandau(OMEGA), polarLaw(OMEGA), { warmUp: 0, macro: 5, micro: 0 });
    const u: Vec = Float64Array.of(0.5, 0);
    flow.advance(u, 0, 2 * DT);
    flow.replace(delayLaw(0, [1, 0]));
    flow.advance(u, 2 * DT, 7 * DT);
    // Five steps of the one, and then none of the other, which stands still.
    expect(distance(u, microAlone(stuartLandau(OMEGA), [0.5, 0], 5))).toBeLessThan(1e-14);
  });
});
