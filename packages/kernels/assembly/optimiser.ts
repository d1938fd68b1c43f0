// One step of Adam or AdamW on flat arrays, and the norm and the scaling of a gradient. src/adam-plain.ts has the same
// operations in the same order for one number at a time.
import { storePart } from "./activation";
import { lanes } from "./elementary";

/** Squares that are summed before they are added to the total; src/gradient-norm.ts has the same number. */
const BLOCK: i32 = 1024;

// @inline
function all<T>(x: f64): v128 {
  return v128.splat<T>(<T>x);
}

/**
 * m = beta1 m + rest1 g, v = beta2 v + (rest2 g) g, p = p keep - rate m / (sqrt(v correction) + epsilon); `keep` is what the
 * decay leaves of p.
 */
// @inline
function adam<T>(
  p: usize,
  g: usize,
  m: usize,
  v: usize,
  count: i32,
  beta1: f64,
  rest1: f64,
  beta2: f64,
  rest2: f64,
  rate: f64,
  correction: f64,
  epsilon: f64,
  keep: f64,
): void {
  const b1 = all<T>(beta1);
  const r1 = all<T>(rest1);
  const b2 = all<T>(beta2);
  const r2 = all<T>(rest2);
  const step = all<T>(rate);
  const larger = all<T>(correction);
  const floor = all<T>(epsilon);
  const kept = all<T>(keep);
  for (let left = count; left > 0; left -= lanes<T>()) {
    const d = v128.load(g);
    const mean = v128.add<T>(v128.mul<T>(b1, v128.load(m)), v128.mul<T>(r1, d));
    const square = v128.add<T>(v128.mul<T>(b2, v128.load(v)), v128.mul<T>(v128.mul<T>(r2, d), d));
    const root = v128.add<T>(v128.sqrt<T>(v128.mul<T>(square, larger)), floor);
    const after = v128.sub<T>(v128.mul<T>(v128.load(p), kept), v128.div<T>(v128.mul<T>(step, mean), root));
    if (left >= lanes<T>()) {
      v128.store(m, mean);
      v128.store(v, square);
      v128.store(p, after);
    } else {
      storePart<T>(m, mean, left);
      storePart<T>(v, square, left);
      storePart<T>(p, after, left);
    }
    p += 16;
    g += 16;
    m += 16;
    v += 16;
  }
}

// @inline
function squared(x: v128): v128 {
  return f64x2.mul(x, x);
}

/** Numbers 2 k and 2 k + 1 of eight, in float64. */
// @inline
function pair<T>(x: usize, k: usize): v128 {
  if (sizeof<T>() === 8) return v128.load(x + 16 * k);
  return f64x2.promote_low_f32x4(v128.load64_zero(x + 8 * k));
}

/** The sum of squares in float64: eight sums in each block, then the blocks, then what does not fill eight. */
// @inline
function squares<T>(x: usize, count: i32): f64 {
  let total: f64 = 0;
  const whole = count - (count % 8);
  for (let first = 0; first < whole; first += BLOCK) {
    const last = min(first + BLOCK, whole);
    let s0 = f64x2.splat(0);
    let s1 = f64x2.splat(0);
    let s2 = f64x2.splat(0);
    let s3 = f64x2.splat(0);
    for (let i = first; i < last; i += 8) {
      s0 = f64x2.add(s0, squared(pair<T>(x, 0)));
      s1 = f64x2.add(s1, squared(pair<T>(x, 1)));
      s2 = f64x2.add(s2, squared(pair<T>(x, 2)));
      s3 = f64x2.add(s3, squared(pair<T>(x, 3)));
      x += 8 * sizeof<T>();
    }
    const sum = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
    total += f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  }
  for (let i = whole; i < count; i++) {
    const value = <f64>load<T>(x);
    total += value * value;
    x += sizeof<T>();
  }
  return total;
}

/** x = factor x. */
// @inline
function scale<T>(x: usize, count: i32, factor: f64): void {
  const f = all<T>(factor);
  for (let left = count; left > 0; left -= lanes<T>()) {
    const y = v128.mul<T>(v128.load(x), f);
    if (left >= lanes<T>()) v128.store(x, y);
    else storePart<T>(x, y, left);
    x += 16;
  }
}

export function adam64(
  p: usize,
  g: usize,
  m: usize,
  v: usize,
  count: i32,
  beta1: f64,
  rest1: f64,
  beta2: f64,
  rest2: f64,
  rate: f64,
  correction: f64,
  epsilon: f64,
  keep: f64,
): void {
  adam<f64>(p, g, m, v, count, beta1, rest1, beta2, rest2, rate, correction, epsilon, keep);
}

export function adam32(
  p: usize,
  g: usize,
  m: usize,
  v: usize,
  count: i32,
  beta1: f64,
  rest1: f64,
  beta2: f64,
  rest2: f64,
  rate: f64,
  correction: f64,
  epsilon: f64,
  keep: f64,
): void {
  adam<f32>(p, g, m, v, count, beta1, rest1, beta2, rest2, rate, correction, epsilon, keep);
}

export function squares64(x: usize, count: i32): f64 {
  return squares<f64>(x, count);
}

export function squares32(x: usize, count: i32): f64 {
  return squares<f32>(x, count);
}

export function scale64(x: usize, count: i32, factor: f64): void {
  scale<f64>(x, count, factor);
}

export function scale32(x: usize, count: i32, factor: f64): void {
  scale<f32>(x, count, factor);
}
