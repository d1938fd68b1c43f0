import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { zigguratNormals } from "./ziggurat.ts";

/** Gives these 32-bit words as uniform numbers. */
function words(...values: number[]): () => number {
  let next = 0;
  return () => values[next++]! / 2 ** 32;
}

/** The strips and their use as Marsaglia and Tsang describe them, drawn one at a time from xoshiro128++ in unsigned words. */
function plainZiggurat(seed: number[]): () => number {
  let s = [...seed];
  const rotate = (w: number, k: number): number => ((w << k) | (w >>> (32 - k))) >>> 0;
  const word = (): number => {
    const result = (rotate((s[0]! + s[3]!) >>> 0, 7) + s[0]!) >>> 0;
    const [a, b, c, d] = [s[0]!, s[1]!, (s[2]! ^ s[0]!) >>> 0, (s[3]! ^ s[1]!) >>> 0];
    s = [(a ^ d) >>> 0, (b ^ c) >>> 0, (c ^ (b << 9)) >>> 0, rotate(d, 11)];
    return result;
  };
  const uniform = (): number => (word() + 0.5) / 2 ** 32;
  const r = 3.654152885361009;
  const area = 0.004928673233974655;
  const f = (x: number): number => Math.exp(-0.5 * x * x);
  const x = [area / f(r), r];
  for (let k = 2; k < 256; k++) x.push(Math.sqrt(-2 * Math.log(area / x[k - 1]! + f(x[k - 1]!))));
  x.push(0);
  return () => {
    for (;;) {
      const w = word();
      const strip = w % 256;
      const value = (((w - strip) / 256 + 0.5 - (w >= 2 ** 31 ? 2 ** 24 : 0)) / 2 ** 23) * x[strip]!;
      if (Math.abs(value) < x[strip + 1]!) return value;
      if (strip === 0) {
        for (;;) {
          const beyond = -Math.log(uniform()) / r;
          if (-2 * Math.log(uniform()) >= beyond * beyond) return Math.sign(value) * (r + beyond);
        }
      }
      const height = f(x[strip]!);
      if (height + uniform() * (f(x[strip + 1]!) - height) < f(value)) return value;
    }
  };
}

describe("zigguratNormals", () => {
  it("is the ziggurat over xoshiro128++, number by number", () => {
    const out = new Float64Array(200_000);
    zigguratNormals(words(1, 2, 3, 4))(out);
    const plain = plainZiggurat([1, 2, 3, 4]);
    // The tables are computed by the same formulas in another order of rounding: an ulp of 1 in a number of 4.
    const difference = out.reduce((largest, value) => Math.max(largest, Math.abs(value - plain())), 0);
    expect(difference).toBeLessThan(1e-14);
    // The first outputs of xoshiro128++ from 1, 2, 3, 4 are 641 and 1573767 (test vector of its reference code): bytes
    // 129 and 135 choose the strips, whose right ends lie between the median and the tail.
    const ends = [out[0]! / (2.5 / 2 ** 23), out[1]! / (6147.5 / 2 ** 23)];
    for (const end of ends) expect(end > 1.2 && end < 1.7).toBe(true);
    expect(ends[0]!).toBeGreaterThan(ends[1]!);
  });

  it("closes its strips at the top of the curve", () => {
    // A strip's area is its width times the rise of the curve over it; the last one has to end at height 1.
    const r = 3.654152885361009;
    const area = 0.004928673233974655;
    let x = r;
    for (let k = 2; k < 256; k++) x = Math.sqrt(-2 * Math.log(area / x + Math.exp(-0.5 * x * x)));
    expect(Math.abs(area / x + Math.exp(-0.5 * x * x) - 1)).toBeLessThan(1e-13);
  });

  it("draws the normal law: 400 equally likely bins, eight moments, the tails", () => {
    const count = 4_000_000;
    const out = new Float64Array(count);
    zigguratNormals(random(11))(out);
    // Bins by the distribution function, whose error is 1e-7: Abramowitz and Stegun 7.1.26.
    const bins = new Float64Array(400);
    const moments = new Float64Array(9);
    let [tail, far] = [0, 0];
    for (const x of out) {
      bins[Math.min(399, Math.floor(400 * distribution(x)))]! += 1;
      let power = 1;
      for (let k = 1; k <= 8; k++) moments[k]! += (power *= x) / count;
      if (Math.abs(x) > 3.654152885361009) tail++;
      if (Math.abs(x) > 4.5) far++;
    }
    const chi = bins.reduce((sum, n) => sum + (n - count / 400) ** 2 / (count / 400), 0);
    // Mean 399, standard deviation sqrt(2 * 399) = 28.2: within four of them.
    expect(Math.abs(chi - 399)).toBeLessThan(113);
    const exact = [1, 0, 1, 0, 3, 0, 15, 0, 105];
    // The variance of x^k is (2k - 1)!! - (the moment)^2.
    const squares = [1, 1, 3, 15, 105, 945, 10_395, 135_135, 2_027_025];
    for (let k = 1; k <= 8; k++) {
      const error = Math.sqrt((squares[k]! - exact[k]! ** 2) / count);
      expect(Math.abs(moments[k]! - exact[k]!), `moment ${k}`).toBeLessThan(4 * error);
    }
    // P(|x| > 3.654...) = 2.5803e-4, P(|x| > 4.5) = 6.7953e-6: counts of a Poisson law, within four deviations.
    expect(Math.abs(tail - 1032.1)).toBeLessThan(4 * Math.sqrt(1032));
    expect(Math.abs(far - 27.2)).toBeLessThan(4 * Math.sqrt(27.2));
  });

  it("gives successive numbers, and streams, that are not correlated", () => {
    const count = 400_000;
    const [one, other] = [0, 1].map((k) => {
      const out = new Float64Array(count);
      zigguratNormals(random(3).fork(k))(out);
      return out;
    });
    const product = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0) / count;
    const correlations = [1, 2, 3].map((lag) => product(one!.subarray(0, count - lag), one!.subarray(lag)));
    // Standard deviation 1 / sqrt(count).
    for (const c of [...correlations, product(one!, other!)]) expect(Math.abs(c)).toBeLessThan(4 / Math.sqrt(count));
  });

  it("goes on from one array to the next, and repeats itself from the same source", () => {
    const whole = new Float64Array(3000);
    zigguratNormals(random(5))(whole);
    const draw = zigguratNormals(random(5));
    const parts = new Float64Array(3000);
    for (const [from, to] of [
      [0, 1],
      [1, 1],
      [1, 777],
      [777, 3000],
    ] as const)
      draw(parts.subarray(from, to));
    expect(parts).toEqual(whole);
  });

  it("refuses what is no uniform source", () => {
    expect(() => zigguratNormals(7 as never)).toThrow("zigguratNormals: source must be a function");
    expect(() => zigguratNormals(() => 0.5)).toThrow("zigguratNormals: source must be uniform in [0, 1)");
    expect(() => zigguratNormals(() => Number.NaN)).toThrow(RangeError);
  });
});

/** The normal distribution function. */
function distribution(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const half = 0.5 * series * Math.exp(-z * z);
  return x < 0 ? half : 1 - half;
}
