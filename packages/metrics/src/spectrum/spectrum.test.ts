import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  energySpectrum,
  logSpectrumError,
  periodicDerivatives,
  powerSpectrum,
  spatialSpectrum,
  spectrumErrorDb,
  structureFactor,
  temporalSpectrum,
} from "../index.ts";
import { fourier } from "./fourier.ts";

const value = fc.double({ min: -1e3, max: 1e3, noNaN: true });
const series = fc.array(value, { minLength: 1, maxLength: 50 });

describe("fourier", () => {
  it("equals the sum by its definition at every length up to 40, and the inverse takes it back", () => {
    for (let n = 1; n <= 40; n++) {
      const re = Float64Array.from({ length: n }, (_, j) => Math.sin(1 + 3 * j));
      const im = Float64Array.from({ length: n }, (_, j) => Math.cos(2 + 5 * j));
      const [x, y] = [re.slice(), im.slice()];
      const transform = fourier(n);
      transform.forward(x, y);
      for (let k = 0; k < n; k++) {
        let [sumRe, sumIm] = [0, 0];
        for (let j = 0; j < n; j++) {
          const angle = (-2 * Math.PI * ((j * k) % n)) / n;
          sumRe += re[j]! * Math.cos(angle) - im[j]! * Math.sin(angle);
          sumIm += re[j]! * Math.sin(angle) + im[j]! * Math.cos(angle);
        }
        // Values below one: n terms in the sum, a chirp of about 4 n with factors near one; 1e-14 n is 100 roundings each.
        expect(Math.abs(x[k]! - sumRe)).toBeLessThan(1e-14 * n);
        expect(Math.abs(y[k]! - sumIm)).toBeLessThan(1e-14 * n);
      }
      transform.inverse(x, y);
      for (let j = 0; j < n; j++) {
        expect(Math.abs(x[j]! - re[j]!)).toBeLessThan(1e-14);
        expect(Math.abs(y[j]! - im[j]!)).toBeLessThan(1e-14);
      }
    }
  });
  it("keeps its digits at long lengths, prime ones included", () => {
    for (const n of [4096, 4093]) {
      const re = new Float64Array(n);
      const im = new Float64Array(n);
      re[1] = 1;
      fourier(n).forward(re, im);
      // The transform of a unit impulse at 1 is exp(-2 pi i k / n); log2(8192) = 13 levels of rounding.
      let worst = 0;
      for (let k = 0; k < n; k++) {
        const angle = (-2 * Math.PI * k) / n;
        worst = Math.max(worst, Math.abs(re[k]! - Math.cos(angle)), Math.abs(im[k]! - Math.sin(angle)));
      }
      expect(worst).toBeLessThan(1e-14);
    }
  });
});

describe("power spectra", () => {
  it("of a sine of amplitude A hold A^2 / 2 in one entry, at odd and even lengths", () => {
    for (const n of [16, 21, 100]) {
      const spectrum = powerSpectrum(
        Array.from({ length: n }, (_, j) => 0.5 + 3 * Math.sin((2 * Math.PI * 4 * j) / n + 1)),
      );
      expect(spectrum).toHaveLength(Math.floor(n / 2) + 1);
      for (const [k, e] of spectrum.entries()) expect(e).toBeCloseTo(k === 0 ? 0.25 : k === 4 ? 4.5 : 0, 13);
    }
    expect([...powerSpectrum([1, -1])]).toEqual([0, 1]);
    expect([...powerSpectrum([3])]).toEqual([9]);
  });
  it("sum to the mean square (Parseval), and a shift round the ring changes nothing", () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 0, max: 49 }), (u, shift) => {
        const spectrum = powerSpectrum(u);
        const square = u.reduce((sum, v) => sum + v * v, 0) / u.length;
        // 50 values of 1e3: powers of 1e6 with some hundred roundings.
        expect(Math.abs(spectrum.reduce((a, b) => a + b) - square)).toBeLessThan(1e-13 * (square + 1e-9) + 1e-300);
        const moved = powerSpectrum(u.map((_, i) => u[(i + shift) % u.length]!));
        for (const [k, e] of moved.entries()) expect(Math.abs(e - spectrum[k]!)).toBeLessThan(1e-12 * square + 1e-300);
      }),
    );
  });
  it("of a movie in space are means over frames, in time means over nodes", () => {
    const movie = [1, 2, 3, 4, 9, 2, 1, 0, 3, 3, 5, 8];
    const rows = [movie.slice(0, 4), movie.slice(4, 8), movie.slice(8)];
    const space = spatialSpectrum(movie, 3);
    const time = temporalSpectrum(movie, 3);
    for (let k = 0; k < 3; k++) {
      const mean = rows.reduce((sum, row) => sum + powerSpectrum(row)[k]!, 0) / 3;
      expect(space[k]).toBeCloseTo(mean, 13);
    }
    for (let k = 0; k < 2; k++) {
      const mean = [0, 1, 2, 3].reduce((sum, i) => sum + powerSpectrum(rows.map((row) => row[i]!))[k]!, 0) / 4;
      expect(time[k]).toBeCloseTo(mean, 13);
    }
  });
  it("refuse empty series, frames that do not divide, and what is not finite", () => {
    expect(() => powerSpectrum([])).toThrow("powerSpectrum: series must hold at least one value");
    expect(() => powerSpectrum([1, Number.NaN])).toThrow("series[1] must be finite");
    expect(() => spatialSpectrum([1, 2, 3], 2)).toThrow("spatialSpectrum: frames must divide");
    expect(() => temporalSpectrum([1, 2], 0)).toThrow(RangeError);
  });
});

describe("errors of spectra", () => {
  it("a factor of two in power is 3.01 dB, a factor of ten in amplitude 20 dB", () => {
    const got = spectrumErrorDb([2, 100, 1e-9], [1, 1, 1e-12]);
    expect(got.max).toBeCloseTo(20, 13);
    expect(got.mean).toBeCloseTo((20 + 10 * Math.log10(2)) / 2, 13);
    expect(got.entries).toBe(2);
    expect(spectrumErrorDb([2, 100, 1e-9], [1, 1, 1e-12], { band: 0 }).max).toBeCloseTo(30, 12);
  });
  it("what is missing is infinitely far, what neither has is not, and NaN is NaN", () => {
    expect(spectrumErrorDb([0, 1], [1, 1]).max).toBe(Infinity);
    expect(spectrumErrorDb([0, 1], [0, 1], { band: 0 }).max).toBe(0);
    expect(spectrumErrorDb([1, 1], [0, 1], { band: 0 }).max).toBe(Infinity);
    expect(spectrumErrorDb([Number.NaN, 1], [1, 1]).max).toBeNaN();
    expect(spectrumErrorDb([1, 1], [Number.NaN, 1]).mean).toBeNaN();
    expect(logSpectrumError([Number.NaN], [1], 1e-9)).toBeNaN();
  });
  it("the logarithmic error sees nothing below its floor", () => {
    expect(logSpectrumError([1, 1e-20, 0], [1, 1e-30, 1e-15], 1e-12)).toBe(0);
    expect(logSpectrumError([1, 0], [1, 1e-8], 1e-10)).toBeCloseTo(Math.sqrt(2), 13);
  });
  it("refuse what is no spectrum", () => {
    expect(() => spectrumErrorDb([1, -1], [1, 1])).toThrow("prediction[1] must not be negative");
    expect(() => spectrumErrorDb([1], [0])).toThrow("reference must have a positive entry");
    expect(() => spectrumErrorDb([], [])).toThrow(RangeError);
    expect(() => spectrumErrorDb([1], [1], { band: 2 })).toThrow("band must lie in [0, 1]");
    expect(() => logSpectrumError([1], [1], 0)).toThrow("floor must be positive");
  });
});

describe("spectra of boxes", () => {
  const wave = (shape: readonly number[], k: readonly number[]) => {
    const points = shape.reduce((a, b) => a * b);
    return Array.from({ length: points }, (_, i) => {
      let [angle, rest] = [0, i];
      for (let a = shape.length - 1; a >= 0; a--) {
        angle += (2 * Math.PI * k[a]! * (rest % shape[a]!)) / shape[a]!;
        rest = Math.floor(rest / shape[a]!);
      }
      return Math.cos(angle);
    });
  };
  it("one wave has its own wavenumber and length, in one to three dimensions, at odd numbers of points", () => {
    for (const [shape, k, norm] of [
      [[9], [3], 3],
      [[15, 15], [3, 4], 5],
      [[9, 9, 9], [1, 2, 2], 3],
    ] as const) {
      const got = structureFactor(wave(shape, k), { shape });
      expect(got.meanWavenumber).toBeCloseTo(norm, 12);
      expect(got.length).toBeCloseTo((2 * Math.PI) / norm, 12);
      // |X_k|^2 / N is N / 4 at k and at -k.
      const points = got.counts.reduce((a, b) => a + b);
      expect(got.values[norm]! * got.counts[norm]!).toBeCloseTo(points / 2, 10);
    }
  });
  it("a box of unequal sides has physical wavenumbers", () => {
    // Two waves along the short side of length 1 are k = 4 pi, eight shells of 2 pi / 4.
    const shape = [8, 32];
    const got = structureFactor(wave(shape, [2, 0]), { shape, extent: [1, 4] });
    expect(got.wavenumbers[8]).toBeCloseTo(4 * Math.PI, 12);
    expect(got.meanWavenumber).toBeCloseTo(4 * Math.PI, 12);
    expect(got.length).toBeCloseTo(0.5, 13);
  });
  it("a uniform field has no length, and a constant added to a field changes nothing", () => {
    expect(structureFactor(new Float64Array(16).fill(0.1), { shape: [4, 4] }).length).toBeNaN();
    const field = wave([8, 8], [1, 2]);
    const options = { shape: [8, 8] };
    const shifted = structureFactor(
      field.map((v) => v + 5),
      options,
    );
    for (const [s, v] of structureFactor(field, options).values.entries()) {
      expect(shifted.values[s]).toBeCloseTo(v, 12);
    }
  });
  it("energy sums to the mean kinetic energy, corners included, and every wavenumber has a shell", () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 60, maxLength: 60 }), (all) => {
        const shape = [5, 6];
        const [u, v] = [all.slice(0, 30), all.slice(30)];
        const { energy } = energySpectrum([u, v], { shape });
        const mean = all.reduce((sum, x) => sum + x * x, 0) / 30 / 2;
        expect(Math.abs(energy.reduce((a, b) => a + b) - mean)).toBeLessThan(1e-13 * mean + 1e-300);
        expect(structureFactor(u, { shape }).counts.reduce((a, b) => a + b)).toBe(30);
      }),
    );
  });
  it("refuse fields that do not fit and boxes that are none", () => {
    expect(() => structureFactor([1, 2], { shape: [3] })).toThrow("field must have length 3, got 2");
    expect(() => structureFactor([1], { shape: [] })).toThrow(RangeError);
    expect(() => structureFactor([1], { shape: [1], extent: [0] })).toThrow("extent[0] must be positive");
    expect(() => structureFactor([1, 2], { shape: [2], extent: [1, 2] })).toThrow("extent must have length 1");
    expect(() => energySpectrum([], { shape: [2] })).toThrow("at least one field");
    expect(() => energySpectrum([[1, Number.NaN]], { shape: [2] })).toThrow("components[0][1] must be finite");
    expect(() => structureFactor([], { shape: [100_000, 100_000] })).toThrow("number of points");
  });
});

describe("periodicDerivatives", () => {
  const [n, extent] = [64, 22];
  const q = (2 * Math.PI) / extent;
  const x = Array.from({ length: n }, (_, i) => (i * extent) / n);
  const u = x.map((at) => Math.sin(3 * q * at) + Math.cos(q * at));
  const ux = x.map((at) => 3 * q * Math.cos(3 * q * at) - q * Math.sin(q * at));
  const uxx = x.map((at) => -9 * q * q * Math.sin(3 * q * at) - q * q * Math.cos(q * at));
  const worst = (got: Float64Array, want: readonly number[]) => Math.max(...want.map((v, i) => Math.abs(got[i]! - v)));

  it("by the spectrum are exact for waves on the grid, frame by frame", () => {
    const got = periodicDerivatives([...u, ...u.map((v) => 2 * v)], { frames: 2, extent });
    // Rounding of 1e-16 in each wave, times k^2 up to (32 q)^2 = 84.
    expect(worst(got.ux.subarray(0, n), ux)).toBeLessThan(1e-13);
    expect(worst(got.uxx.subarray(0, n), uxx)).toBeLessThan(1e-12);
    expect(got.uxx[n + 5]).toBeCloseTo(2 * uxx[5]!, 12);
  });
  it("by centred differences are of second order", () => {
    const errors = [32, 64, 128].map((points) => {
      const at = Array.from({ length: points }, (_, i) => (i * extent) / points);
      const got = periodicDerivatives(
        at.map((s) => Math.sin(q * s)),
        { extent, method: "centred" },
      );
      return [
        worst(
          got.ux,
          at.map((s) => q * Math.cos(q * s)),
        ),
        worst(
          got.uxx,
          at.map((s) => -q * q * Math.sin(q * s)),
        ),
      ] as const;
    });
    for (const k of [0, 1] as const) {
      // Halving h quarters the error; the next term of the series is (q h)^2 / 20 < 0.002 of it at 32 points.
      expect(errors[0]![k] / errors[1]![k]).toBeCloseTo(4, 1);
      expect(errors[1]![k] / errors[2]![k]).toBeCloseTo(4, 1);
    }
  });
  it("of the highest wave of an even grid: no first derivative, -k^2 u as second", () => {
    const got = periodicDerivatives([1, -1, 1, -1], { extent: 2 * Math.PI });
    for (const v of got.ux) expect(Math.abs(v)).toBeLessThan(1e-15);
    for (const [i, v] of got.uxx.entries()) expect(v).toBeCloseTo(i % 2 === 0 ? -4 : 4, 13);
  });
  it("refuse an extent that is none and a method that is none", () => {
    expect(() => periodicDerivatives([1, 2], { extent: 0 })).toThrow("extent must be positive");
    expect(() => periodicDerivatives([1, 2], { extent: 1, method: "upwind" as "centred" })).toThrow("must be one of");
    expect(() => periodicDerivatives([], { extent: 1 })).toThrow(RangeError);
  });
});
