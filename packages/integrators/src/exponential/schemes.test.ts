import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fittedOrder } from "../../test/problems.ts";
import { euler } from "../explicit/euler.ts";
import { heun } from "../explicit/heun.ts";
import { rk4 } from "../explicit/rk4.ts";
import { rungeKutta } from "../explicit/runge-kutta.ts";
import type { Rhs, Vec } from "../rhs.ts";
import { solve } from "../solve.ts";
import type { Scheme } from "../stepper.ts";
import { etd1, etdrk2, etdrk4, ifrk4, krogstad } from "./etdrk.ts";
import { ars222, imex1 } from "./imex.ts";
import { cnab2, sbdf2 } from "./imex-multistep.ts";
import type { SemilinearProblem, SemilinearScheme } from "./semilinear.ts";

const exponential: [string, SemilinearScheme][] = [
  ["etd1", etd1],
  ["etdrk2", etdrk2],
  ["etdrk4", etdrk4],
  ["krogstad", krogstad],
  ["ifrk4", ifrk4],
];
const oneStep: [string, SemilinearScheme][] = [...exponential, ["imex1", imex1], ["ars222", ars222]];
const twoStep: [string, SemilinearScheme][] = [
  ["cnab2", cnab2],
  ["sbdf2", sbdf2],
];
const all = [...oneStep, ...twoStep];

const none: Rhs = (_t, _u, out) => void out.fill(0);
const lotka: Rhs = (t, u, out) => {
  out[0] = u[0]! * (1 - u[1]!) + 0.1 * t;
  out[1] = u[1]! * (u[0]! - 1);
};

function lastError(
  scheme: SemilinearScheme,
  problem: SemilinearProblem,
  u0: number[],
  T: number,
  steps: number,
  exact: number[],
): number {
  const { u } = solve(scheme(problem), u0, [0, T], { dt: T / steps, saveAt: [T] });
  return Math.sqrt(exact.reduce((sum, value, i) => sum + (u[i]! - value) ** 2, 0));
}

describe("exponential and IMEX schemes, special cases", () => {
  it.each(exponential)("%s is exact for N = 0, whatever the step", (_name, scheme) => {
    const real = scheme({ size: 3, scalars: "real", linear: [-1e6, -0.7, 0.3], nonlinear: none });
    const u = Float64Array.of(2, -3, 5);
    real.step(0, 1.5, u, u);
    expect(u[0]).toBe(0);
    expect(u[1]! / (-3 * Math.exp(-1.05))).toBeCloseTo(1, 14);
    expect(u[2]! / (5 * Math.exp(0.45))).toBeCloseTo(1, 14);
    const complex = scheme({ size: 2, scalars: "complex", linear: [-0.2, 40], nonlinear: none });
    const v = Float64Array.of(1, 2);
    complex.step(0, 0.5, v, v);
    const [c, s] = [Math.exp(-0.1) * Math.cos(20), Math.exp(-0.1) * Math.sin(20)];
    // The argument 20 of sine and cosine is exact; a few roundings of numbers of size 2.
    expect(v[0]).toBeCloseTo(c - 2 * s, 14);
    expect(v[1]).toBeCloseTo(s + 2 * c, 14);
  });

  it("the IMEX schemes become their implicit parts for N = 0", () => {
    const g = 1 - Math.SQRT1_2;
    const factors: [SemilinearScheme, (z: number) => number][] = [
      [imex1, (z) => 1 / (1 - z)],
      // The L-stable SDIRK scheme of order 2: u1 = v / (1 - g z), (1 - g z) v+ = v + (1 - g) z u1.
      [ars222, (z) => (1 + ((1 - g) * z) / (1 - g * z)) / (1 - g * z)],
    ];
    for (const [scheme, factor] of factors) {
      for (const z of [-1e8, -30, -1, -1e-3, 0.4]) {
        const u = Float64Array.of(1);
        scheme({ size: 1, scalars: "real", linear: [z / 0.25], nonlinear: none }).step(0, 0.25, u, u);
        // 1, r and r^2 have coefficients up to 3.4 that cancel at large |z|.
        expect(Math.abs(u[0]! - factor(z))).toBeLessThan(2e-15);
      }
    }
    // Two-step recurrences, from the two states of a run.
    const steps: [SemilinearScheme, (z: number, v: number, before: number) => number][] = [
      [cnab2, (z, v) => ((1 + z / 2) * v) / (1 - z / 2)],
      [sbdf2, (z, v, before) => (4 * v - before) / (3 - 2 * z)],
    ];
    for (const [scheme, next] of steps) {
      for (const z of [-1e8, -30, -1, -1e-3]) {
        const stepper = scheme({ size: 1, scalars: "real", linear: [z / 0.25], nonlinear: none });
        const states = [Float64Array.of(1), new Float64Array(1), new Float64Array(1)];
        stepper.step(0, 0.25, states[0]!, states[1]!);
        stepper.step(0.25, 0.25, states[1]!, states[2]!);
        expect(Math.abs(states[2]![0]! - next(z, states[1]![0]!, 1))).toBeLessThan(1e-15);
      }
    }
  });

  it("become classical explicit schemes for L = 0", () => {
    const g = 1 - Math.SQRT1_2;
    const d = 1 - 1 / (2 * g);
    const ars = rungeKutta({ order: 2, a: [[], [g]], b: [d, 1 - d], c: [0, g] });
    const pairs: [SemilinearScheme, Scheme][] = [
      [etd1, euler],
      [imex1, euler],
      [etdrk2, heun],
      [etdrk4, rk4],
      [krogstad, rk4],
      [ifrk4, rk4],
      [ars222, ars],
    ];
    for (const [scheme, classical] of pairs) {
      for (const scalars of ["real", "complex"] as const) {
        const [u, v] = [new Float64Array(2), new Float64Array(2)];
        const u0 = Float64Array.of(0.5, 1.7);
        scheme({ size: 2, scalars, linear: [0, 0], nonlinear: lotka }).step(1, 0.3, u0, u);
        classical(lotka, 2).step(1, 0.3, u0, v);
        for (let i = 0; i < 2; i++) expect(Math.abs(u[i]! - v[i]!)).toBeLessThan(1e-15);
      }
    }
  });

  it("the two-step schemes become AB2 and the extrapolated BDF2 for L = 0", () => {
    const h = 0.1;
    for (const [scheme, next] of [
      [cnab2, (v: number, _before: number, n: number, nBefore: number) => v + (h * (3 * n - nBefore)) / 2],
      [
        sbdf2,
        (v: number, before: number, n: number, nBefore: number) => (4 * v - before + 2 * h * (2 * n - nBefore)) / 3,
      ],
    ] as const) {
      const stepper = scheme({ size: 2, scalars: "real", linear: [0, 0], nonlinear: lotka });
      const states = Array.from({ length: 5 }, () => Float64Array.of(0.5, 1.7));
      for (let k = 0; k < 4; k++) stepper.step(k * h, h, states[k]!, states[k + 1]!);
      const slopes = states.map((u, k) => {
        const out = new Float64Array(2);
        lotka(k * h, u, out);
        return out;
      });
      for (let k = 2; k < 5; k++) {
        for (let i = 0; i < 2; i++) {
          const value = next(states[k - 1]![i]!, states[k - 2]![i]!, slopes[k - 1]![i]!, slopes[k - 2]![i]!);
          expect(Math.abs(states[k]![i]! - value)).toBeLessThan(1e-15);
        }
      }
    }
  });

  it("exponential Runge-Kutta schemes keep every fixed point of L u + N, stiff or not", () => {
    // u = 2 solves -a u + 2 a = 0; ifrk4 is known not to keep it.
    for (const [name, scheme] of exponential) {
      for (const a of [0.1, 3, 1e5]) {
        const u = Float64Array.of(2);
        scheme({ size: 1, scalars: "real", linear: [-a], nonlinear: (_t, v, out) => void (out[0] = a * v[0]!) }).step(
          0,
          0.5,
          u,
          u,
        );
        if (name === "ifrk4" && a > 1) expect(Math.abs(u[0]! - 2)).toBeGreaterThan(0.01);
        else if (name !== "ifrk4") expect(Math.abs(u[0]! - 2)).toBeLessThan(1e-11);
      }
    }
  });
});

describe("exponential and IMEX schemes, order", () => {
  it.each(all)("%s shows its order on the logistic equation", (_name, scheme) => {
    // u' = u - u^2, split as L = -2, N = 3 u - u^2; u = 1 / (1 + 9 e^-t).
    const problem: SemilinearProblem = {
      size: 1,
      scalars: "real",
      linear: [-2],
      nonlinear: (_t, u, out) => void (out[0] = 3 * u[0]! - u[0]! * u[0]!),
    };
    const steps = [64, 128, 256, 512];
    const errors = steps.map((m) => lastError(scheme, problem, [0.1], 4, m, [1 / (1 + 9 * Math.exp(-4))]));
    const order = fittedOrder(
      steps.map((m) => 4 / m),
      errors,
    );
    // The next term of the error is a few h relative to the leading one: 0.1 at these steps.
    expect(Math.abs(order - scheme(problem).order)).toBeLessThan(0.12);
  });

  it.each(exponential)("%s shows its order on a damped rotation with complex L", (_name, scheme) => {
    // r' = r - r^3, phase 50 t, with L = -1 + 50 i: r = (1 + 3 e^(-2t))^(-1/2).
    const problem: SemilinearProblem = {
      size: 2,
      scalars: "complex",
      linear: [-1, 50],
      nonlinear(_t, u, out) {
        const factor = 2 - (u[0]! * u[0]! + u[1]! * u[1]!);
        out[0] = factor * u[0]!;
        out[1] = factor * u[1]!;
      },
    };
    const r = 1 / Math.sqrt(1 + 3 * Math.exp(-4));
    const exact = [r * Math.cos(100), r * Math.sin(100)];
    // ifrk4 takes the whole rotation out, so it is asymptotic sooner and at round-off (1e-13) sooner.
    const steps = scheme === ifrk4 ? [32, 64, 128] : [256, 512, 1024];
    const errors = steps.map((m) => lastError(scheme, problem, [0.5, 0], 2, m, exact));
    expect(
      Math.abs(
        fittedOrder(
          steps.map((m) => 2 / m),
          errors,
        ) - scheme(problem).order,
      ),
    ).toBeLessThan(0.1);
  });

  /** u' = -100 u + sin t on its slow solution, h |L| from 12.5 to 3.1: explicit schemes are unstable, but for the last. */
  const stiff: SemilinearProblem = {
    size: 1,
    scalars: "real",
    linear: [-100],
    nonlinear: (t, _u, out) => void (out[0] = Math.sin(t)),
  };
  const slow = (t: number): number => (100 * Math.sin(t) - Math.cos(t)) / 10001;

  it.each([
    // The error of interpolating sin t by a polynomial of degree s - 1 over the step, over |L|: h^s / |L|^2 and less; the
    // measured errors at 16 steps are 4.1e-4, 4.9e-6, 2.9e-8, 2.9e-8, 4.3e-4, 1.2e-4, 6.9e-5, 1.5e-4.
    ["etd1", etd1, 1e-3],
    ["etdrk2", etdrk2, 1e-5],
    ["etdrk4", etdrk4, 6e-8],
    ["krogstad", krogstad, 6e-8],
    ["imex1", imex1, 1e-3],
    ["ars222", ars222, 3e-4],
    ["cnab2", cnab2, 2e-4],
    ["sbdf2", sbdf2, 3e-4],
  ] as const)("%s is stable and accurate on a stiff scalar", (_name, scheme, bound) => {
    const errors = [16, 32, 64].map((m) => lastError(scheme, stiff, [slow(0)], 2, m, [slow(2)]));
    expect(errors[0]).toBeLessThan(bound);
    expect(errors[1]).toBeLessThan(errors[0]!);
    // Order may drop by stiffness, not below 1 - 0.2.
    expect(fittedOrder([4, 2, 1], errors)).toBeGreaterThan(0.8);
  });

  it("etdrk4 and krogstad regain order 4 on the stiff scalar once h |L| < 1, order 2 holds before for cnab2 and sbdf2", () => {
    const order = (scheme: SemilinearScheme, steps: number[]): number =>
      fittedOrder(
        steps.map((m) => 2 / m),
        steps.map((m) => lastError(scheme, stiff, [slow(0)], 2, m, [slow(2)])),
      );
    // Measured 3.94: at h |L| = 0.8 the next term is still 0.1 of the leading one.
    for (const scheme of [etdrk4, krogstad]) expect(order(scheme, [128, 256])).toBeGreaterThan(3.7);
    for (const scheme of [cnab2, sbdf2]) expect(Math.abs(order(scheme, [32, 64, 128]) - 2)).toBeLessThan(0.1);
  });
});

describe("exponential and IMEX schemes, steps", () => {
  const problem: SemilinearProblem = { size: 2, scalars: "complex", linear: [-3, 2], nonlinear: lotka };

  it.each(all)("%s gives the same bits with out = u, and does not write u otherwise", (_name, scheme) => {
    const [a, b] = [scheme(problem), scheme(problem)];
    let u = Float64Array.of(0.5, 1.7);
    const v = u.slice();
    for (let k = 0; k < 4; k++) {
      const before = u.slice();
      const out = new Float64Array(2);
      a.step(k * 0.1, 0.1, u, out);
      expect(u).toEqual(before);
      u = out;
      b.step(k * 0.1, 0.1, v, v);
    }
    expect(u).toEqual(v);
  });

  it.each(oneStep)("%s depends on its arguments alone, whatever steps came before", (_name, scheme) => {
    const used = scheme(problem);
    const out = new Float64Array(2);
    fc.assert(
      fc.property(fc.constantFrom(0.1, 0.2, 0.05, 0.3, 0.15, 0.7, -0.1), (dt) => {
        const u = Float64Array.of(0.5, 1.7);
        used.step(2, dt, u, out);
        scheme(problem).step(2, dt, u, u);
        expect(out).toEqual(u);
      }),
    );
  });

  it.each(all)("%s treats interleaved complex numbers with real L as twice as many real ones", (_name, scheme) => {
    const twice = scheme({ size: 2, scalars: "real", linear: [-3, -3], nonlinear: lotka });
    const once = scheme({ size: 2, scalars: "complex", linear: [-3, 0], nonlinear: lotka });
    const [u, v] = [Float64Array.of(0.5, 1.7), Float64Array.of(0.5, 1.7)];
    for (let k = 0; k < 3; k++) {
      twice.step(k * 0.1, 0.1, u, u);
      once.step(k * 0.1, 0.1, v, v);
    }
    expect(u).toEqual(v);
  });

  it.each(twoStep)("%s starts anew when time, step or state do not continue the last step", (_name, scheme) => {
    const h = 0.1;
    const fresh = (t: number, dt: number, u: Vec): Vec => {
      const out = new Float64Array(2);
      ars222(problem).step(t, dt, u, out);
      return out;
    };
    const after = (t: number, dt: number, change: (u: Vec) => void): [Vec, Vec] => {
      const stepper = scheme(problem);
      const u = Float64Array.of(0.5, 1.7);
      stepper.step(0, h, u, u);
      stepper.step(h, h, u, u);
      change(u);
      const expected = fresh(t, dt, u);
      stepper.step(t, dt, u, u);
      return [u, expected];
    };
    const leave = (): void => {};
    for (const [u, expected] of [
      after(0.3, h, leave),
      after(2 * h, h / 2, leave),
      after(2 * h, h, (state) => void (state[1]! += 1e-3)),
    ])
      expect(u).toEqual(expected);
    const [continued, restarted] = after(2 * h, h, leave);
    expect(continued).not.toEqual(restarted);
    // One rounding of the time is no jump.
    const [rounded] = after(2 * h + Number.EPSILON / 4, h * (1 + Number.EPSILON), leave);
    for (let i = 0; i < 2; i++) expect(Math.abs(rounded[i]! - continued[i]!)).toBeLessThan(1e-15);
  });

  it.each(twoStep)("%s goes on from frames without starting anew", (_name, scheme) => {
    const evaluations = (saveAt: number[]): number => {
      let count = 0;
      const nonlinear: Rhs = (t, u, out) => {
        count++;
        lotka(t, u, out);
      };
      solve(scheme({ ...problem, nonlinear }), [0.5, 1.7], [0, 3], { dt: 0.1, saveAt });
      return count;
    };
    // 30 steps, and the two evaluations of the first one more.
    expect(evaluations([3])).toBe(32);
    expect(evaluations(Array.from({ length: 31 }, (_, k) => k * 0.1))).toBe(32);
  });

  it.each(twoStep)("%s starts anew after an evaluation that threw", (_name, scheme) => {
    let broken = false;
    const nonlinear: Rhs = (t, u, out) => {
      if (broken) throw new Error("no");
      lotka(t, u, out);
    };
    const stepper = scheme({ ...problem, nonlinear });
    const u = Float64Array.of(0.5, 1.7);
    stepper.step(0, 0.1, u, u);
    const before = u.slice();
    broken = true;
    expect(() => stepper.step(0.1, 0.1, u, u)).toThrow("no");
    expect(u).toEqual(before);
    broken = false;
    const expected = new Float64Array(2);
    ars222(problem).step(0.1, 0.1, u, expected);
    stepper.step(0.1, 0.1, u, u);
    expect(u).toEqual(expected);
  });
});

describe("exponential and IMEX schemes, failures", () => {
  it.each(all)("%s: solve ends a run that blows up, with the frames so far", (_name, scheme) => {
    // u' = u + u^2 leaves every bound at t = ln 2.
    const blowUp: SemilinearProblem = {
      size: 1,
      scalars: "real",
      linear: [1],
      nonlinear: (_t, u, out) => void (out[0] = u[0]! * u[0]!),
    };
    const { status, t, u, error } = solve(scheme(blowUp), [1], [0, 4], { dt: 0.05, throw: false });
    expect(status).toBe("nonfinite-state");
    expect(error?.code).toBe("nonfinite-state");
    expect(t.at(-1)).toBeGreaterThan(0.6);
    expect(t.at(-1)).toBeLessThan(2);
    expect(u.every(Number.isFinite)).toBe(true);
  });

  it.each(all)("%s: solve ends a run whose N becomes NaN", (_name, scheme) => {
    const nonlinear: Rhs = (t, _u, out) => void out.fill(t > 0.45 ? Number.NaN : 0);
    const { status, t } = solve(scheme({ size: 1, scalars: "real", linear: [-1], nonlinear }), [1], [0, 1], {
      dt: 0.1,
      throw: false,
    });
    expect(status).toBe("nonfinite-state");
    expect(t.at(-1)).toBeGreaterThan(0.35);
    expect(t.at(-1)).toBeLessThan(0.55);
  });

  it.each(all)("%s refuses a malformed problem before any work", (name, scheme) => {
    const good: SemilinearProblem = { size: 2, scalars: "real", linear: [-1, -2], nonlinear: lotka };
    const bad = (change: object, message: string, kind: typeof TypeError | typeof RangeError): void => {
      const make = (): unknown => scheme({ ...good, ...change });
      expect(make).toThrow(`${name}: problem.${message}`);
      expect(make).toThrow(kind);
    };
    bad({ size: 0 }, "size must be an integer", RangeError);
    bad({ scalars: "quaternion" }, 'scalars must be one of "real", "complex"', RangeError);
    bad({ scalars: undefined }, "scalars", RangeError);
    bad({ linear: [-1] }, "linear must have length 2", RangeError);
    bad({ linear: [-1, Number.NaN] }, "linear[1] must be finite", RangeError);
    bad({ nonlinear: 3 }, "nonlinear must be a function", TypeError);
    bad(
      { size: 3, scalars: "complex", linear: [1, 2, 3] },
      "size / 2 (complex scalars) must be an integer",
      RangeError,
    );
    expect(() => scheme(null as never)).toThrow(`${name}: problem must be`);
  });
});
