// The same as pool.ts over pairs of points of lines [count, 2, channel]; lines of even length follow each other without a seam.
import { storePart } from "./activation";
import { lanes } from "./elementary";

// @inline
function put<T>(at: usize, x: v128, left: i32): void {
  if (left >= lanes<T>()) v128.store(at, x);
  else storePart<T>(at, x, left);
}

/** y = the larger of two; a NaN among them stays. */
// @inline
function pairPool<T>(x: usize, y: usize, count: i32, channels: i32): void {
  const point = <usize>channels * sizeof<T>();
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < channels; c += lanes<T>()) {
      const from = <usize>c * sizeof<T>();
      put<T>(y + from, v128.max<T>(v128.load(x + from), v128.load(x + from + point)), channels - c);
    }
    x += 2 * point;
    y += point;
  }
}

/** dx = d at the first of two that is the larger, else 0. */
// @inline
function pairPoolBack<T>(x: usize, y: usize, d: usize, dx: usize, count: i32, channels: i32): void {
  const point = <usize>channels * sizeof<T>();
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < channels; c += lanes<T>()) {
      const from = <usize>c * sizeof<T>();
      const left = channels - c;
      const larger = v128.load(y + from);
      const whole = v128.load(d + from);
      const first = v128.eq<T>(v128.load(x + from), larger);
      const second = v128.eq<T>(v128.load(x + from + point), larger);
      put<T>(dx + from, v128.and(whole, first), left);
      put<T>(dx + from + point, v128.and(whole, v128.andnot(second, first)), left);
    }
    x += 2 * point;
    dx += 2 * point;
    y += point;
    d += point;
  }
}

/** y = factor x, two times each. */
// @inline
function pairSpread<T>(x: usize, y: usize, count: i32, channels: i32, factor: f64): void {
  const point = <usize>channels * sizeof<T>();
  const f = v128.splat<T>(<T>factor);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < channels; c += lanes<T>()) {
      const from = <usize>c * sizeof<T>();
      const value = v128.mul<T>(v128.load(x + from), f);
      put<T>(y + from, value, channels - c);
      put<T>(y + from + point, value, channels - c);
    }
    x += point;
    y += 2 * point;
  }
}

/** dx = factor times the sum of two d. */
// @inline
function pairGather<T>(d: usize, dx: usize, count: i32, channels: i32, factor: f64): void {
  const point = <usize>channels * sizeof<T>();
  const f = v128.splat<T>(<T>factor);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < channels; c += lanes<T>()) {
      const from = <usize>c * sizeof<T>();
      const sum = v128.add<T>(v128.load(d + from), v128.load(d + from + point));
      put<T>(dx + from, v128.mul<T>(sum, f), channels - c);
    }
    d += 2 * point;
    dx += point;
  }
}

export function pairPool64(x: usize, y: usize, count: i32, channels: i32): void {
  pairPool<f64>(x, y, count, channels);
}

export function pairPool32(x: usize, y: usize, count: i32, channels: i32): void {
  pairPool<f32>(x, y, count, channels);
}

export function pairPoolBack64(x: usize, y: usize, d: usize, dx: usize, count: i32, channels: i32): void {
  pairPoolBack<f64>(x, y, d, dx, count, channels);
}

export function pairPoolBack32(x: usize, y: usize, d: usize, dx: usize, count: i32, channels: i32): void {
  pairPoolBack<f32>(x, y, d, dx, count, channels);
}

export function pairSpread64(x: usize, y: usize, count: i32, channels: i32, factor: f64): void {
  pairSpread<f64>(x, y, count, channels, factor);
}

export function pairSpread32(x: usize, y: usize, count: i32, channels: i32, factor: f64): void {
  pairSpread<f32>(x, y, count, channels, factor);
}

export function pairGather64(d: usize, dx: usize, count: i32, channels: i32, factor: f64): void {
  pairGather<f64>(d, dx, count, channels, factor);
}

export function pairGather32(d: usize, dx: usize, count: i32, channels: i32, factor: f64): void {
  pairGather<f32>(d, dx, count, channels, factor);
}
