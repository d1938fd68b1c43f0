import type { Vec } from "@hml/integrators";
import type { CirculantLines } from "./edge-products.ts";

/** Most places of a line that `shortCirculant` takes: sums of one tile of four, and differences. */
export const SHORT = 8;

/**
 * The halved products of `circulantProduct` on lines of at most 8 places, an even number. All sums of a line fit into
 * registers, so sources are read where they stand and results written where they belong: the same sums in the same order,
 * half as much again as fast.
 */
export function shortCirculant(
  { values, from, to, stride, count, start }: CirculantLines,
  sums: Vec,
  differences: Vec,
): () => void {
  const half = count / 2;
  const width = sums.length;
  // Opposite sources 0, 1, ... as the sums run round the line, three ahead of the last weight.
  const places = (first: number): Int32Array =>
    Int32Array.from({ length: width + 3 }, (_, k) => ((first + k) % count) * stride);
  const near = places(start);
  const far = places(start + half);
  const across = half * stride;
  return () => {
    for (let line = 0; line < from.length; line++) {
      const source = from[line]!;
      let x = values[source + near[0]!]!;
      let y = values[source + far[0]!]!;
      let s0 = x + y;
      let d0 = x - y;
      x = values[source + near[1]!]!;
      y = values[source + far[1]!]!;
      let s1 = x + y;
      let d1 = x - y;
      x = values[source + near[2]!]!;
      y = values[source + far[2]!]!;
      let s2 = x + y;
      let d2 = x - y;
      let a0 = 0;
      let a1 = 0;
      let a2 = 0;
      let a3 = 0;
      let b0 = 0;
      let b1 = 0;
      let b2 = 0;
      let b3 = 0;
      for (let j = 0; j < width; j += 2) {
        x = values[source + near[j + 3]!]!;
        y = values[source + far[j + 3]!]!;
        const s3 = x + y;
        const d3 = x - y;
        x = values[source + near[j + 4]!]!;
        y = values[source + far[j + 4]!]!;
        const s4 = x + y;
        const d4 = x - y;
        const v0 = sums[j]!;
        const v1 = sums[j + 1]!;
        a0 += v0 * s0 + v1 * s1;
        a1 += v0 * s1 + v1 * s2;
        a2 += v0 * s2 + v1 * s3;
        a3 += v0 * s3 + v1 * s4;
        const w0 = differences[j]!;
        const w1 = differences[j + 1]!;
        b0 += w0 * d0 + w1 * d1;
        b1 += w0 * d1 + w1 * d2;
        b2 += w0 * d2 + w1 * d3;
        b3 += w0 * d3 + w1 * d4;
        s0 = s2;
        s1 = s3;
        s2 = s4;
        d0 = d2;
        d1 = d3;
        d2 = d4;
      }
      let target = to[line]!;
      values[target] = a0 + b0;
      values[target + across] = a0 - b0;
      if (half < 2) continue;
      target += stride;
      values[target] = a1 + b1;
      values[target + across] = a1 - b1;
      if (half < 3) continue;
      target += stride;
      values[target] = a2 + b2;
      values[target + across] = a2 - b2;
      if (half < 4) continue;
      target += stride;
      values[target] = a3 + b3;
      values[target + across] = a3 - b3;
    }
  };
}
