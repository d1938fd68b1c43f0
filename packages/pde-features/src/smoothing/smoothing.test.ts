import { describe, expect, it } from "vitest";
import { gaussian, random } from "../../test/shared.ts";
import { fieldMovie } from "../weak/field-movie.ts";
import { movieSpectrum } from "../weak/movie-spectrum.ts";
import { lowPass } from "./low-pass.ts";
import { savitzkyGolay } from "./savitzky-golay.ts";

describe("Savitzky-Golay smoothing", () => {
  it("has the weights of the literature", () => {
    const unit = new Float64Array(5);
    unit[2] = 35;
    // Savitzky and Golay 1964, table I: -3 12 17 12 -3 over 35, here as the answer to an impulse on a ring.
    const smooth = savitzkyGolay(unit, { window: 5, degree: 2, ends: "periodic" });
    [-3, 12, 17, 12, -3].forEach((w, i) => void expect(Math.abs(smooth[i]! - w)).toBeLessThan(1e-13));
  });

  it("keeps polynomials of its degree and their derivatives up to the ends, along any axis", () => {
    const [rows, columns] = [12, 9];
    const u = Float64Array.from({ length: rows * columns }, (_, at) => {
      const [t, x] = [0.1 * Math.floor(at / columns), at % columns];
      return t * t * t - 2 * t + x * t * t;
    });
    const options = { window: 7, degree: 3, shape: [rows, columns], axis: 0, spacing: 0.1 };
    const [same, slope] = [savitzkyGolay(u, options), savitzkyGolay(u, { ...options, derivative: 1 })];
    for (let at = 0; at < u.length; at++) {
      const [t, x] = [0.1 * Math.floor(at / columns), at % columns];
      expect(Math.abs(same[at]! - u[at]!)).toBeLessThan(1e-12);
      expect(Math.abs(slope[at]! - (3 * t * t - 2 + 2 * x * t))).toBeLessThan(1e-11);
    }
  });

  it("divides white noise by the norm of its weights", () => {
    const normal = gaussian(random(2));
    const noise = Float64Array.from({ length: 20_000 }, () => normal());
    const smooth = savitzkyGolay(noise, { window: 5, degree: 2, ends: "periodic" });
    const variance = smooth.reduce((sum, v) => sum + v * v, 0) / 20_000;
    // (9 + 144 + 289 + 144 + 9) / 35^2; the variance of 20,000 correlated numbers is known to 2 %.
    expect(Math.abs(variance / (595 / 1225) - 1)).toBeLessThan(0.06);
  });

  it("refuses even windows, degrees that interpolate nothing and unlike shapes", () => {
    expect(() => savitzkyGolay([1, 2, 3, 4], { window: 4, degree: 1 })).toThrow(/window/);
    expect(() => savitzkyGolay([1, 2, 3, 4], { window: 3, degree: 3 })).toThrow(/degree must be .* between 0 and 2/);
    expect(() => savitzkyGolay([1, 2, 3], { window: 3, degree: 1, shape: [2, 2] })).toThrow(/values/);
    expect(() => savitzkyGolay([1, Number.NaN, 3], { window: 3, degree: 1 })).toThrow(/finite/);
  });
});

describe("the spectral low-pass", () => {
  const normal = gaussian(random(7));
  const clean = Float64Array.from({ length: 20 * 32 * 24 }, (_, at) => {
    const [x, y, t] = [at % 32, Math.floor(at / 32) % 24, Math.floor(at / 768)];
    const [a, b] = [(2 * Math.PI * x) / 32, (2 * Math.PI * y) / 24];
    return 0.3 + Math.cos(2 * a + b + 0.1 * t) + 0.5 * Math.sin(a - 2 * b) + 0.2 * Math.cos(3 * a - 0.05 * t);
  });
  const movie = fieldMovie({ u: clean.map((v) => v + 0.1 * normal()), shape: [20, 24, 32], spacing: 1, dt: 1 });

  it("finds its cutoff above the signal and leaves the noise of the modes below it", () => {
    const spectrum = movieSpectrum(movie);
    // 3 of 32 and 2 of 24 points a wave at the shortest.
    expect(spectrum.cutoff).toBeGreaterThan(0.59);
    expect(spectrum.cutoff).toBeLessThan(0.9);
    expect(Math.abs(spectrum.noise / 0.1 - 1)).toBeLessThan(0.05);
    const smooth = lowPass(movie);
    let square = 0;
    for (let i = 0; i < clean.length; i++) square += (smooth.u[i]! - clean[i]!) * (smooth.u[i]! - clean[i]!);
    const left = Math.sqrt(square / clean.length) / 0.1;
    const expected = Math.sqrt(Math.PI) * (spectrum.cutoff / (2 * Math.PI));
    expect(left / expected).toBeGreaterThan(0.8);
    expect(left / expected).toBeLessThan(1.2);
  });

  it("keeps waves below a given cutoff to rounding", () => {
    const pure = fieldMovie({ u: clean, shape: [20, 24, 32], spacing: 1, dt: 1 });
    const kept = lowPass(pure, { cutoff: 0.7 });
    for (let i = 0; i < clean.length; i++) expect(Math.abs(kept.u[i]! - clean[i]!)).toBeLessThan(1e-14 * 10);
    expect(() => lowPass(pure, { cutoff: -1 })).toThrow(/cutoff must be positive/);
  });
});
