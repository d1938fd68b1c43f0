import type { ComplexFft } from "./complex-fft.ts";
import { unitCircle } from "./unit-circle.ts";

/**
 * The transform of any length as a convolution with a chirp: with jm = (j^2 + m^2 - (m - j)^2) / 2,
 *
 *   y[m] = c[m] sum_j (x[j] c[j]) conj(c[m - j]),  c[j] = e^(sign pi i j^2 / n),
 *
 * the sum by transforms of a length with small factors. About six times the work of a length near n with small factors.
 *
 * Source: Bluestein, IEEE Trans. Audio Electroacoust. 18 (1970) 451.
 *
 * @param n - the length
 * @param make - makes transforms of other lengths
 */
export function bluestein(n: number, make: (n: number, columns: number) => ComplexFft): ComplexFft {
  const long = smoothLength(2 * n - 1);
  const fft = make(long, 1);
  // The chirp for sign -1: its squares are reduced modulo 2 n in exact arithmetic (n is at most 2^26).
  const chirp = new Float64Array(2 * n);
  for (let j = 0; j < n; j++) {
    const [cos, sin] = unitCircle((j * j) % (2 * n), 2 * n);
    chirp[2 * j] = cos;
    chirp[2 * j + 1] = -sin;
  }
  // The transform of the chirp's conjugate, periodic in `long`, with the 1 / long of the inverse.
  const kernel = new Float64Array(2 * long);
  for (let j = 0; j < n; j++) {
    for (const at of j === 0 ? [0] : [j, long - j]) {
      kernel[2 * at] = chirp[2 * j]! / long;
      kernel[2 * at + 1] = -chirp[2 * j + 1]! / long;
    }
  }
  fft(-1, kernel, 0, 2, kernel, 0, 2, 1);
  const work = new Float64Array(2 * long);

  return (sign, x, x0, xs, y, y0, ys, width) => {
    // The transform with the other sign is the conjugate of that of the conjugate.
    const s = -sign;
    for (let column = 0; column < 2 * width; column += 2) {
      work.fill(0, 2 * n);
      for (let j = 0; j < n; j++) {
        const re = x[x0 + column + j * xs]!;
        const im = s * x[x0 + column + j * xs + 1]!;
        const cr = chirp[2 * j]!;
        const ci = chirp[2 * j + 1]!;
        work[2 * j] = re * cr - im * ci;
        work[2 * j + 1] = re * ci + im * cr;
      }
      fft(-1, work, 0, 2, work, 0, 2, 1);
      for (let k = 0; k < 2 * long; k += 2) {
        const re = work[k]!;
        const im = work[k + 1]!;
        const kr = kernel[k]!;
        const ki = kernel[k + 1]!;
        work[k] = re * kr - im * ki;
        work[k + 1] = re * ki + im * kr;
      }
      fft(1, work, 0, 2, work, 0, 2, 1);
      for (let m = 0; m < n; m++) {
        const re = work[2 * m]!;
        const im = work[2 * m + 1]!;
        const cr = chirp[2 * m]!;
        const ci = chirp[2 * m + 1]!;
        y[y0 + column + m * ys] = re * cr - im * ci;
        y[y0 + column + m * ys + 1] = s * (re * ci + im * cr);
      }
    }
  };
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
