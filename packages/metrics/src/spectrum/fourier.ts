/**
 * Discrete Fourier transform of complex series of one length, X_k = sum_j x_j exp(-2 pi i j k / n), in place and without
 * a factor. It owns its work arrays.
 */
export interface Fourier {
  /** Length of the series. */
  readonly size: number;
  /** Replaces x = re + i im by X. */
  forward(re: Float64Array, im: Float64Array): void;
  /** Replaces X by x: `forward` with the sign of the exponent turned round, and the factor 1 / n. */
  inverse(re: Float64Array, im: Float64Array): void;
}

/**
 * The transform of any length n >= 1 in O(n log n): by halves for powers of two (Cooley and Tukey 1965), otherwise as a
 * convolution with a chirp (Bluestein 1970), padded to a power of two.
 */
export function fourier(size: number): Fourier {
  const forward = (size & (size - 1)) === 0 ? halving(size) : chirp(size);
  return {
    size,
    forward,
    inverse(re, im) {
      // Exchanging the parts conjugates up to a factor i, which the second exchange takes back.
      forward(im, re);
      for (let k = 0; k < size; k++) {
        re[k] = re[k]! / size;
        im[k] = im[k]! / size;
      }
    },
  };
}

function halving(n: number): (re: Float64Array, im: Float64Array) => void {
  const cos = Float64Array.from({ length: n / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / n));
  const sin = Float64Array.from({ length: n / 2 }, (_, k) => Math.sin((2 * Math.PI * k) / n));
  const reversed = new Uint32Array(n);
  for (let k = 1; k < n; k++) reversed[k] = (reversed[k >> 1]! >> 1) + (k & 1 ? n / 2 : 0);
  return (re, im) => {
    for (let k = 0; k < n; k++) {
      const j = reversed[k]!;
      if (j <= k) continue;
      [re[k], re[j]] = [re[j]!, re[k]!];
      [im[k], im[j]] = [im[j]!, im[k]!];
    }
    for (let half = 1; half < n; half *= 2) {
      const stride = n / (2 * half);
      for (let block = 0; block < n; block += 2 * half) {
        for (let k = 0; k < half; k++) {
          const [c, s] = [cos[k * stride]!, sin[k * stride]!];
          const [a, b] = [block + k, block + k + half];
          const x = c * re[b]! + s * im[b]!;
          const y = c * im[b]! - s * re[b]!;
          re[b] = re[a]! - x;
          im[b] = im[a]! - y;
          re[a] = re[a]! + x;
          im[a] = im[a]! + y;
        }
      }
    }
  };
}

function chirp(n: number): (re: Float64Array, im: Float64Array) => void {
  let padded = 1;
  while (padded < 2 * n - 1) padded *= 2;
  const inner = fourier(padded);
  // w_j = exp(-i pi j^2 / n); the angle is reduced in exact integers first.
  const wRe = new Float64Array(n);
  const wIm = new Float64Array(n);
  const chirpRe = new Float64Array(padded);
  const chirpIm = new Float64Array(padded);
  for (let j = 0; j < n; j++) {
    const angle = (Math.PI * ((j * j) % (2 * n))) / n;
    wRe[j] = Math.cos(angle);
    wIm[j] = -Math.sin(angle);
    chirpRe[j] = wRe[j]!;
    chirpIm[j] = -wIm[j]!;
    if (j > 0) {
      chirpRe[padded - j] = wRe[j]!;
      chirpIm[padded - j] = -wIm[j]!;
    }
  }
  inner.forward(chirpRe, chirpIm);
  const aRe = new Float64Array(padded);
  const aIm = new Float64Array(padded);
  return (re, im) => {
    aRe.fill(0);
    aIm.fill(0);
    for (let j = 0; j < n; j++) {
      aRe[j] = re[j]! * wRe[j]! - im[j]! * wIm[j]!;
      aIm[j] = re[j]! * wIm[j]! + im[j]! * wRe[j]!;
    }
    inner.forward(aRe, aIm);
    for (let k = 0; k < padded; k++) {
      const real = aRe[k]! * chirpRe[k]! - aIm[k]! * chirpIm[k]!;
      aIm[k] = aRe[k]! * chirpIm[k]! + aIm[k]! * chirpRe[k]!;
      aRe[k] = real;
    }
    inner.inverse(aRe, aIm);
    for (let k = 0; k < n; k++) {
      re[k] = aRe[k]! * wRe[k]! - aIm[k]! * wIm[k]!;
      im[k] = aRe[k]! * wIm[k]! + aIm[k]! * wRe[k]!;
    }
  };
}
