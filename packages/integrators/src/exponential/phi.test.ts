import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PHI_COUNT, phi } from "./phi.ts";

/** refs integrators/ks.json, phi_functions: phi_1 to phi_4 of real z, 20 digits rounded to double precision. */
const TABLE: readonly (readonly [z: number, ...values: number[]])[] = [
  [-1e4, 0.0001, 9.999e-5, 4.9990001e-5, 1.6661667666566665e-5],
  [-100, 0.01, 0.0099, 0.004901, 0.0016176566666666666],
  [-10, 0.09999546000702375, 0.09000045399929762, 0.040999954600070235, 0.012566671206659642],
  [-1, 0.6321205588285577, 0.36787944117144233, 0.13212055882855767, 0.03454610783810899],
  [-0.1, 0.9516258196404043, 0.4837418035959573, 0.16258196404042682, 0.040847026262398306],
  [-1e-3, 0.9995001666250083, 0.4998333749916681, 0.16662500833194463, 0.041658334722023835],
  [-1e-8, 0.999999995, 0.49999999833333336, 0.16666666625, 0.04166666658333333],
  [0, 1, 0.5, 0.16666666666666666, 0.041666666666666664],
  [1e-8, 1.000000005, 0.5000000016666667, 0.16666666708333333, 0.04166666675],
  [0.5, 1.2974425414002564, 0.5948850828005126, 0.18977016560102516, 0.046206997868717015],
];

const BITS = 700n;
/** Arguments are multiples of this, so that the oracle takes them exactly. */
const GRAIN = 2 ** -30;

/** phi_k by its power series in 700-bit fixed point: at |z| <= 60 the terms reach e^60, and 600 bits remain. */
function oracle(k: number, re: number, im: number): readonly [number, number] {
  const a = BigInt(re / GRAIN);
  const b = BigInt(im / GRAIN);
  let termRe = 1n << BITS;
  let termIm = 0n;
  for (let i = 2; i <= k; i++) termRe /= BigInt(i);
  let sumRe = termRe;
  let sumIm = termIm;
  for (let j = 1; j < 600; j++) {
    const divisor = BigInt(j + k) << 30n;
    const next = (termRe * a - termIm * b) / divisor;
    termIm = (termRe * b + termIm * a) / divisor;
    termRe = next;
    sumRe += termRe;
    sumIm += termIm;
  }
  return [toNumber(sumRe), toNumber(sumIm)];
}

function toNumber(fixed: bigint): number {
  const digits = (fixed < 0n ? -fixed : fixed).toString(2);
  const drop = Math.max(0, digits.length - 64);
  return Number(fixed >> BigInt(drop)) * 2 ** (drop - Number(BITS));
}

/** Largest relative error of phi_0 to phi_4 at z. */
function error(re: number, im: number): number {
  const out = new Float64Array(2 * PHI_COUNT);
  phi(re, im, out);
  let worst = 0;
  for (let k = 0; k < PHI_COUNT; k++) {
    const [exactRe, exactIm] = oracle(k, re, im);
    const size = Math.hypot(exactRe, exactIm);
    worst = Math.max(worst, Math.hypot(out[2 * k]! - exactRe, out[2 * k + 1]! - exactIm) / size);
  }
  return worst;
}

/** Sizes from 1e-6 to 60, evenly in the logarithm. */
const magnitude = fc.double({ min: -6, max: Math.log10(60), noNaN: true }).map((power) => 10 ** power);
const grained = (value: number): number => Math.round(value / GRAIN) * GRAIN;

describe("phi", () => {
  it("I10: gives the table of reference digits for real arguments", () => {
    const out = new Float64Array(2 * PHI_COUNT);
    for (const [z, ...values] of TABLE) {
      phi(z, 0, out);
      // What the schemes need; measured: 1e-15.
      values.forEach((value, k) => {
        expect(Math.abs(out[2 * k + 2]! / value - 1)).toBeLessThan(1e-13);
        expect(out[2 * k + 3]).toBe(0);
      });
      expect(out[0]).toBe(Math.exp(z));
    }
  });

  it("has a relative error below 1e-14 for real arguments of either sign", () => {
    fc.assert(
      fc.property(magnitude, fc.boolean(), (size, negative) => {
        expect(error(grained(negative ? -size : size), 0)).toBeLessThan(1e-14);
      }),
      { numRuns: 150 },
    );
  });

  it("has a relative error below 1e-14 for complex arguments, away from the zeros of phi_1", () => {
    fc.assert(
      fc.property(magnitude, fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }), (size, angle) => {
        const [re, im] = [grained(size * Math.cos(angle)), grained(size * Math.sin(angle))];
        const turns = im / (2 * Math.PI);
        fc.pre(Math.round(turns) === 0 || Math.hypot(re, im - 2 * Math.PI * Math.round(turns)) > 0.5);
        expect(error(re, im)).toBeLessThan(1e-14);
      }),
      { numRuns: 150 },
    );
  });

  it("passes smoothly from the series to the recursion", () => {
    for (const [re, im] of [
      [2, 0],
      [-2, 0],
      [0, 2],
      [-1.25, 1.5625],
    ] as const) {
      for (const scale of [1 - 2 ** -20, 1, 1 + 2 ** -20])
        expect(error(grained(re * scale), grained(im * scale))).toBeLessThan(1e-14);
    }
  });

  it("is conjugate at conjugate arguments, and tends to 0 far to the left", () => {
    const [a, b] = [new Float64Array(10), new Float64Array(10)];
    phi(-3, 4, a);
    phi(-3, -4, b);
    expect(b).toEqual(a.map((value, i) => (i % 2 === 0 ? value : -value)));
    phi(-1e300, 0, a);
    expect([...a]).toEqual([0, 0, 1e-300, 0, 1e-300, 0, 5e-301, 0, expect.closeTo(1e-300 / 6, 310), 0]);
  });

  it("refuses what is not finite or has no room", () => {
    expect(() => phi(Number.NaN, 0, new Float64Array(10))).toThrow("phi: re must be finite");
    expect(() => phi(0, Infinity, new Float64Array(10))).toThrow("phi: im must be finite");
    expect(() => phi(0, 0, new Float64Array(5))).toThrow("phi: out must have length 10, got 5");
  });
});
