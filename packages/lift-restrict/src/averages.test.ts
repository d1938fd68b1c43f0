import { describe, expect, it } from "vitest";
import { blockMeans, windowAverages } from "./averages.ts";
import { boxWindow } from "./window.ts";

describe("blockMeans", () => {
  it("is the mean of each block", () => {
    const out = new Float64Array(2);
    blockMeans(2, 6).restrict(Float64Array.of(1, 2, 3, 10, 20, 60), out);
    expect([...out]).toEqual([2, 30]);
  });
  it("refuses blocks that do not divide the state", () => {
    expect(() => blockMeans(4, 6)).toThrow("multiple of blocks = 4, got 6");
    expect(() => blockMeans(0, 6)).toThrow(RangeError);
  });
});

describe("windowAverages", () => {
  it("averages the middle of each box", () => {
    const r = windowAverages({ boxes: 2, points: 5, window: boxWindow(3) });
    const out = new Float64Array(2);
    r.restrict(Float64Array.of(9, 1, 2, 3, 9, 9, 0, 6, 0, 9), out);
    expect(out[0]).toBeCloseTo(2, 15);
    expect(out[1]).toBeCloseTo(4, 15);
  });
  it("refuses a window that does not fit or cannot be centred, and unknown keys", () => {
    expect(() => windowAverages({ boxes: 1, points: 3, window: boxWindow(5) })).toThrow("at most 3 weights");
    expect(() => windowAverages({ boxes: 1, points: 4, window: boxWindow(3) })).toThrow("even number of points");
    expect(() => windowAverages({ boxes: 1, points: 3, window: boxWindow(3), extra: 1 } as never)).toThrow(TypeError);
  });
});
