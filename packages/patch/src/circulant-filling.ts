import type { Vec } from "@hml/integrators";
import type { EdgeLines } from "./edge-lines.ts";

/** Lines held in scratch at a time are bounded so that the scratch stays in the first-level cache: values of 8 bytes. */
const SCRATCH_VALUES = 2048;

/**
 * A circulant operator on all lines, target_I = sum_j row[j] source_(I + start + j), patches counted modulo their number N.
 *
 * Lines are copied to contiguous scratch, wrapped round as far as the row reaches, and convolved four values at a time. When the
 * row spans an even N, sums and differences of opposite patches,
 *
 *   s+-_I = source_I +- source_(I + N/2),  target_I +- target_(I + N/2) = sum_(j < N/2) (row_j +- row_(j + N/2)) s+-_(I + j),
 *
 * with s-_(I + N/2) = -s-_I, halve the products.
 */
export function circulantFilling(lines: EdgeLines, start: number, row: Vec): (padded: Vec) => void {
  const { from, to, stride, patches } = lines;
  const halved = row.length === patches && patches % 2 === 0;
  const count = halved ? patches / 2 : patches;
  const width = halved ? patches / 2 : row.length;
  // Four outputs are computed at a time, so both lengths are rounded up; what lies beyond is never used.
  const outLength = Math.ceil(count / 4) * 4;
  const inLength = outLength + width - 1;
  const parts = halved ? 2 : 1;
  const batch = Math.max(1, Math.min(from.length, Math.floor(SCRATCH_VALUES / (parts * inLength))));
  const sources = new Float64Array(parts * batch * inLength);
  const targets = new Float64Array(parts * batch * outLength);
  const sum = Float64Array.from({ length: width }, (_, j) => (halved ? (row[j]! + row[j + width]!) / 2 : row[j]!));
  const difference = Float64Array.from({ length: width }, (_, j) => (halved ? (row[j]! - row[j + width]!) / 2 : 0));
  const half = batch * inLength;
  const halfOut = batch * outLength;

  return (padded) => {
    for (let line = 0; line < from.length; line += batch) {
      const size = Math.min(batch, from.length - line);
      if (halved) {
        readHalves(padded, from, line, size, stride, count, start, sources, inLength, half);
        convolve(sources, 0, inLength, sum, targets, 0, outLength, size);
        convolve(sources, half, inLength, difference, targets, halfOut, outLength, size);
        writeHalves(padded, to, line, size, stride, count, targets, outLength, halfOut);
      } else {
        readLines(padded, from, line, size, stride, patches, start, width, sources, inLength);
        convolve(sources, 0, inLength, sum, targets, 0, outLength, size);
        writeLines(padded, to, line, size, stride, patches, targets, outLength);
      }
    }
  };
}

/** out[line, i] = sum_j row[j] source[line, i + j], four i at a time: one load of a source and of a weight for four products. */
function convolve(
  source: Vec,
  sourceStart: number,
  inLength: number,
  row: Vec,
  out: Vec,
  outStart: number,
  outLength: number,
  lines: number,
): void {
  const width = row.length;
  for (let line = 0; line < lines; line++) {
    const base = sourceStart + line * inLength;
    const target = outStart + line * outLength;
    for (let i = 0; i < outLength; i += 4) {
      let k = base + i;
      let s0 = source[k]!;
      let s1 = source[k + 1]!;
      let s2 = source[k + 2]!;
      let a0 = 0;
      let a1 = 0;
      let a2 = 0;
      let a3 = 0;
      k += 3;
      for (let j = 0; j < width; j++) {
        const s3 = source[k + j]!;
        const w = row[j]!;
        a0 += w * s0;
        a1 += w * s1;
        a2 += w * s2;
        a3 += w * s3;
        s0 = s1;
        s1 = s2;
        s2 = s3;
      }
      out[target + i] = a0;
      out[target + i + 1] = a1;
      out[target + i + 2] = a2;
      out[target + i + 3] = a3;
    }
  }
}

/** Copies lines to scratch from patch `start` on, wrapped round by the width of the row. */
function readLines(
  padded: Vec,
  from: Int32Array,
  line0: number,
  lines: number,
  stride: number,
  patches: number,
  start: number,
  width: number,
  out: Vec,
  inLength: number,
): void {
  const needed = patches + width - 1;
  for (let line = 0; line < lines; line++) {
    const source = from[line0 + line]!;
    const target = line * inLength;
    let patch = start;
    for (let i = 0; i < needed; i++) {
      out[target + i] = padded[source + patch * stride]!;
      if (++patch === patches) patch = 0;
    }
  }
}

function writeLines(
  padded: Vec,
  to: Int32Array,
  line0: number,
  lines: number,
  stride: number,
  patches: number,
  values: Vec,
  outLength: number,
): void {
  for (let line = 0; line < lines; line++) {
    let target = to[line0 + line]!;
    const source = line * outLength;
    for (let i = 0; i < patches; i++) {
      padded[target] = values[source + i]!;
      target += stride;
    }
  }
}

/** Sums, from 0 on, and differences, from `half` on, of opposite patches from patch `start` on, each continued once round. */
function readHalves(
  padded: Vec,
  from: Int32Array,
  line0: number,
  lines: number,
  stride: number,
  count: number,
  start: number,
  out: Vec,
  inLength: number,
  half: number,
): void {
  const patches = 2 * count;
  for (let line = 0; line < lines; line++) {
    const source = from[line0 + line]!;
    const plus = line * inLength;
    const minus = half + plus;
    let near = start;
    let far = start < count ? start + count : start - count;
    for (let i = 0; i < count; i++) {
      const a = padded[source + near * stride]!;
      const b = padded[source + far * stride]!;
      out[plus + i] = a + b;
      out[minus + i] = a - b;
      if (++near === patches) near = 0;
      if (++far === patches) far = 0;
    }
    for (let i = 0; i < count - 1; i++) {
      out[plus + count + i] = out[plus + i]!;
      out[minus + count + i] = -out[minus + i]!;
    }
  }
}

function writeHalves(
  padded: Vec,
  to: Int32Array,
  line0: number,
  lines: number,
  stride: number,
  count: number,
  values: Vec,
  outLength: number,
  half: number,
): void {
  const across = count * stride;
  for (let line = 0; line < lines; line++) {
    let target = to[line0 + line]!;
    const source = line * outLength;
    for (let i = 0; i < count; i++) {
      const a = values[source + i]!;
      const b = values[half + source + i]!;
      padded[target] = a + b;
      padded[target + across] = a - b;
      target += stride;
    }
  }
}
