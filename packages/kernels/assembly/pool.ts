// Maxima and sums over squares of 2x2 pixels and their counterpart, each pixel four times, on fields [rows, x, channel];
// fields of even height follow each other without a seam. `rows` and `width` count the squares. pool-pairs.ts has lines.
import { storePart } from "./activation";
import { lanes } from "./elementary";

export * from "./pool-pairs";

// @inline
function put<T>(at: usize, x: v128, left: i32): void {
  if (left >= lanes<T>()) v128.store(at, x);
  else storePart<T>(at, x, left);
}

/** y = the largest of four; a NaN among them stays. */
// @inline
function pool<T>(x: usize, y: usize, rows: i32, width: i32, channels: i32): void {
  const pixel = <usize>channels * sizeof<T>();
  const line = 2 * <usize>width * pixel;
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < width; i++) {
      for (let c = 0; c < channels; c += lanes<T>()) {
        const from = <usize>c * sizeof<T>();
        const p = x + from;
        const top = v128.max<T>(v128.load(p), v128.load(p + pixel));
        const low = v128.max<T>(v128.load(p + line), v128.load(p + line + pixel));
        put<T>(y + from, v128.max<T>(top, low), channels - c);
      }
      x += 2 * pixel;
      y += pixel;
    }
    x += line;
  }
}

/** dx = d at the first of four that is the largest, else 0. */
// @inline
function poolBack<T>(x: usize, y: usize, d: usize, dx: usize, rows: i32, width: i32, channels: i32): void {
  const pixel = <usize>channels * sizeof<T>();
  const line = 2 * <usize>width * pixel;
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < width; i++) {
      for (let c = 0; c < channels; c += lanes<T>()) {
        const from = <usize>c * sizeof<T>();
        const p = x + from;
        const q = dx + from;
        const left = channels - c;
        const largest = v128.load(y + from);
        const whole = v128.load(d + from);
        const first = v128.eq<T>(v128.load(p), largest);
        const second = v128.eq<T>(v128.load(p + pixel), largest);
        const third = v128.eq<T>(v128.load(p + line), largest);
        const fourth = v128.eq<T>(v128.load(p + line + pixel), largest);
        const two = v128.or(first, second);
        put<T>(q, v128.and(whole, first), left);
        put<T>(q + pixel, v128.and(whole, v128.andnot(second, first)), left);
        put<T>(q + line, v128.and(whole, v128.andnot(third, two)), left);
        put<T>(q + line + pixel, v128.and(whole, v128.andnot(fourth, v128.or(two, third))), left);
      }
      x += 2 * pixel;
      dx += 2 * pixel;
      y += pixel;
      d += pixel;
    }
    x += line;
    dx += line;
  }
}

/** y = factor x, four times each. */
// @inline
function spread<T>(x: usize, y: usize, rows: i32, width: i32, channels: i32, factor: f64): void {
  const f = v128.splat<T>(<T>factor);
  const pixel = <usize>channels * sizeof<T>();
  const line = 2 * <usize>width * pixel;
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < width; i++) {
      for (let c = 0; c < channels; c += lanes<T>()) {
        const from = <usize>c * sizeof<T>();
        const q = y + from;
        const left = channels - c;
        const value = v128.mul<T>(v128.load(x + from), f);
        put<T>(q, value, left);
        put<T>(q + pixel, value, left);
        put<T>(q + line, value, left);
        put<T>(q + line + pixel, value, left);
      }
      x += pixel;
      y += 2 * pixel;
    }
    y += line;
  }
}

/** dx = factor times the sum of four d. */
// @inline
function gather<T>(d: usize, dx: usize, rows: i32, width: i32, channels: i32, factor: f64): void {
  const f = v128.splat<T>(<T>factor);
  const pixel = <usize>channels * sizeof<T>();
  const line = 2 * <usize>width * pixel;
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < width; i++) {
      for (let c = 0; c < channels; c += lanes<T>()) {
        const from = <usize>c * sizeof<T>();
        const p = d + from;
        const top = v128.add<T>(v128.load(p), v128.load(p + pixel));
        const low = v128.add<T>(v128.load(p + line), v128.load(p + line + pixel));
        put<T>(dx + from, v128.mul<T>(v128.add<T>(top, low), f), channels - c);
      }
      d += 2 * pixel;
      dx += pixel;
    }
    d += line;
  }
}

export function pool64(x: usize, y: usize, rows: i32, width: i32, channels: i32): void {
  pool<f64>(x, y, rows, width, channels);
}

export function pool32(x: usize, y: usize, rows: i32, width: i32, channels: i32): void {
  pool<f32>(x, y, rows, width, channels);
}

export function poolBack64(x: usize, y: usize, d: usize, dx: usize, rows: i32, width: i32, channels: i32): void {
  poolBack<f64>(x, y, d, dx, rows, width, channels);
}

export function poolBack32(x: usize, y: usize, d: usize, dx: usize, rows: i32, width: i32, channels: i32): void {
  poolBack<f32>(x, y, d, dx, rows, width, channels);
}

export function spread64(x: usize, y: usize, rows: i32, width: i32, channels: i32, factor: f64): void {
  spread<f64>(x, y, rows, width, channels, factor);
}

export function spread32(x: usize, y: usize, rows: i32, width: i32, channels: i32, factor: f64): void {
  spread<f32>(x, y, rows, width, channels, factor);
}

export function gather64(d: usize, dx: usize, rows: i32, width: i32, channels: i32, factor: f64): void {
  gather<f64>(d, dx, rows, width, channels, factor);
}

export function gather32(d: usize, dx: usize, rows: i32, width: i32, channels: i32, factor: f64): void {
  gather<f32>(d, dx, rows, width, channels, factor);
}
