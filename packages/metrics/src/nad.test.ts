import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mnad, nad } from "./index.ts";

const value = fc.double({ min: -1e3, max: 1e3, noNaN: true });
/** Two movies of three frames of two channels of two nodes. */
const movies = fc.tuple(
  fc.array(value, { minLength: 12, maxLength: 12 }),
  fc.array(value, { minLength: 12, maxLength: 12 }),
);

describe("nad", () => {
  it("divides by the range of the reference over space and time, never by that of the prediction", () => {
    expect([...nad([0, 0, 5, 9], [0, 1, 3, 4], 2)]).toEqual([0.5 / 4, 3.5 / 4]);
    expect(mnad([0, 0, 5, 9], [0, 1, 3, 4], 2)).toBe(0.5);
  });
  it("takes each channel by its own range, and the mean over channels", () => {
    // Frames of channels (0, 1) and (0, 100); every error is a tenth of its channel's range.
    const y = [0, 1, 0, 100, 1, 0, 100, 0];
    const p = [0.1, 1.1, 10, 110, 1.1, 0.1, 110, 10];
    for (const got of nad(p, y, 2, { range: "channel", channels: 2 })) expect(got).toBeCloseTo(0.1, 15);
    for (const got of nad(p, y, 2, { range: [1, 100], channels: 2 })) expect(got).toBeCloseTo(0.1, 15);
    // The global range lets the second channel alone be seen.
    expect(nad(p, y, 2)[0]).toBeCloseTo((0.1 + 10) / 2 / 100, 15);
    expect(nad(p, y, 2, { range: 200 })[0]).toBeCloseTo((0.1 + 10) / 2 / 200, 15);
  });
  it("gives 0 or Infinity where a range is zero", () => {
    expect([...nad([2, 2, 2, 3], [2, 2, 2, 2], 2)]).toEqual([0, Infinity]);
    expect([...nad([1, 5, 1, 6], [1, 5, 1, 7], 2, { range: "component" })]).toEqual([0, 0.25]);
    expect([...nad([1, 5, 2, 7], [1, 5, 1, 7], 2, { range: "component" })]).toEqual([0, Infinity]);
  });
  it("a NaN of the prediction stays in its frame; one of the reference enters every range it belongs to", () => {
    expect([...nad([1, Number.NaN, 1, 2], [1, 2, 1, 2], 2)]).toEqual([Number.NaN, 0]);
    expect([...nad([1, 2, 1, 2], [1, Number.NaN, 1, 2], 2)]).toEqual([Number.NaN, Number.NaN]);
    expect([...nad([1, 2, 1, 2], [1, Number.NaN, 1, 2], 2, { range: "frame" })]).toEqual([Number.NaN, 0]);
  });
  it("scaling and shifting both movies changes nothing, with the range of any kind", () => {
    fc.assert(
      fc.property(movies, fc.constantFrom("global", "channel", "component", "frame"), ([p, y], range) => {
        const options = { range, channels: 2 } as const;
        const curve = nad(p, y, 3, options);
        const scaled = nad(
          p.map((v) => 4 * v),
          y.map((v) => 4 * v),
          3,
          options,
        );
        // A power of two scales exactly.
        expect([...scaled]).toEqual([...curve]);
        expect(mnad(y, y, 3, options)).toBe(0);
      }),
    );
  });
  it("one channel is the global range, and as many channels as components are the component range", () => {
    fc.assert(
      fc.property(movies, ([p, y]) => {
        expect([...nad(p, y, 3, { range: "channel", channels: 1 })]).toEqual([...nad(p, y, 3)]);
        expect([...nad(p, y, 3, { range: "channel", channels: 4 })]).toEqual([...nad(p, y, 3, { range: "component" })]);
      }),
    );
  });
  it("refuses what is no movie, no channel or no range", () => {
    expect(() => nad([], [], 1)).toThrow(RangeError);
    expect(() => nad([1], [1, 2], 1)).toThrow(RangeError);
    expect(() => nad([1, 2, 3], [1, 2, 3], 2)).toThrow("nad: frames must divide");
    expect(() => nad([1, 2, 3], [1, 2, 3], 1, { channels: 2 })).toThrow("channels must divide a state of 3 values");
    expect(() => nad([1, 2], [1, 2], 1, { range: 0 })).toThrow("nad: range must be positive, got 0");
    expect(() => nad([1, 2], [1, 2], 1, { range: [1, 2] })).toThrow("range must have length 1, got 2");
    expect(() => nad([1, 2], [1, 2], 1, { range: "all" as "global" })).toThrow("must be one of");
    expect(() => nad([1, 2], [1, 2], 1, { chanels: 2 } as object)).toThrow("did you mean channels?");
  });
});
