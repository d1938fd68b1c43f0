import { describe, expect, it } from "vitest";
import {
  eulerMaruyama,
  heunStratonovich,
  milstein,
  normal,
  type Rhs,
  random,
  reflecting,
  type StochasticStepper,
} from "../../src/index.ts";
import { fittedOrder } from "../problems.ts";
import { reference } from "../reference.ts";
import { constant, gbm, scaled, silent } from "../stochastic.ts";

/*
 * The acceptance tests S1 to S4 of stochastic schemes: Euler-Maruyama, Milstein, Heun, reflection. Reference numbers are
 * those of refs/integrators/sde.json.
 */
const tabled = reference("sde.json")?.strong_order_gbm.table;

/** Brownian increments on the finest grid, `[step][path]`, and their sums. */
function brownian(seed: number, steps: number, paths: number, dt: number) {
  const gauss = normal(random(seed));
  const fine = Array.from({ length: steps }, () => Float64Array.from({ length: paths }, () => Math.sqrt(dt) * gauss()));
  const sum = (from: number, to: number): Float64Array => {
    const total = new Float64Array(paths);
    for (let k = from; k < to; k++) for (let i = 0; i < paths; i++) total[i]! += fine[k]![i]!;
    return total;
  };
  return { fine, sum };
}

describe("strong order (S1 to S3)", () => {
  const paths = 20_000;
  const finest = 128;
  const [mu, sigma] = [1.5, 1];
  const h = [8, 16, 32, 64, 128].map((steps) => 1 / steps);
  const { sum } = brownian(11, finest, paths, 1 / finest);
  const end = sum(0, finest);

  /** Mean over the paths of |X(1) - exact|, for each step of `h`. */
  function errors(stepper: StochasticStepper, exact: Float64Array): number[] {
    return h.map((dt) => {
      const u = new Float64Array(paths).fill(1);
      const stride = finest * dt;
      for (let k = 0; k < 1 / dt; k++) stepper.stepWith(k * dt, dt, u, sum(k * stride, (k + 1) * stride), u);
      return u.reduce((total, x, i) => total + Math.abs(x - exact[i]!), 0) / paths;
    });
  }
  /** The tabled errors come from another sample of 20,000 paths. */
  function expectTabled(error: readonly number[], table: readonly number[] | undefined): void {
    // The error of a path has a standard deviation of at most 2.8 times its mean; four standard errors of the ratio.
    const tolerance = 4 * 2.8 * Math.sqrt(2 / paths);
    table?.forEach((value, k) => {
      expect(Math.abs(error[k]! / value - 1)).toBeLessThan(tolerance);
    });
  }

  const ito = end.map((w) => Math.exp(mu - 0.5 * sigma * sigma + sigma * w));

  it("S1: of Euler-Maruyama is 1/2 on geometric Brownian motion", () => {
    const error = errors(eulerMaruyama(gbm(paths, mu, sigma), silent), ito);
    expect(Math.abs(fittedOrder(h, error) - 0.5)).toBeLessThan(0.1);
    expectTabled(error, tabled?.EM);
  });

  it("S2: of Milstein is 1, by differences and with the derivative", () => {
    for (const diffusionDerivative of [undefined, constant(sigma)]) {
      const problem = gbm(paths, mu, sigma);
      const stepper = milstein(diffusionDerivative ? { ...problem, diffusionDerivative } : problem, silent);
      const error = errors(stepper, ito);
      // The asymptotic order is 1; over h from 1/8 to 1/128 the reference measures 0.944.
      const order = fittedOrder(h, error);
      expect(order).toBeGreaterThan(0.85);
      expect(order).toBeLessThan(1.1);
      expectTabled(error, tabled?.Milstein);
    }
  });

  it("S2: of Milstein by differences stays 1 for a diffusion that is not linear", () => {
    // X = sinh(W + t) solves dX = (sqrt(1 + X^2) + X / 2) dt + sqrt(1 + X^2) dW (Kloeden, Platen, section 4.4).
    const diffusion: Rhs = (_t, u, out) => {
      for (let i = 0; i < u.length; i++) out[i] = Math.sqrt(1 + u[i]! * u[i]!);
    };
    const drift: Rhs = (_t, u, out) => {
      for (let i = 0; i < u.length; i++) out[i] = Math.sqrt(1 + u[i]! * u[i]!) + u[i]! / 2;
    };
    const exact = end.map((w) => Math.sinh(w + 1 + Math.asinh(1)));
    const order = fittedOrder(h, errors(milstein({ size: paths, drift, diffusion }, silent), exact));
    expect(order).toBeGreaterThan(0.85);
    expect(order).toBeLessThan(1.1);
  });

  it("S3: of Heun is 1, towards the Stratonovich solution and not the Ito one", () => {
    const stepper = heunStratonovich(gbm(paths, mu, sigma), silent);
    const stratonovich = end.map((w) => Math.exp(mu + sigma * w));
    const order = fittedOrder(h, errors(stepper, stratonovich));
    expect(order).toBeGreaterThan(0.85);
    expect(order).toBeLessThan(1.1);
    expect(errors(stepper, ito).at(-1)).toBeGreaterThan(1);
  });

  it("S1: of Euler-Maruyama is 1 for additive noise", () => {
    // dX = -2 X dt + 0.7 dW: X(1) = e^-2 + 0.7 (W(1) - 2 int e^(-2 (1 - s)) W ds) by parts, the integral by the
    // trapezoidal rule on a grid 16 times finer than the smallest step, so that its error is below a tenth of the scheme's.
    const few = 500;
    const steps = 4096;
    const path = brownian(12, steps, few, 1 / steps);
    const w = new Float64Array(few);
    const exact = new Float64Array(few).fill(Math.exp(-2));
    path.fine.forEach((dW, k) => {
      const weight = ((k + 1 === steps ? 0.5 : 1) * Math.exp(-2 * (1 - (k + 1) / steps))) / steps;
      for (let i = 0; i < few; i++) {
        w[i]! += dW[i]!;
        exact[i]! -= 0.7 * 2 * weight * w[i]!;
      }
    });
    for (let i = 0; i < few; i++) exact[i]! += 0.7 * w[i]!;
    const stepper = eulerMaruyama({ size: few, drift: scaled(-2), diffusion: 0.7 }, silent);
    const grids = [16, 32, 64, 128, 256];
    const error = grids.map((n) => {
      const u = new Float64Array(few).fill(1);
      const stride = steps / n;
      for (let k = 0; k < n; k++) stepper.stepWith(k / n, 1 / n, u, path.sum(k * stride, (k + 1) * stride), u);
      return u.reduce((total, x, i) => total + Math.abs(x - exact[i]!), 0) / few;
    });
    const order = fittedOrder(
      grids.map((n) => 1 / n),
      error,
    );
    expect(Math.abs(order - 1)).toBeLessThan(0.1);
  });
});

describe("weak order", () => {
  /**
   * E X(1)^2 of a scheme over all 2^n paths of n two-valued increments +-sqrt(h), which have the moments of Brownian ones
   * up to the third: no sampling error.
   */
  function secondMoment(scheme: typeof eulerMaruyama, mu: number, sigma: number, n: number): number {
    const paths = 2 ** n;
    const stepper = scheme(gbm(paths, mu, sigma), silent);
    const u = new Float64Array(paths).fill(1);
    const dW = new Float64Array(paths);
    for (let k = 0; k < n; k++) {
      for (let path = 0; path < paths; path++) dW[path] = ((path >> k) & 1 ? 1 : -1) * Math.sqrt(1 / n);
      stepper.stepWith(k / n, 1 / n, u, dW, u);
    }
    return u.reduce((sum, x) => sum + x * x, 0) / paths;
  }

  it.each([
    ["S1", "Euler-Maruyama", eulerMaruyama, 0],
    ["S2", "Milstein", milstein, 0],
    ["S3", "Heun", heunStratonovich, 0.5],
  ] as const)("%s: of %s is 1 on geometric Brownian motion", (_id, _name, scheme, correction) => {
    const [mu, sigma] = [0.2, 0.3];
    // Ito: E X^2 = exp(2 mu + sigma^2); Stratonovich adds sigma^2 / 2 to the drift.
    const exact = Math.exp(2 * (mu + correction * sigma * sigma) + sigma * sigma);
    const counts = [4, 6, 8, 11, 14];
    const errors = counts.map((n) => Math.abs(secondMoment(scheme, mu, sigma, n) - exact));
    const order = fittedOrder(
      counts.map((n) => 1 / n),
      errors,
    );
    expect(Math.abs(order - 1)).toBeLessThan(0.1);
  });
});

describe("reflecting Brownian motion on [0, 1] from 0.2 with D = 1/2", () => {
  const members = 200_000;
  /** E cos(k pi X) of the reflected motion is cos(k pi x0) e^(-D k^2 pi^2 t); x and x^2 as cosine series. */
  function moments(t: number): [mean: number, second: number] {
    let mean = 1 / 2;
    let second = 1 / 3;
    for (let k = 1; k < 60; k++) {
      const wave = Math.cos(k * Math.PI * 0.2) * Math.exp(-0.5 * (k * Math.PI) ** 2 * t);
      if (k % 2 === 1) mean -= (4 / (k * Math.PI) ** 2) * wave;
      second += ((k % 2 === 0 ? 4 : -4) / (k * Math.PI) ** 2) * wave;
    }
    return [mean, second];
  }

  const free = (seed: number): StochasticStepper =>
    eulerMaruyama({ size: members, drift: 0, diffusion: 1 }, normal(random(seed)));

  /** Sample mean of X^p, and its standard error, from the sample itself. */
  function sample(u: Float64Array, power: (x: number) => number): [mean: number, error: number] {
    const mean = u.reduce((s, x) => s + power(x), 0) / members;
    const variance = u.reduce((s, x) => s + (power(x) - mean) ** 2, 0) / (members - 1);
    return [mean, Math.sqrt(variance / members)];
  }

  it("S4: has the exact mean and second moment after steps of any length", () => {
    // The reference means, from the same series summed elsewhere.
    [0.2453555919594816, 0.2999925424086658, 0.377797650894967, 0.4976419091910984].forEach((mean, k) => {
      expect(Math.abs(moments([0.05, 0.1, 0.2, 1][k]!)[0] - mean)).toBeLessThan(1e-14);
    });
    const stepper = reflecting(free(31), { lower: 0, upper: 1 });
    const u = new Float64Array(members).fill(0.2);
    let t = 0;
    for (const dt of [0.02, 0.03, 0.05, 0.1, 0.8]) {
      stepper.step(t, dt, u, u);
      t += dt;
      const exact = moments(t);
      [(x: number) => x, (x: number) => x * x].forEach((power, p) => {
        const [mean, error] = sample(u, power);
        // No bias at all, so the Monte Carlo error alone: four standard errors, about 2e-3.
        expect(Math.abs(mean - exact[p]!)).toBeLessThan(4 * error);
      });
    }
  });

  it("S4: keeps the exact mean at 0.1 for short and long steps, where clipping to the walls is off by 20 standard errors", () => {
    // Reference means of clipped Euler-Maruyama, of standard error 4.9e-4; clipping has weak order 1/2.
    const clippedMean = [0.2681923217054713, 0.27536247277995823];
    [0.02, 0.01].forEach((h, k) => {
      const walled = reflecting(free(41 + k), { lower: 0, upper: 1 });
      const plain = free(51 + k);
      const u = new Float64Array(members).fill(0.2);
      const clipped = u.slice();
      for (let step = 0; step < Math.round(0.1 / h); step++) {
        walled.step(step * h, h, u, u);
        plain.step(step * h, h, clipped, clipped);
        for (let i = 0; i < members; i++) clipped[i] = Math.min(Math.max(clipped[i]!, 0), 1);
      }
      const [mean, error] = sample(u, (x) => x);
      expect(Math.abs(mean - moments(0.1)[0])).toBeLessThan(4 * error);
      const [wrong, wrongError] = sample(clipped, (x) => x);
      expect(Math.abs(wrong - clippedMean[k]!)).toBeLessThan(4 * Math.sqrt(wrongError ** 2 + 4.9e-4 ** 2));
      expect(moments(0.1)[0] - wrong).toBeGreaterThan(20 * wrongError);
    });
  });
});
