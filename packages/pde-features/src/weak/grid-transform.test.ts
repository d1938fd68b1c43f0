import { describe, expect, it } from "vitest";
import { random } from "../../test/shared.ts";
import { gridTransform } from "./grid-transform.ts";

/** The transform by its definition. */
function plain(points: readonly number[], re: Float64Array, im: Float64Array): [Float64Array, Float64Array] {
  const size = re.length;
  const index = (at: number): number[] => {
    let rest = at;
    return points.map((n) => {
      const i = rest % n;
      rest = (rest - i) / n;
      return i;
    });
  };
  const [outRe, outIm] = [new Float64Array(size), new Float64Array(size)];
  for (let k = 0; k < size; k++) {
    const m = index(k);
    for (let x = 0; x < size; x++) {
      const j = index(x);
      const angle = -2 * Math.PI * points.reduce((sum, n, d) => sum + ((m[d]! * j[d]!) % n) / n, 0);
      outRe[k]! += re[x]! * Math.cos(angle) - im[x]! * Math.sin(angle);
      outIm[k]! += re[x]! * Math.sin(angle) + im[x]! * Math.cos(angle);
    }
  }
  return [outRe, outIm];
}

describe("the transform of a periodic grid", () => {
  it.each([[[16]], [[12]], [[13]], [[22]], [[8, 6]], [[7, 10]], [[4, 6, 5]], [[1, 9]]])(
    "is the discrete Fourier transform on %j points, and its inverse with re and im exchanged",
    (points) => {
      const size = points.reduce((a, b) => a * b, 1);
      const draw = random(size);
      const re = Float64Array.from({ length: size }, () => draw() - 0.5);
      const im = Float64Array.from({ length: size }, () => draw() - 0.5);
      const [expectedRe, expectedIm] = plain(points, re, im);
      const [a, b] = [re.slice(), im.slice()];
      const { transform } = gridTransform(points);
      transform(a, b);
      // Sums of up to 120 numbers below 1, each with some units of rounding.
      for (let k = 0; k < size; k++) {
        expect(Math.abs(a[k]! - expectedRe[k]!)).toBeLessThan(2e-13);
        expect(Math.abs(b[k]! - expectedIm[k]!)).toBeLessThan(2e-13);
      }
      transform(b, a);
      for (let k = 0; k < size; k++) {
        expect(Math.abs(a[k]! / size - re[k]!)).toBeLessThan(1e-14);
        expect(Math.abs(b[k]! / size - im[k]!)).toBeLessThan(1e-14);
      }
    },
  );
});
