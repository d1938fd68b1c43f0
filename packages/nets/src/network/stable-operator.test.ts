import { random } from "@hml/integrators";
import { describe, expect, it } from "vitest";
import { stableOperator } from "./stable-operator.ts";

/** A seeded operator; dampings of this size. */
function seeded(n: number, damping: number, seed: number) {
  const source = random(seed);
  const skew = Float64Array.from({ length: (n * (n - 1)) / 2 }, () => 4 * source() - 2);
  const d = Float64Array.from({ length: n }, () => damping * (2 * source() - 1));
  const operator = stableOperator(n);
  operator.take(skew, d);
  return { operator, skew, d, source };
}

const apply = (matrix: Float64Array, x: Float64Array): Float64Array =>
  x.map((_, i) => x.reduce((sum, value, j) => sum + matrix[i * x.length + j]! * value, 0));
const norm = (x: Float64Array): number => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));

describe("the operator of a step", () => {
  it("turns a pair of channels by the angle of the Cayley transform: 2 atan(w / 2)", () => {
    const operator = stableOperator(2);
    operator.take(Float64Array.of(0.3), Float64Array.of(0, 0));
    const angle = 2 * Math.atan(0.15);
    const expected = [Math.cos(angle), -Math.sin(angle), Math.sin(angle), Math.cos(angle)];
    expected.forEach((value, i) => expect(operator.matrix[i]).toBeCloseTo(value, 15));
  });

  it("damps a channel by (1 - |d| / 2) / (1 + |d| / 2)", () => {
    const operator = stableOperator(1);
    operator.take(new Float64Array(0), Float64Array.of(-0.5));
    expect(operator.matrix[0]).toBeCloseTo(0.75 / 1.25, 15);
  });

  it("keeps lengths without damping and never makes one longer, whatever its numbers", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const n = 1 + (seed % 9);
      for (const damping of [0, 3]) {
        const { operator, source } = seeded(n, damping, seed);
        const x = Float64Array.from({ length: n }, () => 2 * source() - 1);
        const ratio = norm(apply(operator.matrix, x)) / norm(x);
        // Some n^2 roundings of entries below one.
        if (damping === 0) expect(Math.abs(ratio - 1)).toBeLessThan(1e-13);
        else expect(ratio).toBeLessThan(1 + 1e-13);
      }
    }
  });
});
