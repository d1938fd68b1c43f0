import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Flow, kaplanYorke, lyapunovSpectrum, timeBelow, trappedFraction, validPredictionTime } from "../index.ts";

/** A map as a flow of unit time. */
const map = (size: number, once: (u: Float64Array) => void): Flow => ({
  size,
  advance(u, t0, t1) {
    for (let k = Math.round(t0); k < Math.round(t1); k++) once(u);
  },
});

/** x' = diag(rates) x, exactly. */
const linear = (rates: readonly number[]): Flow => ({
  size: rates.length,
  advance(u, t0, t1) {
    for (const [i, rate] of rates.entries()) u[i] = u[i]! * Math.exp(rate * (t1 - t0));
  },
});

/** Lorenz 1963 by the classical Runge-Kutta method, 0.01 a step. */
function lorenz(): Flow {
  const slope = (u: Float64Array, out: Float64Array) => {
    const [x, y, z] = [u[0]!, u[1]!, u[2]!];
    out[0] = 10 * (y - x);
    out[1] = x * (28 - z) - y;
    out[2] = x * y - (8 / 3) * z;
  };
  const [k1, k2, k3, k4, at] = Array.from({ length: 5 }, () => new Float64Array(3)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return {
    size: 3,
    advance(u, t0, t1) {
      const steps = Math.round((t1 - t0) / 0.01);
      const h = (t1 - t0) / steps;
      for (let s = 0; s < steps; s++) {
        slope(u, k1);
        for (let i = 0; i < 3; i++) at[i] = u[i]! + (h / 2) * k1[i]!;
        slope(at, k2);
        for (let i = 0; i < 3; i++) at[i] = u[i]! + (h / 2) * k2[i]!;
        slope(at, k3);
        for (let i = 0; i < 3; i++) at[i] = u[i]! + h * k3[i]!;
        slope(at, k4);
        for (let i = 0; i < 3; i++) u[i] = u[i]! + (h / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!);
      }
    },
  };
}

describe("lyapunovSpectrum", () => {
  it("of a linear flow gives its rates, sorted, by differences and by its own tangent", () => {
    const rates = [-2, 0.3, -1];
    const flow = linear(rates);
    const own: Flow = {
      ...flow,
      advanceTangent(u, vectors, t0, t1) {
        flow.advance(u, t0, t1);
        for (let from = 0; from < vectors.length; from += 3) flow.advance(vectors.subarray(from, from + 3), t0, t1);
      },
    };
    // From u = 0 the state never moves, so rounding of u does not enter the differences.
    const options = { interval: 0.5, intervals: 200, transient: 100 };
    for (const [f, tolerance] of [
      // 200 intervals of 0.5 with a relative rounding of 1e-16 / e of nothing: a few 1e-15 each.
      [flow, 1e-12],
      [own, 1e-12],
    ] as const) {
      const got = lyapunovSpectrum(f, [0, 0, 0], options);
      for (const [j, want] of [0.3, -1, -2].entries()) {
        expect(Math.abs(got.exponents[j]! - want)).toBeLessThan(tolerance);
        expect(got.standardErrors[j]).toBeLessThan(tolerance);
      }
      // One growing direction: 1 + 0.3 / 1.
      expect(got.kaplanYorke).toBeCloseTo(1.3, 11);
    }
    expect([...lyapunovSpectrum(flow, [0, 0, 0], { ...options, exponents: 1 }).exponents]).toHaveLength(1);
  });
  it("of the logistic map at r = 4 is ln 2 within four standard errors", () => {
    const logistic = map(1, (u) => {
      u[0] = 4 * u[0]! * (1 - u[0]!);
    });
    const got = lyapunovSpectrum(logistic, [0.3], { interval: 1, intervals: 20_000 });
    expect(got.standardErrors[0]).toBeLessThan(0.005);
    expect(Math.abs(got.exponents[0]! - Math.LN2)).toBeLessThan(4 * got.standardErrors[0]!);
  });
  it("of the Henon map sum to ln 0.3, the area that each step leaves", () => {
    const henon = map(2, (u) => {
      const [x, y] = [u[0]!, u[1]!];
      u[0] = 1 - 1.4 * x * x + y;
      u[1] = 0.3 * x;
    });
    const tangent: Flow = {
      ...henon,
      advanceTangent(u, vectors) {
        const x = u[0]!;
        henon.advance(u, 0, 1);
        for (let from = 0; from < vectors.length; from += 2) {
          const [a, b] = [vectors[from]!, vectors[from + 1]!];
          vectors[from] = -2.8 * x * a + b;
          vectors[from + 1] = 0.3 * a;
        }
      },
    };
    const options = { interval: 1, intervals: 20_000, transient: 100 };
    const exact = lyapunovSpectrum(tangent, [0, 0], options);
    // The determinant of every step is exactly -0.3, so the sum has rounding alone.
    expect(exact.exponents[0]! + exact.exponents[1]!).toBeCloseTo(Math.log(0.3), 12);
    // refs/integrators/metrics.json: 0.4208 after 2e5 steps (literature 0.4192); scatter of 2e4 steps is 0.003.
    expect(Math.abs(exact.exponents[0]! - 0.4192)).toBeLessThan(4 * exact.standardErrors[0]! + 0.0016);
    expect(exact.standardErrors[0]).toBeLessThan(0.005);
    const differences = lyapunovSpectrum(henon, [0, 0], options);
    // Differences over 1e-7 with curvature 2.8 are good to 1e-6.
    expect(Math.abs(differences.exponents[0]! - exact.exponents[0]!)).toBeLessThan(1e-5);
    expect(differences.exponents[0]! + differences.exponents[1]!).toBeCloseTo(Math.log(0.3), 5);
  });
  it("of Lorenz 1963 are 0.906, 0 and -14.57, and sum to the divergence -41/3", () => {
    const got = lyapunovSpectrum(lorenz(), [1, 1, 20], { interval: 0.1, intervals: 4000, transient: 200 });
    const [first, second, third] = [got.exponents[0]!, got.exponents[1]!, got.exponents[2]!];
    // Literature values (Sprott 2003); 400 time units leave a standard error of about 0.01.
    expect(got.standardErrors[0]).toBeLessThan(0.03);
    expect(Math.abs(first - 0.9056)).toBeLessThan(4 * got.standardErrors[0]!);
    expect(Math.abs(second)).toBeLessThan(0.01);
    expect(Math.abs(third + 14.5723)).toBeLessThan(4 * got.standardErrors[2]!);
    // The flow contracts volumes at exactly 41/3; the fourth-order step of 0.01 keeps that to 1e-3, differences to 1e-6.
    expect(Math.abs(first + second + third + 41 / 3)).toBeLessThan(2e-3);
    // (0.9056 + 0) / 14.5723 = 0.0621.
    expect(Math.abs(got.kaplanYorke - 2.0621)).toBeLessThan(0.005);
  });
  it("does not write the state it starts from, and says when a run blows up or vectors die", () => {
    const u0 = new Float64Array([1, 2]);
    lyapunovSpectrum(linear([0.1, 0]), u0, { interval: 1, intervals: 10 });
    expect([...u0]).toEqual([1, 2]);
    const square = map(1, (u) => {
      u[0] = u[0]! * u[0]!;
    });
    expect(() => lyapunovSpectrum(square, [3], { interval: 1, intervals: 100 })).toThrow("must keep states finite");
    const nothing = map(1, (u) => {
      u[0] = 0;
    });
    expect(() => lyapunovSpectrum(nothing, [3], { interval: 1, intervals: 10 })).toThrow("tangent vectors independent");
  });
  it("refuses bad options before it runs", () => {
    const flow = linear([1, 2]);
    const good = { interval: 1, intervals: 10 };
    expect(() => lyapunovSpectrum(flow, [1], good)).toThrow("u0 must have length 2, got 1");
    expect(() => lyapunovSpectrum(flow, [1, Number.NaN], good)).toThrow("u0[1] must be finite");
    expect(() => lyapunovSpectrum(flow, [1, 1], { ...good, interval: 0 })).toThrow("interval must be positive");
    expect(() => lyapunovSpectrum(flow, [1, 1], { ...good, exponents: 3 })).toThrow("exponents must be an integer");
    expect(() => lyapunovSpectrum(flow, [1, 1], { ...good, blocks: 3 })).toThrow("blocks must divide");
    expect(() => lyapunovSpectrum({ size: 2 } as Flow, [1, 1], good)).toThrow("flow.advance must be a function");
  });
});

describe("kaplanYorke", () => {
  it("is 0 for a sink, a lower limit for a spectrum cut short, and blind to order", () => {
    expect(kaplanYorke([-1, -2])).toBe(0);
    expect(kaplanYorke([1, 0.5])).toBe(2);
    expect(kaplanYorke([0, -1])).toBe(1);
    expect(kaplanYorke([-2, 1])).toBe(1.5);
    expect(() => kaplanYorke([])).toThrow(RangeError);
    expect(() => kaplanYorke([Number.NaN])).toThrow(RangeError);
  });
  it("is where the sum of the exponents, interpolated between whole numbers, comes down to zero", () => {
    // In hundredths: partial sums are near 0 or at least 0.01 from it, so no rounding decides.
    const exponents = fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(exponents, (hundredths) => {
        const sorted = hundredths.toSorted((a, b) => b - a).map((v) => v / 100);
        const dimension = kaplanYorke(hundredths.map((v) => v / 100));
        const whole = Math.floor(dimension);
        const sum = sorted.slice(0, whole).reduce((a, b) => a + b, 0);
        if (dimension === sorted.length) {
          expect(sum).toBeGreaterThan(-1e-12);
        } else if (sorted[0]! < 0) {
          expect(dimension).toBe(0);
        } else {
          // Eight terms below 5.
          expect(Math.abs(sum + (dimension - whole) * sorted[whole]!)).toBeLessThan(1e-13);
        }
      }),
    );
  });
});

describe("timeBelow and validPredictionTime", () => {
  it("end at the first frame that is not below, for good", () => {
    expect(timeBelow([0, 0.1, 0.2, 0.6, 0.1], 0.5, 0.5)).toEqual({ time: 1, frame: 3, censored: false });
    expect(timeBelow([0, 0.5], 1, 0.5)).toEqual({ time: 0, frame: 1, censored: false });
    expect(timeBelow([0.7], 1, 0.5)).toEqual({ time: 0, frame: 0, censored: false });
    expect(timeBelow([0, Number.NaN, 0], 1, 0.5)).toEqual({ time: 0, frame: 1, censored: false });
    expect(timeBelow([0, 0, 0], 2, 0.5)).toEqual({ time: 4, frame: 3, censored: true });
  });
  const truth = [0, 7, 1, 7, 0, 7, 1, 7];
  it("leave out components that stand still, and take a given scale", () => {
    const got = validPredictionTime([0, 7, 1, 8, 0.3, 7, 1, 7], truth, { frames: 4, dt: 1 });
    // sigma of 0 1 0 1 is 1/2: an error of 0.3 is 0.6 of it. The second component does not count.
    expect([...got.nrmse]).toEqual([0, 0, 0.6, 0]);
    expect(got).toMatchObject({ time: 1, frame: 2, censored: false });
    const wide = validPredictionTime([0, 7, 1, 8, 0.3, 7, 1, 7], truth, { frames: 4, dt: 1, sigma: [1, 10] });
    expect(wide.censored).toBe(true);
    expect(wide.time).toBe(3);
  });
  it("a forecast that turns NaN ends there; a perfect one is censored", () => {
    const lost = [0, 7, 1, 7, Number.NaN, 7, 1, 7];
    expect(validPredictionTime(lost, truth, { frames: 4, dt: 1 })).toMatchObject({ frame: 2, time: 1 });
    expect(validPredictionTime(truth, truth, { frames: 4, dt: 1, lyapunovExponent: 0.05 })).toMatchObject({
      censored: true,
      time: 3,
      lyapunovTimes: 3 * 0.05,
    });
  });
  it("a larger threshold never ends earlier", () => {
    const movie = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(movie, fc.double({ min: 0.01, max: 2, noNaN: true }), (p, threshold) => {
        const y = Array.from({ length: 12 }, (_, i) => Math.sin(i));
        const time = (at: number) => validPredictionTime(p, y, { frames: 6, dt: 0.1, threshold: at }).time;
        expect(time(threshold * 1.5)).toBeGreaterThanOrEqual(time(threshold));
      }),
    );
  });
  it("refuse truths that stand still or are not finite, and bad options", () => {
    const options = { frames: 2, dt: 1 };
    expect(() => validPredictionTime([1, 1], [1, 1], options)).toThrow("reference must move");
    expect(() => validPredictionTime([1, 1], [1, Number.NaN], options)).toThrow("reference[1] must be finite");
    expect(() => validPredictionTime([1, 2, 3], [1, 2, 3], options)).toThrow("frames must divide");
    expect(() => validPredictionTime([1, 2], [1, 2], { frames: 2, dt: 0 })).toThrow("dt must be positive");
    expect(() => validPredictionTime([1, 2], [1, 2], { ...options, sigma: [-1] })).toThrow("must not be negative");
    expect(() => timeBelow([], 1, 1)).toThrow(RangeError);
  });
});

describe("trappedFraction", () => {
  /** Runs of 40 frames of 8 nodes: a wave that goes round, with an amplitude that may die out half-way. */
  const run = (late: number) =>
    Array.from({ length: 320 }, (_, i) => {
      const [frame, node] = [Math.floor(i / 8), i % 8];
      return 5 + (frame < 20 ? 1 : late) * Math.sin((2 * Math.PI * (frame + node)) / 10);
    });
  const options = { members: 4, frames: 40, window: 20, bound: 0.5 };

  it("counts the runs that end quiet, and shows when they became so", () => {
    const got = trappedFraction([...run(1), ...run(0.2), ...run(1), ...run(0)], options);
    expect([...got.perWindow]).toEqual([0, 0.5]);
    expect(got.fraction).toBe(0.5);
    // Two whole periods of a sine have standard deviation 1 / sqrt 2; the mean does not matter.
    for (const [k, want] of [1, 1, 1, 0.2, 1, 1, 1, 0].entries()) {
      expect(got.activity[k]).toBeCloseTo(want / Math.sqrt(2), 13);
    }
  });
  it("a run that is no longer finite is trapped, a steady pattern in space too", () => {
    const lost = run(1);
    lost[319] = Number.NaN;
    const blown = run(1);
    blown[318] = Infinity;
    const steady = Array.from({ length: 320 }, (_, i) => 10 * Math.sin(i % 8));
    expect(trappedFraction([...lost, ...blown, ...steady, ...run(1)], options).fraction).toBe(0.75);
  });
  it("leaves out frames beyond the last whole window", () => {
    expect(trappedFraction(run(0), { ...options, members: 1, window: 15 }).perWindow).toHaveLength(2);
    expect(trappedFraction(run(0), { ...options, members: 1, window: 40 }).fraction).toBe(0);
  });
  it("refuses lengths and windows that do not fit", () => {
    expect(() => trappedFraction(run(1), { ...options, members: 3 })).toThrow("movies must hold 3 runs");
    expect(() => trappedFraction([], options)).toThrow(RangeError);
    expect(() => trappedFraction(run(1), { ...options, window: 41 })).toThrow("window must be an integer");
    expect(() => trappedFraction(run(1), { ...options, bound: 0 })).toThrow("bound must be positive");
  });
});
