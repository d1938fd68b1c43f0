import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type DatasetSource,
  dataset,
  readNpy,
  scaled,
  selectFrames,
  snapshots,
  splitRows,
  splitTrajectories,
  writeNpy,
} from "./index.ts";

const times = [0, 0.1, 0.2, 0.4, 0.5, 0.7, 0.8, 1, 1.1];
const x = [0, 1, 3];

/** u = a polynomial in t of degree `degree` for each trajectory and point, and its derivative. */
function movie(degree: number, trajectories = 2): { source: DatasetSource; rate: Float64Array } {
  const u: number[] = [];
  const rate: number[] = [];
  for (let k = 0; k < trajectories; k++) {
    for (const t of times) {
      for (const v of x) {
        u.push(v + (k + 1) * t ** degree);
        rate.push((k + 1) * degree * t ** (degree - 1));
      }
    }
  }
  return { source: { u, shape: [trajectories, times.length, 3], t: times, x }, rate: Float64Array.from(rate) };
}

describe("dataset", () => {
  it("takes time derivatives that are exact for polynomials of the order, at uneven times and at the ends", () => {
    for (const order of [2, 4, 6] as const) {
      const { source, rate } = movie(order);
      const data = dataset({ ...source, differences: order });
      expect(data.shape).toEqual([2, 9, 3]);
      // Rates up to 13, weights up to some 100 per unit time, a few roundings of 2^-53.
      for (const [i, want] of rate.entries()) expect(Math.abs(data.dudt[i]! - want)).toBeLessThan(1e-11);
    }
  });
  it("takes forward differences and leaves the last frame out", () => {
    const { source } = movie(1, 1);
    const data = dataset({ ...source, differences: "forward" });
    expect(data.shape).toEqual([1, 8, 3]);
    expect([...data.t]).toEqual(times.slice(0, 8));
    for (const v of data.dudt) expect(v).toBeCloseTo(1, 13);
    expect([...data.u]).toEqual((source.u as number[]).slice(0, 24));
  });
  it("keeps given derivatives and copies everything", () => {
    const u = [1, 2, 3, 4];
    const data = dataset({ u, shape: [2, 2], t: [0, 1], x: [0, 1], dudt: [5, 6, 7, 8] });
    u[0] = 99;
    expect([...data.u]).toEqual([1, 2, 3, 4]);
    expect([...data.dudt]).toEqual([5, 6, 7, 8]);
    expect(data.shape).toEqual([1, 2, 2]);
  });
  it("takes arrays from files with their shapes, 64-bit integers included", () => {
    const u = readNpy(writeNpy({ data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] }));
    const t = readNpy(writeNpy(BigInt64Array.of(0n, 1n, 2n)));
    const data = dataset({ u, t, x: [0, 1] });
    expect(data.shape).toEqual([1, 3, 2]);
    expect([...data.dudt]).toEqual([2, 2, 2, 2, 2, 2]);
    const big = { data: BigInt64Array.of(0n, 2n ** 53n + 1n, 2n ** 60n), shape: [3], dtype: "i8" } as const;
    expect(() => dataset({ u, t: big, x: [0, 1] })).toThrow("t[1] must fit a float64 exactly");
  });
  it("refuses empty sets, shapes that do not fit, grids that do not increase", () => {
    const good = { u: [1, 2, 3, 4, 5, 6], shape: [3, 2], t: [0, 1, 2], x: [0, 1] };
    const cases: ReadonlyArray<readonly [Partial<DatasetSource>, string]> = [
      [{ u: [], shape: [0, 2] }, "dataset: u must not be empty, got shape 0 x 2"],
      [{ shape: [2, 2] }, "dataset: u must hold 2 x 2 values, got 6"],
      [{ shape: [2 ** 40, 2 ** 40] }, "must hold 1099511627776 x 1099511627776 values, got 6"],
      [{ shape: [6] }, "shape must be [trajectories, frames, points]"],
      [{ shape: [1.5, 4] }, "shape[1] must be an integer"],
      [{ t: [0, 1] }, "t must hold 3 times, one a frame, got 2"],
      [{ t: [0, 1, 1] }, "t must increase strictly, got t[1] = 1 and t[2] = 1"],
      [{ x: [1, 0] }, "x must increase strictly"],
      [{ x: [0, 1, 2] }, "x must hold 2 nodes, one a point, got 3"],
      [{ x: [0, Number.NaN] }, "x[1] must be finite"],
      [{ dudt: [1, 2] }, "dudt must be shaped as u, 1 x 3 x 2, got 2 values"],
      [{ u: [1, 2, 3, Number.NaN, 5, 6] }, 'u[0, 1, 1] must be finite, got NaN; missing: "mask"'],
      [{ dudt: [1, 2, 3, 4, Infinity, 6] }, "dudt[0, 2, 0] must be finite, got Infinity"],
      [{ differences: 6 }, "at least 7 frames for differences of order 6, got 3"],
      [{ differences: 3 as 2 }, "differences must be one of"],
    ];
    for (const [change, message] of cases) expect(() => dataset({ ...good, ...change })).toThrow(message);
    expect(() => dataset({ u: good.u, t: good.t, x: good.x })).toThrow("shape must be");
    expect(() => dataset({ ...good, u: undefined as never })).toThrow(TypeError);
    expect(() => dataset({ ...good, mising: "mask" } as never)).toThrow("did you mean missing?");
    expect(() => dataset({ ...good, u: [1, "2", 3, 4, 5, 6] as never })).toThrow('u[1] must be a number, got "2"');
    expect(() => dataset({ u: [1, 2], shape: [1, 2], t: [0], x: [0, 1], differences: "forward" })).toThrow(
      "at least 2 frames",
    );
  });
  it("masks whole frames with a missing value, and those whose differences would reach it", () => {
    const { source } = movie(1, 1);
    const u = (source.u as number[]).slice();
    u[4 * 3 + 1] = Number.NaN;
    const data = dataset({ ...source, u, missing: "mask" });
    // Central differences look one frame ahead and back.
    expect([...data.mask]).toEqual([1, 1, 1, 0, 0, 0, 1, 1, 1]);
    const rows = snapshots(data);
    expect(rows.rows).toBe(6);
    expect(rows.u.every(Number.isFinite) && rows.dudt.every(Number.isFinite)).toBe(true);
    expect([...dataset({ ...source, u, missing: "mask", dudt: u.map(() => 0) }).mask]).toEqual([
      1, 1, 1, 1, 0, 1, 1, 1, 1,
    ]);
    expect(() => dataset({ ...source, u: u.map(() => Number.NaN), missing: "mask" })).toThrow(
      "at least one complete frame",
    );
  });
});

describe("splits", () => {
  const data = dataset(movie(2, 5).source);
  const perTrajectory = 27;
  it("by trajectory: the last for testing, those before for validation, each whole", () => {
    const { train, validation, test } = splitTrajectories(data, { test: 2, validation: 1 });
    expect([train.shape[0], validation.shape[0], test.shape[0]]).toEqual([2, 1, 2]);
    expect([...train.u, ...validation.u, ...test.u]).toEqual([...data.u]);
    expect([...train.dudt, ...validation.dudt, ...test.dudt]).toEqual([...data.dudt]);
  });
  it("by trajectory: by name", () => {
    const { train, test, validation } = splitTrajectories(data, { test: [3, 0] });
    expect([...test.u]).toEqual([
      ...data.u.subarray(3 * perTrajectory, 4 * perTrajectory),
      ...data.u.subarray(0, perTrajectory),
    ]);
    expect(train.shape[0]).toBe(3);
    expect(snapshots(validation).rows).toBe(0);
  });
  it("by trajectory: refuse overlap, unknown ones and an empty training set", () => {
    expect(() => splitTrajectories(data, { test: [1, 1] })).toThrow("must not repeat a trajectory, got 1 twice");
    expect(() => splitTrajectories(data, { test: [1], validation: [1] })).toThrow("validation must not repeat");
    expect(() => splitTrajectories(data, { test: [5] })).toThrow("test[0] must be an integer between 0 and 4");
    expect(() => splitTrajectories(data, { test: 5 })).toThrow("train must keep a trajectory");
    expect(() => splitTrajectories(data, { test: 6 })).toThrow(RangeError);
    expect(() => splitTrajectories(data, { tests: 1 } as object)).toThrow("did you mean test?");
  });
  it("by row: of 5,000 rows the last 750 test, of the rest the last 425 validate, as in the authors' code", () => {
    const u = Float64Array.from({ length: 5000 }, (_, i) => i);
    const rows = { u, dudt: u, rows: 5000, points: 1 };
    const { train, validation, test } = splitRows(rows, { test: 0.15, validation: 0.1 });
    expect([train.rows, validation.rows, test.rows]).toEqual([3825, 425, 750]);
    expect([train.u[0], validation.u[0], test.u[0], test.u[749]]).toEqual([0, 3825, 4250, 4999]);
    expect(splitRows(rows, {}).train.rows).toBe(5000);
    expect(() => splitRows(rows, { test: 1 })).toThrow("fraction below 1");
    expect(() => splitRows({ u, dudt: u, rows: 1, points: 1 }, { test: 0.9 })).toThrow("train must keep a row");
  });
  it("frames: the same range of every trajectory", () => {
    const cut = selectFrames(data, 1, 3);
    expect(cut.shape).toEqual([5, 2, 3]);
    expect([...cut.t]).toEqual([0.1, 0.2]);
    for (let k = 0; k < 5; k++) {
      expect([...cut.u.subarray(6 * k, 6 * k + 6)]).toEqual([...data.u.subarray(27 * k + 3, 27 * k + 9)]);
    }
    expect(selectFrames(data, 8).shape[1]).toBe(1);
    expect(() => selectFrames(data, 3, 3)).toThrow(RangeError);
    expect(() => selectFrames(data, 9)).toThrow(RangeError);
  });
});

describe("scaled", () => {
  const data = dataset(movie(2, 3).source);
  it("standard: mean 0 and deviation 1, rates in the same units, and back", () => {
    const standard = scaled(data, "standard");
    const mean = standard.u.reduce((s, v) => s + v, 0) / standard.u.length;
    const variance = standard.u.reduce((s, v) => s + v * v, 0) / standard.u.length;
    expect(mean).toBeCloseTo(0, 13);
    expect(variance).toBeCloseTo(1, 13);
    const back = scaled(standard, "none");
    for (const i of data.u.keys()) {
      expect(standard.dudt[i]! * standard.scaling.deviation).toBeCloseTo(data.dudt[i]!, 12);
      expect(back.u[i]).toBeCloseTo(data.u[i]!, 12);
      expect(back.dudt[i]).toBeCloseTo(data.dudt[i]!, 12);
    }
    expect(back.scaling).toEqual({ mean: 0, deviation: 1 });
  });
  it("uses the training set's scaling for others, also on data scaled already", () => {
    const { train, test } = splitTrajectories(data, { test: 1 });
    const { scaling } = scaled(train, "standard");
    const direct = scaled(test, scaling);
    const twice = scaled(scaled(test, { mean: 5, deviation: 3 }), scaling);
    for (const i of direct.u.keys()) expect(twice.u[i]).toBeCloseTo(direct.u[i]!, 12);
    expect(direct.u[0]).toBeCloseTo((test.u[0]! - scaling.mean) / scaling.deviation, 14);
  });
  it("leaves masked frames out of the mean", () => {
    const u = [1, 3, Number.NaN, 5, 7, 9];
    const masked = dataset({ u, shape: [3, 2], t: [0, 1, 2], x: [0, 1], dudt: u.map(() => 0), missing: "mask" });
    expect(scaled(masked, "standard").scaling.mean).toBe(5);
  });
  it("refuses a constant field and a scaling that divides by nothing", () => {
    const flat = dataset({ u: [2, 2], shape: [1, 2], t: [0], x: [0, 1], dudt: [0, 0] });
    expect(() => scaled(flat, "standard")).toThrow("must vary to be standardised, got the constant 2");
    expect(() => scaled(flat, { mean: 0, deviation: 0 })).toThrow("deviation must be positive");
    expect(() => scaled(flat, "minmax" as "none")).toThrow(RangeError);
  });
});

it("stacking, splitting and unscaling lose no snapshot, whatever the sizes", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 4 }),
      (k, n, p) => {
        const u = Float64Array.from({ length: k * n * p }, (_, i) => i);
        const data = dataset({
          u,
          shape: [k, n, p],
          t: Array.from({ length: n }, (_, i) => i),
          x: Array.from({ length: p }, (_, i) => i),
          dudt: u.map((v) => -v),
        });
        const rows = snapshots(data);
        expect([rows.rows, rows.points]).toEqual([k * n, p]);
        expect(rows.u).toEqual(u);
        expect(rows.dudt).toEqual(u.map((v) => -v));
      },
    ),
  );
});
