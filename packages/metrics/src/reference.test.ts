import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import {
  correlation,
  energySpectrum,
  expectedSelfDistance,
  explainedVariance,
  histogram,
  kaplanYorke,
  kolmogorovSmirnov,
  l1Histogram,
  logSpectrumError,
  maxAbs,
  mnad,
  nad,
  nrmseRange,
  nrmseStd,
  pcaEnergy,
  powerSpectrum,
  relativeL2,
  riceBins,
  selfDistance,
  selfDistanceDeviation,
  structureFactor,
  totalVariation,
  validPredictionTime,
  wasserstein1,
} from "./index.ts";

const root = new URL("../../../", import.meta.url).pathname;
const shared = resolve(root, process.env["HML_SHARED"] ?? "../shared", "refs");
const absent = !existsSync(shared);
if (absent) console.warn(`reference folder ${shared} is absent; the tests that need it are skipped`);
const read = (file: string) => JSON.parse(readFileSync(resolve(shared, file), "utf8"));

/** A few units in the last place, for sums of a dozen terms taken in another order. */
const near = (got: number, want: number, relative = 4e-15): void => {
  expect(Math.abs(got - want), `${got} against ${want}`).toBeLessThanOrEqual(relative * Math.abs(want));
};

describe.skipIf(absent)("metrics equal the independent references", () => {
  const ref = absent ? undefined : read("integrators/metrics.json");
  const led = absent ? undefined : read("led/metrics.json");

  it("errors of five values", () => {
    const { y, yhat, ...want } = ref.regression;
    near(maxAbs(yhat, y), want.max_abs);
    near(nrmseRange(yhat, y), want.nrmse_range);
    near(nrmseStd(yhat, y), want.nrmse_std);
    near(explainedVariance(yhat, y), want.explained_variance);
    // NumPy's corrcoef of the same ten numbers.
    near(correlation(yhat, y), 0.987_480_228_453_577_3);
  });

  it("NAD and MNAD by each of the three ranges, and those of the LED data", () => {
    const { target, pred } = ref.nad;
    const [y, p, frames] = [target.flat(), pred.flat(), target.length];
    const curves = [
      ["global", "nad_global_range"],
      ["component", "nad_component_range"],
      ["frame", "nad_frame_range"],
    ] as const;
    for (const [range, name] of curves) {
      const curve = nad(p, y, frames, { range });
      for (const [k, want] of ref.nad[name].entries()) near(curve[k]!, want);
    }
    near(mnad(p, y, frames), ref.nad.mnad_global);
    near(mnad(p, y, frames, { range: "component" }), ref.nad.mnad_component);
    const curve = nad(led.nad.yhat.flat(), led.nad.y.flat(), led.nad.y.length);
    for (const [k, want] of led.nad.NAD.entries()) near(curve[k]!, want);
    near(mnad(led.nad.yhat.flat(), led.nad.y.flat(), led.nad.y.length), led.nad.MNAD);
  });

  it("Wasserstein-1, weighted and not, and the Kolmogorov-Smirnov statistic", () => {
    for (const { u, v, uw, vw, w } of ref.wasserstein1) {
      near(wasserstein1(u, v, uw === undefined ? {} : { aWeights: uw, bWeights: vw }), w);
    }
    near(wasserstein1(led.wd.z1, led.wd.z2), led.wd.wd);
    near(kolmogorovSmirnov(led.wd.z1, led.wd.z2), led.wd.ks);
    near(wasserstein1(led.l1hist_small.a, led.l1hist_small.b), led.l1hist_small.wd, 1e-14);
    near(kolmogorovSmirnov(ref.ks_statistic.x, ref.ks_statistic.z), ref.ks_statistic.D);
  });

  it("histograms, their L1 distance and Rice's rule", () => {
    const h = ref.l1_histogram;
    expect([...histogram(h.x, { bins: h.bins, range: h.range }).counts]).toEqual(h.counts_x);
    expect([...histogram(h.z, { bins: h.bins, range: h.range }).counts]).toEqual(h.counts_z);
    near(l1Histogram(h.x, h.z, { bins: h.bins }), h.l1_sum);
    near(totalVariation(h.x, h.z, { bins: h.bins }), h.total_variation);
    for (const [n, bins] of h.rice_examples) expect(riceBins(n)).toBe(bins);
    for (const [n, bins] of Object.entries(led.rice_bins)) expect(riceBins(Number(n))).toBe(bins);
    expect(l1Histogram(led.l1hist_small.b, led.l1hist_small.a)).toBe(led.l1hist_small.l1_rectangle);
  });

  it("self-distances: bound, expectation, deviation", () => {
    for (const { K, N, bound, exact_normal_mean_uniform: uniform, sd_bound: deviation } of ref.self_distance.rows) {
      near(selfDistance(K, N), bound);
      near(expectedSelfDistance(new Float64Array(K).fill(1), N), uniform, 1e-14);
      near(selfDistanceDeviation(N), deviation);
    }
    const { K, N, M, bound } = ref.self_distance.unequal_example;
    near(selfDistance(K, N, M), bound);
  });

  it("power spectra and their errors", () => {
    const s = ref.power_spectrum;
    const [u, v] = [powerSpectrum(s.u), powerSpectrum(s.v)];
    // Powers of an energy below 1 by a transform of 16 points: entries that are zero are rounding, squared.
    for (let k = 0; k < 9; k++) {
      expect(Math.abs(u[k]! - s.Eu[k])).toBeLessThan(1e-16);
      expect(Math.abs(v[k]! - s.Ev[k])).toBeLessThan(1e-15);
    }
    near(
      u.reduce((a, b) => a + b),
      s.sumE,
    );
    near(relativeL2(v, u), s.rel_l2, 1e-13);
    near(v.reduce((sum, e, k) => sum + Math.abs(e - u[k]!), 0) / s.sumE, s.rel_l1, 1e-13);
    near(logSpectrumError(v, u, 1e-12), s.log10_rms_floor1e_12, 1e-12);
  });

  it("the structure factor and its length, the energy spectrum", () => {
    const grid = Array.from({ length: 64 }, (_, i) => [Math.floor(i / 8) / 8, (i % 8) / 8] as const);
    const [pi2, { sin, cos }] = [2 * Math.PI, Math];
    const phi = grid.map(([x, y]) => cos(pi2 * 2 * x) + 0.5 * sin(pi2 * (x + y)) + 0.25);
    const factor = structureFactor(phi, { shape: [8, 8] });
    expect(Array.from(factor.counts.subarray(0, 5))).toEqual(ref.structure_factor.counts);
    for (const [s, want] of ref.structure_factor.S_mean.entries()) {
      expect(Math.abs(factor.values[s]! - want)).toBeLessThan(1e-14);
    }
    near(factor.meanWavenumber, ref.structure_factor.k1);
    near(factor.length, pi2 / ref.structure_factor.k1);
    const u = grid.map(([x, y]) => sin(pi2 * x) * cos(pi2 * y));
    const v = grid.map(([x, y]) => -cos(pi2 * x) * sin(pi2 * y));
    const { energy } = energySpectrum([u, v], { shape: [8, 8] });
    for (const [s, want] of ref.energy_spectrum.E_shell.entries()) {
      expect(Math.abs(energy[s]! - want)).toBeLessThan(1e-16);
    }
  });

  it("the valid prediction time", () => {
    const { dt, nrmse_at, first_index_above, vpt_last_below } = ref.vpt;
    const times = Array.from({ length: 60 }, (_, k) => dt * k);
    const truth = times.flatMap((t) => [Math.sin(t), Math.cos(t)]);
    const pred = times.flatMap((t) => [Math.sin(t * (1 + 0.05 * t)), Math.cos(t * (1 + 0.05 * t))]);
    const got = validPredictionTime(pred, truth, { frames: 60, dt, lyapunovExponent: 0.5 });
    expect(got.frame).toBe(first_index_above);
    expect(got.time).toBeCloseTo(vpt_last_below, 14);
    expect(got.lyapunovTimes).toBeCloseTo(vpt_last_below / 2, 14);
    expect(got.censored).toBe(false);
    // Differences of sines carry an absolute rounding of 1e-16, which is 1e-14 of the smallest of these.
    for (const [k, want] of nrmse_at) near(got.nrmse[k]!, want, 1e-13);
  });

  it("Kaplan-Yorke dimensions and energies of the modes of Kuramoto-Sivashinsky", () => {
    near(kaplanYorke(ref.lyapunov.lorenz63_literature), ref.lyapunov.kaplan_yorke_lorenz);
    const ks = read("led/ks-statistics.json");
    // The file gives dimensions to three digits, of exponents rounded to four.
    expect(kaplanYorke(ks.lyapunov_spectrum_runs[0])).toBeCloseTo(6.24, 2);
    expect(kaplanYorke(ks.lyapunov_spectrum_runs[1])).toBeCloseTo(6.2, 2);
    const energy = pcaEnergy(ks.pca_eigenvalues);
    // The file lists 20 eigenvalues of 64; the rest hold about 1e-5 of the variance and 1e-10 of the squares.
    for (let k = 0; k < 16; k++) {
      expect(Math.abs(energy.variance[k]! - ks.pca_cum_variance[k])).toBeLessThan(1e-5);
      expect(Math.abs(energy.squaredEigenvalue[k]! - ks.pca_cum_lambda_squared[k])).toBeLessThan(1e-10);
    }
  });
});
