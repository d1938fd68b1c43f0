// The activations by number, as src/activation.ts numbers them, over arrays. Loads may pass an array's end by up to 15
// bytes (the engine leaves that room behind everything); stores never do.
import { exp, expm1, lanes, sigmoid, softplus, tanh } from "./elementary";

export const LINEAR: i32 = 0;
export const RELU: i32 = 1;
export const TANH: i32 = 2;
export const SIGMOID: i32 = 3;
export const SOFTPLUS: i32 = 4;
export const SELU: i32 = 5;
export const CELU: i32 = 6;
export const EXP: i32 = 7;

const SELU_SCALE: f64 = 1.0507009873554805;
const SELU_FLOOR: f64 = 1.7580993408473766;

/** Stores the first `count` lanes of a vector. */
// @inline
export function storePart<T>(at: usize, x: v128, count: i32): void {
  if (sizeof<T>() === 8) {
    v128.store64_lane(at, x, 0);
    if (count > 1) v128.store64_lane(at, x, 1, 8);
  } else {
    v128.store32_lane(at, x, 0);
    if (count > 1) v128.store32_lane(at, x, 1, 4);
    if (count > 2) v128.store32_lane(at, x, 2, 8);
    if (count > 3) v128.store32_lane(at, x, 3, 12);
  }
}

// @inline
function value<T>(code: i32, x: v128): v128 {
  const zero = v128.splat<T>(0);
  if (code === RELU) return v128.mul<T>(v128.splat<T>(<T>0.5), v128.add<T>(x, v128.abs<T>(x)));
  if (code === TANH) return tanh<T>(x);
  if (code === SIGMOID) return sigmoid<T>(x);
  if (code === SOFTPLUS) return softplus<T>(x);
  if (code === SELU) {
    const below = v128.mul<T>(v128.splat<T>(<T>SELU_FLOOR), expm1<T>(x));
    return v128.bitselect(v128.mul<T>(v128.splat<T>(<T>SELU_SCALE), x), below, v128.gt<T>(x, zero));
  }
  if (code === CELU) return v128.bitselect(x, expm1<T>(x), v128.gt<T>(x, zero));
  if (code === EXP) return exp<T>(x);
  return x;
}

/** d times the derivative, read off the activated value a. */
// @inline
function slope<T>(code: i32, a: v128, d: v128): v128 {
  const one = v128.splat<T>(1);
  const positive = v128.gt<T>(a, v128.splat<T>(0));
  if (code === RELU) return v128.and(d, positive);
  if (code === TANH) return v128.mul<T>(d, v128.sub<T>(one, v128.mul<T>(a, a)));
  if (code === SIGMOID) return v128.mul<T>(d, v128.mul<T>(a, v128.sub<T>(one, a)));
  if (code === SOFTPLUS) return v128.mul<T>(d, v128.neg<T>(expm1<T>(v128.neg<T>(a))));
  if (code === SELU) {
    const below = v128.add<T>(a, v128.splat<T>(<T>SELU_FLOOR));
    return v128.mul<T>(d, v128.bitselect(v128.splat<T>(<T>SELU_SCALE), below, positive));
  }
  if (code === CELU) return v128.mul<T>(d, v128.bitselect(one, v128.add<T>(a, one), positive));
  return d;
}

// @inline
function values<T>(code: i32, x: usize, out: usize, count: i32): void {
  for (let left = count; left > 0; left -= lanes<T>()) {
    const y = value<T>(code, v128.load(x));
    if (left >= lanes<T>()) v128.store(out, y);
    else storePart<T>(out, y, left);
    x += 16;
    out += 16;
  }
}

// @inline
function slopes<T>(code: i32, a: usize, d: usize, count: i32): void {
  for (let left = count; left > 0; left -= lanes<T>()) {
    const y = slope<T>(code, v128.load(a), v128.load(d));
    if (left >= lanes<T>()) v128.store(d, y);
    else storePart<T>(d, y, left);
    a += 16;
    d += 16;
  }
}

/** out = f(x); out may be x. The loop is written out for each function: a choice within it would cost every vector. */
export function activate<T>(code: i32, x: usize, out: usize, count: i32): void {
  if (code === RELU) values<T>(RELU, x, out, count);
  else if (code === TANH) values<T>(TANH, x, out, count);
  else if (code === SIGMOID) values<T>(SIGMOID, x, out, count);
  else if (code === SOFTPLUS) values<T>(SOFTPLUS, x, out, count);
  else if (code === SELU) values<T>(SELU, x, out, count);
  else if (code === CELU) values<T>(CELU, x, out, count);
  else if (code === EXP) values<T>(EXP, x, out, count);
  else if (x !== out) memory.copy(out, x, <usize>count * sizeof<T>());
}

/** d *= f'(x), from a = f(x). */
export function backActivate<T>(code: i32, a: usize, d: usize, count: i32): void {
  if (code === RELU) slopes<T>(RELU, a, d, count);
  else if (code === TANH) slopes<T>(TANH, a, d, count);
  else if (code === SIGMOID) slopes<T>(SIGMOID, a, d, count);
  else if (code === SOFTPLUS) slopes<T>(SOFTPLUS, a, d, count);
  else if (code === SELU) slopes<T>(SELU, a, d, count);
  else if (code === CELU) slopes<T>(CELU, a, d, count);
}
