import { describe, expect, it } from "vitest";
import { failure } from "../../test/failure.ts";
import { fittedOrder, lastFrame, michaelisMenten } from "../../test/problems.ts";
import {
  type AdaptiveProjectiveOptions,
  adaptive,
  adaptiveProjective,
  adviseBurst,
  bogackiShampinePair,
  chordSlope,
  type EmbeddedTableau,
  IntegrationError,
  leastSquaresSlope,
  midpointEulerPair,
  midpointPair,
  normal,
  projective,
  radau,
  random,
  rk4,
  rk4Pair,
  solveProjective,
  type SolveProjectiveOptions,
  type TimeStepper,
  timeStepper,
} from "../index.ts";

const pairs: [string, EmbeddedTableau, order: number, estimated: number][] = [
  ["midpointPair", midpointPair, 2, 2],
  ["bogackiShampinePair", bogackiShampinePair, 3, 2],
  ["midpointEulerPair", midpointEulerPair, 2, 1],
  ["rk4Pair", rk4Pair, 4, 3],
];

/** u_1' = -u_1 exactly, and a fast mode that decays at once. */
const decay: TimeStepper = {
  size: 2,
  advance(u, t0, t1) {
    u[0]! *= Math.exp(t0 - t1);
    u[1]! *= Math.exp(1e8 * (t0 - t1));
  },
};

const eps = 1e-4;
const chemistry = timeStepper(rk4(michaelisMenten(eps).rhs, 2), eps / 2);

function exactChemistry(u0: number[], t: number): Float64Array {
  const u = Float64Array.from(u0);
  adaptive(michaelisMenten(eps), { method: radau(), rtol: 1e-11, atol: 1e-13 }).advance(u, 0, t);
  return u;
}

describe("embedded pairs", () => {
  it.each(pairs)(
    "%s has the orders it states, for the state and for the estimate",
    (_name, outer, order, estimated) => {
      const steps = [0.2, 0.1, 0.05];
      const local: number[] = [];
      const estimates = steps.map((D) => {
        // Slopes looked back through four samples are good to 1e-10: an error of 5e-12, against 0.05^5 / 120 = 3e-9.
        const run = solveProjective(decay, [1, 0], [0, D], {
          burst: 1e-4,
          chord: 1e-4,
          lookBack: 4,
          outer,
          firstStep: D,
          rtol: 1e3,
        });
        expect(run.stats.steps).toBe(1);
        local.push(Math.abs(run.u[2]! - Math.exp(-D)));
        return run.steps.error[0]!;
      });
      expect(Math.abs(fittedOrder(steps, estimates) - (estimated + 1))).toBeLessThan(0.25);
      expect(Math.abs(fittedOrder(steps, local) - (order + 1))).toBeLessThan(0.25);
    },
  );

  it("is the error of the state itself for midpointPair, to leading order", () => {
    for (const D of [0.1, 0.05]) {
      const run = solveProjective(decay, [1, 0], [0, D], { burst: 1e-7, firstStep: D, rtol: 0, atol: 1 });
      // Root mean square over two components of which one is in error; the next term is D / 4 or so.
      const estimate = run.steps.error[0]! * Math.SQRT2;
      expect(Math.abs(estimate / Math.abs(run.u[2]! - Math.exp(-D)) - 1)).toBeLessThan(D / 2);
    }
  });
});

describe("adaptiveProjective", () => {
  it("follows Michaelis-Menten kinetics to the tolerance, with the bursts that adviseBurst gives", () => {
    const advice = adviseBurst(timeStepper(rk4(michaelisMenten(eps).rhs, 2), eps / 4), [0.05, 0.3]);
    const { burst, chord, largestMacroStep } = advice;
    const [x] = exactChemistry([1, 0], 6);
    const errors = [1e-2, 1e-4].map((rtol) => {
      const flow = adaptiveProjective(chemistry, { burst, chord, maxStep: largestMacroStep, rtol });
      const u = Float64Array.of(1, 0);
      flow.advance(u, 0, 6);
      // A fiftieth of the time at most was simulated.
      expect(flow.stats.flowTime).toBeLessThan(6 / 50);
      return Math.abs(u[0]! / x! - 1);
    });
    // Errors of the steps add up: some 15 of rtol each, and 60 at the finer tolerance, where the bursts' delay T = 2e-3 shows.
    expect(errors[0]).toBeLessThan(15e-2);
    expect(errors[1]).toBeLessThan(60e-4);
  });

  it("reaches what the tolerance asks for at order 4 with slopes that are looked back", () => {
    const [x] = exactChemistry([1, 0], 6);
    const burst = 24 * eps;
    for (const rtol of [1e-4, 1e-6]) {
      const flow = adaptiveProjective(chemistry, { burst, chord: burst / 2, lookBack: 4, outer: rk4Pair, rtol });
      const u = Float64Array.of(1, 0);
      flow.advance(u, 0, 6);
      expect(Math.abs(u[0]! / x! - 1)).toBeLessThan(10 * rtol);
    }
  });

  it("goes back in time with bursts that run forwards", () => {
    const before = exactChemistry([1, 0], 1);
    const now = exactChemistry([1, 0], 5);
    const burst = 24 * eps;
    const options = { burst, chord: burst / 2, lookBack: 4, outer: bogackiShampinePair, rtol: 1e-5 };
    const flow = adaptiveProjective(chemistry, options);
    flow.advance(now, 5, 1);
    // Local errors grow backwards like the slow modes, exp(0.25 * 4), and add up over some 50 steps.
    expect(Math.abs(now[0]! / before[0]! - 1)).toBeLessThan(50e-5 * Math.E);
    expect(flow.stats.flowSteps).toBe(0);
  });

  it("is a flow of its state: the same from the same state, and it can be projected again", () => {
    const flow = adaptiveProjective(decay, { burst: 1e-3, rtol: 1e-3 });
    const [u, v] = [Float64Array.of(1, 1), Float64Array.of(1, 1)];
    flow.advance(u, 0, 2);
    flow.advance(v, 0, 2);
    expect(v).toEqual(u);
    const nested = projective(flow, { burst: 0.1 });
    nested.step(0, 0.5, v, v);
    // Projective forward Euler over the exact flow: from exp(-0.1), with the slope of the last quarter of the burst.
    const slope = (Math.exp(-0.1) - Math.exp(-0.075)) / 0.025;
    expect(Math.abs(v[0]! / u[0]! - (Math.exp(-0.1) + 0.4 * slope))).toBeLessThan(5e-3);
  });

  it("makes a rejected leap again without running the first burst again", () => {
    const starts: number[] = [];
    const watched: TimeStepper = {
      size: 2,
      advance(u, t0, t1) {
        starts.push(t0);
        decay.advance(u, t0, t1);
      },
    };
    const options = { burst: 1e-3, chord: 1e-3, rtol: 1e-4, atol: 1e-6, firstStep: 1.5 };
    const run = solveProjective(watched, [1, 0], [0, 2], { ...options, maxSteps: 1, throw: false });
    expect(run.status).toBe("max-steps");
    expect(run.stats.rejected).toBeGreaterThan(0);
    expect(starts.filter((t) => t === 0).length).toBe(1);
    expect(run.stats.bursts).toBe(1 + 2 * (1 + run.stats.rejected));
  });

  it("keeps the macro step inside the stable range of the slow modes that it is given", () => {
    const slow: TimeStepper = { size: 1, advance: (u, t0, t1) => void (u[0]! *= Math.exp(100 * (t0 - t1))) };
    // An absolute tolerance lets u decay into it, where nothing but the bound holds the step: 2 / alpha = 0.02.
    const options = { burst: 1e-4, chord: 1e-4, rtol: 0, atol: 1e-3 };
    const bounded = solveProjective(slow, [1], [0, 3], { ...options, maxStep: 0.02 });
    expect(Math.max(...bounded.steps.dt)).toBeLessThanOrEqual(0.02 * (1 + 1e-14));
    const free = solveProjective(slow, [1], [0, 3], options);
    // Without it the steps hover about the bound: the error control notices growth only once it has happened.
    expect(Math.max(...free.steps.dt)).toBeGreaterThan(0.022);
  });

  it("lets the flow itself run over stretches that bursts would cover, and counts them", () => {
    const run = solveProjective(decay, [1, 1], [0, 1], { burst: 0.1, saveAt: [0, 0.05, 0.2, 1], rtol: 1e-2 });
    expect([...run.t]).toEqual([0, 0.05, 0.2, 1]);
    expect(run.stats.flowSteps).toBeGreaterThanOrEqual(2);
    expect(run.steps.error[0]).toBe(0);
    expect(Math.abs(run.u[2]! - Math.exp(-0.05))).toBeLessThan(1e-15);
    expect(Math.abs(run.u[4]! - Math.exp(-0.2))).toBeLessThan(1e-15);
  });
});

describe("adaptiveProjective, noise", () => {
  /** Independent noise of deviation `s` on what is seen of u' = -u: added on every return, taken back on entry. */
  function noisy(s: number): TimeStepper {
    const gauss = normal(random(7));
    return {
      size: 1,
      advance(u, t0, t1) {
        u[0] = u[0]! * Math.exp(t0 - t1) + s * gauss();
      },
    };
  }

  it("bounds the leap by the noise of its slopes, reported apart from the error", () => {
    const slope = leastSquaresSlope(11);
    const [deviation, tolerance] = [1e-6, 1e-3];
    const options = { burst: 0.02, chord: 0.01, slope, noise: { deviation, tolerance }, rtol: 1e-1 };
    const run = solveProjective(noisy(deviation), [1], [0, 2], options);
    // sd(slope) = s sqrt(12 / (m (m^2 - 1))) / h, 9.53e-2 s per 1e-3: D - T is at most tolerance / sd = 10.5; no bound yet.
    const sd = (deviation * Math.sqrt(12 / (11 * 120))) / 1e-3;
    run.steps.noise.forEach((noise, k) => expect(noise).toBeCloseTo(sd * (run.steps.dt[k]! - 0.02), 12));
    const tight = solveProjective(noisy(deviation), [1], [0, 2], { ...options, noise: { deviation, tolerance: 1e-5 } });
    expect(Math.max(...tight.steps.noise)).toBeLessThanOrEqual(1e-5 * (1 + 1e-9));
    expect(Math.max(...tight.steps.dt)).toBeLessThanOrEqual(0.02 + 1e-5 / sd + 1e-9);
    expect(tight.stats.steps).toBeGreaterThan(run.stats.steps);
  });

  it("knows how much noise slopes amplify that are looked back", () => {
    const noise = { deviation: 1e-9, tolerance: 1 };
    const options = { burst: 0.03, chord: 0.01, noise, rtol: 1e-2 };
    const [plain, back] = [{}, { lookBack: 3 }].map((more) =>
      solveProjective(noisy(0), [1], [0, 2], { ...options, ...more }),
    );
    // (u_1 - u_0) / T against the derivative two chords before the start, -11, 20, -9 over T.
    expect(plain!.steps.noise[0]! / (plain!.steps.dt[0]! - 0.03)).toBeCloseTo((1e-9 * Math.sqrt(2)) / 0.01, 14);
    const weights = Math.sqrt(11 * 11 + 20 * 20 + 9 * 9);
    expect(back!.steps.noise[0]! / (back!.steps.dt[0]! - 0.03)).toBeCloseTo((1e-9 * weights) / 0.01, 14);
  });

  it("runs the flow over a stretch that is the burst to rounding", () => {
    // A pair whose only gap is the whole step: covered is the burst itself.
    const outer: EmbeddedTableau = {
      order: 1,
      a: [[], [1]],
      b: [1, 0],
      c: [0, 1],
      embedded: [1 / 2, 1 / 2],
      embeddedOrder: 2,
    };
    for (const burst of [0.1, 0.3, 0.7]) {
      const run = solveProjective(decay, [1, 0], [0.3, 0.3 + 2.5 * burst], { burst, outer, maxStep: burst, rtol: 1 });
      expect(run.stats.flowSteps).toBe(run.stats.steps);
      expect(lastFrame(run)[0]! / Math.exp(-2.5 * burst)).toBeCloseTo(1, 12);
    }
  });

  it("refuses noise that no leap can meet, and says what to do", () => {
    const build = (noise: unknown, slope?: unknown) => () =>
      adaptiveProjective(decay, { burst: 0.02, chord: 0.01, noise, slope } as AdaptiveProjectiveOptions);
    expect(build({ deviation: 1, tolerance: 1e-3 })).toThrow(
      /^adaptiveProjective: noise.tolerance must be above 2.8.*, the noise of the shortest leap, got 0.001; lengthen the chord/,
    );
    expect(build({ deviation: 1e-9, tolerance: 1 }, () => {})).toThrow(TypeError);
    expect(build({ deviation: 1e-9, tolerance: 1 }, chordSlope)).not.toThrow();
    expect(build({ deviation: -1, tolerance: 1 })).toThrow(RangeError);
    expect(build({ deviation: 1, tolerence: 1 })).toThrow("unknown option tolerence; did you mean tolerance?");
  });
});

describe("adaptiveProjective, failures", () => {
  it("says when the tolerances ask for macro steps shorter than the burst, and keeps what it has", () => {
    // A slow mode that turns fast at t = 1: no macro step of 0.1 follows a rate of 100.
    const turning: TimeStepper = {
      size: 1,
      advance(u, t0, t1) {
        const ahead = Math.max(0, t1 - Math.max(t0, 1));
        u[0]! *= Math.exp(-(t1 - t0 - ahead)) * Math.exp(30 * ahead);
      },
    };
    const run = solveProjective(turning, [1], [0, 3], { burst: 0.02, rtol: 1e-4, throw: false });
    expect(run.status).toBe("step-too-small");
    expect(run.error!.message).toMatch(
      /^solveProjective: the tolerances ask for macro steps of 0.0\d+ at t = \d.*, below the burst of 0.02; raise rtol/,
    );
    expect(run.t.length).toBeGreaterThan(3);
    expect(run.t.at(-1)).toBe(run.error!.t);
    expect(run.stats.steps).toBe(run.t.length - 1);
    const u = Float64Array.of(1);
    const error = failure(() => adaptiveProjective(turning, { burst: 0.02, rtol: 1e-4 }).advance(u, 0, 3));
    expect(error.code).toBe("step-too-small");
    expect(u[0]).toBe(1);
  });

  it("halves a leap that ends outside the finite numbers, and says time, stage and component when that does not help", () => {
    // u' = -u, but from u < 0 nothing comes back: an Euler leap beyond 1 / alpha ends there.
    const fragile: TimeStepper = {
      size: 1,
      advance(u, t0, t1) {
        u[0] = u[0]! < 0 ? Number.NaN : u[0]! * Math.exp(t0 - t1);
      },
    };
    const run = solveProjective(fragile, [1], [0, 4], { burst: 1e-3, firstStep: 3, rtol: 1e-2 });
    expect(run.stats.rejected).toBeGreaterThan(0);
    expect(Math.abs(lastFrame(run)[0]! - Math.exp(-4))).toBeLessThan(1e-2);
    const gone: TimeStepper = {
      size: 2,
      advance(u, t0, t1) {
        decay.advance(u, t0, t1);
        if (t1 > 1) u[0] = Number.POSITIVE_INFINITY;
      },
    };
    const failed = solveProjective(gone, [1, 1], [0, 2], { burst: 1e-2, rtol: 1e-2, throw: false });
    expect(failed.status).toBe("nonfinite-state");
    expect(failed.error!.message).toMatch(/component 0 became Infinity in the burst of stage [123] from t = \d/);
    // The last good state is within a burst of the wall, or as near as ten halvings of a leap come.
    expect(failed.t.at(-1)).toBeGreaterThan(0.9);
    expect(failed.t.at(-1)).toBe(failed.error!.t);
  });

  it("ends at once where a shorter leap would not help: a deadline of the flow is not tried again", () => {
    const late = new IntegrationError("deadline", 0, 0, "too late");
    let calls = 0;
    const flow: TimeStepper = {
      size: 1,
      advance() {
        if (++calls > 2) throw late;
      },
    };
    const run = solveProjective(flow, [1], [0, 1], { burst: 0.01, chord: 0.01, throw: false });
    expect([run.error, run.stats.rejected]).toEqual([late, 0]);
  });

  it("refuses to start a burst from a leap that overflowed", () => {
    const steep: TimeStepper = {
      size: 1,
      advance(u) {
        if (!Number.isFinite(u[0]!)) throw new Error("not reached");
        if (u[0] === 1) u[0] = 1.5e308;
      },
    };
    const u = Float64Array.of(1);
    const stepper = projective(steep, { burst: 0.01, chord: 0.01, outer: midpointPair });
    expect(failure(() => stepper.step(0, 1, u, u)).message).toBe(
      "projective: component 0 became Infinity in the leap to stage 2 of the macro step from t = 0",
    );
  });

  it("passes on what the flow threw, its cap on steps, a signal and what onStep threw", () => {
    const thrown = new Error("lost the cluster");
    const breaks: TimeStepper = {
      size: 2,
      advance(u, t0, t1) {
        if (t0 > 1) throw thrown;
        decay.advance(u, t0, t1);
      },
    };
    const run = (options: Partial<SolveProjectiveOptions>, flow: TimeStepper = decay) =>
      solveProjective(flow, [1, 1], [0, 5], { burst: 1e-2, rtol: 1e-2, throw: false, ...options });
    const lost = run({}, breaks);
    expect([lost.status, lost.error!.cause]).toEqual(["callback-threw", thrown]);
    expect(lost.t.length).toBeGreaterThan(1);
    const error = failure(() => adaptiveProjective(breaks, { burst: 1e-2 }).advance(Float64Array.of(1, 1), 0, 5));
    expect(error.cause).toBe(thrown);
    expect(run({ maxSteps: 2 }).status).toBe("max-steps");
    expect(run({ maxSteps: 2 }).t.length).toBe(3);
    const capped = adaptiveProjective(decay, { burst: 1e-2, maxSteps: 2 });
    expect(failure(() => capped.advance(Float64Array.of(1, 1), 0, 5)).code).toBe("max-steps");
    const signal = { aborted: false, reason: "enough" };
    const stopped = run({ signal, onStep: (t) => void (signal.aborted = t > 1) });
    expect([stopped.status, stopped.error!.cause]).toEqual(["aborted", "enough"]);
    const stumbled = run({
      onStep() {
        throw thrown;
      },
    });
    expect([stumbled.status, stumbled.error!.cause]).toEqual(["callback-threw", thrown]);
  });

  it("refuses arguments that make no sense", () => {
    const build =
      (options: unknown, flow: unknown = decay) =>
      () =>
        adaptiveProjective(flow as TimeStepper, options as AdaptiveProjectiveOptions);
    expect(build({ burst: 0 })).toThrow(new RangeError("adaptiveProjective: burst must be positive, got 0"));
    expect(build({ burst: 1, rtol: -1 })).toThrow(RangeError);
    expect(build({ burst: 1, rtoll: 1 })).toThrow("adaptiveProjective: unknown option rtoll; did you mean rtol?");
    expect(build({ burst: 1, maxStep: 0.5 })).toThrow(
      "adaptiveProjective: maxStep must be at least the burst of 1, got 0.5",
    );
    expect(build({ burst: 1, firstStep: 0.5 })).toThrow(RangeError);
    expect(build({ burst: 1, outer: { ...midpointPair, embedded: undefined } })).toThrow(/with embedded weights/);
    expect(build({ burst: 1, outer: { ...midpointPair, embeddedOrder: 2 } })).toThrow(/embeddedOrder must differ/);
    expect(build({ burst: 1, outer: { ...midpointPair, embedded: [1, 0, 0] } })).toThrow(
      /embedded weights: sum of b_i/,
    );
    expect(build({ burst: 1 }, { size: 2 })).toThrow(TypeError);
    const flow = adaptiveProjective(decay, { burst: 1e-2 });
    expect(() => flow.advance(Float64Array.of(1), 0, 1)).toThrow(RangeError);
    expect(() => flow.advance(Float64Array.of(1, Number.NaN), 0, 1)).toThrow(RangeError);
    expect(() => flow.advance(Float64Array.of(1, 1), 0, Number.NaN)).toThrow(RangeError);
    const u = Float64Array.of(1, 1);
    flow.advance(u, 1, 1);
    expect([...u]).toEqual([1, 1]);
  });
});

describe("solveProjective", () => {
  it("keeps the initial state and every macro step, or the times that are asked for", () => {
    const options = { burst: 1e-3, rtol: 1e-3 };
    const all = solveProjective(decay, [1, 1], [0, 2], options);
    expect(all.shape).toEqual([all.stats.steps + 1, 2]);
    expect([...all.steps.t]).toEqual([...all.t.subarray(1)]);
    all.steps.dt.forEach((dt, k) => expect(dt).toBeCloseTo(all.t[k + 1]! - all.t[k]!, 15));
    expect(all.steps.error.every((error) => error >= 0 && error <= 1)).toBe(true);
    const some = solveProjective(decay, [1, 1], [0, 2], { ...options, saveAt: [0.5, 1.5] });
    expect([...some.t]).toEqual([0.5, 1.5]);
    expect(some.steps.t.at(-1)).toBe(2);
    for (const k of [0, 1]) expect(Math.abs(some.u[2 * k]! - Math.exp(-some.t[k]!))).toBeLessThan(1e-2);
    const none = solveProjective(decay, [1, 1], [1, 1], options);
    expect([[...none.t], [...none.u], none.status, none.stats.bursts]).toEqual([[1], [1, 1], "done", 0]);
  });

  it("takes the steps of projective with the same tableau", () => {
    const run = solveProjective(decay, [1, 1], [0, 2], { burst: 1e-3, rtol: 1e-3 });
    const stepper = projective(decay, { burst: 1e-3, outer: midpointPair });
    const u = Float64Array.of(1, 1);
    run.steps.dt.forEach((_dt, k) => stepper.step(run.t[k]!, run.t[k + 1]! - run.t[k]!, u, u));
    expect(u).toEqual(lastFrame(run));
    expect(Object.isFrozen(run)).toBe(true);
  });

  it("refuses a bad span, state, saveAt or switch before any work", () => {
    const run =
      (change: object, u0 = [1, 1], span: readonly [number, number] = [0, 1]) =>
      () =>
        solveProjective(decay, u0, span, { burst: 1e-3, ...change });
    expect(run({}, [1])).toThrow("solveProjective: u0 must have length 2, got 1");
    expect(run({}, [1, Number.NaN])).toThrow(RangeError);
    expect(run({}, [1, 1], [0, Infinity])).toThrow(RangeError);
    expect(run({ saveAt: [0.5, 0.2] })).toThrow(/saveAt\[1\] must come after/);
    expect(run({ throw: 1 })).toThrow(TypeError);
    expect(run({ dt: 0.1 })).toThrow(/^solveProjective: unknown option dt/);
  });
});
