import type { Vec } from "@hml/integrators";
import type { CirculantLines } from "./edge-products.ts";
import { SHORT, shortCirculant } from "./short-circulant.ts";

/** Lines held in scratch at a time are bounded so that the scratch stays in the first-level cache: values of 8 bytes. */
const SCRATCH_VALUES = 2048;

/**
 * A circulant matrix times all lines, target_I = sum_j row[j] source_(I + start + j), places counted modulo N = count.
 *
 * Lines are copied to contiguous scratch, wrapped round as far as the row reaches, and convolved four values at a time. When N is
 * even and the row spans at least half of it, the row is continued by zeros to all of it, and sums and differences of opposite places,
 *
 *   s+-_I = source_I +- source_(I + N/2),  target_I +- target_(I + N/2) = sum_(j < N/2) (row_j +- row_(j + N/2)) s+-_(I + j),
 *
 * with s-_(I + N/2) = -s-_I, halve the products.
 */
export function circulantProduct(lines: CirculantLines): () => void {
  const { values, from, to, stride, count: patches, start, row } = lines;
  const halved = patches % 2 === 0 && row.length >= patches / 2 && row.length <= patches;
  const count = halved ? patches / 2 : patches;
  const width = halved ? patches / 2 : row.length;
  // Lengths are rounded up to what the loop of `convolve` takes at a time; scratch beyond the lines stays zero.
  const evenWidth = width + (width % 2);
  const outLength = Math.ceil(count / 4) * 4;
  const inLength = outLength + evenWidth;
  const parts = halved ? 2 : 1;
  const batch = Math.max(1, Math.min(from.length, Math.floor(SCRATCH_VALUES / (parts * inLength))));
  const sources = new Float64Array(parts * batch * inLength);
  const targets = new Float64Array(parts * batch * outLength);
  const places = Int32Array.from({ length: count + width }, (_, i) => ((start + i) % patches) * stride);
  const sums = new Float64Array(evenWidth);
  const differences = new Float64Array(evenWidth);
  for (let j = 0; j < width; j++) {
    const far = row[j + width] ?? 0;
    sums[j] = halved ? (row[j]! + far) / 2 : row[j]!;
    differences[j] = halved ? (row[j]! - far) / 2 : 0;
  }
  if (halved && patches <= SHORT) return shortCirculant(lines, sums, differences);

  return () => {
    for (let line = 0; line < from.length; line += batch) {
      const size = Math.min(batch, from.length - line);
      if (halved) {
        readHalves(values, from, line, size, places, sources, inLength, batch * inLength);
        convolve(sources, 0, inLength, sums, targets, 0, outLength, size);
        convolve(sources, batch * inLength, inLength, differences, targets, batch * outLength, outLength, size);
        writeHalves(values, to, line, size, stride, count, targets, outLength, batch * outLength);
      } else {
        readLines(values, from, line, size, places, sources, inLength);
        convolve(sources, 0, inLength, sums, targets, 0, outLength, size);
        writeLines(values, to, line, size, stride, count, targets, outLength);
      }
    }
  };
}

/**
 * out[line, i] = sum_j row[j] source[line, i + j], four i and two j at a time: seven loads for eight products. Lengths of
 * rows are even, of outputs multiples of four.
 */
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
      for (let j = 0; j < width; j += 2) {
        const w0 = row[j]!;
        const w1 = row[j + 1]!;
        const s3 = source[k]!;
        const s4 = source[k + 1]!;
        a0 += w0 * s0 + w1 * s1;
        a1 += w0 * s1 + w1 * s2;
        a2 += w0 * s2 + w1 * s3;
        a3 += w0 * s3 + w1 * s4;
        s0 = s2;
        s1 = s3;
        s2 = s4;
        k += 2;
      }
      out[target + i] = a0;
      out[target + i + 1] = a1;
      out[target + i + 2] = a2;
      out[target + i + 3] = a3;
    }
  }
}

/** Copies lines to scratch: the values at `places` of each. */
function readLines(
  padded: Vec,
  from: Int32Array,
  line0: number,
  lines: number,
  places: Int32Array,
  out: Vec,
  inLength: number,
): void {
  const needed = places.length - 1;
  for (let line = 0; line < lines; line++) {
    const source = from[line0 + line]!;
    const target = line * inLength;
    for (let i = 0; i < needed; i++) out[target + i] = padded[source + places[i]!]!;
  }
}

/** Copies the outputs from scratch to the patches. */
function writeLines(
  padded: Vec,
  to: Int32Array,
  line0: number,
  lines: number,
  stride: number,
  count: number,
  values: Vec,
  outLength: number,
): void {
  for (let line = 0; line < lines; line++) {
    let target = to[line0 + line]!;
    const source = line * outLength;
    for (let i = 0; i < count; i++) {
      padded[target] = values[source + i]!;
      target += stride;
    }
  }
}

/** Sums, from 0 on, and differences, from `half` on, of opposite places, each continued once round. */
function readHalves(
  padded: Vec,
  from: Int32Array,
  line0: number,
  lines: number,
  places: Int32Array,
  out: Vec,
  inLength: number,
  half: number,
): void {
  const count = places.length / 2;
  for (let line = 0; line < lines; line++) {
    const source = from[line0 + line]!;
    const plus = line * inLength;
    const minus = half + plus;
    for (let i = 0; i < count; i++) {
      const a = padded[source + places[i]!]!;
      const b = padded[source + places[i + count]!]!;
      const sum = a + b;
      const difference = a - b;
      out[plus + i] = sum;
      out[plus + i + count] = sum;
      out[minus + i] = difference;
      out[minus + i + count] = -difference;
    }
  }
}

/** Half sums and half differences of opposite places' outputs to the patches. */
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
