import type { KernelEngine } from "./engine.ts";
import type { FftExports } from "./fft-code.ts";
import { circle } from "./fft-circle.ts";

/** What of an engine tables are written into. */
export type Tables = Pick<KernelEngine, "float64">;

/** A number to multiply by, as the kernels read it: re, re, -im, im. */
const FACTOR = 4;

/**
 * Writes the plan of the complex transforms of length n into the engine's memory and gives its byte offset: passes of radix
 * 5, 3, 8, 4 and 2 when n has no prime factor above 5, else Bluestein's convolution with a chirp.
 *
 * Sources: Van Loan, Computational Frameworks for the Fast Fourier Transform (1992), sections 1.7 and 2 (Stockham);
 * Bluestein, IEEE Trans. Audio Electroacoust. 18 (1970) 451.
 *
 * @param tables - the engine
 * @param code - what will run the plan: the chirp's transform is made with it
 * @param n - any length, at least 1
 * @param width - the most lines that it will be asked to do at a time
 */
export function fftPlan(tables: Tables, code: FftExports, n: number, width: number): number {
  const radices = radicesOf(n);
  if (radices === undefined) return chirpPlan(tables, code, n);
  const scratch = radices.length > 1 ? [0, 1].map(() => tables.float64(2 * n * width).byteOffset) : [0, 0];
  const plan = [n, radices.length, ...scratch];
  let run = 1;
  let left = n;
  for (const radix of radices) {
    left /= radix;
    plan.push(radix, left, run, twiddles(tables, radix, left, -1), twiddles(tables, radix, left, 1));
    run *= radix;
  }
  return written(tables, plan);
}

/**
 * Factors for the step between the transforms of a real line of even length and of its half, e^(-+2 pi i m / points) times
 * -+i, times `scale`; for `realRows` with sign -1, for `realRowsBack` with 1.
 */
export function realTurns(tables: Tables, points: number, sign: 1 | -1, scale: number): number {
  const turns = tables.float64(FACTOR * (Math.floor(points / 4) + 1));
  for (let m = 0; 4 * m <= points; m++) {
    const [cos, sin] = circle(m, points);
    put(turns, m, -scale * sin, sign * scale * cos);
  }
  return turns.byteOffset;
}

/** Radices in the order of the passes, or undefined for a length with a prime factor above 5. */
function radicesOf(n: number): readonly number[] | undefined {
  const radices: number[] = [];
  let left = n;
  for (const radix of [5, 3]) {
    for (; left % radix === 0; left /= radix) radices.push(radix);
  }
  const twos = Math.log2(left);
  if (!Number.isInteger(twos)) return undefined;
  if (twos === 1) return [...radices, 2];
  const fours = (2 * twos) % 3;
  return [...radices, ...Array<number>((twos - 2 * fours) / 3).fill(8), ...Array<number>(fours).fill(4)];
}

/** w^(q j) of a pass, w = e^(-2 pi i / (radix count)), q = 1, ..., radix - 1 by j; w^((q - radix) j) for the inverse. */
function twiddles(tables: Tables, radix: number, count: number, sign: 1 | -1): number {
  const out = tables.float64(FACTOR * (radix - 1) * count);
  for (let j = 0, k = 0; j < count; j++) {
    for (let q = 1; q < radix; q++, k++) {
      const [cos, sin] = circle((sign < 0 ? q : radix - q) * j, radix * count);
      put(out, k, cos, sign * sin);
    }
  }
  return out.byteOffset;
}

/**
 * With j m = (j^2 + m^2 - (m - j)^2) / 2, y[m] = c[m] sum_j (x[j] c[j]) conj(c[m - j]), c[j] = e^(-pi i j^2 / n), the sum by
 * transforms of a length with small factors.
 */
function chirpPlan(tables: Tables, code: FftExports, n: number): number {
  const long = smoothLength(2 * n - 1);
  const inner = fftPlan(tables, code, long, 1);
  const chirp = tables.float64(FACTOR * n);
  const kernel = tables.float64(FACTOR * long);
  const work = tables.float64(2 * long);
  for (let j = 0; j < n; j++) {
    // The square is reduced modulo 2 n in exact arithmetic: n is below 2^26.
    const [cos, sin] = circle((j * j) % (2 * n), 2 * n);
    put(chirp, j, cos, -sin);
    for (const at of j === 0 ? [0] : [j, long - j]) {
      work[2 * at] = cos / long;
      work[2 * at + 1] = sin / long;
    }
  }
  code.complexRows(inner, -1, work.byteOffset, work.byteOffset, 1);
  for (let k = 0; k < long; k++) put(kernel, k, work[2 * k]!, work[2 * k + 1]!);
  return written(tables, [n, -1, 0, 0, inner, long, chirp.byteOffset, kernel.byteOffset, work.byteOffset]);
}

/** The least 2^a 3^b 5^c that is not below n. */
function smoothLength(n: number): number {
  let best = 1;
  while (best < n) best *= 2;
  for (let five = 1; five < best; five *= 5) {
    for (let three = five; three < best; three *= 3) {
      let length = three;
      while (length < n) length *= 2;
      if (length < best) best = length;
    }
  }
  return best;
}

function put(out: Float64Array, k: number, re: number, im: number): void {
  out.set([re, re, -im, im], FACTOR * k);
}

function written(tables: Tables, plan: readonly number[]): number {
  const array = tables.float64(plan.length);
  array.set(plan);
  return array.byteOffset;
}
