import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  eulerMaruyama,
  heunStratonovich,
  milstein,
  normal,
  type Rhs,
  random,
  type StochasticStepper,
} from "../index.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const file = resolve(root, process.env["HML_SHARED"] ?? "../shared", "refs/integrators/sde.json");
const hint = existsSync(file) ? "reference data" : "set HML_SHARED to the folder of reference data";

interface Reference {
  readonly gbm_path: {
    readonly mu: number;
    readonly sigma: number;
    readonly h: number;
    readonly dW: number[];
    readonly euler_maruyama: number[];
    readonly milstein: number[];
    readonly euler_heun_stratonovich_same_coeffs: number[];
  };
  readonly strong_order_gbm: { readonly table: { readonly EM: number[]; readonly Milstein: number[] } };
}
const reference = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Reference) : undefined;

/** A source for steps with given increments, which must not draw. */
const silent = (): number => {
  throw new Error("a number was drawn");
};

const scaled =
  (factor: number): Rhs =>
  (_t, u, out) => {
    for (let i = 0; i < u.length; i++) out[i] = factor * u[i]!;
  };
const constant =
  (value: number): Rhs =>
  (_t, _u, out) =>
    void out.fill(value);

/** Geometric Brownian motion, dX = mu X dt + sigma X dW, `size` members. */
const gbm = (size: number, mu: number, sigma: number) => ({ size, drift: scaled(mu), diffusion: scaled(sigma) });

/** Slope of the least-squares line through (ln h, ln error). */
function fittedOrder(h: readonly number[], error: readonly number[]): number {
  const x = h.map(Math.log);
  const y = error.map(Math.log);
  const mean = (v: number[]) => v.reduce((a, b) => a + b) / v.length;
  const [mx, my] = [mean(x), mean(y)];
  return x.reduce((s, xi, k) => s + (xi - mx) * (y[k]! - my), 0) / x.reduce((s, xi) => s + (xi - mx) ** 2, 0);
}

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

describe("given increments", () => {
  const schemes = [
    ["Euler-Maruyama (S1)", "euler_maruyama", eulerMaruyama, undefined],
    ["Milstein (S2)", "milstein", milstein, undefined],
    ["Milstein with the derivative (S2)", "milstein", milstein, "derivative"],
    ["Heun-Stratonovich (S3)", "euler_heun_stratonovich_same_coeffs", heunStratonovich, undefined],
  ] as const;
  for (const [name, key, scheme, derivative] of schemes) {
    it.skipIf(reference === undefined)(`give ${name} the reference path of geometric Brownian motion (${hint})`, () => {
      const { mu, sigma, h, dW, [key]: path } = reference!.gbm_path;
      const problem = gbm(1, mu, sigma);
      const stepper = scheme(derivative ? { ...problem, diffusionDerivative: constant(sigma) } : problem, silent);
      const u = Float64Array.of(1);
      dW.forEach((increment, k) => {
        stepper.stepWith(k * h, h, u, Float64Array.of(increment), u);
        // Rounding: a few ulp a step over 8 steps; the difference of b over sqrt(h) = 0.35 adds some.
        expect(Math.abs(u[0]! / path[k + 1]! - 1)).toBeLessThan(4e-15);
      });
    });
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

describe("strong order", () => {
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

  it("of Euler-Maruyama is 1/2 on geometric Brownian motion (S1)", () => {
    const error = errors(eulerMaruyama(gbm(paths, mu, sigma), silent), ito);
    expect(Math.abs(fittedOrder(h, error) - 0.5)).toBeLessThan(0.1);
    expectTabled(error, reference?.strong_order_gbm.table.EM);
  });

  it("of Milstein is 1, by differences and with the derivative (S2)", () => {
    for (const diffusionDerivative of [undefined, constant(sigma)]) {
      const problem = gbm(paths, mu, sigma);
      const stepper = milstein(diffusionDerivative ? { ...problem, diffusionDerivative } : problem, silent);
      const error = errors(stepper, ito);
      // The asymptotic order is 1; over h from 1/8 to 1/128 the reference measures 0.944.
      const order = fittedOrder(h, error);
      expect(order).toBeGreaterThan(0.85);
      expect(order).toBeLessThan(1.1);
      expectTabled(error, reference?.strong_order_gbm.table.Milstein);
    }
  });

  it("of Milstein by differences stays 1 for a diffusion that is not linear", () => {
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

  it("of Heun is 1, towards the Stratonovich solution and not the Ito one (S3)", () => {
    const stepper = heunStratonovich(gbm(paths, mu, sigma), silent);
    const stratonovich = end.map((w) => Math.exp(mu + sigma * w));
    const order = fittedOrder(h, errors(stepper, stratonovich));
    expect(order).toBeGreaterThan(0.85);
    expect(order).toBeLessThan(1.1);
    expect(errors(stepper, ito).at(-1)).toBeGreaterThan(1);
  });

  it("of Euler-Maruyama is 1 for additive noise", () => {
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
