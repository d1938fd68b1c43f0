/** Sum of (p_i - y_i)^2, in index order. */
export function squaredError(prediction: ArrayLike<number>, reference: ArrayLike<number>, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const error = prediction[i]! - reference[i]!;
    sum += error * error;
  }
  return sum;
}

/** Sum of y_i^2, in index order. */
export function squares(values: ArrayLike<number>, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i]! * values[i]!;
  return sum;
}

/**
 * Sum of (y_i - mean)^2 with one mean over all values. The mean is taken of the differences to the first value, so that
 * a constant reference gives exactly zero and a large offset costs no digits.
 */
export function squaredDeviation(values: ArrayLike<number>, n: number): number {
  const first = values[0]!;
  let shift = 0;
  for (let i = 0; i < n; i++) shift += values[i]! - first;
  shift /= n;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const deviation = values[i]! - first - shift;
    sum += deviation * deviation;
  }
  return sum;
}

/** error / scale where a perfect prediction of a zero scale counts as perfect: 0/0 is 0, x/0 is Infinity. */
export function relative(error: number, scale: number): number {
  return error === 0 && scale === 0 ? 0 : error / scale;
}

/** max - min of the values [from, to), NaN if one of them is. */
export function rangeOf(values: ArrayLike<number>, from: number, to: number): number {
  let low = Infinity;
  let high = -Infinity;
  for (let i = from; i < to; i++) {
    low = Math.min(low, values[i]!);
    high = Math.max(high, values[i]!);
  }
  return high - low;
}
