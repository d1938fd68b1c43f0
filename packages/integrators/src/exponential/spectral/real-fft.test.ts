import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { realFft } from "./real-fft.ts";

const points = fc.integer({ min: 2, max: 9 }).map((power) => 2 ** power);
const data = points.chain((n) =>
  fc
    .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: n, maxLength: n })
    .map((u) => Float64Array.from(u)),
);

/** The sum as it stands, with angles reduced in exact arithmetic. */
function slow(u: Float64Array): Float64Array {
  const n = u.length;
  const out = new Float64Array(n + 2);
  for (let m = 0; m <= n / 2; m++) {
    for (let j = 0; j < n; j++) {
      const angle = (2 * Math.PI * ((j * m) % n)) / n;
      out[2 * m] = out[2 * m]! + (u[j]! * Math.cos(angle)) / n;
      out[2 * m + 1] = out[2 * m + 1]! - (u[j]! * Math.sin(angle)) / n;
    }
  }
  return out;
}

describe("realFft", () => {
  it("equals the sum of its definition", () => {
    fc.assert(
      fc.property(data, (u) => {
        const out = new Float64Array(u.length + 2);
        realFft(u.length).forward(u, out);
        // Rounding of a mean of at most 512 numbers of size 1, most of it in the slow sum.
        slow(u).forEach((value, i) => expect(Math.abs(out[i]! - value)).toBeLessThan(1e-14));
      }),
      { numRuns: 40 },
    );
  });

  it("is undone by its inverse, and writes no input", () => {
    fc.assert(
      fc.property(data, (u) => {
        const fft = realFft(u.length);
        const [c, v] = [new Float64Array(u.length + 2), new Float64Array(u.length)];
        const before = u.slice();
        fft.forward(u, c);
        const coefficients = c.slice();
        fft.inverse(c, v);
        expect(u).toEqual(before);
        expect(c).toEqual(coefficients);
        // log2(512) levels of one rounding each, both ways.
        v.forEach((value, j) => expect(Math.abs(value - u[j]!)).toBeLessThan(1e-14));
      }),
    );
  });

  it("finds the amplitudes of single waves, the last one included", () => {
    const fft = realFft(16);
    const out = new Float64Array(18);
    for (let m = 0; m <= 8; m++) {
      fft.forward(
        Float64Array.from({ length: 16 }, (_, j) => Math.cos((2 * Math.PI * m * j) / 16 + 0.3)),
        out,
      );
      const half = m === 0 || m === 8 ? 1 : 0.5;
      for (let i = 0; i <= 8; i++) {
        expect(Math.abs(out[2 * i]! - (i === m ? half * Math.cos(0.3) : 0))).toBeLessThan(1e-15);
        expect(Math.abs(out[2 * i + 1]! - (i === m && half === 0.5 ? half * Math.sin(0.3) : 0))).toBeLessThan(1e-15);
      }
    }
  });

  it("keeps the energy: the mean square is the sum over the modes", () => {
    fc.assert(
      fc.property(data, (u) => {
        const n = u.length;
        const c = new Float64Array(n + 2);
        realFft(n).forward(u, c);
        const energy = Array.from({ length: n / 2 + 1 }, (_, m) => c[2 * m]! ** 2 + c[2 * m + 1]! ** 2);
        const sum = energy.reduce((total, value, m) => total + (m === 0 || m === n / 2 ? 1 : 2) * value, 0);
        expect(Math.abs(sum - u.reduce((total, value) => total + value * value, 0) / n)).toBeLessThan(1e-14);
      }),
    );
  });

  it("takes imaginary parts of the first and last coefficient as 0", () => {
    const fft = realFft(8);
    const [u, v] = [new Float64Array(8), new Float64Array(8)];
    fft.inverse(Float64Array.of(1, 0, 0.5, -0.2, 0, 0, 0, 0, 0.3, 0), u);
    fft.inverse(Float64Array.of(1, 7, 0.5, -0.2, 0, 0, 0, 0, 0.3, -9), v);
    expect(v).toEqual(u);
  });

  it("refuses lengths that are no power of two", () => {
    for (const n of [0, 2, 3, 12, 4.5, Number.NaN]) expect(() => realFft(n)).toThrow(RangeError);
    expect(() => realFft(12)).toThrow("realFft: points must be a power of two, got 12");
  });
});
