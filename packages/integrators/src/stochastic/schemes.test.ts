import { describe, expect, it } from "vitest";
import { reference, referenceHint } from "../../test/reference.ts";
import { constant, gbm, scaled, silent } from "../../test/stochastic.ts";
import { eulerMaruyama, heunStratonovich, milstein, normal, type Rhs, random } from "../index.ts";

const path = reference("sde.json")?.gbm_path;

describe("given increments", () => {
  const schemes = [
    ["Euler-Maruyama (S1)", "euler_maruyama", eulerMaruyama, undefined],
    ["Milstein (S2)", "milstein", milstein, undefined],
    ["Milstein with the derivative (S2)", "milstein", milstein, "derivative"],
    ["Heun-Stratonovich (S3)", "euler_heun_stratonovich_same_coeffs", heunStratonovich, undefined],
  ] as const;
  for (const [name, key, scheme, derivative] of schemes) {
    it.skipIf(path === undefined)(
      `give ${name} the reference path of geometric Brownian motion (${referenceHint})`,
      () => {
        const { mu, sigma, h, dW, [key]: expected } = path!;
        const problem = gbm(1, mu, sigma);
        const stepper = scheme(derivative ? { ...problem, diffusionDerivative: constant(sigma) } : problem, silent);
        const u = Float64Array.of(1);
        dW.forEach((increment, k) => {
          stepper.stepWith(k * h, h, u, Float64Array.of(increment), u);
          // Rounding: a few ulp a step over 8 steps; the difference of b over sqrt(h) = 0.35 adds some.
          expect(Math.abs(u[0]! / expected[k + 1]! - 1)).toBeLessThan(4e-15);
        });
      },
    );
  }

  it("reach a and b at the times of the schemes, and leave u and dW alone", () => {
    const times: number[] = [];
    const diffusion: Rhs = (t, _u, out) => {
      times.push(t);
      out[0] = 1 + t;
    };
    const problem = {
      size: 1,
      drift: (t: number, _u: Float64Array, out: Float64Array) => void (out[0] = t),
      diffusion,
    };
    const u = Float64Array.of(5);
    const dW = Float64Array.of(2);
    const out = new Float64Array(1);
    eulerMaruyama(problem, silent).stepWith(3, 0.5, u, dW, out);
    expect(out[0]).toBe(5 + 3 * 0.5 + 4 * 2);
    heunStratonovich(problem, silent).stepWith(3, 0.5, u, dW, out);
    expect(out[0]).toBe(5 + 3 * 0.5 + ((4 + 4.5) / 2) * 2);
    // b does not depend on X: no Milstein correction.
    milstein(problem, silent).stepWith(3, 0.5, u, dW, out);
    expect(out[0]).toBe(5 + 3 * 0.5 + 4 * 2);
    expect(times).toEqual([3, 3, 3.5, 3, 3]);
    expect([u[0], dW[0]]).toEqual([5, 2]);
  });

  it("make the three schemes one for additive noise, constants repeating along the members", () => {
    const sigma = [0.3, 0, 2];
    const varying = { size: 6, drift: scaled(-1), diffusion: ((_t, _u, out) => out.set([...sigma, ...sigma])) as Rhs };
    const u = Float64Array.of(1, 2, 3, 4, 5, 6);
    const dW = Float64Array.of(0.1, -0.2, 0.3, 0.4, -0.5, 0.6);
    const expected = u.map((x, i) => x - x * 0.25 + sigma[i % 3]! * dW[i]!);
    for (const scheme of [eulerMaruyama, milstein, heunStratonovich]) {
      for (const problem of [varying, { ...varying, diffusion: sigma }]) {
        const out = new Float64Array(6);
        scheme(problem, silent).stepWith(0, 0.25, u, dW, out);
        expect(out).toEqual(expected);
      }
    }
  });

  it("make the step in place the step", () => {
    const problem = {
      size: 2,
      drift: scaled(-3),
      diffusion: ((_t, u, out) => void (out[0] = out[1] = u[0]! ** 2)) as Rhs,
    };
    const dW = Float64Array.of(0.3, -0.2);
    for (const scheme of [eulerMaruyama, milstein, heunStratonovich]) {
      const [u, out] = [Float64Array.of(1, 2), new Float64Array(2)];
      scheme(problem, silent).stepWith(0, 0.1, u, dW, out);
      scheme(problem, silent).stepWith(0, 0.1, u, dW, u);
      expect(u).toEqual(out);
    }
  });
});

describe("stationary laws", () => {
  it("of the Ornstein-Uhlenbeck process: Euler-Maruyama has variance sigma^2 / (2 theta - theta^2 h)", () => {
    // theta = 2, sigma = 0.7, h = 0.1: 0.13611, where the process has 0.1225. From X = 1 after 50 steps the mean is
    // 0.8^50 = 1.4e-5 and the variance is stationary to 2e-10.
    const members = 100_000;
    const stepper = eulerMaruyama({ size: members, drift: scaled(-2), diffusion: 0.7 }, normal(random(21)));
    const u = new Float64Array(members).fill(1);
    for (let k = 0; k < 50; k++) stepper.step(k * 0.1, 0.1, u, u);
    const mean = u.reduce((s, x) => s + x, 0) / members;
    const variance = u.reduce((s, x) => s + (x - mean) ** 2, 0) / (members - 1);
    const expected = 0.49 / (4 - 4 * 0.1);
    // Four standard errors: sqrt(v / N) = 1.2e-3 for the mean, v sqrt(2 / N) = 6.1e-4 for the variance of a normal law.
    expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(expected / members));
    expect(Math.abs(variance - expected)).toBeLessThan(4 * expected * Math.sqrt(2 / members));
  });

  it("of a double well: second and fourth moments of exp(-2 V / sigma^2)", () => {
    // dX = (X - X^3) dt + dW / 2: E X^2 = 0.85214, E X^4 = 0.97714 by quadrature of exp(8 (x^2/2 - x^4/4)). The scheme's
    // own bias at h = 0.01 is -1.3e-3 and -2.8e-4 (powers of its transition matrix), below one standard error.
    const members = 4000;
    const h = 0.01;
    const drift: Rhs = (_t, u, out) => {
      for (let i = 0; i < u.length; i++) out[i] = u[i]! * (1 - u[i]! * u[i]!);
    };
    const stepper = heunStratonovich({ size: members, drift, diffusion: 0.5 }, normal(random(22)));
    const u = Float64Array.from({ length: members }, (_, i) => (i % 2 === 0 ? 1 : -1));
    const squares = new Float64Array(members);
    const fourths = new Float64Array(members);
    const [settle, steps] = [500, 3000];
    for (let k = 0; k < settle + steps; k++) {
      stepper.step(k * h, h, u, u);
      if (k < settle) continue;
      for (let i = 0; i < members; i++) {
        const square = u[i]! * u[i]!;
        squares[i]! += square / steps;
        fourths[i]! += (square * square) / steps;
      }
    }
    for (const [averages, exact] of [
      [squares, 0.852136152178334],
      [fourths, 0.9771361521783344],
    ] as const) {
      const mean = averages.reduce((s, x) => s + x, 0) / members;
      // Time averages of different members are independent.
      const error = Math.sqrt(averages.reduce((s, x) => s + (x - mean) ** 2, 0) / (members - 1) / members);
      expect(Math.abs(mean - exact)).toBeLessThan(4 * error);
    }
  });
});
