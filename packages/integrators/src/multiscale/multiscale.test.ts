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
  type LatentLaw,
  type MultiscaleOptions,
  multiscale,
  type Schedule,
  type TimeStepper,
  type Vec,
} from "../index.ts";

const OMEGA = 0.7;

function run(
  micro: TimeStepper,
  law: LatentLaw,
  schedule: Schedule,
  u0: ArrayLike<number>,
  steps: number,
  options?: MultiscaleOptions,
): { u: Vec; report: ReturnType<typeof multiscale>["report"] } {
  const flow = multiscale(micro, law, schedule, options);
  const u = Float64Array.from(u0);
  flow.advance(u, 0, steps * DT);
  return { u, report: flow.report };
}

const anySchedule = fc
  .record({ warmUp: fc.nat(6), macro: fc.nat(6), micro: fc.nat(6) })
  .filter(({ macro, micro }) => macro + micro > 0);

describe("a coarse law that is exact", () => {
  it("gives the micro solver's states, whatever the schedule", () => {
    fc.assert(
      fc.property(anySchedule, fc.integer({ min: 1, max: 60 }), (schedule, steps) => {
        const { u } = run(stuartLandau(OMEGA), polarLaw(OMEGA), schedule, [0.2, 0.1], steps);
        // Some roundings a step, of values of size 1; phases up to 10 lose another digit.
        expect(distance(u, microAlone(stuartLandau(OMEGA), [0.2, 0.1], steps))).toBeLessThan(2e-14 * (10 + steps));
      }),
    );
  });

  it("does so behind a restriction and a lifting that keeps what the restriction does not see", () => {
    // The micro state is (f1, f2, f3) for each of x, y: their sum is turned, their differences stay. Lifting by equal parts
    // would lose the differences; the kept state has them.
    const inner = rotation(OMEGA);
    const sums = new Float64Array(2);
    const spread = (fine: Vec, to: Vec): void => {
      for (let k = 0; k < 2; k++) {
        const change = (to[k]! - (fine[3 * k]! + fine[3 * k + 1]! + fine[3 * k + 2]!)) / 3;
        for (let i = 3 * k; i < 3 * k + 3; i++) fine[i] = fine[i]! + change;
      }
    };
    const restrict = (fine: Vec, out: Vec): void => {
      for (let k = 0; k < 2; k++) out[k] = fine[3 * k]! + fine[3 * k + 1]! + fine[3 * k + 2]!;
    };
    const micro: TimeStepper = {
      size: 6,
      advance(u, t0, t1) {
        restrict(u, sums);
        inner.advance(sums, t0, t1);
        spread(u, sums);
      },
    };
    const maps = {
      restriction: { fineSize: 6, coarseSize: 2, restrict },
      lifting: { fineSize: 6, coarseSize: 2, lift: (coarse: Vec, out: Vec) => spread(out, coarse) },
    };
    const u0 = [0.5, 0.3, 0.1, -0.2, 0.4, 0];
    for (const schedule of [
      { warmUp: 3, macro: 5, micro: 2 },
      { warmUp: 3, macro: 1, micro: 0 },
    ]) {
      const law = delayLaw(OMEGA, [0.5, 0.3, 0.2]);
      // 33 steps end a row of macro steps, or are in the midst of it.
      const { u } = run(micro, law, schedule, u0, 33, maps);
      expect(distance(u, microAlone(micro, u0, 33))).toBeLessThan(1e-13);
    }
  });
});

describe("a coarse law whose frequency is wrong", () => {
  const detuning = 0.01;
  const law = polarLaw(OMEGA * (1 + detuning));

  it.each([
    [0, 1, 0],
    [4, 1, 0],
    [0, 1, 1],
    [4, 5, 5],
    [4, 10, 2],
    [4, 2, 10],
  ])("errs in phase by its rate times the macro steps (warm-up %i, macro %i, micro %i)", (warmUp, macro, micro) => {
    // The phase does not depend on the radius, so nothing heals it: omega detuning dt for each macro step, no more, no less.
    const cycles = Math.floor(240 / (macro + micro));
    const steps = warmUp + cycles * (macro + micro);
    const { u } = run(stuartLandau(OMEGA), law, { warmUp, macro, micro }, [1, 0], steps);
    const error = phaseError(u, microAlone(stuartLandau(OMEGA), [1, 0], steps));
    expect(error).toBeCloseTo(OMEGA * detuning * DT * macro * cycles, 12);
    // The rate after the warm-up is rho / (1 + rho) of the law's, with rho = macro / micro.
    const share = micro === 0 ? 1 : macro / micro / (1 + macro / micro);
    expect(error / (OMEGA * detuning * DT * cycles * (macro + micro))).toBeCloseTo(share, 9);
  });

  it("has a radius that micro bursts pull back at the micro solver's rate", () => {
    // The law's cycle has radius 1.2. A burst of time T leaves r with 1/r^2 - 1 smaller by exp(-2 T), exactly.
    const macro = 200;
    for (const micro of [1, 4, 12]) {
      const { u } = run(stuartLandau(OMEGA), polarLaw(OMEGA, 1.2), { warmUp: 0, macro, micro }, [1, 0], macro + micro);
      const defect = (1 / 1.44 - 1) * Math.exp(-2 * micro * DT);
      expect(u[0]! * u[0]! + u[1]! * u[1]!).toBeCloseTo(1 / (1 + defect), 12);
    }
  });
});

describe("the memory of the law", () => {
  const weights = [0.4, 0.3, 0.2, 0.1];
  const exact = { warmUp: 3, macro: 7, micro: 2 };

  it("is current: a law of the last four codes is exact after a warm-up of three, through bursts shorter than that", () => {
    const { u } = run(rotation(OMEGA), delayLaw(OMEGA, weights), exact, [1, 0.5], 300);
    expect(distance(u, microAlone(rotation(OMEGA), [1, 0.5], 300))).toBeLessThan(1e-12);
  });

  it("is empty without a warm-up, and such a law fails at once", () => {
    const { u } = run(rotation(OMEGA), delayLaw(OMEGA, weights), { ...exact, warmUp: 2 }, [1, 0.5], 3);
    // One of four inputs is missing, with weight 0.1: the state is too short by 0.1.
    const true3 = microAlone(rotation(OMEGA), [1, 0.5], 3);
    expect(
      distance(
        u,
        true3.map((value) => 0.9 * value),
      ),
    ).toBeLessThan(1e-14);
  });

  it("holds the last codes, true or its own, at any time", () => {
    const law = delayLaw(OMEGA, weights);
    let memory: Vec = new Float64Array(0);
    const watched: LatentLaw = {
      ...law,
      step(z, state, out) {
        memory = state;
        law.step(z, state, out);
      },
    };
    const flow = multiscale(rotation(OMEGA), watched, exact);
    const u = Float64Array.of(1, 0.5);
    for (let n = 0; n < 40; n++) {
      flow.advance(u, n * DT, (n + 1) * DT);
      // At time n + 1 it has seen the codes of n, n - 1, n - 2.
      const code = new Float64Array(2);
      for (let j = 0; j < Math.min(3, n + 1); j++) {
        law.encode(microAlone(rotation(OMEGA), [1, 0.5], n - j), code);
        expect(distance(memory.subarray(2 * j, 2 * j + 2), code)).toBeLessThan(1e-13);
      }
    }
  });

  it("would be stale if micro bursts passed unseen, and the law wrong", () => {
    const law = delayLaw(OMEGA, weights);
    const own = law.initial(1);
    // The same law hiding its memory: the warm-up and the bursts are not shown to it.
    const hiding: LatentLaw = {
      ...law,
      stateSize: 0,
      initial: () => new Float64Array(0),
      step: (z, _state, out) => law.step(z, own, out),
    };
    const { u } = run(rotation(OMEGA), hiding, exact, [1, 0.5], 300);
    expect(distance(u, microAlone(rotation(OMEGA), [1, 0.5], 300))).toBeGreaterThan(0.1);
  });
});

describe("one run", () => {
  const law = (): LatentLaw => delayLaw(OMEGA * 1.02, [0.5, 0.3, 0.2]);

  it("has the same bits in one advance and in several", () => {
    fc.assert(
      fc.property(anySchedule, fc.array(fc.nat(9), { minLength: 1, maxLength: 8 }), (schedule, parts) => {
        const steps = parts.reduce((sum, part) => sum + part, 0);
        const whole = run(rotation(OMEGA), law(), schedule, [1, 0.5], steps);
        const flow = multiscale(rotation(OMEGA), law(), schedule);
        const u = Float64Array.of(1, 0.5);
        let at = 0;
        for (const part of parts) {
          flow.advance(u, at * DT, (at + part) * DT);
          at += part;
        }
        expect([...u]).toEqual([...whole.u]);
        expect(flow.report.microSteps).toBe(whole.report.microSteps);
      }),
    );
  });

  it("keeps the micro solver's last state for the lifting, not one that was lifted to be returned", () => {
    // The hidden number of the micro state counts its own steps; the lifting adds 1000 to what it finds.
    const base = rotation(OMEGA);
    const micro: TimeStepper = {
      size: 3,
      advance(u, t0, t1) {
        base.advance(u.subarray(0, 2), t0, t1);
        u[2] = u[2]! + 1;
      },
    };
    const maps = {
      restriction: { fineSize: 3, coarseSize: 2, restrict: (fine: Vec, out: Vec) => out.set(fine.subarray(0, 2)) },
      lifting: {
        fineSize: 3,
        coarseSize: 2,
        lift(coarse: Vec, out: Vec) {
          out.set(coarse);
          out[2] = out[2]! + 1000;
        },
      },
    };
    const schedule = { warmUp: 2, macro: 4, micro: 1 };
    const flow = multiscale(micro, law(), schedule, maps);
    const u = Float64Array.of(1, 0, 0);
    for (let n = 0; n < 12; n++) flow.advance(u, n * DT, (n + 1) * DT);
    // Two steps; lifted and one step; lifted and one step: nothing of the liftings at the ends of the advances between.
    expect(u[2]).toBe(2 + 1000 + 1 + 1000 + 1);
    expect(run(micro, law(), schedule, [1, 0, 0], 12, maps).u).toEqual(u);
  });

  it("begins anew, with an empty memory and a warm-up, when time or state are not where it was", () => {
    // A warm-up shorter than the memory, so that what is left in it from before would show.
    const schedule = { warmUp: 1, macro: 4, micro: 1 };
    const first = run(rotation(OMEGA), law(), schedule, [1, 0.5], 20).u;
    const flow = multiscale(rotation(OMEGA), law(), schedule);
    const u = Float64Array.of(0.3, 0.5);
    flow.advance(u, 0, 7 * DT);
    u.set([1, 0.5]);
    flow.advance(u, 7 * DT, 27 * DT);
    expect(distance(u, first)).toBeLessThan(1e-15);
    u.set([1, 0.5]);
    flow.advance(u, 0, 20 * DT);
    expect([...u]).toEqual([...first]);
    expect(flow.report.steps["warm-up"]).toBe(3);
  });

  it("moves members side by side with the bits of each alone", () => {
    const starts = [
      [1, 0],
      [0.2, -0.4],
      [-2, 1],
    ];
    const schedule = { warmUp: 2, macro: 5, micro: 3 };
    const together = run(rotation(OMEGA, 3), law(), schedule, starts.flat(), 50);
    for (const [m, start] of starts.entries()) {
      const alone = run(rotation(OMEGA), law(), schedule, start, 50);
      expect([...together.u.subarray(2 * m, 2 * m + 2)]).toEqual([...alone.u]);
    }
  });
});
