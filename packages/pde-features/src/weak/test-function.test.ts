import { describe, expect, it } from "vitest";
import { testFunction } from "./test-function.ts";

describe("test functions", () => {
  it("are (1 - s^2)^p and its derivatives to rounding", () => {
    const a = 8;
    const s = Array.from({ length: 17 }, (_, i) => (i - 8) / a);
    const expectClose = (times: number, exact: (v: number) => number): void => {
      const values = testFunction({ halfWidth: a, degree: 4 }, times);
      // Values up to 100; s = j / 8 is exact.
      s.forEach((v, i) => void expect(Math.abs(values[i]! * a ** times - exact(v))).toBeLessThan(1e-12));
    };
    expectClose(0, (v) => (1 - v * v) ** 4);
    expectClose(1, (v) => -8 * v * (1 - v * v) ** 3);
    expectClose(2, (v) => -8 * (1 - v * v) ** 3 + 48 * v * v * (1 - v * v) ** 2);
    // By expansion: 1 - 4 s^2 + 6 s^4 - 4 s^6 + s^8, differentiated four times.
    expectClose(4, (v) => 144 - 1440 * v * v + 1680 * v ** 4);
  });

  it("give integrals by the trapezoid rule to an order that grows with the degree", () => {
    // int (1 - s^2)^p ds = 2^(2p + 1) p!^2 / (2p + 1)!: 256/315 for p = 4.
    const error = (a: number): number => {
      const sum = testFunction({ halfWidth: a, degree: 4 }).reduce((x, y) => x + y, 0);
      return Math.abs(sum / a - 256 / 315);
    };
    // Euler-Maclaurin: the first term left has the fifth derivative at the ends, so h^6.
    const order = Math.log2(error(4) / error(8));
    expect(order).toBeGreaterThan(5.5);
    expect(order).toBeLessThan(6.5);
  });

  it("integrate by parts: <phi', g> = -<phi, g'> for smooth g", () => {
    const [phi, slope] = [0, 1].map((m) => testFunction({ halfWidth: 20, degree: 8 }, m));
    let [left, right] = [0, 0];
    for (let j = -20; j <= 20; j++) {
      left += slope![j + 20]! * Math.sin(0.1 * j + 0.3);
      right -= phi![j + 20]! * 0.1 * Math.cos(0.1 * j + 0.3);
    }
    expect(Math.abs(left / right - 1)).toBeLessThan(1e-9);
  });

  it("refuse a derivative above their degree", () => {
    expect(() => testFunction({ halfWidth: 4, degree: 3 }, 4)).toThrow(
      /testFunction: times must be .* between 0 and 3, got 4/,
    );
    expect(() => testFunction({ halfWidth: 0, degree: 3 })).toThrow(/halfWidth/);
  });
});
