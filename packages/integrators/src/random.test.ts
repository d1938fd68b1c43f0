import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normal, numpyRandom, type RandomSource, random } from "./random.ts";

const draws = (source: RandomSource, n: number): number[] => Array.from({ length: n }, source);

describe("random", () => {
  it("repeats from its seed and differs between seeds", () => {
    expect(draws(random(1), 5)).toEqual(draws(random(1), 5));
    expect(draws(random(1), 5)).not.toEqual(draws(random(2), 5));
  });

  it("keeps its stream from release to release", () => {
    // Our own first values: a change of generator or hash would silently change every published figure.
    expect(draws(random(42), 3)).toEqual([0.26124769677858495, 0.35771764241587234, 0.8492003899217213]);
    expect(draws(random(42).fork(7), 2)).toEqual([0.08635030525431531, 0.4403738107294548]);
  });

  it("gives numbers in [0, 1) on the grid of 2^-53, with the mean and variance of the uniform law", () => {
    const n = 200_000;
    const source = random(3);
    let sum = 0;
    let squares = 0;
    for (let k = 0; k < n; k++) {
      const x = source();
      if (!(x >= 0 && x < 1) || !Number.isInteger(x * 2 ** 53)) throw new Error(`outside the grid: ${x}`);
      sum += x - 0.5;
      squares += (x - 0.5) ** 2;
    }
    // Five standard errors: sd of x is 1/sqrt(12), of (x - 1/2)^2 is sqrt(1/180).
    expect(Math.abs(sum / n)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(squares / n - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / n));
  });

  it("forks streams that depend on the number alone, not on what was drawn or forked before", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), fc.nat(50), (seed, k, before) => {
        const used = random(seed);
        for (let i = 0; i < before; i++) used();
        used.fork(k + 1 > Number.MAX_SAFE_INTEGER ? 0 : k + 1)();
        expect(draws(used.fork(k), 4)).toEqual(draws(random(seed).fork(k), 4));
      }),
    );
  });

  it("forks uncorrelated streams, also for neighbouring and high numbers and nested forks", () => {
    const root = random(9);
    const streams = [root, root.fork(0), root.fork(1), root.fork(2 ** 32), root.fork(2 ** 52), root.fork(0).fork(0)];
    const n = 20_000;
    const samples = streams.map((source) => draws(source, n).map((x) => x - 0.5));
    for (let i = 0; i < samples.length; i++) {
      for (let j = 0; j < i; j++) {
        let dot = 0;
        for (let k = 0; k < n; k++) dot += samples[i]![k]! * samples[j]![k]!;
        // Correlation of independent streams has sd 1/sqrt(n); 15 pairs, five sd.
        expect(Math.abs((12 * dot) / n)).toBeLessThan(5 / Math.sqrt(n));
      }
    }
  });

  it("refuses seeds and stream numbers that are not whole numbers in range", () => {
    for (const bad of ["abc", 1.5, -1, 2 ** 53, Number.NaN, undefined, null, 1n]) {
      expect(() => random(bad as number)).toThrow(RangeError);
      expect(() => random(1).fork(bad as number)).toThrow(/fork: stream must be an integer/);
    }
    expect(() => random(1.5)).toThrow("random: seed must be an integer between 0 and 9007199254740991, got 1.5");
  });
});

describe("normal", () => {
  it("has the moments of the standard normal law", () => {
    const n = 200_000;
    const gauss = normal(random(5));
    const moments = [0, 0, 0, 0];
    for (let k = 0; k < n; k++) {
      const x = gauss();
      for (let p = 0, power = x; p < 4; p++, power *= x) moments[p]! += power / n;
    }
    // Five standard errors: var of x^p is 1, 2, 15, 96.
    [0, 1, 0, 3].forEach((expected, p) => {
      expect(Math.abs(moments[p]! - expected)).toBeLessThan(5 * Math.sqrt([1, 2, 15, 96][p]! / n));
    });
  });

  it("is the polar method: both numbers of a pair, then the next pair", () => {
    // (x, y) = (0.5, 0.25): s = 0.3125.
    const factor = Math.sqrt((-2 * Math.log(0.3125)) / 0.3125);
    const values = [1, 1, 0.75, 0.625];
    const gauss = normal(() => values.shift()!);
    expect(gauss()).toBe(0.5 * factor);
    expect(gauss()).toBe(0.25 * factor);
  });

  it("ends with an error on a source that is not uniform, NaN included", () => {
    for (const value of [0.5, 0.999, Number.NaN]) {
      expect(() => normal(() => value)()).toThrow(RangeError);
    }
    expect(() => normal(3 as unknown as RandomSource)).toThrow(TypeError);
  });
});

describe("numpyRandom", () => {
  it("is the stream of NumPy's RandomState.random_sample, past the first refill of the state", () => {
    // numpy 1.24.2: np.random.seed(s); np.random.random_sample(2000)
    const reference: [seed: number, first: number[], number2000: number][] = [
      [42, [0.3745401188473625, 0.9507143064099162, 0.7319939418114051, 0.5986584841970366], 0.28218707469320015],
      [0, [0.5488135039273248, 0.7151893663724195, 0.6027633760716439, 0.5448831829968969], 0.5017731306999452],
      [4294967295, [0.0976320289940138, 0.9123828453026218, 0.78903530185164, 0.7800035981134678], 0.17947030169391298],
    ];
    for (const [seed, first, last] of reference) {
      const values = draws(numpyRandom(seed), 2000);
      expect(values.slice(0, 4)).toEqual(first);
      expect(values[1999]).toBe(last);
    }
  });

  it("refuses seeds that NumPy refuses", () => {
    for (const bad of [-1, 2 ** 32, 0.5, Number.NaN, "1"]) {
      expect(() => numpyRandom(bad as number)).toThrow(RangeError);
    }
  });
});
