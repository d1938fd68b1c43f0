import { callable, show } from "@hml/guard";
import { mersenne } from "pure-rand/generator/mersenne";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

/** Uniform numbers in [0, 1): the one form in which chance enters; d3-random and ml-matrix take the same. */
export type RandomSource = () => number;

/** A seeded source that gives independent streams by number. */
export interface SeededRandom extends RandomSource {
  /**
   * Stream `stream` (an integer in [0, 2^53)) of this source: the same whatever was drawn before and in whatever order
   * streams are asked for. One stream per trajectory, member or worker keeps results independent of their number.
   */
  fork(stream: number): SeededRandom;
}

/**
 * A seeded source of uniform numbers in [0, 1) with 53 random bits, bit-equal on every engine.
 *
 * xoroshiro128+ (Blackman and Vigna 2018) of pure-rand; two 32-bit outputs give one number, their 5 and 6 lowest bits,
 * the weak ones of this generator, dropped. The 128-bit state comes from the seed, and that of a fork from its parent's
 * key and the stream number, through one block of MurmurHash3 x86-128, which is one to one: two seeds, or two streams
 * of one source, never start from the same state. Streams are disjoint with overwhelming probability (2^128 states),
 * not by construction.
 *
 * @param seed - an integer in [0, 2^53)
 * @throws RangeError for any other seed or stream number
 */
export function random(seed: number): SeededRandom {
  wholeNumber("random", "seed", seed, Number.MAX_SAFE_INTEGER);
  return stream(hashed([0x68_6d_6c_31, 0x9e_37_79_b9, 0x7f_4a_7c_15, 0xf3_9c_c0_60], seed));
}

/**
 * Independent standard normal numbers from uniform ones, by the polar method of Marsaglia and Bray (1964): (x, y)
 * uniform in the square, kept when 0 < s = x^2 + y^2 < 1, gives x f and y f with f = sqrt(-2 ln(s) / s).
 *
 * `Math.log` differs by an ulp between engines, so these numbers are bit-equal per engine only (relative 1e-15
 * otherwise). A `source` that never falls inside the disc is a RangeError after 1,000 tries.
 */
export function normal(source: RandomSource): () => number {
  callable("normal", "source", source);
  let spare = 0;
  let hasSpare = false;
  return () => {
    if (hasSpare) {
      hasSpare = false;
      return spare;
    }
    // A uniform source misses the disc with probability 0.215 a try.
    for (let tries = 0; tries < 1000; tries++) {
      const x = 2 * source() - 1;
      const y = 2 * source() - 1;
      const s = x * x + y * y;
      if (s > 0 && s < 1) {
        const factor = Math.sqrt((-2 * Math.log(s)) / s);
        spare = y * factor;
        hasSpare = true;
        return x * factor;
      }
    }
    throw new RangeError("normal: source must be uniform in [0, 1); 1000 pairs in succession were outside the disc");
  };
}

/**
 * The stream of NumPy's `numpy.random.RandomState(seed).random_sample()` (also `numpy.random.seed(seed)` followed by
 * `numpy.random.rand()`), to redo initial conditions published with Python code. MT19937 (Matsumoto and Nishimura 1998)
 * seeded by a 32-bit integer; 53 bits from two outputs.
 *
 * @param seed - an integer in [0, 2^32)
 * @throws RangeError for any other seed
 */
export function numpyRandom(seed: number): RandomSource {
  wholeNumber("numpyRandom", "seed", seed, 0xff_ff_ff_ff);
  return uniform(mersenne(seed));
}

/** 27 and 26 high bits of two 32-bit words, over 2^53. */
function uniform(words: { next(): number }): RandomSource {
  return () => {
    const high = words.next() >>> 5;
    return (high * 67_108_864 + (words.next() >>> 6)) / 9_007_199_254_740_992;
  };
}

function stream(key: Key): SeededRandom {
  const draw = uniform(xoroshiro128plusFromState(key));
  const source = (): number => draw();
  source.fork = (index: number): SeededRandom => {
    wholeNumber("fork", "stream", index, Number.MAX_SAFE_INTEGER);
    return stream(hashed(key, index));
  };
  return source;
}

type Key = readonly [number, number, number, number];

/** One 128-bit block, holding a 53-bit number, of MurmurHash3 x86-128 (Appleby 2011) with the 128-bit seed `key`. */
function hashed(key: Key, value: number): Key {
  let [a, b, c, d] = key;
  a ^= Math.imul(rotate(Math.imul(value | 0, 0x23_9b_96_1b), 15), 0xab_0e_97_89);
  a = Math.imul((rotate(a, 19) + b) | 0, 5) + 0x56_1c_cd_1b;
  b ^= Math.imul(rotate(Math.imul((value / 4_294_967_296) | 0, 0xab_0e_97_89), 16), 0x38_b3_4a_e5);
  b = Math.imul((rotate(b, 17) + c) | 0, 5) + 0x0b_ca_a7_47;
  c = Math.imul((rotate(c, 15) + d) | 0, 5) + 0x96_cd_1c_35;
  d = Math.imul((rotate(d, 13) + a) | 0, 5) + 0x32_ac_3b_17;
  const sum = (a + b + c + d) | 0;
  const [p, q, r, s] = [avalanche(sum), avalanche(b + sum), avalanche(c + sum), avalanche(d + sum)];
  const total = (p + q + r + s) | 0;
  return [total, (q + total) | 0, (r + total) | 0, (s + total) | 0];
}

function rotate(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

function avalanche(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85_eb_ca_6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2_b2_ae_35);
  return h ^ (h >>> 16);
}

/** Wrong types are RangeErrors here too: a seed is a whole number or it is out of range. */
function wholeNumber(where: string, name: string, value: unknown, max: number): void {
  if (!Number.isSafeInteger(value) || (value as number) < 0 || (value as number) > max) {
    throw new RangeError(`${where}: ${name} must be an integer between 0 and ${max}, got ${show(value)}`);
  }
}
