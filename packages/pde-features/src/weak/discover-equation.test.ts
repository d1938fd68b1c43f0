import { etdrk4, random as seeded } from "@hml/integrators";
import {
  allenCahn,
  cahnHilliard,
  fieldEquation,
  type FieldEquation,
  type GradientFlow,
  phaseField,
  phaseFieldCrystal,
  uniformField,
} from "@hml/systems";
import { describe, expect, it } from "vitest";
import { gaussian, random } from "../../test/shared.ts";
import { type DiscoveredEquation, discoverEquation } from "./discover-equation.ts";
import { type FieldMovie, fieldMovie } from "./field-movie.ts";
import { weakTerms } from "./weak-terms.ts";

/** A movie of 60 frames on 48 x 48 points by a scheme of fourth order, the start left out, with white noise. */
function movieOf(
  equation: GradientFlow,
  options: { dt: number; every: number; low?: number; high?: number; noise?: number; seed?: number },
): FieldMovie {
  const { dt, every, low = -1, high = 1, noise = 0, seed = 1 } = options;
  const flow = phaseField(equation, { points: [48, 48], spacing: 1, dt, scheme: etdrk4 });
  const u = uniformField(flow, { low, high, random: seeded(seed) });
  const frames = 60;
  const out = new Float64Array(frames * u.length);
  for (let n = 0; n < frames; n++) {
    flow.advance(u, n * every * dt, (n + 1) * every * dt);
    out.set(u, n * u.length);
  }
  const rms = Math.sqrt(out.reduce((sum, v) => sum + v * v, 0) / out.length);
  const normal = gaussian(random(100 + seed));
  return fieldMovie({
    u: noise > 0 ? out.map((v) => v + noise * rms * normal()) : out,
    shape: [frames, 48, 48],
    spacing: 1,
    dt: every * dt,
  });
}

function expectLaw(found: DiscoveredEquation, law: Readonly<Record<string, number>>, tolerance: number): void {
  expect(found.terms.map(({ name }) => name)).toEqual(Object.keys(law));
  for (const { name, coefficient } of found.terms) {
    expect(Math.abs(coefficient / law[name]! - 1), name).toBeLessThan(tolerance);
  }
}

const AC = { u: 1, "u^3": -1, "lap(u)": 1 };
const CH = { "lap(u)": -1, "lap(u^3)": 1, "lap^2(u)": -1 };
const PFC = { "lap(u)": 0.9, "lap(u^2)": 1, "lap(u^3)": 1, "lap^2(u)": 2, "lap^3(u)": 1 };
// A seventh of the points and 60 of the 100 frames that the figures in the README are measured on.
const LIMITS = [
  [0, 0.001],
  [0.05, 0.03],
] as const;

describe("the equation of a movie", () => {
  it.each(LIMITS)("is Allen-Cahn with noise %f, out of 17 terms", (noise, tolerance) => {
    const movie = movieOf(allenCahn(), { dt: 0.05, every: 4, noise });
    const terms = weakTerms({ terms: ["u_x", "u_y", "(u^2)_x", "(u^2)_y", "u_xy"] });
    expectLaw(discoverEquation(movie, { terms }), AC, tolerance);
  });

  it.each(LIMITS)("is Cahn-Hilliard with noise %f, out of 15 terms", (noise, tolerance) => {
    const movie = movieOf(cahnHilliard(), { dt: 0.02, every: 10, noise });
    expectLaw(discoverEquation(movie, { terms: weakTerms({ laplacians: 4 }) }), CH, tolerance);
  });

  it.each(LIMITS)("is the phase-field crystal with noise %f, out of 15 terms", (noise, tolerance) => {
    const movie = movieOf(phaseFieldCrystal(), { dt: 0.1, every: 10, low: -0.65, high: 0.35, noise });
    expectLaw(discoverEquation(movie, { terms: weakTerms({ laplacians: 4 }) }), PFC, tolerance);
  });

  it("prints, runs as a right-hand side and as a field equation", () => {
    const found = discoverEquation(movieOf(cahnHilliard(), { dt: 0.02, every: 10 }));
    expect(String(found)).toMatch(/^u_t = -(1|0\.9999\d+|1\.0000\d+) lap\(u\) \+ \S+ lap\(u\^3\) - \S+ lap\^2\(u\)$/);
    expect(found.toLatex()).toMatch(/^u_\{t\} = -\S+\\, \\nabla\^\{2\} u \+ \S+\\, \\nabla\^\{2\} u\^\{3\} - /);
    // The split is structurally a field equation.
    const equation: FieldEquation = fieldEquation(found.split);
    const grid = { points: [24, 30], spacing: 0.9 };
    const learned = phaseField(equation, { ...grid, dt: 0.01, scheme: etdrk4 });
    const exact = phaseField(cahnHilliard(), { ...grid, dt: 0.01, scheme: etdrk4 });
    const u = uniformField(exact, { random: seeded(4) });
    const rhs = found.rhs({ points: [24, 30], period: [21.6, 27] });
    const [a, b] = [new Float64Array(u.length), new Float64Array(u.length)];
    rhs(0, u, a);
    learned.rhs(0, u, b);
    const scale = b.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    // The same sums by two transforms: rounding of the largest symbol, 150, times 720 points.
    for (let i = 0; i < u.length; i++) expect(Math.abs(a[i]! - b[i]!)).toBeLessThan(1e-12 * scale);
    const v = u.slice();
    learned.advance(v, 0, 2);
    exact.advance(u, 0, 2);
    // Coefficients within 1e-3 and a time of 2: the flow contracts short waves and lets others grow by e^(1/4 * 2).
    for (let i = 0; i < u.length; i++) expect(Math.abs(u[i]! - v[i]!)).toBeLessThan(3e-3);
    expect(Math.abs(learned.mass(v) - learned.mass(u))).toBeLessThan(1e-10);
  });
});

/** A movie on a periodic line of u_t = 0.5 u_xx - 0.3 u_x: ten waves of random phase, exact, with noise. */
function waves(noise: number, seed: number, frames = 60): FieldMovie {
  const draw = random(seed);
  const normal = gaussian(draw);
  const phases = Array.from({ length: 10 }, () => 2 * Math.PI * draw());
  const u = Float64Array.from({ length: frames * 64 }, (_, at) => {
    const [t, x] = [0.1 * Math.floor(at / 64), 0.5 * (at % 64)];
    return phases.reduce((sum, phase, m) => {
      const k = (2 * Math.PI * (m + 1)) / 32;
      return sum + Math.exp(-0.5 * k * k * t) * Math.cos(k * (x - 0.3 * t) + phase);
    }, noise * normal());
  });
  return fieldMovie({ u, shape: [frames, 64], spacing: 0.5, dt: 0.1 });
}

describe("what is said about an equation", () => {
  const terms = weakTerms({ powers: 2, laplacians: 2, terms: ["u_x", "(u^2)_x"] });

  it("holds in one dimension, with odd derivatives", () => {
    expectLaw(discoverEquation(waves(0, 1), { terms }), { "lap(u)": 0.5, u_x: -0.3 }, 1e-4);
  });

  it("has intervals of 95 % that hold the truth in about 95 of 100 cases", () => {
    let [inside, all] = [0, 0];
    for (let seed = 1; seed <= 60; seed++) {
      const found = discoverEquation(waves(0.1, seed), { terms: weakTerms({ powers: 0, terms: ["lap(u)", "u_x"] }) });
      for (const { name, interval } of found.terms) {
        const truth = name === "u_x" ? -0.3 : 0.5;
        all++;
        if (interval[0] <= truth && truth <= interval[1]) inside++;
      }
    }
    expect(all).toBe(120);
    // Binomial: 114 +- 2.4 expected of 120; blocks of overlapping rows and few modes make intervals somewhat short.
    expect(inside).toBeGreaterThanOrEqual(104);
    expect(inside).toBeLessThanOrEqual(120);
  });

  it("has standard errors that both kinds of resampling agree about, and inclusions", () => {
    const movie = waves(0.1, 3);
    const jackknife = discoverEquation(movie, { terms });
    const options = { terms, random: random(1), samples: 400, withhold: 0.2 };
    const bootstrap = discoverEquation(movie, options);
    for (const [k, { standardError }] of jackknife.terms.entries()) {
      const ratio = bootstrap.terms[k]!.standardError / standardError;
      expect(ratio).toBeGreaterThan(0.6);
      expect(ratio).toBeLessThan(1.6);
    }
    expect(bootstrap.inclusion[terms.findIndex(({ name }) => name === "lap(u)")]).toBeGreaterThan(0.8);
    expect(bootstrap.inclusion[terms.findIndex(({ name }) => name === "u^2")]).toBeLessThan(0.5);
    expect(jackknife.noise / 0.1).toBeCloseTo(1, 1);
  });

  it("takes several movies together and is then surer", () => {
    const one = discoverEquation(waves(0.1, 1), { terms });
    const three = discoverEquation([waves(0.1, 1), waves(0.1, 2), waves(0.1, 3)], { terms });
    expectLaw(three, { "lap(u)": 0.5, u_x: -0.3 }, 0.03);
    expect(three.terms[0]!.standardError).toBeLessThan(0.8 * one.terms[0]!.standardError);
  });

  it("holds in three dimensions with mixed derivatives", () => {
    const n = 10;
    const list = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [1, 1, 0],
      [1, 0, -1],
      [2, 1, 1],
      [0, 2, -1],
    ] as const;
    const rate = ([a, b, c]: readonly [number, number, number]): number =>
      a * a + 0.5 * b * b + 2 * c * c + 0.7 * a * b;
    const u = Float64Array.from({ length: 40 * n * n * n }, (_, at) => {
      const [x, y, z] = [at % n, Math.floor(at / n) % n, Math.floor(at / n / n) % n].map((i) => (2 * Math.PI * i!) / n);
      const t = 0.02 * Math.floor(at / n / n / n);
      return list.reduce(
        (sum, k, w) => sum + Math.exp(-rate(k) * t) * Math.cos(k[0] * x! + k[1] * y! + k[2] * z! + w),
        0,
      );
    });
    const movie = fieldMovie({ u, shape: [40, n, n, n], spacing: (2 * Math.PI) / n, dt: 0.02 });
    const names = ["u", "u_x", "u_xx", "u_yy", "u_zz", "u_xy", "u_xz"];
    const found = discoverEquation(movie, { terms: weakTerms({ powers: 0, terms: names }) });
    expectLaw(found, { u_xx: 1, u_yy: 0.5, u_zz: 2, u_xy: 0.7 }, 1e-3);
  });

  it("is refused for bad arguments", () => {
    const movie = waves(0, 1);
    expect(() => discoverEquation([])).toThrow(/at least one movie/);
    expect(() => discoverEquation([movie, waves(0, 2, 50)])).toThrow(
      /equal grids, frames and dt, got another in movies\[1\]/,
    );
    expect(() => discoverEquation(movie, { terms: [] })).toThrow(/terms must be an array/);
    expect(() => discoverEquation(movie, { halfWidth: 40 })).toThrow(/halfWidth must be an integer between 2 and 29/);
    // @ts-expect-error no such option
    expect(() => discoverEquation(movie, { halfWidht: 4 })).toThrow(/did you mean halfWidth/);
    expect(() => discoverEquation(movie, { terms: weakTerms({ powers: 0, terms: ["u_y"] }) })).toThrow(
      /that can be fitted/,
    );
    expect(() => discoverEquation(movie, { random: () => 2 })).toThrow(/uniform in \[0, 1\)/);
    const still = fieldMovie({ u: new Float64Array(640), shape: [40, 16], spacing: 1, dt: 0.2 });
    expect(() => discoverEquation(still)).toThrow(/that can be fitted/);
    expect(() => fieldMovie({ u: [1, 2], shape: [2], spacing: 1, dt: 1 })).toThrow(/shape must be \[frame, x\]/);
    const broken = movie.u.slice();
    broken[70] = Number.NaN;
    expect(() => fieldMovie({ u: broken, shape: [60, 64], spacing: 1, dt: 1 })).toThrow(
      /got NaN in frame 1 at point 6/,
    );
  });
});
