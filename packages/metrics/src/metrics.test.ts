import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Metric, mae, mse, overTime, r2, relativeEnergy, relativeL2, relativeMse, rmse } from "./index.ts";

const root = new URL("../../../", import.meta.url).pathname;
const file = resolve(root, process.env["HML_SHARED"] ?? "../shared", "refs/integrators/metrics.json");
const absent = !existsSync(file);
if (absent) console.warn(`reference file ${file} is absent; the tests that need it are skipped`);

const all: ReadonlyArray<readonly [string, Metric]> = Object.entries({
  mse,
  rmse,
  mae,
  relativeMse,
  relativeEnergy,
  relativeL2,
  r2,
});
const y = [1, 2, 3, 4, 5];
const p = [1.1, 1.9, 3.2, 3.7, 5.4];

/** Pairs of movies with values of ordinary size, where no sum over- or underflows. */
const value = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((v) => (Math.abs(v) < 1e-6 ? 0 : v));
const pair = fc
  .integer({ min: 2, max: 20 })
  .chain((n) =>
    fc.tuple(fc.array(value, { minLength: n, maxLength: n }), fc.array(value, { minLength: n, maxLength: n })),
  );

/** 20 terms of at most 1e12 each carry a relative rounding of about 20 * 2^-53; 1e-12 is 400 times that. */
const close = (a: number, b: number): boolean =>
  a === b || Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b));

describe("values", () => {
  // The 1e-15 is a few units in the last place of sums of five terms.
  it("are those worked out by hand for errors .1 .1 .2 .3 .4", () => {
    expect(mse(p, y)).toBeCloseTo(0.31 / 5, 15);
    expect(rmse(p, y)).toBeCloseTo(Math.sqrt(0.062), 15);
    expect(mae(p, y)).toBeCloseTo(0.22, 15);
    expect(relativeMse(p, y)).toBeCloseTo(0.31 / 10, 15);
    expect(relativeEnergy(p, y)).toBeCloseTo(0.31 / 55, 15);
    expect(relativeL2(p, y)).toBeCloseTo(Math.sqrt(0.31 / 55), 15);
    expect(r2(p, y)).toBeCloseTo(0.969, 15);
  });

  it.skipIf(absent)("are those of the independent reference file", () => {
    const { regression: ref } = JSON.parse(readFileSync(file, "utf8"));
    const expected: ReadonlyArray<readonly [Metric, string]> = [
      [mse, "mse"],
      [rmse, "rmse"],
      [mae, "mae"],
      [relativeMse, "mse_over_variance"],
      [relativeEnergy, "rel_mse_energy"],
      [relativeL2, "rel_l2"],
      [r2, "r2"],
    ];
    for (const [metric, name] of expected) {
      const got = metric(ref.yhat, ref.y);
      // Five terms summed in another order: a few units in the last place.
      expect(Math.abs(got - ref[name]), name).toBeLessThanOrEqual(4e-15 * Math.abs(ref[name]));
    }
  });
});

describe("edge cases", () => {
  it("a constant reference has no variance: 0 or Infinity, and r2 is 1 or 0", () => {
    expect(relativeMse([2, 2, 2], [2, 2, 2])).toBe(0);
    expect(relativeMse([2, 2, 3], [2, 2, 2])).toBe(Infinity);
    expect(r2([2, 2, 2], [2, 2, 2])).toBe(1);
    expect(r2([2, 2, 3], [2, 2, 2])).toBe(0);
  });
  it("a constant that is not a binary fraction still counts as constant", () => {
    expect(relativeMse([0.1, 0.1, 0.2], [0.1, 0.1, 0.1])).toBe(Infinity);
    expect(r2([0.1, 0.1, 0.1], [0.1, 0.1, 0.1])).toBe(1);
  });
  it("a zero reference gives 0 or Infinity", () => {
    for (const metric of [relativeEnergy, relativeL2]) {
      expect(metric([0, 0], [0, 0])).toBe(0);
      expect(metric([1, 0], [0, 0])).toBe(Infinity);
    }
  });
  it("one value has no spread, so r2 is NaN", () => {
    expect(r2([1], [1])).toBeNaN();
    expect(mse([1], [3])).toBe(4);
  });
  it("a NaN on either side gives NaN, also where the denominator is zero", () => {
    for (const [name, metric] of all) {
      expect(metric([1, Number.NaN], [1, 2]), name).toBeNaN();
      expect(metric([1, 2], [Number.NaN, 2]), name).toBeNaN();
      expect(metric([1, Number.NaN], [0, 0]), name).toBeNaN();
    }
  });
  it("empty and unequal lengths are RangeErrors that name the function and both lengths", () => {
    for (const [name, metric] of all) {
      expect(() => metric([], [])).toThrow(new RangeError(`${name}: reference must hold at least one value, got none`));
      expect(() => metric([1], [1, 2])).toThrow(new RangeError(`${name}: prediction must have length 2, got 1`));
      expect(() => metric("12" as unknown as number[], [1, 2])).toThrow(TypeError);
    }
  });
  it("a large offset costs no digits of the variance", () => {
    // Offsets that are powers of two keep y + offset exact, so only the metric's own rounding is left.
    const offset = 67108864;
    const shifted = y.map((v) => v + offset);
    expect(
      relativeMse(
        y.map((v, i) => v + offset + (i % 2) / 4),
        shifted,
      ),
    ).toBe(2 / 16 / 5 / 2);
  });
});

describe("laws", () => {
  it("every error of x against itself is 0, and r2 is 1", () => {
    fc.assert(
      fc.property(pair, ([x]) => {
        for (const [name, metric] of all) expect(metric(x, x), name).toBe(name === "r2" ? 1 : 0);
      }),
    );
  });
  it("mse, rmse and mae are symmetric", () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        for (const metric of [mse, rmse, mae]) expect(metric(a, b)).toBe(metric(b, a));
      }),
    );
  });
  it("scaling both by s scales mse by s^2, rmse and mae by |s|, and leaves relative measures alone", () => {
    // Powers of two make the scaling exact, so the laws hold to the last bit but for the square root.
    fc.assert(
      fc.property(pair, fc.constantFrom(-4, -0.5, 2, 1024), ([a, b], s) => {
        const [sa, sb] = [a.map((v) => s * v), b.map((v) => s * v)];
        expect(mse(sa, sb)).toBe(s * s * mse(a, b));
        expect(rmse(sa, sb)).toBe(Math.abs(s) * rmse(a, b));
        expect(mae(sa, sb)).toBe(Math.abs(s) * mae(a, b));
        for (const metric of [relativeMse, relativeEnergy, relativeL2, r2]) expect(metric(sa, sb)).toBe(metric(a, b));
      }),
    );
  });
  it("rmse^2 is mse, relativeL2^2 is relativeEnergy, r2 is 1 - relativeMse, mae is at most rmse", () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        expect(close(rmse(a, b) * rmse(a, b), mse(a, b))).toBe(true);
        expect(close(relativeL2(a, b) * relativeL2(a, b), relativeEnergy(a, b))).toBe(true);
        if (Number.isFinite(relativeMse(a, b))) expect(r2(a, b)).toBe(1 - relativeMse(a, b));
        expect(mae(a, b)).toBeLessThanOrEqual(rmse(a, b) * (1 + 1e-12));
      }),
    );
  });
  it("rmse obeys the triangle inequality", () => {
    fc.assert(
      fc.property(pair, fc.array(value, { minLength: 20, maxLength: 20 }), ([a, b], c) => {
        const middle = c.slice(0, a.length);
        expect(rmse(a, b)).toBeLessThanOrEqual((rmse(a, middle) + rmse(middle, b)) * (1 + 1e-12));
      }),
    );
  });
  it("predicting the mean of the reference has relativeMse 1", () => {
    fc.assert(
      fc.property(pair, ([, b]) => {
        const first = b[0]!;
        const mean = first + b.reduce((s, v) => s + (v - first), 0) / b.length;
        const got = relativeMse(new Float64Array(b.length).fill(mean), b);
        // The mean itself is rounded: an error of eps |mean| against the spread, squared.
        const spread = Math.sqrt(mse(b, new Float64Array(b.length).fill(mean)));
        fc.pre(spread > 1e-6 * Math.max(...b.map(Math.abs)));
        expect(got).toBeCloseTo(1, 9);
      }),
    );
  });
});

describe("overTime", () => {
  it("gives the metric of each frame, and the mean of the mse curve is the mse", () => {
    fc.assert(
      fc.property(pair, fc.integer({ min: 1, max: 4 }), ([a, b], frames) => {
        const movieA = Array.from({ length: frames }, (_, k) => a.map((v) => v + k)).flat();
        const movieB = Array.from({ length: frames }, () => b).flat();
        const curve = overTime(mse, movieA, movieB, frames);
        expect(curve).toHaveLength(frames);
        for (let k = 0; k < frames; k++)
          expect(curve[k]).toBe(
            mse(
              a.map((v) => v + k),
              b,
            ),
          );
        expect(close(curve.reduce((s, v) => s + v, 0) / frames, mse(movieA, movieB))).toBe(true);
      }),
    );
  });
  it("refuses frames that do not divide the length", () => {
    expect(() => overTime(mse, [1, 2, 3], [1, 2, 3], 2)).toThrow("frames must divide");
    expect(() => overTime(mse, [1, 2, 3], [1, 2, 3], 0)).toThrow(RangeError);
    expect(() => overTime(mse, [1, 2, 3], [1, 2, 3], 1.5)).toThrow(RangeError);
    expect(() => overTime("mse" as unknown as Metric, [1], [1], 1)).toThrow(TypeError);
  });
});
