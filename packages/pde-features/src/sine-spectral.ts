import type { DerivativeOperator } from "./derivative.ts";
import { uniformSpacing } from "./grid.ts";

/**
 * Derivative of the discrete sine series of u minus its end-to-end line. With N = size - 1 intervals and v the rest,
 *
 * out_i = (2/N) sum_k (k pi / L)^m trig_m(k pi i / N) sum_j v_j sin(k pi j / N),
 *
 * and since a product of two such waves is half a difference of waves in i - j and i + j, the matrix is a Toeplitz part
 * minus a Hankel part of one table: out_i = sum_j (K[i - j] - K[i + j]) v_j. The table takes 3 size numbers in place of
 * size^2. Called by `derivative` with checked arguments.
 */
export function sineSpectral(x: Float64Array, times: number): DerivativeOperator {
  const size = x.length;
  const intervals = size - 1;
  if (size < 3) throw new RangeError(`derivative: x must hold at least 3 nodes for a sine series, got ${size}`);
  const spacing = uniformSpacing(x);
  if (spacing === undefined) throw new RangeError('derivative: x must be uniform for order "sine-spectral"');
  const length = spacing * intervals;
  const table = kernel(intervals, length, times);
  const rest = new Float64Array(size);
  const even = times % 2 === 0;

  const apply = (u: Float64Array, out: Float64Array): void => {
    const first = u[0]!;
    const rise = u[intervals]! - first;
    for (let j = 1; j < intervals; j++) rest[j] = u[j]! - (first + rise * (j / intervals));
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let j = 1; j < intervals; j++) sum += (table[intervals + i - j]! - table[intervals + i + j]!) * rest[j]!;
      out[i] = times === 1 ? sum + rise / length : sum;
    }
    if (even) {
      out[0] = 0;
      out[intervals] = 0;
    }
  };

  return {
    size,
    times,
    order: "sine-spectral",
    apply,
    toMatrix() {
      const matrix = new Float64Array(size * size);
      const unit = new Float64Array(size);
      const image = new Float64Array(size);
      for (let j = 0; j < size; j++) {
        unit[j] = 1;
        apply(unit, image);
        unit[j] = 0;
        for (let i = 0; i < size; i++) matrix[i * size + j] = image[i]!;
      }
      return matrix;
    },
  };
}

/**
 * K[l], stored at index N + l for l = -N .. 2N: (1/N) sum_k s_m (k pi / L)^m wave(k pi l / N), where wave is cos for
 * even m with s_m = (-1)^(m/2), and sin for odd m with s_m = -(-1)^((m-1)/2). Angles are reduced as integers mod 2N, so
 * a large k l costs no digits.
 */
function kernel(intervals: number, length: number, times: number): Float64Array {
  const period = 2 * intervals;
  const even = times % 2 === 0;
  const wave = Float64Array.from({ length: period }, (_, q) => {
    const angle = (Math.PI * q) / intervals;
    return even ? Math.cos(angle) : Math.sin(angle);
  });
  const half = Math.floor(times / 2) % 2 === 0 ? 1 : -1;
  const sign = even ? half : -half;
  const strength = Float64Array.from({ length: intervals }, (_, k) => {
    let power = sign / intervals;
    for (let m = 0; m < times; m++) power *= (Math.PI * k) / length;
    return power;
  });
  const one = new Float64Array(period);
  for (let l = 0; l < period; l++) {
    let sum = 0;
    for (let k = 1, q = l; k < intervals; k++) {
      sum += strength[k]! * wave[q]!;
      q = (q + l) % period;
    }
    one[l] = sum;
  }
  return Float64Array.from({ length: 3 * intervals + 1 }, (_, index) => one[(index - intervals + period) % period]!);
}
